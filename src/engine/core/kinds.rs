//! How the reading of each kind stands: coverage, and from all of them the state of the connection.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::engine::cluster::FailureKind;
use crate::engine::coverage::{Entry, Status};
use crate::engine::object::{Key, Kind, Text};
use crate::engine::snapshot::Connection;
use crate::engine::watch::KindState;
use crate::engine::world::World;

/// How the reading of each kind stands.
#[derive(Debug, Default)]
pub struct Kinds {
    states: BTreeMap<(Kind, Option<Text>), KindState>,
    /// What has been read, or failed to be, at least once.
    tried: BTreeSet<(Kind, Option<Text>)>,
    expected: BTreeMap<Kind, u64>,
    broken: BTreeMap<Kind, BTreeMap<Text, Text>>,
    lost_since: Option<Timestamp>,
}

impl Kinds {
    /// Notes a state. Says whether it is another one than before, progress aside.
    pub fn set(&mut self, kind: Kind, namespace: Option<Text>, state: KindState, now: Timestamp) -> bool {
        let failing = matches!(state, KindState::Failing(..));
        if !matches!(state, KindState::Reading { .. }) {
            self.tried.insert((kind, namespace.clone()));
        }
        let old = self.states.insert((kind, namespace), state);
        let was_failing = matches!(old, Some(KindState::Failing(..)));
        match (self.is_lost(), self.lost_since) {
            (true, None) => self.lost_since = Some(now),
            (false, Some(_)) => self.lost_since = None,
            _ => {}
        }
        failing != was_failing
    }

    pub fn expect(&mut self, kind: Kind, objects: u64) {
        self.expected.insert(kind, objects);
    }

    pub fn broken(&mut self, kind: Kind, object: Text, why: Text) {
        self.broken.entry(kind).or_default().insert(object, why);
    }

    /// An object of which something new is known is no longer one that was not understood.
    pub fn mended(&mut self, key: &Key) {
        let Some(objects) = self.broken.get_mut(&key.kind) else {
            return;
        };
        let name = if key.namespace.is_empty() {
            key.name.to_string()
        } else {
            format!("{}/{}", key.namespace, key.name)
        };
        objects.remove(&*name);
        if objects.is_empty() {
            self.broken.remove(&key.kind);
        }
    }

    /// Whether every kind has been read or could not be, at least once, wherever it is looked at.
    pub fn is_complete(&self) -> bool {
        let tried = |kind: &Kind| self.tried.iter().any(|(one, _)| one == kind);
        Kind::ALL.iter().all(tried) && self.states.keys().all(|place| self.tried.contains(place))
    }

    /// The connection is lost when what cannot be reached is at least half of what could be read.
    fn is_lost(&self) -> bool {
        let readable = self
            .states
            .values()
            .filter(|state| {
                !matches!(
                    state,
                    KindState::Forbidden(_) | KindState::Absent | KindState::Reading { .. }
                )
            })
            .count();
        let failing = self
            .states
            .values()
            .filter(|state| {
                matches!(state, KindState::Failing(failure, _)
                    if matches!(failure.kind, FailureKind::Unreachable | FailureKind::Unauthorized))
            })
            .count();
        failing > 0 && failing * 2 >= readable
    }

    pub fn connection(&self, started: Timestamp, world: &World) -> Connection {
        if self.states.is_empty() {
            return Connection::Connecting;
        }
        if self.is_lost() {
            let failing = self.states.values().filter_map(|state| match state {
                KindState::Failing(failure, retry_at) => Some((failure, *retry_at)),
                _ => None,
            });
            // What refuses us explains more than what does not answer.
            let worst = failing
                .clone()
                .min_by_key(|(failure, _)| u8::from(failure.kind != FailureKind::Unauthorized))
                .map_or_else(|| "".into(), |(failure, _)| failure.what.clone());
            return Connection::Lost {
                since: self.lost_since.unwrap_or(started),
                retry_at: failing.map(|(_, retry_at)| retry_at).min(),
                why: worst,
            };
        }
        let reading: Vec<Kind> = self
            .states
            .iter()
            .filter(|(_, state)| matches!(state, KindState::Reading { .. }))
            .map(|((kind, _), _)| *kind)
            .collect();
        if reading.is_empty()
            && Kind::ALL
                .iter()
                .all(|kind| self.states.keys().any(|(one, _)| one == kind))
        {
            return Connection::Live;
        }
        // Pods are what takes long: theirs is the count that is shown.
        let expected = self.expected.get(&Kind::Pod).copied();
        Connection::Reading {
            read: world.count(Kind::Pod) as u64,
            expected,
        }
    }

    pub fn coverage(&self, cluster: &Text, world: &World) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self
            .states
            .iter()
            .map(|((kind, namespace), state)| {
                let (status, detail) = match state {
                    KindState::Reading { .. } => (Status::Reading, "".into()),
                    KindState::Watching => (Status::Ok, "".into()),
                    KindState::Forbidden(why) => (Status::Forbidden, why.clone()),
                    KindState::Absent => (Status::Absent, "".into()),
                    KindState::Failing(failure, _) => (Status::Error, failure.what.clone()),
                };
                let objects = if status == Status::Ok {
                    world.count(*kind) as u64
                } else {
                    0
                };
                entry(
                    cluster,
                    *kind,
                    namespace.clone().unwrap_or_default(),
                    status,
                    objects,
                    detail,
                )
            })
            .collect();
        for (kind, objects) in &self.broken {
            if let Some((object, why)) = objects.first_key_value() {
                let detail = format!("{} not understood, the first is {object}: {why}", objects.len());
                entries.push(entry(
                    cluster,
                    *kind,
                    "".into(),
                    Status::Error,
                    objects.len() as u64,
                    detail.into(),
                ));
            }
        }
        entries
    }
}

fn entry(cluster: &Text, kind: Kind, namespace: Text, status: Status, objects: u64, detail: Text) -> Entry {
    Entry {
        cluster: cluster.clone(),
        what: "kind".into(),
        group: kind.group().into(),
        kind: kind.name().into(),
        namespace,
        status,
        objects,
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_understood_is_forgotten_once_it_is_mended() {
        let mut kinds = Kinds::default();
        let (cluster, world) = ("c1".into(), World::default());
        kinds.broken(Kind::Pod, "shop/web".into(), "no".into());
        kinds.broken(Kind::Node, "n1".into(), "no".into());
        kinds.mended(&Key::new(Kind::Pod, "shop", "other"));
        assert_eq!(kinds.coverage(&cluster, &world).len(), 2);
        kinds.mended(&Key::new(Kind::Pod, "shop", "web"));
        kinds.mended(&Key::new(Kind::Node, "", "n1"));
        assert!(kinds.coverage(&cluster, &world).is_empty());
    }
}
