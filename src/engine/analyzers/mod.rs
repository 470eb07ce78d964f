//! Analyzers: pure functions from the world to findings.

mod admission_policy;
pub(in crate::engine) mod alike;
mod api_service;
mod autoscaler;
mod backend;
mod claim;
pub mod codes;
mod creation;
mod cron_job;
pub mod custom;
mod daemon_set;
pub mod declared;
mod definition;
mod deletion;
mod deployment;
mod disruption_budget;
mod exam;
mod exit;
mod facts;
mod grace;
mod ingress;
mod job;
mod limit_range;
mod log;
pub mod logs;
mod messages;
mod namespace;
mod network_policy;
mod node;
mod persistent_volume;
mod pod;
pub mod prometheus;
pub mod quantity;
mod quota;
mod reference;
mod replica_set;
mod replicas;
mod replication_controller;
mod resource_claim;
mod rest;
pub mod security;
pub(in crate::engine) mod selection;
mod service;
mod signing_request;
mod stateful_set;
mod storage_class;
mod volume_attachment;
mod webhook;

use jiff::Timestamp;

pub use self::codes::Code;
pub use self::log::LOG_SHOWS_ERROR;
pub use self::rest::rests_on;
use super::finding::Finding;
use super::object::{Key, Kind};
use super::world::World;

/// What an analyzer says of one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// When to look again although nothing changed: silent faults (a deadline that passes) send no delta.
    pub look_again: Option<Timestamp>,
}

impl Analysis {
    /// Asks for another look at `time`, or earlier if that was asked before.
    pub fn look_again_at(&mut self, time: Timestamp) {
        self.look_again = Some(self.look_again.map_or(time, |earlier| earlier.min(time)));
    }
}

/// What several analyzers have to do with, beside the kind of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// What was deleted and is kept by a finalizer.
    Finalizer,
    /// What is allowed more than need be.
    Security,
    /// Where data are kept.
    Storage,
}

/// A pure function from the world to findings about one object: no I/O, no clock but the one passed in,
/// the same order every time.
pub trait Analyzer: Send + Sync {
    /// Its name, as `--filter` takes it: the kind's (`Pod`), or its topic's.
    fn name(&self) -> &'static str;

    /// The topic that it belongs to: `--filter` asks for all of a topic's at once. One that bears the kind's name
    /// brings all that is found of that kind into it, any other only its own codes.
    fn topic(&self) -> Option<Topic> {
        None
    }

    /// The kind that its findings are about.
    fn kind(&self) -> Kind;

    /// The kinds that it reads: when one of them has been read whole, or turns out to be unreadable, what is absent
    /// means something else, and all objects of its kind are looked at again.
    fn reads(&self) -> &'static [Kind];

    /// The objects that it may have something to say about, in a namespace or everywhere: by default all of its kind
    /// that are there.
    fn keys(&self, world: &World, namespace: Option<&str>) -> Vec<Key> {
        match namespace {
            Some(namespace) => world.keys_in(self.kind(), namespace),
            None => world.keys(self.kind()),
        }
    }

    /// Which objects of its kind to look at again after `changed` changed (or came, or went), pushed to `keys`.
    /// By default the object itself.
    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        let _ = world;
        if changed.kind == self.kind() {
            keys.push(changed.clone());
        }
    }

    /// Which objects to look at again when a kind has been read in a namespace (everywhere if `None`), or turned out to
    /// be unreadable there: all of its kind if it reads that one. What lives in a namespace asks for what is absent
    /// from its own, so it is those of that namespace where both kinds have one.
    fn readers(&self, world: &World, kind: Kind, namespace: Option<&str>) -> Vec<Key> {
        if !self.reads().contains(&kind) {
            return Vec::new();
        }
        let namespace = namespace.filter(|_| kind.namespaced() && self.kind().namespaced());
        self.keys(world, namespace)
    }

    /// The codes of its findings, and what there is to know of each.
    fn codes(&self) -> &'static [Code] {
        &[]
    }

    /// What is wrong with that object now. An object that is not there has no findings.
    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis;
}

/// Every analyzer of faults.
pub fn all() -> Vec<Box<dyn Analyzer>> {
    let mut all: Vec<Box<dyn Analyzer>> = vec![
        Box::new(cron_job::CronJobAnalyzer),
        Box::new(daemon_set::DaemonSetAnalyzer),
        Box::new(deployment::DeploymentAnalyzer),
        Box::new(job::JobAnalyzer),
        Box::new(limit_range::LimitRangeAnalyzer),
        Box::new(log::LogAnalyzer),
        Box::new(node::NodeAnalyzer),
        Box::new(claim::ClaimAnalyzer),
        Box::new(pod::PodAnalyzer),
        Box::new(replica_set::ReplicaSetAnalyzer),
        Box::new(replication_controller::ReplicationControllerAnalyzer),
        Box::new(resource_claim::ResourceClaimAnalyzer),
        Box::new(quota::QuotaAnalyzer),
        Box::new(service::ServiceAnalyzer),
        Box::new(ingress::IngressAnalyzer),
        Box::new(network_policy::NetworkPolicyAnalyzer),
        Box::new(persistent_volume::PersistentVolumeAnalyzer),
        Box::new(storage_class::StorageClassAnalyzer),
        Box::new(volume_attachment::VolumeAttachmentAnalyzer),
        Box::new(admission_policy::AdmissionPolicyAnalyzer),
        Box::new(admission_policy::AdmissionPolicyBindingAnalyzer),
        Box::new(api_service::APIServiceAnalyzer),
        Box::new(definition::DefinitionAnalyzer),
        Box::new(autoscaler::AutoscalerAnalyzer),
        Box::new(disruption_budget::DisruptionBudgetAnalyzer),
        Box::new(namespace::NamespaceAnalyzer),
        Box::new(signing_request::SigningRequestAnalyzer),
        Box::new(stateful_set::StatefulSetAnalyzer),
    ];
    for kind in reference::KINDS {
        all.push(Box::new(reference::ReferenceAnalyzer(*kind)));
    }
    for kind in webhook::KINDS {
        all.push(Box::new(webhook::WebhookAnalyzer(*kind)));
    }
    for kind in deletion::kinds() {
        all.push(Box::new(deletion::DeletionAnalyzer(kind)));
    }
    all.sort_by_key(|analyzer| analyzer.name());
    all
}

/// Those that tell what is allowed more than need be. There is something to say of nearly every workload, none of it a
/// fault: so they are asked apart.
pub fn posture() -> Vec<Box<dyn Analyzer>> {
    let mut all: Vec<Box<dyn Analyzer>> = vec![
        Box::new(security::DefaultAccountAnalyzer),
        Box::new(security::RoleBindingAnalyzer),
        Box::new(security::ClusterRoleBindingAnalyzer),
    ];
    for kind in security::kinds() {
        all.push(Box::new(security::PostureAnalyzer(kind)));
    }
    all
}
