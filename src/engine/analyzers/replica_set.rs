//! ReplicaSets: pods that cannot be created.

use jiff::Timestamp;

use super::{Analysis, Analyzer, Code, codes, deployment, facts};
use crate::engine::kinds::ReplicaSet;
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds ReplicaSets that cannot create or delete their pods.
pub struct ReplicaSetAnalyzer;

impl Analyzer for ReplicaSetAnalyzer {
    fn name(&self) -> &'static str {
        "ReplicaSet"
    }

    fn kind(&self) -> Kind {
        Kind::ReplicaSet
    }

    fn codes(&self) -> &'static [Code] {
        codes::deployment::REPLICA_SET
    }

    fn reads(&self) -> &'static [Kind] {
        &[]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::ReplicaSet => keys.push(changed.clone()),
            Kind::Event => keys.extend(super::pod::about(world, changed, Kind::ReplicaSet)),
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, _now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        let Some(set) = world.get::<ReplicaSet>(&key.namespace, &key.name) else {
            return analysis;
        };
        let object = key.object();
        if set.metadata.deletion_timestamp.is_some() {
            return analysis;
        }
        let Some(mut finding) = deployment::denial("ReplicaSetCreateFailed", &object, &set.status.conditions)
        else {
            return analysis;
        };
        if set.status.ready_replicas > 0 {
            finding.severity = crate::engine::finding::Severity::Warning;
        }
        finding.owner = world.top_owner(key);
        // The same sentence comes again and again for other names: the newest stands for all.
        let events = world.events_of(key);
        if let Some(event) = events
            .iter()
            .rev()
            .find(|event| matches!(event.reason.as_str(), "FailedCreate" | "FailedDelete"))
        {
            finding.count = events
                .iter()
                .filter(|event| event.reason == "FailedCreate")
                .map(|event| event.times())
                .fold(0, u32::saturating_add)
                .max(1);
            finding.evidence.push(facts::event(event));
        }
        for (path, value) in [
            ("status.replicas", set.status.replicas),
            ("spec.replicas", set.spec.replicas.unwrap_or(1)),
        ] {
            finding.evidence.push(crate::engine::evidence::Evidence::field(
                object.clone(),
                path,
                value.to_string(),
            ));
        }
        analysis.findings.push(finding);
        analysis
    }
}
