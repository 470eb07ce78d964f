//! Analyzers: pure functions from the world to findings.

mod claim;
pub mod custom;
pub mod declared;
mod deployment;
mod exit;
mod facts;
mod grace;
pub mod logs;
mod messages;
mod node;
mod pod;
pub mod prometheus;
pub mod quantity;
mod replica_set;
mod service;

use jiff::Timestamp;

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

/// A pure function from the world to findings about one object: no I/O, no clock but the one passed in,
/// the same order every time.
pub trait Analyzer: Send + Sync {
    /// Its name, as `--filter` takes it: `Pod`.
    fn name(&self) -> &'static str;

    /// The kind that its findings are about.
    fn kind(&self) -> Kind;

    /// The kinds that it reads: when one of them has been read whole, or turns out to be unreadable, what is absent
    /// means something else, and all objects of its kind are looked at again.
    fn reads(&self) -> &'static [Kind];

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
        match namespace.filter(|_| kind.namespaced() && self.kind().namespaced()) {
            Some(namespace) => world.keys_in(self.kind(), namespace),
            None => world.keys(self.kind()),
        }
    }

    /// What is wrong with that object now. An object that is not there has no findings.
    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis;
}

/// Every analyzer, in the order of their names.
pub fn all() -> Vec<Box<dyn Analyzer>> {
    vec![
        Box::new(deployment::DeploymentAnalyzer),
        Box::new(node::NodeAnalyzer),
        Box::new(claim::ClaimAnalyzer),
        Box::new(pod::PodAnalyzer),
        Box::new(replica_set::ReplicaSetAnalyzer),
        Box::new(service::ServiceAnalyzer),
    ]
}
