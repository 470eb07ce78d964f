//! Which configurations of Prometheus are asked for, and what is wrong with those that came.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::analyzers::prometheus::{self, Source};
use crate::engine::coverage::{Entry, Status};
use crate::engine::finding::Finding;
use crate::engine::kinds::Pod;
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::watch::ReadConfig;
use crate::engine::world::World;

/// A configuration that should be read: that of a pod, which stands for all of its workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedConfig {
    /// The pod.
    pub pod: Key,
    /// Its workload.
    pub owner: ObjectRef,
}

/// The workloads that run Prometheus, and their configurations.
#[derive(Debug, Default)]
pub struct Configs {
    /// By the pod that stands for it.
    of: BTreeMap<ObjectRef, Config>,
    /// Pods that changed and may be one.
    candidates: BTreeSet<Key>,
    /// What came and has not been looked at.
    news: Vec<(ObjectRef, Vec<Finding>)>,
    wanted: BTreeSet<ObjectRef>,
}

#[derive(Debug)]
struct Config {
    /// The pod that stands for the workload: its first one.
    pod: Key,
    /// The ConfigMap, where it lies in one: when that changes it is read again.
    map: Option<Key>,
    /// How the reading went, and what was said of it; `None` before it was.
    outcome: Option<(Status, Text)>,
}

impl Configs {
    /// Notes that an object changed, came or went.
    pub fn touch(&mut self, world: &World, key: &Key) {
        match key.kind {
            Kind::Pod => {
                let pod = world.get::<Pod>(&key.namespace, &key.name);
                let known = || self.of.values().any(|config| config.pod == *key);
                if pod.is_some_and(prometheus::may_be_prometheus) || known() {
                    self.candidates.insert(key.clone());
                }
            }
            Kind::ConfigMap => {
                let hit = self
                    .of
                    .iter()
                    .filter(|(_, config)| config.map.as_ref() == Some(key));
                self.wanted.extend(hit.map(|(owner, _)| owner.clone()));
            }
            _ => {}
        }
    }

    /// The configurations to be read now. Owners must be known, so nothing is asked for while kinds are being read.
    pub fn take_wanted(&mut self, world: &World) -> Vec<WantedConfig> {
        if world.is_reading() {
            return Vec::new();
        }
        for key in std::mem::take(&mut self.candidates) {
            let pod = world.get::<Pod>(&key.namespace, &key.name);
            if !pod.is_some_and(prometheus::may_be_prometheus) {
                self.gone(world, &key);
                continue;
            }
            let owner = world.top_owner(&key);
            if !self.of.contains_key(&owner) {
                self.wanted.insert(owner.clone());
                let config = Config {
                    pod: key,
                    map: None,
                    outcome: None,
                };
                self.of.insert(owner, config);
            }
        }
        let wanted = std::mem::take(&mut self.wanted).into_iter();
        wanted
            .filter_map(|owner| {
                let pod = self.of.get(&owner)?.pod.clone();
                Some(WantedConfig { pod, owner })
            })
            .collect()
    }

    /// A pod that stood for its workload has gone: another one of it takes its place, with what it reads.
    fn gone(&mut self, world: &World, gone: &Key) {
        let owners = self.of.iter().filter(|(_, config)| config.pod == *gone);
        let owners: Vec<ObjectRef> = owners.map(|(owner, _)| owner.clone()).collect();
        for owner in owners {
            let mut others = world
                .in_namespace::<Pod>(&gone.namespace)
                .filter(|pod| prometheus::may_be_prometheus(pod))
                .map(|pod| Key::new(Kind::Pod, &gone.namespace, &pod.metadata.name));
            let other = others.find(|key| key != gone && world.top_owner(key) == owner);
            if let (Some(other), Some(config)) = (other, self.of.get_mut(&owner)) {
                config.pod = other;
                self.wanted.insert(owner);
            } else {
                self.of.remove(&owner);
                self.news.push((owner, Vec::new()));
            }
        }
    }

    /// A configuration was read, or could not be.
    pub fn came(&mut self, owner: ObjectRef, read: ReadConfig) {
        let Some(config) = self.of.get_mut(&owner) else {
            return;
        };
        let findings = match read {
            ReadConfig::Text {
                map,
                key,
                receives,
                text,
            } => {
                config.map = map.key();
                config.outcome = Some((Status::Ok, "".into()));
                let source = Source {
                    owner: owner.clone(),
                    map,
                    key,
                    receives,
                };
                prometheus::findings(&source, &text)
            }
            ReadConfig::Unread { map, status, why } => {
                config.outcome = Some((status, why));
                let is_elsewhere = status == Status::Absent || (status == Status::Forbidden && map.is_none());
                if !is_elsewhere {
                    // It lies there still: what was said of it holds until it is read again.
                    config.map = map.and_then(|map| map.key()).or_else(|| config.map.take());
                    return;
                }
                config.map = map.and_then(|map| map.key());
                Vec::new()
            }
            ReadConfig::Other => {
                // It keeps its place, so that it is not asked for with each change of its pod.
                config.outcome = None;
                Vec::new()
            }
        };
        self.news.push((owner, findings));
    }

    /// What is wrong with each configuration that came since this was last called, by a name of its workload.
    pub fn take_findings(&mut self) -> Vec<(Text, Vec<Finding>)> {
        let news = std::mem::take(&mut self.news).into_iter();
        news.map(|(owner, findings)| (format!("prometheus {owner}").into(), findings))
            .collect()
    }

    /// A line for each that was read or could not be.
    pub fn coverage(&self, cluster: &Text) -> impl Iterator<Item = Entry> {
        self.of.iter().filter_map(|(owner, config)| {
            let (status, detail) = config.outcome.clone()?;
            Some(Entry {
                cluster: cluster.clone(),
                what: "analyzer".into(),
                group: "".into(),
                kind: "Prometheus".into(),
                namespace: owner.namespace.clone(),
                status,
                objects: u64::from(status == Status::Ok),
                detail: if detail.is_empty() {
                    detail
                } else {
                    format!("{}: {detail}", owner.short()).into()
                },
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::world::{Delta, Object};

    struct Bed {
        world: World,
        configs: Configs,
    }

    impl Bed {
        fn new() -> Self {
            let mut world = World::default();
            for kind in Kind::ALL {
                world.apply(Delta::Unreadable {
                    kind: *kind,
                    namespace: None,
                });
            }
            Self {
                world,
                configs: Configs::default(),
            }
        }

        fn apply(&mut self, delta: Delta) {
            for key in self.world.apply(delta) {
                self.configs.touch(&self.world, &key);
            }
        }

        fn pod(&mut self, name: &str, phase: &str) {
            let pod = json!({"metadata": {"name": name, "namespace": "m", "ownerReferences": [{"apiVersion": "apps/v1",
                    "kind": "StatefulSet", "name": "prom", "uid": "s", "controller": true}]},
                "spec": {"containers": [{"name": "prometheus", "image": "prom/prometheus"}]},
                "status": {"phase": phase}});
            self.apply(Delta::Upsert(Object::decode(Kind::Pod, pod).unwrap()));
        }

        fn map(&mut self) {
            let map = json!({"metadata": {"name": "c", "namespace": "m"}});
            self.apply(Delta::Upsert(Object::decode(Kind::ConfigMap, map).unwrap()));
        }

        fn wanted(&mut self) -> Vec<String> {
            let wanted = self.configs.take_wanted(&self.world).into_iter();
            wanted
                .map(|one| format!("{} for {}", one.pod.name, one.owner))
                .collect()
        }

        /// How many findings the workload has after that was read, `None` where nothing is said anew.
        fn came(&mut self, read: ReadConfig) -> Option<usize> {
            let owner = ObjectRef::new("apps/v1", "StatefulSet", "m", "prom");
            self.configs.came(owner, read);
            self.configs
                .take_findings()
                .pop()
                .map(|(_, findings)| findings.len())
        }
    }

    fn empty() -> ReadConfig {
        ReadConfig::Text {
            map: ObjectRef::new("v1", "ConfigMap", "m", "c"),
            key: "prometheus.yml".into(),
            receives: false,
            text: String::new(),
        }
    }

    #[test]
    fn a_workload_is_read_once_and_again_when_its_map_changes() {
        let mut bed = Bed::new();
        bed.pod("prom-0", "Pending");
        assert!(bed.wanted().is_empty(), "it does not run");
        bed.pod("prom-0", "Running");
        bed.pod("prom-1", "Running");
        assert_eq!(bed.wanted(), ["prom-0 for StatefulSet/m/prom"]);
        assert_eq!(bed.came(empty()), Some(1));
        bed.pod("prom-0", "Running");
        assert!(bed.wanted().is_empty());
        bed.map();
        assert_eq!(bed.wanted(), ["prom-0 for StatefulSet/m/prom"]);
    }

    #[test]
    fn another_pod_takes_the_place_of_one_that_goes_and_nothing_is_left_of_the_last() {
        let mut bed = Bed::new();
        bed.pod("prom-0", "Running");
        bed.pod("prom-1", "Running");
        bed.wanted();
        bed.came(empty());
        bed.apply(Delta::Remove(Key::new(Kind::Pod, "m", "prom-0")));
        assert_eq!(bed.wanted(), ["prom-1 for StatefulSet/m/prom"]);
        bed.apply(Delta::Remove(Key::new(Kind::Pod, "m", "prom-1")));
        assert!(bed.wanted().is_empty());
        assert_eq!(
            bed.configs.take_findings(),
            [("prometheus StatefulSet/m/prom".into(), vec![])]
        );
        assert_eq!(bed.configs.coverage(&"c1".into()).count(), 0);
    }

    #[test]
    fn what_was_said_holds_while_the_map_cannot_be_read_and_not_when_it_is_elsewhere() {
        let mut bed = Bed::new();
        bed.pod("prom-0", "Running");
        bed.wanted();
        assert_eq!(bed.came(empty()), Some(1));
        let unread = |status| ReadConfig::Unread {
            map: None,
            status,
            why: "so".into(),
        };
        assert_eq!(bed.came(unread(Status::Error)), None);
        bed.map();
        assert_eq!(bed.wanted().len(), 1, "it is still known where it lies");
        assert_eq!(
            bed.came(unread(Status::Forbidden)),
            Some(0),
            "it lies in a Secret now"
        );
        assert_eq!(
            bed.configs.coverage(&"c1".into()).next().unwrap().status,
            Status::Forbidden
        );
    }
}
