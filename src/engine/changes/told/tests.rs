//! Which changes count, in which order, and what is said of the first.

use serde_json::{Value, json};

use super::*;
use crate::engine::changes::{History, subjects};
use crate::engine::finding::Severity;
use crate::engine::object::Kind;
use crate::engine::world::{Delta, Object};

const ONSET: &str = "2026-11-21T10:00:00Z";

/// So many minutes before the onset.
fn before(minutes: i64) -> Timestamp {
    let onset: Timestamp = ONSET.parse().unwrap();
    onset - SignedDuration::from_mins(minutes)
}

fn put(world: &mut World, kind: Kind, object: Value) {
    world.apply(Delta::Upsert(Object::decode(kind, object).unwrap()));
}

/// A Deployment of two revisions, a pod of the second that mounts a ConfigMap, and its node.
fn world() -> World {
    let mut world = World::new("c1".into());
    let owned = |kind: &str, name: &str| json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": true}]);
    let made = "2026-11-20T10:00:00Z";
    put(
        &mut world,
        Kind::Deployment,
        json!({"metadata": {"name": "web", "namespace": "shop", "creationTimestamp": made,
        "annotations": {"deployment.kubernetes.io/revision": "5"}}}),
    );
    for (name, revision, ready) in [("web-3", 3, 0), ("web-4", 4, 1), ("web-5", 5, 0)] {
        put(
            &mut world,
            Kind::ReplicaSet,
            json!({"metadata": {"name": name, "namespace": "shop",
            "annotations": {"deployment.kubernetes.io/revision": revision.to_string()},
            "ownerReferences": owned("Deployment", "web")}, "status": {"readyReplicas": ready}}),
        );
    }
    put(
        &mut world,
        Kind::Pod,
        json!({"metadata": {"name": "web-5-a", "namespace": "shop", "ownerReferences": owned("ReplicaSet", "web-5")},
        "spec": {"nodeName": "n1", "containers": [{"name": "app"}], "volumes": [{"name": "c", "configMap": {"name": "settings"}}]}}),
    );
    put(
        &mut world,
        Kind::ConfigMap,
        json!({"metadata": {"name": "settings", "namespace": "shop", "creationTimestamp": made}}),
    );
    put(
        &mut world,
        Kind::Node,
        json!({"metadata": {"name": "n1"}, "spec": {"unschedulable": true}}),
    );
    world
}

fn root() -> Finding {
    let mut root = Finding::new(
        "ContainerCrashLoop",
        Severity::Critical,
        ObjectRef::new("v1", "Pod", "shop", "web-5-a"),
        "t",
    );
    root.owner = ObjectRef::new("apps/v1", "Deployment", "shop", "web");
    root.container = Some("app".into());
    root
}

fn web() -> Key {
    Key::new(Kind::Deployment, "shop", "web")
}

fn settings() -> Key {
    Key::new(Kind::ConfigMap, "shop", "settings")
}

fn rollout(minutes: i64, old: Value, new: Value) -> Rollout {
    let template = |spec: Value| json!({ "spec": spec });
    Rollout {
        name: "web-5".into(),
        number: 5,
        before: 4,
        worked: true,
        at: Some(before(minutes)),
        by: "by helm".into(),
        differences: crate::engine::changes::templates(&template(old), &template(new)),
    }
}

fn image(tag: &str) -> Value {
    json!({"containers": [{"name": "app", "image": format!("app:{tag}")}]})
}

fn write(minutes: i64, text: &str, created: bool) -> Write {
    Write {
        path: "data".into(),
        at: before(minutes),
        by: "by kubectl-edit".into(),
        text: text.into(),
        created,
    }
}

fn know(world: &mut World, key: Key, rollout: Option<Rollout>, writes: Vec<Write>) {
    world.apply(Delta::History(key, Box::new(History { rollout, writes })));
}

fn tell(world: &World) -> Told {
    tell_of(world, &root(), &[])
}

fn tell_of(world: &World, root: &Finding, symptoms: &[Finding]) -> Told {
    let subjects = subjects(world, root, symptoms.iter());
    told(world, root, &subjects, ONSET.parse().ok())
}

fn texts(told: &Told) -> Vec<String> {
    told.evidence.iter().map(|one| one.text.to_string()).collect()
}

#[test]
fn the_pasts_of_what_fails_and_of_what_it_reads_matter() {
    let world = world();
    let subjects = subjects(&world, &root(), std::iter::empty());
    let told: Vec<String> = subjects
        .iter()
        .map(|one| format!("{} {:?}", one.key.object(), one.relation))
        .collect();
    assert_eq!(
        told,
        [
            "Deployment/shop/web Failing",
            "ConfigMap/shop/settings Touched",
            "Node/n1 Around"
        ]
    );
    let set = |name| Key::new(Kind::ReplicaSet, "shop", name);
    let ask = Ask::ReplicaSets {
        failing: set("web-5"),
        before: set("web-4"),
        worked: true,
    };
    assert_eq!(subjects[0].ask, ask);
}

#[test]
fn what_only_informs_asks_for_nothing() {
    let mut root = root();
    root.severity = Severity::Info;
    assert!(subjects(&world(), &root, std::iter::empty()).is_empty());
}

#[test]
fn a_rollout_that_touches_what_fails_is_blamed() {
    let mut world = world();
    know(
        &mut world,
        web(),
        Some(rollout(2, image("1.4"), image("1.5"))),
        Vec::new(),
    );
    let told = tell(&world);
    assert_eq!(texts(&told), ["image app:1.4 → app:1.5"]);
    assert_eq!(
        told.evidence[0].sentence(),
        "image app:1.4 → app:1.5 (revision 4 (works) → 5 by helm)"
    );
    let blame = told.blame.unwrap();
    assert_eq!(
        blame.sentence,
        "Since revision 5 (2 min before): image app:1.4 → app:1.5."
    );
    assert_eq!(blame.back_to, Some(4));
}

#[test]
fn a_rollout_counts_before_the_onset_and_not_for_ever() {
    let week = 7 * 24 * 60;
    for (minutes, counts) in [(2, true), (0, true), (-1, false), (week, true), (week + 1, false)] {
        let mut world = world();
        know(
            &mut world,
            web(),
            Some(rollout(minutes, image("1"), image("2"))),
            Vec::new(),
        );
        assert_eq!(tell(&world).evidence.len(), usize::from(counts), "{minutes}");
    }
}

#[test]
fn what_touches_nothing_that_fails_is_told_only_when_near_and_is_not_blamed() {
    let labelled = |value: &str| json!({"containers": [{"name": "log", "image": value}, {"name": "app"}]});
    for (minutes, counts) in [(10, true), (61, false)] {
        let mut world = world();
        know(
            &mut world,
            web(),
            Some(rollout(minutes, labelled("1"), labelled("2"))),
            Vec::new(),
        );
        let told = tell(&world);
        assert_eq!(told.evidence.len(), usize::from(counts), "{minutes}");
        assert_eq!(told.blame, None);
    }
}

#[test]
fn a_rollout_of_another_revision_says_nothing() {
    let mut world = world();
    let mut old = rollout(2, image("1"), image("2"));
    old.name = "web-4".into();
    know(&mut world, web(), Some(old), Vec::new());
    assert_eq!(tell(&world), Told::default());
}

#[test]
fn what_touches_comes_first_then_what_is_nearest() {
    let mut world = world();
    let node = Key::new(Kind::Node, "", "n1");
    know(
        &mut world,
        web(),
        Some(rollout(20, image("1"), image("2"))),
        Vec::new(),
    );
    know(
        &mut world,
        settings(),
        None,
        vec![write(5, "data written (a)", false)],
    );
    know(&mut world, node, None, vec![write(1, "cordoned", false)]);
    let told = tell(&world);
    assert_eq!(
        texts(&told),
        ["data written (a)", "image app:1 → app:2", "cordoned"]
    );
    let blame = told.blame.unwrap();
    assert_eq!(
        blame.sentence,
        "ConfigMap/settings: data written (a) 5 min before, by kubectl-edit."
    );
    assert_eq!(blame.back_to, None, "going back would not bring the data back");
}

#[test]
fn what_a_container_reads_does_not_matter_to_a_pull() {
    for (code, counts) in [
        ("ContainerCrashLoop", true),
        ("ImagePullFailed", false),
        ("PodUnschedulable", false),
    ] {
        let mut root = root();
        root.code = code.into();
        let subjects = subjects(&world(), &root, std::iter::empty());
        assert_eq!(subjects.iter().any(|one| one.key == settings()), counts, "{code}");
    }
}

#[test]
fn what_was_made_with_the_workload_is_no_change() {
    let day = 24 * 60;
    for (minutes, created, counts) in [
        (30, true, true),
        (day, true, false),
        (day - 1, true, false),
        (day - 2, true, true),
        (day, false, true),
        (day + 1, false, false),
    ] {
        let mut world = world();
        know(&mut world, settings(), None, vec![write(minutes, "w", created)]);
        assert_eq!(
            tell(&world).evidence.len(),
            usize::from(counts),
            "{minutes} {created}"
        );
    }
}

#[test]
fn of_a_workload_that_only_follows_what_names_the_cause_counts() {
    let mut world = world();
    let mut missing = Finding::new(
        "ConfigMapMissing",
        Severity::Critical,
        ObjectRef::new("v1", "ConfigMap", "shop", "flags"),
        "t",
    );
    missing.since = ONSET.parse().ok();
    let volume = |name: &str| json!({"volumes": [{"name": "c", "configMap": {"name": name}}], "containers": [{"name": "app", "image": name}]});
    know(
        &mut world,
        web(),
        Some(rollout(3, volume("settings"), volume("flags"))),
        Vec::new(),
    );
    let symptom = root();
    let told = tell_of(&world, &missing, &[symptom]);
    assert_eq!(
        texts(&told),
        [
            "image settings → flags",
            "volume c ConfigMap settings → ConfigMap flags"
        ]
    );
    let blame = told.blame.unwrap();
    assert!(
        blame
            .sentence
            .starts_with("Since revision 5 of Deployment/web (3 min before): "),
        "{}",
        blame.sentence
    );
    assert_eq!(blame.back_to, None);
}

#[test]
fn a_diagnosis_names_the_change_and_its_number() {
    let mut diagnosis = Diagnosis {
        cause: "It crashes".into(),
        confidence: crate::engine::problem::Confidence::Likely,
        why: vec![1, 7],
        fix: "".into(),
        commands: Vec::new(),
        docs: None,
        signature: None,
    };
    let blame = Blame {
        sentence: "Since revision 5: x.".into(),
        back_to: None,
    };
    blame.tell(&mut diagnosis, Some(4));
    assert_eq!(&*diagnosis.cause, "It crashes. Since revision 5: x.");
    assert_eq!(diagnosis.why, [1, 4, 7]);
}
