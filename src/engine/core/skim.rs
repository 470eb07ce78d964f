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
                let detail = format!(
                    "of pods that do not fail {count} logs could not be read: {}",
                    first.what
                );
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
    let statuses = pod
        .statuses()
        .filter(|(role, _, status)| *role != ContainerRole::Ephemeral && status.state.running.is_some());
    statuses.map(|(_, _, status)| LogKey {
        namespace: pod.metadata.namespace.clone(),
        pod: pod.metadata.name.clone(),
        container: status.name.clone(),
        previous: false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::engine::analyzers;
    use crate::engine::analyzers::logs::{LogDigest, LogLine, digest};
    use crate::engine::playbook::Playbook;
    use crate::engine::watch::{KindState, Report};
    use crate::engine::world::{Delta, Object};

    fn now() -> Timestamp {
        "2026-11-21T10:00:00Z".parse().unwrap()
    }

    /// The replica of a workload of that name: ready, or waiting for its image.
    fn pod(workload: &str, replica: usize, healthy: bool) -> Delta {
        let state = if healthy {
            json!({"running": {"startedAt": "2026-11-21T08:00:00Z"}})
        } else {
            json!({"waiting": {"reason": "InvalidImageName"}})
        };
        let json = json!({
            "metadata": {"name": format!("{workload}-{replica}"), "namespace": "shop",
                "creationTimestamp": "2026-11-21T08:00:00Z",
                "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": workload,
                    "controller": true}]},
            "spec": {"nodeName": "n1", "containers": [{"name": "main"}]},
            "status": {"phase": "Running",
                "conditions": [{"type": "Ready", "status": if healthy { "True" } else { "False" }}],
                "containerStatuses": [{"name": "main", "containerID": format!("c://{workload}-{replica}"),
                    "ready": healthy, "state": state}]},
        });
        Delta::Upsert(Object::decode(Kind::Pod, json).unwrap())
    }

    /// A core that skims, and has read these pods.
    fn core(pods: Vec<Delta>) -> Core {
        let mut core = Core::new("", Vec::new(), analyzers::all(), Playbook::default(), true, now());
        core.skim_logs();
        let identity = Report::Identity {
            id: "c1".into(),
            server_version: "".into(),
        };
        core.take(identity, now());
        core.take(Report::Deltas(pods), now());
        core.settle(now());
        assert!(
            core.wanted_logs().iter().all(|log| !log.skim),
            "not all is known yet"
        );
        for kind in Kind::ALL {
            let keep: HashSet<_> = core
                .world()
                .keys(*kind)
                .into_iter()
                .map(|key| (key.namespace, key.name))
                .collect();
            let state = Report::Kind {
                kind: *kind,
                namespace: None,
                state: KindState::Watching,
            };
            let deltas = Report::Deltas(vec![Delta::Synced {
                kind: *kind,
                namespace: None,
                keep,
            }]);
            core.take(deltas, now());
            core.take(state, now());
        }
        core.settle(now());
        core
    }

    fn names(logs: &[WantedLog]) -> Vec<&str> {
        logs.iter()
            .filter(|log| log.skim)
            .map(|log| &*log.key.pod)
            .collect()
    }

    fn skimmed(text: &str, id: &str) -> LogDigest {
        let line = LogLine {
            time: Some(now()),
            text: text.into(),
        };
        LogDigest {
            skimmed: true,
            ..digest(id, [&line], false)
        }
    }

    #[test]
    fn one_of_each_workload_comes_first_and_what_fails_is_left_out() {
        let mut core = core(vec![
            pod("a", 0, true),
            pod("a", 1, true),
            pod("b", 0, true),
            pod("c", 0, false),
        ]);
        assert_eq!(names(&core.wanted_logs()), ["a-0", "b-0", "a-1"]);
        // Once an instance; of what has healed then.
        core.take(Report::Deltas(vec![pod("a", 0, true), pod("c", 0, true)]), now());
        core.settle(now());
        assert_eq!(names(&core.wanted_logs()), ["c-0"]);
    }

    #[test]
    fn there_is_an_end_to_it_and_coverage_says_what_was_left() {
        let pods = (0..LOGS + 7).map(|replica| pod("a", replica, true)).collect();
        let mut core = core(pods);
        assert_eq!(names(&core.wanted_logs()).len(), LOGS);
        let coverage = core.snapshot(now()).coverage;
        let entry = coverage
            .entries
            .iter()
            .find(|entry| &*entry.what == "logs")
            .unwrap();
        assert_eq!((entry.status, entry.objects), (Status::Error, 7));
        assert!(!coverage.complete && entry.detail.contains("no more than 500"));
    }

    #[test]
    fn an_error_is_a_finding_until_the_pod_has_one_of_its_own() {
        let mut core = core(vec![pod("a", 0, true)]);
        let wanted = core.wanted_logs().remove(0);
        let digest = skimmed("ERROR cannot write: disk quota exceeded", &wanted.container_id);
        core.take(
            Report::Deltas(vec![Delta::Log(wanted.key, Box::new(digest))]),
            now(),
        );
        let codes = |core: &mut Core| {
            core.settle(now());
            let findings = core.analyses.findings().values();
            findings
                .map(|finding| finding.code.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(codes(&mut core), ["LogShowsError"]);
        core.take(Report::Deltas(vec![pod("a", 0, false)]), now());
        assert_eq!(codes(&mut core), ["ImageInvalid"]);
    }

    #[test]
    fn a_log_that_may_not_be_read_is_coverage() {
        let mut core = core(vec![pod("a", 0, true)]);
        let wanted = core.wanted_logs().remove(0);
        let failure = Failure {
            kind: FailureKind::Forbidden,
            what: "pods/log is forbidden".into(),
        };
        core.take(Report::NoLog(wanted.key, failure), now());
        core.settle(now());
        let coverage = core.snapshot(now()).coverage;
        let entry = coverage
            .entries
            .iter()
            .find(|entry| &*entry.what == "logs")
            .unwrap();
        assert_eq!(entry.status, Status::Forbidden);
    }
}
