//! What is said outside becomes findings about objects inside.

use serde_json::{Value, json};

use super::*;
use crate::engine::world::{Delta, Object};

fn said(kind: &str, name: &str, errors: &[&str]) -> Said {
    Said {
        kind: kind.to_owned(),
        name: name.to_owned(),
        errors: errors.iter().map(|error| (*error).to_owned()).collect(),
        ..Said::default()
    }
}

fn put(world: &mut World, remotes: &mut Remotes, kind: Kind, object: Value) {
    for key in world.apply(Delta::Upsert(Object::decode(kind, object).unwrap())) {
        remotes.touch(&key);
    }
}

fn pod() -> Value {
    json!({"metadata": {"name": "cart-1-a", "namespace": "shop", "ownerReferences": [
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "cart-1", "uid": "r", "controller": true}]}})
}

fn replica_set() -> Value {
    json!({"metadata": {"name": "cart-1", "namespace": "shop", "ownerReferences": [
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart", "uid": "d", "controller": true}]}})
}

fn taken(remotes: &mut Remotes, world: &World) -> Vec<Finding> {
    let all = remotes.take_findings(world);
    all.into_values().flatten().collect()
}

#[test]
fn the_object_is_what_the_result_names() {
    let mut world = World::default();
    let mut remotes = Remotes::default();
    put(&mut world, &mut remotes, Kind::Pod, pod());
    for (kind, name, object) in [
        ("Pod", "shop/cart-1-a", "v1 Pod/shop/cart-1-a"),
        ("pods", "cart-1-a", "v1 Pod/shop/cart-1-a"),
        ("v1/Pod", "pay/other", "v1 Pod/pay/other"),
        ("apps/v1/Deployment", "shop/cart", "apps/v1 Deployment/shop/cart"),
        ("Node", "ignored/worker-1", "v1 Node/worker-1"),
        ("example.io/v1/Disk", "sda", "example.io/v1 Disk/sda"),
        ("", "sda", " disks/sda"),
        ("", "", " disks/disks"),
        ("Pod", "../../secrets/x", "v1 Pod/__/___secrets_x"),
        ("Pod?watch", "a b/c#d", " Pod_watch/a_b/c_d"),
    ] {
        let about = About::of("disks", &said(kind, name, &[])).object(&world);
        assert_eq!(format!("{} {about}", about.api_version), object, "{kind} {name}");
    }
}

#[test]
fn owners_are_found_when_they_come_and_findings_go_with_their_object() {
    let mut world = World::default();
    let mut remotes = Remotes::default();
    remotes.expect(["disks".into()]);
    assert!(!remotes.is_complete());
    remotes.answered("disks".into(), Ok(vec![said("Pod", "cart-1-a", &["slow disk"])]));
    assert!(remotes.is_complete());
    // Not read yet: the object stands as it was named.
    assert_eq!(taken(&mut remotes, &world)[0].owner.path(), "Pod/cart-1-a");
    assert!(taken(&mut remotes, &world).is_empty(), "nothing changed");
    put(&mut world, &mut remotes, Kind::Pod, pod());
    assert_eq!(
        taken(&mut remotes, &world)[0].owner.path(),
        "ReplicaSet/shop/cart-1"
    );
    put(&mut world, &mut remotes, Kind::ReplicaSet, replica_set());
    let finding = taken(&mut remotes, &world).remove(0);
    assert_eq!(finding.owner.path(), "Deployment/shop/cart");
    assert_eq!((&*finding.code, &*finding.title), ("Custom/disks", "slow disk"));
    put(
        &mut world,
        &mut remotes,
        Kind::Pod,
        json!({"metadata": {"name": "other", "namespace": "pay"}}),
    );
    assert!(remotes.stale.is_empty(), "it has nothing to do with it");

    let key = Key::new(Kind::Pod, "shop", "cart-1-a");
    world.apply(Delta::Remove(key.clone()));
    remotes.touch(&key);
    let all = remotes.take_findings(&world);
    assert!(all["disks"].iter().all(|one| &*one.object.namespace != "shop"));
}

#[test]
fn an_object_that_never_was_there_may_be_what_is_wrong() {
    let mut remotes = Remotes::default();
    let mut missing = said("Secret", "shop/db", &["it is missing"]);
    missing.parent = "Deployment/cart".to_owned();
    remotes.answered("disks".into(), Ok(vec![missing]));
    let findings = taken(&mut remotes, &World::default());
    assert_eq!(findings[0].object.path(), "Secret/shop/db");
    assert_eq!(findings[0].owner.path(), "Deployment/shop/cart");
}

#[test]
fn what_is_said_twice_of_one_object_is_one_finding_with_all_of_it() {
    let mut remotes = Remotes::default();
    let mut more = said("Node", "a", &["second\nwith a line more", "first"]);
    more.details = "sector 7\n\nsector 9".to_owned();
    let results = vec![
        said("Node", "a", &["first", " "]),
        more,
        said("Node", "b", &[]),
        said("Node", "c", &[" "]),
    ];
    remotes.answered("disks".into(), Ok(results));
    let findings = taken(&mut remotes, &World::default());
    let [finding] = findings.as_slice() else {
        panic!("what has no error is well: {findings:?}");
    };
    let evidence: Vec<&str> = finding.evidence.iter().map(|fact| &*fact.text).collect();
    assert_eq!(
        evidence,
        ["first", "second", "with a line more", "sector 7", "sector 9"]
    );
    assert_eq!(&*finding.title, "first");
    assert!(finding.message.contains("with a line more"));
}

#[test]
fn an_answer_without_end_is_cut_and_coverage_says_so() {
    let mut remotes = Remotes::default();
    let results = (0..MOST_RESULTS + 3).map(|n| said("Node", &format!("n{n}"), &["x".repeat(5000).as_str()]));
    remotes.answered("disks".into(), Ok(results.collect()));
    let findings = taken(&mut remotes, &World::default());
    assert_eq!(findings.len(), MOST_RESULTS);
    assert!(findings[0].title.chars().count() <= TITLE_CHARS + 1);
    let entry = remotes.coverage(&"c1".into()).next().unwrap();
    assert_eq!(entry.status, Status::Error);
    assert!(entry.detail.contains("3 more"), "{}", entry.detail);
}

#[test]
fn what_was_said_stays_while_nothing_is_heard() {
    let world = World::default();
    let mut remotes = Remotes::default();
    remotes.answered("disks".into(), Ok(vec![said("Node", "a", &["slow disk"])]));
    assert_eq!(taken(&mut remotes, &world).len(), 1);
    remotes.answered(
        "disks".into(),
        Err(CallError::Deadline(std::time::Duration::from_secs(10))),
    );
    assert!(remotes.take_findings(&world).is_empty(), "they stand as they are");
    let entry = remotes.coverage(&"c1".into()).next().unwrap();
    assert_eq!((entry.status, entry.objects), (Status::Error, 1));
    assert!(entry.detail.contains("still shown"), "{}", entry.detail);
    remotes.answered("disks".into(), Ok(Vec::new()));
    assert_eq!(remotes.take_findings(&world)["disks"], []);
}
