//! What whole objects say of their past.

use serde_json::{Value, json};

use super::*;

fn set(name: &str, revision: u64, made: &str, image: &str) -> Value {
    json!({"metadata": {"name": name, "creationTimestamp": made,
            "annotations": {REVISION: revision.to_string()}},
        "spec": {"template": {"spec": {"containers": [{"name": "app", "image": image}]}}}})
}

fn written(manager: &str, time: &str, fields: &Value) -> Value {
    json!({"manager": manager, "operation": "Update", "time": time, "fieldsV1": fields})
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NINE: &str = "2026-11-21T09:00:00Z";
const TEN: &str = "2026-11-21T10:00:00Z";

#[test]
fn a_rollout_is_of_the_time_of_its_set_unless_that_was_used_before() {
    let workload = json!({"metadata": {"annotations": {"meta.helm.sh/release-name": "shop"}, "managedFields": [
        written("helm", "2026-11-21T10:00:01Z", &json!({"f:spec": {"f:template": {}}}))]}});
    let before = set("a", 4, NINE, "x:1");
    let mut failing = set("b", 5, TEN, "x:2");
    let rollout = of_replica_sets(&workload, &failing, &before, true).unwrap();
    assert_eq!((rollout.before, rollout.number, rollout.worked), (4, 5, true));
    assert_eq!(rollout.at, Some(time(TEN)));
    assert_eq!(&*rollout.by, "by helm (Helm release shop)");
    assert_eq!(&*rollout.differences[0].text, "image x:1 → x:2");
    failing["metadata"]["annotations"][REUSED] = json!("3");
    failing["metadata"]["annotations"][CAUSE] = json!("kubectl set image deployment/web app=x:2");
    let rollout = of_replica_sets(&workload, &failing, &before, false).unwrap();
    assert_eq!(
        rollout.at,
        Some(time("2026-11-21T10:00:01Z")),
        "of whoever wrote it"
    );
    assert!(
        rollout
            .by
            .ends_with(", \"kubectl set image deployment/web app=x:2\""),
        "{}",
        rollout.by
    );
}

fn revision(name: &str, number: u64, made: &str, image: &str) -> Value {
    json!({"metadata": {"name": format!("db-{name}"), "creationTimestamp": made,
            "labels": {"controller-revision-hash": name}},
        "revision": number,
        "data": {"spec": {"template": {"$patch": "replace", "spec": {"containers": [{"name": "db", "image": image}]}}}}})
}

#[test]
fn of_the_older_revisions_the_newest_counts_that_has_ready_pods() {
    let eight = "2026-11-21T08:00:00Z";
    let all = [
        revision("a", 1, eight, "x:1"),
        revision("b", 2, NINE, "x:2"),
        revision("c", 3, TEN, "x:3"),
    ];
    let workload = json!({"metadata": {"name": "db"}});
    for (failing, ready, want) in [
        (None, &[][..], Some((2, 3, false))),
        // DaemonSets name revisions by their hash, StatefulSets by their name.
        (Some("db-c"), &["a"][..], Some((1, 3, true))),
        (Some("db-c"), &["db-b", "db-a"][..], Some((2, 3, true))),
        (Some("db-b"), &["db-c"][..], Some((1, 2, false))),
        (Some("db-a"), &[][..], None),
        (Some("gone"), &[][..], None),
    ] {
        let ready: Vec<Text> = ready.iter().map(|name| (*name).into()).collect();
        let rollout = of_revisions(&workload, &all, failing, &ready);
        let found = rollout.map(|one| (one.before, one.number, one.worked));
        assert_eq!(found, want, "{failing:?} {ready:?}");
    }
    let rollout = of_revisions(&workload, &all, None, &[]).unwrap();
    assert_eq!(rollout.at, Some(time(TEN)));
    assert_eq!(&*rollout.differences[0].text, "image x:2 → x:3");
    // One that was gone back to has a new number and its old time.
    let back = [revision("b", 2, NINE, "x:2"), revision("a", 3, eight, "x:1")];
    assert_eq!(of_revisions(&workload, &back, None, &[]).unwrap().at, None);
}

#[test]
fn revisions_of_others_are_told_apart() {
    let owned =
        |name: &str, uid: &str| json!({"metadata": {"ownerReferences": [{"name": name, "uid": uid}]}});
    let workload = json!({"metadata": {"name": "db", "uid": "1"}});
    assert!(is_of(&owned("db", "1"), &workload));
    assert!(!is_of(&owned("db", "2"), &workload), "its namesake before it");
    assert!(!is_of(&json!({"metadata": {}}), &workload));
}

/// Time and words of each write, what came into being marked.
fn told(kind: Kind, mut object: Value) -> Vec<String> {
    object["metadata"]["creationTimestamp"] = json!(NINE);
    let writes = writes(kind, &object).into_iter();
    let sign = |write: &Write| if write.created { "*" } else { "" };
    writes
        .map(|write| format!("{}{} {} {}", sign(&write), write.text, write.path, write.by))
        .collect()
}

#[test]
fn the_last_write_of_what_matters_is_told() {
    const MADE: &str = "*created metadata.creationTimestamp ";
    let by = |entries: Value| json!({"metadata": {"managedFields": entries}});
    for (kind, object, want) in [
        (Kind::ConfigMap, json!({"metadata": {}}), vec![MADE.to_owned()]),
        (
            Kind::ConfigMap,
            by(json!([written(
                "kubectl-create",
                NINE,
                &json!({"f:data": {"f:a": {}}})
            )])),
            vec![format!("{MADE}by kubectl-create")],
        ),
        (
            Kind::ConfigMap,
            by(json!([written(
                "kubectl-edit",
                TEN,
                &json!({"f:data": {".": {}, "f:a.yaml": {}, "f:b": {}}})
            )])),
            vec![
                format!("{MADE}by kubectl-edit"),
                "data written (a.yaml, b) data by kubectl-edit".to_owned(),
            ],
        ),
        // Labels alone are no change of what it holds.
        (
            Kind::Secret,
            by(json!([written(
                "labeller",
                TEN,
                &json!({"f:metadata": {"f:labels": {}}})
            )])),
            vec![format!("{MADE}by labeller")],
        ),
        (
            Kind::Service,
            by(json!([written(
                "kubectl-patch",
                TEN,
                &json!({"f:spec": {"f:selector": {}}})
            )])),
            vec![
                format!("{MADE}by kubectl-patch"),
                "spec.selector written spec.selector by kubectl-patch".to_owned(),
            ],
        ),
        (
            Kind::ResourceQuota,
            by(
                json!([{"manager": "kube-controller-manager", "time": TEN, "subresource": "status",
                "fieldsV1": {"f:status": {}}}]),
            ),
            vec![MADE.to_owned()],
        ),
        (
            Kind::Node,
            by(json!([
                written("kubectl-cordon", TEN, &json!({"f:spec": {"f:unschedulable": {}}})),
                written("kubelet", TEN, &json!({"f:status": {}}))
            ])),
            vec![
                format!("{MADE}by kubectl-cordon"),
                "cordoned spec.unschedulable by kubectl-cordon".to_owned(),
            ],
        ),
    ] {
        assert_eq!(told(kind, object.clone()), want, "{object}");
    }
}

#[test]
fn a_node_tells_which_of_its_conditions_are_bad_and_since_when() {
    let condition = |kind: &str, status: &str| json!({"type": kind, "status": status, "reason": "Why", "lastTransitionTime": TEN});
    let node = json!({"metadata": {},
        "spec": {"taints": [{"key": "gpu", "effect": "NoExecute", "timeAdded": TEN}, {"key": "old", "effect": "NoSchedule"}]},
        "status": {"conditions": [condition("Ready", "True"), condition("MemoryPressure", "True"), condition("DiskPressure", "False")]}});
    assert_eq!(
        told(Kind::Node, node).get(1..).unwrap(),
        [
            "MemoryPressure became True (Why) status.conditions[type=MemoryPressure] ",
            "taint gpu:NoExecute added spec.taints ",
        ]
    );
}
