//! ReplicationControllers: as ReplicaSets, and nothing stands above them.

use jiff::Timestamp;

use super::replica_set::{self, Keeper};
use super::{Analysis, Analyzer, Code, codes};
use crate::engine::kinds::ReplicationController;
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds ReplicationControllers that cannot create their pods, or whose pods are not ready.
pub struct ReplicationControllerAnalyzer;

impl Analyzer for ReplicationControllerAnalyzer {
    fn name(&self) -> &'static str {
        "ReplicationController"
    }

    fn kind(&self) -> Kind {
        Kind::ReplicationController
    }

    fn codes(&self) -> &'static [Code] {
        codes::deployment::REPLICATION_CONTROLLER
    }

    fn reads(&self) -> &'static [Kind] {
        &[
            Kind::Pod,
            Kind::LimitRange,
            Kind::ValidatingWebhookConfiguration,
            Kind::MutatingWebhookConfiguration,
        ]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        replica_set::affected(world, self.kind(), changed, keys);
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let Some(controller) = world.get::<ReplicationController>(&key.namespace, &key.name) else {
            return Analysis::default();
        };
        let keeper = Keeper {
            meta: &controller.metadata,
            wanted: controller.spec.replicas.unwrap_or(1),
            status: &controller.status,
            refused: "ReplicationControllerCreateFailed",
            unavailable: Some("ReplicationControllerUnavailable"),
        };
        keeper.analyze(world, key, now)
    }
}
