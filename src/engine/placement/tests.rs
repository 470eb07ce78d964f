#![expect(clippy::needless_pass_by_value, reason = "literals are handed over")]

use serde_json::{Value, json};

use super::*;
use crate::engine::kinds::Pod;
use crate::engine::world::{Delta, Object};

/// A world of these objects, in which everything has been read.
fn world(objects: &[Value]) -> World {
    let mut world = World::new("c1".into());
    for object in objects {
        let kind = Kind::from_name(object["kind"].as_str().unwrap()).unwrap();
        world.apply(Delta::Upsert(Object::decode(kind, object.clone()).unwrap()));
    }
    for kind in Kind::ALL {
        let keep = world.keys(*kind);
        let keep = keep.iter().map(|key| (key.namespace.clone(), key.name.clone()));
        let keep = keep.collect();
        world.apply(Delta::Synced {
            kind: *kind,
            namespace: None,
            keep,
        });
    }
    world
}

fn node(name: &str, spec: Value, labels: Value) -> Value {
    let mut all = json!({"kubernetes.io/hostname": name});
    all.as_object_mut()
        .unwrap()
        .extend(labels.as_object().unwrap().clone());
    json!({"kind": "Node", "metadata": {"name": name, "labels": all}, "spec": spec,
        "status": {"allocatable": {"cpu": "2", "memory": "4Gi", "pods": "10"}}})
}

fn pod(name: &str, on: &str, spec: Value) -> Value {
    let mut all = json!({"nodeName": on, "containers": [{"name": "main"}]});
    all.as_object_mut()
        .unwrap()
        .extend(spec.as_object().unwrap().clone());
    json!({"kind": "Pod", "metadata": {"name": name, "namespace": "shop", "labels": {"app": "web"}}, "spec": all,
        "status": {"phase": if on.is_empty() { "Pending" } else { "Running" }}})
}

fn asks(cpu: &str) -> Value {
    json!({"containers": [{"name": "main", "resources": {"requests": {"cpu": cpu}}}]})
}

/// The rows as text, and the smallest change.
fn told(objects: &[Value]) -> (Vec<String>, String) {
    let world = world(objects);
    let pod = world.get::<Pod>("shop", "new").unwrap();
    let table = table(&world, pod).unwrap();
    let rows = table.rows.iter();
    (
        rows.map(|row| format!("{}: {}", row.who(), row.why())).collect(),
        table.change.map(|change| change.to_string()).unwrap_or_default(),
    )
}

#[test]
fn each_filter_says_why_and_what_would_let_it_run() {
    let plain = || node("a", json!({}), json!({}));
    let zone = |name: &str, zone: &str| node(name, json!({}), json!({"zone": zone}));
    let selector = json!({"matchLabels": {"app": "web"}});
    let term = json!([{"labelSelector": selector, "topologyKey": "kubernetes.io/hostname"}]);
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let apart = json!({"affinity": {"podAntiAffinity": {required: term}}});
    let near = json!({"affinity": {"podAffinity": {required: [
        {"labelSelector": {"matchLabels": {"app": "cache"}}, "topologyKey": "zone"}]}}});
    let spread = json!({"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone",
        "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector}]});
    let port = json!({"containers": [{"name": "main", "ports": [{"containerPort": 80, "hostPort": 80}]}]});
    let cases: Vec<(&str, Vec<Value>, &[&str], &str)> = vec![
        (
            "nothing is in the way",
            vec![plain(), pod("new", "", json!({}))],
            &["a: takes it"],
            "",
        ),
        (
            "what is left counts, not what there is; what has ended does not count",
            vec![
                plain(),
                pod("old", "a", asks("1500m")),
                json!({"kind": "Pod", "metadata": {"name": "done", "namespace": "shop"},
                    "spec": {"nodeName": "a", "containers": [{"name": "main", "resources": {"requests": {"cpu": "2"}}}]},
                    "status": {"phase": "Succeeded"}}),
                pod("new", "", asks("800m")),
            ],
            &["a: cpu: asks for 800m, 500m left of 2, 300m missing"],
            "have main ask for at most 500m cpu instead of 800m: then a takes it",
        ),
        (
            "of two nodes that lack the same the one with more left is named first",
            vec![
                plain(),
                node("b", json!({}), json!({})),
                pod("old", "a", asks("1")),
                pod("new", "", asks("3")),
            ],
            &["b, a: cpu: asks for 3, 2 left of 2, 1 missing"],
            "have main ask for at most 2 cpu instead of 3: then b takes it",
        ),
        (
            "a device that no node has cannot be had",
            vec![
                plain(),
                pod(
                    "new",
                    "",
                    json!({"containers": [{"name": "main", "resources": {"requests": {"gpu": "1"}}}]}),
                ),
            ],
            &["a: has no gpu at all"],
            "",
        ),
        (
            "a cordoned node is the smaller change than a taint",
            vec![
                node(
                    "a",
                    json!({"taints": [{"key": "pool", "value": "batch", "effect": "NoSchedule"}]}),
                    json!({}),
                ),
                node(
                    "b",
                    json!({"unschedulable": true,
                    "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]}),
                    json!({}),
                ),
                pod("new", "", json!({})),
            ],
            &["b: cordoned", "a: taint pool=batch:NoSchedule"],
            "uncordon b: then b takes it",
        ),
        (
            "a taint that is borne, and one that only prefers",
            vec![
                node(
                    "a",
                    json!({"taints": [{"key": "pool", "value": "batch", "effect": "NoSchedule"},
                    {"key": "old", "effect": "PreferNoSchedule"}]}),
                    json!({}),
                ),
                pod(
                    "new",
                    "",
                    json!({"tolerations": [{"key": "pool", "operator": "Exists"}]}),
                ),
            ],
            &["a: takes it"],
            "",
        ),
        (
            "a node that does not answer is not mended by a toleration",
            vec![
                node(
                    "a",
                    json!({"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}]}),
                    json!({}),
                ),
                pod("new", "", json!({})),
            ],
            &["a: does not answer"],
            "",
        ),
        (
            "a label with another value, and one that is not there",
            vec![
                node("a", json!({}), json!({"disk": "ssd"})),
                plain_named("b"),
                pod("new", "", json!({"nodeSelector": {"disk": "sdd"}})),
            ],
            &["a: has disk=ssd, not disk=sdd", "b: has no label disk=sdd"],
            "ask for disk=ssd: then a takes it",
        ),
        (
            "node affinity",
            vec![
                zone("a", "1"),
                pod(
                    "new",
                    "",
                    json!({"affinity": {"nodeAffinity": {required: {"nodeSelectorTerms": [
                    {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["2"]}]}]}}}}),
                ),
            ],
            &["a: not selected by its node affinity: zone in (2)"],
            "do without the node affinity zone in (2): then a takes it",
        ),
        (
            "a port of the node",
            vec![
                plain(),
                pod("old", "a", port.clone()),
                pod("new", "", port.clone()),
            ],
            &["a: port 80 is taken by Pod/shop/old"],
            "do without port 80 of the node: then a takes it",
        ),
        (
            "anti-affinity of its own",
            vec![plain(), pod("old", "a", json!({})), pod("new", "", apart.clone())],
            &["a: a pod app=web, which it avoids, is near (kubernetes.io/hostname)"],
            "let staying apart from app=web (kubernetes.io/hostname) be preferred, not required: then a takes it",
        ),
        (
            "anti-affinity of another",
            vec![plain(), pod("old", "a", apart.clone()), pod("new", "", json!({}))],
            &["a: Pod/shop/old avoids it (kubernetes.io/hostname)"],
            "let staying apart from Pod/shop/old (kubernetes.io/hostname) be preferred, not required: then a takes it",
        ),
        (
            "nobody is there to be near",
            vec![zone("a", "1"), pod("new", "", near)],
            &["a: no pod app=cache near (zone)"],
            "run app=cache there (zone): then a takes it",
        ),
        (
            "one zone is full and the other refuses: a greater skew is the smaller change",
            vec![
                zone("a", "1"),
                node(
                    "b",
                    json!({"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}]}),
                    json!({"zone": "2"}),
                ),
                pod("old", "a", json!({})),
                pod("new", "", spread),
            ],
            &[
                "a: spread: zone=1 would have 2 more than the least, 1 allowed",
                "b: does not answer",
            ],
            "allow a skew of 2 over zone: then a takes it",
        ),
        (
            "a claim that is not there is in the way everywhere",
            vec![
                plain(),
                pod(
                    "new",
                    "",
                    json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}),
                ),
            ],
            &["a: claim data does not exist"],
            "",
        ),
        (
            "a volume in another zone",
            vec![
                zone("a", "1"),
                json!({"kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": {"nodeAffinity": {"required":
                    {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["2"]}]}]}}}}),
                json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "shop"},
                    "spec": {"volumeName": "pv"}, "status": {"phase": "Bound"}}),
                pod(
                    "new",
                    "",
                    json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}),
                ),
            ],
            &["a: volume pv of claim data cannot be reached from there"],
            "",
        ),
    ];
    for (name, objects, rows, change) in cases {
        assert_eq!(
            told(&objects),
            (rows.iter().map(ToString::to_string).collect(), change.to_owned()),
            "{name}"
        );
    }
}

fn plain_named(name: &str) -> Value {
    node(name, json!({}), json!({}))
}

#[test]
fn alike_nodes_are_one_row() {
    let mut objects: Vec<Value> = (0..40).map(|i| plain_named(&format!("n{i:02}"))).collect();
    objects.push(pod("new", "", asks("64")));
    let (rows, _) = told(&objects);
    assert_eq!(
        rows,
        ["n00, n01, n02 and 37 more: cpu: asks for 64, 2 left of 2, 62 missing"]
    );
}

#[test]
fn commands_say_the_whole_change_or_nothing() {
    let taint = json!([{"key": "pool", "value": "batch", "effect": "NoSchedule"}]);
    let tolerations = json!([{"key": "team", "operator": "Exists"},
        {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}]);
    let mut spec = asks("3");
    spec["tolerations"] = tolerations;
    let world = world(&[
        node("a", json!({"taints": taint}), json!({})),
        pod("new", "", spec),
    ]);
    let pod = world.get::<Pod>("shop", "new").unwrap();
    let change = table(&world, pod).unwrap().change.unwrap();
    let owner = ObjectRef::new("apps/v1", "Deployment", "shop", "web");
    assert_eq!(
        change.commands(pod, &owner).unwrap(),
        [
            "kubectl -n shop set resources deployment/web -c main --requests=cpu=2",
            "kubectl -n shop patch deployment/web --type=merge -p '{\"spec\":{\"template\":{\"spec\":{\"tolerations\":\
             [{\"key\":\"team\",\"operator\":\"Exists\"},{\"effect\":\"NoSchedule\",\"key\":\"pool\",\"operator\":\"Equal\",\
             \"value\":\"batch\"}]}}}}'",
        ]
    );
    let bare = ObjectRef::new("v1", "Pod", "shop", "new");
    assert_eq!(
        change.commands(pod, &bare),
        None,
        "the spec of a pod stays as it is"
    );
}
