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
    /// What was not understood, and why.
    broken: BTreeMap<Key, Text>,
    lost_since: Option<Timestamp>,
}

impl Kinds {
    /// Notes a state. Says whether it is another one than before, progress aside.
    ///
    /// A try that has read nothing yet says nothing: what could not be read stays so until something was, else the
    /// connection would seem to come back with every try.
    pub fn set(&mut self, kind: Kind, namespace: Option<Text>, state: KindState, now: Timestamp) -> bool {
        let place = (kind, namespace);
        let old = self.states.get(&place);
        if is_only_tried(&state) && old.is_some_and(is_unreadable) {
            return false;
        }
        let failing = matches!(state, KindState::Failing(..));
        let was_failing = matches!(old, Some(KindState::Failing(..)));
        if !matches!(state, KindState::Reading { .. }) {
            self.tried.insert(place.clone());
        }
        self.states.insert(place, state);
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

    pub fn broken(&mut self, key: Key, why: Text) {
        self.broken.insert(key, why);
    }

    /// An object of which something new is known is no longer one that was not understood.
    pub fn mended(&mut self, key: &Key) {
        self.broken.remove(key);
    }

    /// A kind has been listed in a namespace, or everywhere: what was not understood there before is gone or better,
    /// or is told again.
    pub fn listed(&mut self, kind: Kind, namespace: Option<&str>) {
        let elsewhere = |key: &Key| namespace.is_some_and(|namespace| key.namespace != *namespace);
        self.broken.retain(|key, _| key.kind != kind || elsewhere(key));
    }

    /// Forgets a kind that is not watched any more.
    pub fn forget(&mut self, kind: Kind) {
        self.states.retain(|(one, _), _| *one != kind);
        self.tried.retain(|(one, _)| *one != kind);
        self.broken.retain(|key, _| key.kind != kind);
    }

    /// Whether a kind has been read or could not be, at least once.
    pub fn is_tried(&self, kind: Kind) -> bool {
        self.tried.iter().any(|(one, _)| *one == kind)
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
            .filter(|state| !matches!(state, KindState::Forbidden(_) | KindState::Absent))
            .filter(|state| !is_only_tried(state))
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
                let objects = match namespace {
                    _ if status != Status::Ok => 0,
                    Some(namespace) => world.count_in(*kind, namespace),
                    None => world.count(*kind),
                };
                entry(
                    cluster,
                    *kind,
                    namespace.clone().unwrap_or_default(),
                    status,
                    objects as u64,
                    detail,
                )
            })
            .collect();
        let mut broken = self.broken.iter().peekable();
        while let Some((first, why)) = broken.next() {
            let mut count = 1u64;
            while broken.next_if(|(key, _)| key.kind == first.kind).is_some() {
                count += 1;
            }
            let detail = format!("{count} not understood, the first is {}: {why}", place(first));
            entries.push(entry(
                cluster,
                first.kind,
                "".into(),
                Status::Error,
                count,
                detail.into(),
            ));
        }
        entries
    }
}

/// Whether it is being listed and nothing of it has come.
fn is_only_tried(state: &KindState) -> bool {
    matches!(state, KindState::Reading { read: 0, .. })
}

fn is_unreadable(state: &KindState) -> bool {
    matches!(
        state,
        KindState::Failing(..) | KindState::Forbidden(_) | KindState::Absent
    )
}

/// `shop/web-1`, as far as it could be read.
fn place(key: &Key) -> String {
    let name = if key.name.is_empty() { "?" } else { &*key.name };
    if key.namespace.is_empty() {
        name.to_owned()
    } else {
        format!("{}/{name}", key.namespace)
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
    use crate::engine::cluster::Failure;
    use crate::engine::kinds::Pod;
    use crate::engine::world::Delta;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn reading(read: u64) -> KindState {
        KindState::Reading { read, expected: None }
    }

    fn unreachable(retry: i64) -> KindState {
        KindState::Failing(Failure::new(FailureKind::Unreachable, "refused"), at(retry))
    }

    #[test]
    fn a_connection_that_is_tried_again_is_lost_until_something_is_read() {
        let mut kinds = Kinds::default();
        let world = World::default();
        let is_lost = |kinds: &Kinds| matches!(kinds.connection(at(0), &world), Connection::Lost { .. });
        for kind in Kind::ALL {
            kinds.set(*kind, None, reading(0), at(0));
        }
        assert!(!is_lost(&kinds), "nothing has failed yet");
        for kind in Kind::ALL {
            kinds.set(*kind, None, unreachable(2), at(1));
        }
        let first = kinds.connection(at(0), &world);
        for kind in Kind::ALL {
            assert!(!kinds.set(*kind, None, reading(0), at(2)), "the same as before");
            assert_eq!(kinds.connection(at(0), &world), first);
        }
        // Half of it is read: the server is there.
        for kind in Kind::ALL.iter().take(Kind::ALL.len() / 2 + 1) {
            assert!(is_lost(&kinds));
            assert!(kinds.set(*kind, None, reading(256), at(3)));
        }
        assert!(!is_lost(&kinds));
        for kind in Kind::ALL {
            kinds.set(*kind, None, KindState::Watching, at(4));
        }
        assert_eq!(kinds.connection(at(0), &world), Connection::Live);
        // A list that is read anew after the server has forgotten where we were is a list being read.
        kinds.set(Kind::Pod, None, reading(0), at(5));
        assert!(matches!(
            kinds.connection(at(0), &world),
            Connection::Reading { .. }
        ));
    }

    #[test]
    fn what_is_forbidden_stays_so_while_it_is_tried_again() {
        let mut kinds = Kinds::default();
        kinds.set(Kind::Node, None, KindState::Forbidden("403".into()), at(0));
        kinds.set(Kind::Node, None, reading(0), at(300));
        let status = |kinds: &Kinds| {
            kinds
                .coverage(&"c1".into(), &World::default())
                .first()
                .map(|one| one.status)
        };
        assert_eq!(status(&kinds), Some(Status::Forbidden));
        kinds.set(Kind::Node, None, KindState::Watching, at(301));
        assert_eq!(status(&kinds), Some(Status::Ok));
    }

    #[test]
    fn each_namespace_counts_its_own_objects() {
        let mut kinds = Kinds::default();
        let mut world = World::default();
        for (namespace, name) in [("shop", "a"), ("shop", "b"), ("pay", "a")] {
            let pod = serde_json::json!({"metadata": {"name": name, "namespace": namespace}});
            let pod: Pod = serde_json::from_value(pod).unwrap();
            world.apply(Delta::Upsert(pod.into()));
        }
        for namespace in ["shop", "pay", "empty"] {
            kinds.set(Kind::Pod, Some(namespace.into()), KindState::Watching, at(0));
        }
        let counts: Vec<(Text, u64)> = kinds
            .coverage(&"c1".into(), &world)
            .into_iter()
            .map(|entry| (entry.namespace, entry.objects))
            .collect();
        assert_eq!(
            counts,
            [("empty".into(), 0), ("pay".into(), 1), ("shop".into(), 2)]
        );
    }

    #[test]
    fn what_was_not_understood_is_forgotten_once_it_is_mended() {
        let mut kinds = Kinds::default();
        let (cluster, world) = ("c1".into(), World::default());
        kinds.broken(Key::new(Kind::Pod, "shop", "web"), "no".into());
        kinds.broken(Key::new(Kind::Pod, "shop", "api"), "labels are a list".into());
        kinds.broken(Key::new(Kind::Node, "", "n1"), "no".into());
        kinds.mended(&Key::new(Kind::Pod, "shop", "other"));
        let details: Vec<Text> = kinds
            .coverage(&cluster, &world)
            .into_iter()
            .map(|entry| entry.detail)
            .collect();
        assert_eq!(
            details.iter().map(|detail| &**detail).collect::<Vec<_>>(),
            [
                "2 not understood, the first is shop/api: labels are a list",
                "1 not understood, the first is n1: no",
            ]
        );
        kinds.mended(&Key::new(Kind::Pod, "shop", "api"));
        kinds.mended(&Key::new(Kind::Pod, "shop", "web"));
        kinds.mended(&Key::new(Kind::Node, "", "n1"));
        assert!(kinds.coverage(&cluster, &world).is_empty());
    }

    #[test]
    fn a_list_that_is_through_says_anew_what_was_not_understood() {
        let mut kinds = Kinds::default();
        let (cluster, world) = ("c1".into(), World::default());
        for key in [
            Key::new(Kind::Pod, "shop", ""),
            Key::new(Kind::Pod, "pay", "web"),
            Key::new(Kind::Node, "", "n1"),
        ] {
            kinds.broken(key, "no".into());
        }
        let mut left = |kind, namespace| {
            kinds.listed(kind, namespace);
            kinds
                .coverage(&cluster, &world)
                .iter()
                .map(|entry| entry.objects)
                .sum::<u64>()
        };
        assert_eq!(left(Kind::Pod, Some("shop")), 2);
        assert_eq!(left(Kind::Node, None), 1);
        assert_eq!(left(Kind::Pod, None), 0);
    }
}
