//! Logs of pods that do not fail, where someone asked for them: few enough for any cluster, of each workload some.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::logs::instance;
use super::{Core, WantedLog};
use crate::engine::cluster::{Failure, FailureKind};
use crate::engine::coverage::{Entry, Status};
use crate::engine::finding::Severity;
use crate::engine::kinds::{ContainerRole, Pod};
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::world::LogKey;

/// So many logs are read at most while the engine runs.
const LOGS: usize = 500;

/// What is to be skimmed, and what was.
#[derive(Debug, Default)]
pub(super) struct Skim {
    on: bool,
    /// Pods that came or changed since they were last considered.
    pending: BTreeSet<Key>,
    /// The instance whose log was last asked for.
    asked: HashMap<LogKey, Text>,
    /// How many were asked for.
    spent: usize,
    /// Those that there was no room for.
    left: BTreeSet<LogKey>,
    /// Those that could not be read, and why.
    failed: BTreeMap<LogKey, Failure>,
}

impl Skim {
    /// A pod came or changed.
    pub fn touch(&mut self, key: &Key) {
        if self.on && key.kind == Kind::Pod {
            self.pending.insert(key.clone());
        }
    }

    /// Takes note of a log that could not be read, if it was one of these; gives it back if not.
    pub fn failed(&mut self, key: LogKey, failure: Failure) -> Option<(LogKey, Failure)> {
        if self.asked.contains_key(&key) {
            self.failed.insert(key, failure);
            return None;
        }
        Some((key, failure))
    }

    /// Forgets what belongs to others than these.
    pub fn retain(&mut self, alive: impl Fn(&LogKey) -> bool) {
        self.asked.retain(|key, _| alive(key));
        self.left.retain(&alive);
        self.failed.retain(|key, _| alive(key));
    }

    /// What was not read.
    pub fn coverage(&self, cluster: &Text) -> Vec<Entry> {
        let entry = |status, objects: usize, detail: String| Entry {
            cluster: cluster.clone(),
            what: "logs".into(),
            group: "".into(),
            kind: "Pod".into(),
            namespace: "".into(),
            status,
            objects: objects as u64,
            detail: detail.into(),
        };
        let mut entries = Vec::new();
        if !self.left.is_empty() {
            let left = self.left.len();
            entries.push(entry(
                Status::Error,
                left,
                format!("of pods that do not fail {left} logs were not read: no more than {LOGS} are"),
            ));
        }
        let (forbidden, other): (Vec<&Failure>, Vec<&Failure>) = self
            .failed
            .values()
            .partition(|failure| failure.kind == FailureKind::Forbidden);
        for (status, failures) in [(Status::Forbidden, forbidden), (Status::Error, other)] {
            if let Some(first) = failures.first() {
                let count = failures.len();
                let detail = format!("of pods that do not fail {count} logs could not be read: {}", first.what);
                entries.push(entry(status, count, detail));
            }
        }
        entries
    }
}

impl Core {
    /// Has some logs of pods that do not fail read too.
    pub fn skim_logs(&mut self) {
        self.skim.on = true;
    }

    /// Asks for the logs of pods that have no finding, once it is known which: one of each workload first.
    pub(super) fn want_skims(&mut self) {
        if self.skim.pending.is_empty() || !self.read_logs || !self.is_complete() {
            return;
        }
        let failing: HashSet<&ObjectRef> = self
            .analyses
            .findings()
            .values()
            .filter(|finding| finding.severity > Severity::Info)
            .map(|finding| &finding.object)
            .collect();
        let mut by_owner: HashMap<ObjectRef, usize> = HashMap::new();
        let mut ranked = Vec::new();
        for key in std::mem::take(&mut self.skim.pending) {
            let pod = self.world.get::<Pod>(&key.namespace, &key.name);
            let Some(pod) = pod.filter(|pod| !pod.is_terminating()) else {
                continue;
            };
            if !failing.contains(&key.object()) {
                let rank = by_owner.entry(self.world.top_owner(&key)).or_default();
                ranked.extend(running(pod).map(|log| (*rank, log)));
                *rank += 1;
            }
        }
        ranked.sort();
        for (_, key) in ranked {
            let pod = Key::from(&key);
            let Some(pod) = self.world.get::<Pod>(&pod.namespace, &pod.name) else {
                continue;
            };
            let instance = instance(pod, &key);
            let known = [&self.skim.asked, &self.asked];
            if known.iter().any(|asked| asked.get(&key) == Some(&instance)) {
                continue;
            }
            if self.skim.spent >= LOGS {
                self.skim.left.insert(key);
                continue;
            }
            self.skim.spent += 1;
            self.skim.asked.insert(key.clone(), instance.clone());
            self.wanted.push(WantedLog {
                key,
                container_id: instance,
                skim: true,
            });
        }
    }
}

/// The logs of a pod's containers that run.
fn running(pod: &Pod) -> impl Iterator<Item = LogKey> + '_ {
    let statuses = pod.statuses().filter(|(role, _, status)| {
        *role != ContainerRole::Ephemeral && status.state.running.is_some()
    });
    statuses.map(|(_, _, status)| LogKey {
        namespace: pod.metadata.namespace.clone(),
        pod: pod.metadata.name.clone(),
        container: status.name.clone(),
        previous: false,
    })
}
