//! A core whose reads are answered by the test.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::*;
use crate::engine::analyzers;
use crate::engine::changes::{History, history};
use crate::engine::core::Core;
use crate::engine::evidence::Source;
use crate::engine::object::Kind;
use crate::engine::playbook::Playbook;
use crate::engine::watch::Report;
use crate::engine::world::{Delta, Object};

fn now() -> Timestamp {
    "2026-11-21T10:05:00Z".parse().unwrap()
}

const ONSET: &str = "2026-11-21T10:00:00Z";

fn owned(kind: &str, name: &str) -> Value {
    json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": name, "controller": true}])
}

fn deployment() -> Value {
    json!({"metadata": {"name": "web", "namespace": "shop", "uid": "web", "generation": 2,
        "creationTimestamp": "2026-11-20T10:00:00Z", "annotations": {"deployment.kubernetes.io/revision": "2"}},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}}, "status": {"replicas": 1}})
}

fn set(revision: u64, image: &str) -> Value {
    json!({"metadata": {"name": format!("web-{revision}"), "namespace": "shop", "uid": format!("web-{revision}"),
        "creationTimestamp": "2026-11-21T09:58:00Z", "ownerReferences": owned("Deployment", "web"),
        "annotations": {"deployment.kubernetes.io/revision": revision.to_string()}},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "app", "image": image}]}}}})
}

/// A pod whose image cannot be pulled.
fn pod(revision: u64) -> Value {
    let condition =
        |kind: &str, status: &str| json!({"type": kind, "status": status, "lastTransitionTime": ONSET});
    json!({"metadata": {"name": format!("web-{revision}-a"), "namespace": "shop", "creationTimestamp": ONSET,
        "ownerReferences": owned("ReplicaSet", &format!("web-{revision}"))},
        "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "app:2"}]},
        "status": {"phase": "Pending", "startTime": ONSET,
            "conditions": [condition("PodScheduled", "True"), condition("Ready", "False")],
            "containerStatuses": [{"name": "app", "image": "app:2", "state": {"waiting": {"reason": "ImagePullBackOff",
                "message": "Back-off pulling image \"app:2\": ErrImagePull: app:2: not found"}}}]}})
}

struct Bed {
    core: Core,
}

impl Bed {
    /// A cluster of one Deployment whose second revision fails, read in whole.
    fn new(follow: bool) -> Self {
        let mut core = Core::new(
            "test",
            Vec::new(),
            analyzers::all(),
            Playbook::builtin(),
            false,
            now(),
        );
        if follow {
            core.follow_changes();
        }
        core.take(
            Report::Identity {
                id: "c1".into(),
                server_version: "".into(),
            },
            now(),
        );
        let mut bed = Self { core };
        bed.put(Kind::Deployment, deployment());
        bed.put(Kind::ReplicaSet, set(1, "app:1"));
        bed.put(Kind::ReplicaSet, set(2, "app:2"));
        bed.put(Kind::Pod, pod(2));
        for kind in Kind::ALL {
            let known = bed.core.world().keys(*kind).into_iter();
            let keep: HashSet<_> = known.map(|key| (key.namespace, key.name)).collect();
            bed.take(Delta::Synced {
                kind: *kind,
                namespace: None,
                keep,
            });
        }
        bed
    }

    fn take(&mut self, delta: Delta) {
        self.core.take(Report::Deltas(vec![delta]), now());
    }

    fn put(&mut self, kind: Kind, object: Value) {
        self.take(Delta::Upsert(Object::decode(kind, object).unwrap()));
    }

    fn wanted(&mut self) -> Vec<WantedHistory> {
        self.core.settle(now());
        self.core.wanted_histories()
    }

    /// Answers what is asked for as an API would.
    fn answer(&mut self) {
        for one in self.wanted() {
            assert_eq!(one.key, Key::new(Kind::Deployment, "shop", "web"));
            let Ask::ReplicaSets { worked, .. } = one.ask else {
                panic!("{one:?}");
            };
            let rollout = history::of_replica_sets(&deployment(), &set(2, "app:2"), &set(1, "app:1"), worked);
            let history = History {
                rollout,
                writes: Vec::new(),
            };
            self.take(Delta::History(one.key, Box::new(history)));
        }
    }

    /// The problem about the image.
    fn problem(&mut self) -> std::sync::Arc<Problem> {
        self.core.settle(now());
        let problems = self.core.snapshot(now()).problems;
        let found = problems.iter().find(|one| one.title.contains("image"));
        found.unwrap().clone()
    }

    fn changes(&mut self) -> Vec<String> {
        let problem = self.problem();
        let changes = problem
            .evidence
            .iter()
            .filter(|one| matches!(one.evidence.source, Source::Change { .. }));
        changes
            .map(|one| format!("{} {}", one.n, one.evidence.text))
            .collect()
    }

    fn undo(&mut self) -> Option<String> {
        let problem = self.problem();
        let mut commands = problem
            .diagnosis
            .commands
            .iter()
            .map(|one| one.command.to_string());
        commands.find(|command| command.contains("rollout undo"))
    }
}

#[test]
fn a_past_is_asked_for_once_and_becomes_evidence_of_the_problem() {
    let mut bed = Bed::new(true);
    bed.answer();
    let changes = bed.changes();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(changes[0].ends_with("image app:1 → app:2"), "{changes:?}");
    let problem = bed.problem();
    assert!(
        problem
            .diagnosis
            .cause
            .ends_with("Since revision 2 (2 min before): image app:1 → app:2."),
        "{}",
        problem.diagnosis.cause
    );
    assert_eq!(
        bed.undo().as_deref(),
        Some("kubectl -n shop rollout undo deployment/web --to-revision=1")
    );
    bed.put(Kind::Pod, pod(2));
    assert!(bed.wanted().is_empty());
}

#[test]
fn without_a_known_change_nobody_is_sent_back() {
    let mut bed = Bed::new(false);
    assert!(bed.wanted().is_empty());
    assert_eq!(bed.undo(), None);
    let mut bed = Bed::new(true);
    let wanted = bed.wanted();
    assert_eq!(wanted.len(), 1);
    let failure = Failure {
        kind: FailureKind::Forbidden,
        what: "not you".into(),
    };
    bed.core
        .take(Report::NoHistory(wanted[0].key.clone(), failure), now());
    assert_eq!(bed.undo(), None);
    let coverage = bed.core.snapshot(now()).coverage;
    let gap = coverage.gaps().find(|gap| &*gap.what == "changes").unwrap();
    assert_eq!(&*gap.detail, "not you");
}

#[test]
fn numbers_are_open_until_the_past_is_there_and_stay_then() {
    let mut early = Bed::new(true);
    early.answer();
    let first = early.problem();
    early.put(Kind::Pod, pod(2));
    let later = early.problem();
    let numbers = |problem: &Problem| -> Vec<(u32, String)> {
        let facts = problem.evidence.iter();
        facts.map(|one| (one.n, one.evidence.text.to_string())).collect()
    };
    assert_eq!(numbers(&first), numbers(&later));
    // The change stands behind what shows the root, as if it had been there at once, and is told with it.
    let root = &first.root().unwrap().evidence;
    let is_change = |n: &u32| matches!(first.fact(*n).unwrap().evidence.source, Source::Change { .. });
    assert!(root.last().is_some_and(is_change), "{root:?}");
    assert_eq!(root.len() as u32, *root.last().unwrap());
}

#[test]
fn another_failing_revision_is_asked_for_again() {
    let mut bed = Bed::new(true);
    bed.answer();
    bed.put(Kind::ReplicaSet, set(3, "app:3"));
    bed.put(Kind::Pod, pod(3));
    bed.take(Delta::Remove(Key::new(Kind::Pod, "shop", "web-2-a")));
    let wanted = bed.wanted();
    let Some(Ask::ReplicaSets { failing, .. }) = wanted.first().map(|one| &one.ask) else {
        panic!("{wanted:?}");
    };
    assert_eq!(&*failing.name, "web-3");
}
