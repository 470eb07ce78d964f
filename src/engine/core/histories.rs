//! Whose pasts are asked for: once a revision, and once an onset.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::engine::changes::{Ask, Subject, subjects};
use crate::engine::cluster::{Failure, FailureKind};
use crate::engine::coverage::{Entry, Status};
use crate::engine::finding::Severity;
use crate::engine::object::{Key, Text};
use crate::engine::problem::{Problem, State};
use crate::engine::world::World;

/// The pasts of so many objects are asked for; what fails beyond that is told without its changes.
const MOST: usize = 4_000;

/// An object whose past should be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedHistory {
    /// Which.
    pub key: Key,
    /// What to read.
    pub ask: Ask,
}

/// The pasts that were asked for.
#[derive(Debug, Default)]
pub struct Histories {
    /// Whether pasts are read at all.
    follows: bool,
    asked: BTreeMap<Key, Asked>,
    wanted: Vec<WantedHistory>,
    /// Pasts that may not be read, and why.
    unread: BTreeMap<Key, Failure>,
}

#[derive(Debug)]
struct Asked {
    ask: Ask,
    at: Timestamp,
    came: bool,
}

impl Histories {
    /// Has pasts read.
    pub fn follow(&mut self) {
        self.follows = true;
    }

    /// Whether the evidence of a problem still waits for that object's past. What is not asked for yet is waited for
    /// too, because it will be.
    pub fn is_awaited(&self, key: &Key) -> bool {
        self.follows
            && match self.asked.get(key) {
                Some(asked) => !asked.came,
                None => self.asked.len() < MOST,
            }
    }

    /// Asks for what matters to a problem that came or changed.
    pub fn want(&mut self, world: &World, problem: &Problem, now: Timestamp) {
        let hurts = problem.state == State::Active && problem.severity > Severity::Info;
        if !self.follows || problem.provisional || !hurts {
            return;
        }
        let Some(root) = problem.root() else {
            return;
        };
        let symptoms = problem.symptoms().map(|member| &*member.finding);
        for Subject { key, ask, .. } in subjects(world, &root.finding, symptoms) {
            let is_new = match self.asked.get(&key) {
                None => self.asked.len() < MOST,
                // Another revision fails; or it was read before this began, and may have been written in between.
                Some(asked) => {
                    !is_same(&asked.ask, &ask) || problem.since.is_some_and(|since| since > asked.at)
                }
            };
            if is_new {
                let came = self.asked.get(&key).is_some_and(|asked| asked.came);
                let asked = Asked {
                    ask: ask.clone(),
                    at: now,
                    came,
                };
                self.asked.insert(key.clone(), asked);
                self.wanted.push(WantedHistory { key, ask });
            }
        }
    }

    /// What is to be read now.
    pub fn take_wanted(&mut self) -> Vec<WantedHistory> {
        std::mem::take(&mut self.wanted)
    }

    /// A past has come, or could not be read.
    pub fn came(&mut self, key: &Key, failure: Option<Failure>) {
        if let Some(asked) = self.asked.get_mut(key) {
            asked.came = true;
        }
        match failure.filter(|failure| failure.kind == FailureKind::Forbidden) {
            Some(failure) => drop(self.unread.insert(key.clone(), failure)),
            None => drop(self.unread.remove(key)),
        }
    }

    /// Forgets what belongs to objects that are gone.
    pub fn prune(&mut self, world: &World) {
        self.asked.retain(|key, _| world.meta(key).is_some());
        self.unread.retain(|key, _| world.meta(key).is_some());
    }

    /// What may not be read.
    pub fn coverage(&self, cluster: &Text) -> Option<Entry> {
        let (first, failure) = self.unread.iter().next()?;
        Some(Entry {
            cluster: cluster.clone(),
            what: "changes".into(),
            group: "".into(),
            kind: first.kind.name().into(),
            namespace: "".into(),
            status: Status::Forbidden,
            objects: self.unread.len() as u64,
            detail: failure.what.clone(),
        })
    }
}

/// Whether two ask for the same revisions: which pods are ready moves on by itself.
fn is_same(old: &Ask, new: &Ask) -> bool {
    match (old, new) {
        (
            Ask::ReplicaSets { failing, before, .. },
            Ask::ReplicaSets {
                failing: other,
                before: older,
                ..
            },
        ) => failing == other && before == older,
        (Ask::Revisions { failing, .. }, Ask::Revisions { failing: other, .. }) => failing == other,
        _ => old == new,
    }
}

#[cfg(test)]
mod tests;
