//! Messages in, snapshots out.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Core;
use crate::engine::analyzers::declared::{CustomAnalyzer, LazyCatalog};
use crate::engine::analyzers::{self, Analysis, Analyzer};
use crate::engine::cluster::{Failure, FailureKind};
use crate::engine::kinds::{ConfigMap, Pod, Service};
use crate::engine::object::{Key, Kind, Text};
use crate::engine::playbook::Playbook;
use crate::engine::watch::{KindState, Report};
use crate::engine::world::{Delta, Object, Sync, World};

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn decode<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// A Service that selects what is nowhere.
fn service(namespace: &str) -> Object {
    decode::<Service>(json!({
        "metadata": {"name": "web", "namespace": namespace, "creationTimestamp": "2026-11-21T08:00:00Z"},
        "spec": {"selector": {"app": "web"}, "clusterIP": "10.0.0.1", "ports": [{"port": 80}]},
    }))
    .into()
}

fn pod(namespace: &str) -> Object {
    decode::<Pod>(json!({"metadata": {"name": "a", "namespace": namespace}})).into()
}

fn synced(kind: Kind, namespace: Option<&str>, keep: &[(&str, &str)]) -> Delta {
    Delta::Synced {
        kind,
        namespace: namespace.map(Text::from),
        keep: keep
            .iter()
            .map(|(namespace, name)| ((*namespace).into(), (*name).into()))
            .collect::<HashSet<_>>(),
    }
}

fn unreadable(kind: Kind, namespace: Option<&str>) -> Delta {
    Delta::Unreadable {
        kind,
        namespace: namespace.map(Text::from),
    }
}

fn core(namespaces: &[&str], analyzers: Vec<Box<dyn Analyzer>>) -> Core {
    let namespaces = namespaces.iter().map(|name| Text::from(*name)).collect();
    let mut core = Core::new("test", namespaces, analyzers, Playbook::builtin(), false, now());
    let identity = Report::Identity {
        id: "c1".into(),
        server_version: "".into(),
    };
    core.take(identity, now());
    core
}

fn take(core: &mut Core, deltas: impl IntoIterator<Item = Delta>) {
    core.take(Report::Deltas(deltas.into_iter().collect()), now());
}

/// The objects that the problems' roots are about.
fn roots(core: &mut Core) -> Vec<String> {
    core.settle(now());
    let snapshot = core.snapshot(now());
    let roots = snapshot.problems.iter().filter_map(|problem| problem.root());
    roots.map(|root| root.finding.object.path()).collect()
}

#[test]
fn what_may_not_be_read_in_one_namespace_is_missing_only_in_the_other() {
    let mut core = core(&["shop", "pay"], analyzers::all());
    take(
        &mut core,
        ["shop", "pay"].map(|name| Delta::Upsert(service(name))),
    );
    take(&mut core, [synced(Kind::EndpointSlice, Some("shop"), &[])]);
    take(&mut core, [synced(Kind::EndpointSlice, Some("pay"), &[])]);
    assert!(roots(&mut core).is_empty(), "pods are still being read");
    take(&mut core, [unreadable(Kind::Pod, Some("pay"))]);
    assert!(roots(&mut core).is_empty());
    take(&mut core, [synced(Kind::Pod, Some("shop"), &[])]);
    assert_eq!(roots(&mut core), ["Service/shop/web"]);
    // The rights are given: what is absent there is now known to be.
    take(&mut core, [synced(Kind::Pod, Some("pay"), &[])]);
    assert_eq!(roots(&mut core).len(), 2);
    // They are taken away in the other one.
    take(&mut core, [unreadable(Kind::Pod, Some("shop"))]);
    core.settle(now());
    let snapshot = core.snapshot(now());
    let active = snapshot
        .problems
        .iter()
        .filter(|one| one.state == crate::engine::problem::State::Active);
    assert_eq!(
        active.map(|one| &*one.owner.namespace).collect::<Vec<_>>(),
        ["pay"]
    );
}

#[test]
fn a_kind_that_falls_back_to_one_namespace_is_known_only_there() {
    let mut core = core(&[], analyzers::all());
    take(
        &mut core,
        ["shop", "pay"].map(|name| Delta::Upsert(service(name))),
    );
    take(
        &mut core,
        [
            synced(Kind::EndpointSlice, None, &[]),
            unreadable(Kind::Pod, None),
            synced(Kind::Pod, Some("shop"), &[]),
        ],
    );
    assert_eq!(roots(&mut core), ["Service/shop/web"]);
}

/// A pod that mounts a ConfigMap, or nothing.
fn mounting(name: &str, map: Option<&str>) -> Object {
    let volumes: Vec<Value> = map
        .into_iter()
        .map(|map| json!({"name": "v", "configMap": {"name": map}}))
        .collect();
    decode::<Pod>(json!({
        "metadata": {"name": name, "namespace": "shop", "creationTimestamp": "2026-11-21T08:00:00Z"},
        "spec": {"nodeName": "n1", "containers": [{"name": "c"}], "volumes": volumes},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
                   "containerStatuses": [{"name": "c", "ready": true, "state": {"running": {}}}]},
    }))
    .into()
}

#[test]
fn what_is_missing_is_missed_for_as_long_as_someone_names_it() {
    let missing = |core: &mut Core| {
        core.settle(now());
        let findings = core.snapshot(now()).problems.clone();
        let active = findings
            .iter()
            .filter(|one| one.state == crate::engine::problem::State::Active);
        active.map(|one| one.title.to_string()).collect::<Vec<_>>()
    };
    let mut core = core(&[], analyzers::all());
    let key = |name| Key::new(Kind::Pod, "shop", name);
    let named = "settings: ConfigMap does not exist, named by Pod/a";
    take(&mut core, [Delta::Upsert(mounting("a", Some("settings")))]);
    assert!(missing(&mut core).is_empty(), "ConfigMaps have not been read");
    take(&mut core, [synced(Kind::ConfigMap, None, &[])]);
    assert_eq!(missing(&mut core), [named]);
    take(&mut core, [Delta::Upsert(mounting("b", Some("settings")))]);
    assert_eq!(missing(&mut core), [format!("{named} and Pod/b")]);
    take(&mut core, [Delta::Remove(key("b"))]);
    assert_eq!(missing(&mut core), [named], "whoever is gone misses nothing");
    take(&mut core, [Delta::Upsert(mounting("a", Some("other")))]);
    assert_eq!(
        missing(&mut core),
        ["other: ConfigMap does not exist, named by Pod/a"]
    );
    let map = |name| decode::<ConfigMap>(json!({"metadata": {"name": name, "namespace": "shop"}}));
    take(&mut core, [Delta::Upsert(map("other").into())]);
    assert!(missing(&mut core).is_empty(), "it was created");
    let gone = Delta::Remove(Key::new(Kind::ConfigMap, "shop", "other"));
    take(&mut core, [gone]);
    assert_eq!(
        missing(&mut core).len(),
        1,
        "it was deleted under a pod that runs"
    );
    take(&mut core, [Delta::Upsert(mounting("a", None))]);
    assert!(missing(&mut core).is_empty());
}

#[test]
fn the_first_look_counts_where_no_list_is_through() {
    let mut core = core(&["shop", "pay"], Vec::new());
    take(&mut core, [synced(Kind::Pod, Some("shop"), &[])]);
    core.take(Report::First(vec![pod("shop"), pod("pay")]), now());
    let known = |namespace| core.world().get::<Pod>(namespace, "a").is_some();
    assert!(!known("shop"), "it is gone since: the list is fresher");
    assert!(known("pay"));
}

#[test]
fn roots_are_provisional_until_every_namespace_is_read() {
    let mut core = core(&["shop", "pay"], analyzers::all());
    take(&mut core, [Delta::Upsert(service("shop"))]);
    for kind in Kind::ALL {
        let keep: &[(&str, &str)] = if *kind == Kind::Service {
            &[("shop", "web")]
        } else {
            &[]
        };
        take(&mut core, [synced(*kind, Some("shop"), keep)]);
    }
    let provisional = |core: &mut Core| {
        core.settle(now());
        core.snapshot(now()).problems.first().map(|one| one.provisional)
    };
    assert_eq!(provisional(&mut core), Some(true));
    assert_eq!(core.snapshot(now()).kinds as usize, Kind::ALL.len());
    for kind in Kind::ALL.iter().filter(|kind| kind.namespaced()) {
        take(&mut core, [unreadable(*kind, Some("pay"))]);
    }
    assert_eq!(provisional(&mut core), Some(false));
    assert_eq!(core.world().sync(Kind::Pod, "pay"), Sync::Unreadable);
}

#[test]
fn a_kind_that_fails_is_not_waited_for_and_stays_known_once_it_was_read() {
    let mut core = core(&[], Vec::new());
    let fail = |core: &mut Core, kind| {
        let failure = Failure::new(FailureKind::Unreachable, "refused");
        let report = Report::Kind {
            kind,
            namespace: None,
            state: KindState::Failing(failure, now()),
        };
        core.take(report, now());
    };
    take(&mut core, [synced(Kind::Pod, None, &[])]);
    for kind in Kind::ALL {
        assert!(core.world().is_reading());
        fail(&mut core, *kind);
    }
    assert!(!core.world().is_reading());
    assert_eq!(core.world().sync(Kind::Pod, "shop"), Sync::Synced);
    assert_eq!(core.world().sync(Kind::Node, ""), Sync::Unreadable);
    take(&mut core, [synced(Kind::Node, None, &[])]);
    assert_eq!(core.world().sync(Kind::Node, ""), Sync::Synced);
}

/// Notes which Services it is asked about.
struct Noting(Arc<Mutex<Vec<String>>>);

impl Analyzer for Noting {
    fn name(&self) -> &'static str {
        "Noting"
    }
    fn kind(&self) -> Kind {
        Kind::Service
    }
    fn reads(&self) -> &'static [Kind] {
        &[Kind::Pod, Kind::Node]
    }
    fn analyze(&self, _: &World, key: &Key, _: Timestamp) -> Analysis {
        self.0.lock().unwrap().push(key.namespace.to_string());
        Analysis::default()
    }
}

#[test]
fn only_what_is_in_a_namespace_is_looked_at_again_when_a_kind_was_read_there() {
    let looked = Arc::new(Mutex::new(Vec::new()));
    let mut core = core(&["shop", "pay"], vec![Box::new(Noting(looked.clone()))]);
    take(
        &mut core,
        ["shop", "pay"].map(|name| Delta::Upsert(service(name))),
    );
    core.settle(now());
    let mut again = |deltas: Vec<Delta>| {
        looked.lock().unwrap().clear();
        take(&mut core, deltas);
        core.settle(now());
        looked.lock().unwrap().join(" ")
    };
    assert_eq!(again(vec![synced(Kind::Pod, Some("shop"), &[])]), "shop");
    assert_eq!(again(vec![unreadable(Kind::Pod, Some("pay"))]), "pay");
    assert_eq!(again(vec![synced(Kind::Pod, None, &[])]), "pay shop");
    assert_eq!(again(vec![synced(Kind::Node, None, &[])]), "pay shop");
}

fn definition(group: &str, kind: &str) -> Delta {
    let plural = format!("{}s", kind.to_lowercase());
    let json = json!({"metadata": {"name": format!("{plural}.{group}")},
        "spec": {"group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural},
            "versions": [{"name": "v1", "served": true, "storage": true}]},
        "status": {"conditions": [{"type": "Established", "status": "True"}]}});
    Delta::Upsert(Object::decode(Kind::CustomResourceDefinition, json).unwrap())
}

fn custom(json: &Value) -> Delta {
    let resource = analyzers::custom::Resource::new(json);
    let kind = Kind::find(resource.group(), resource.kind()).unwrap();
    Delta::Upsert(Object::decode(kind, json).unwrap())
}

/// A core that follows custom kinds.
fn core_with_customs() -> Core {
    let catalog = Arc::new(LazyCatalog::default());
    let mut core = core(&[], vec![Box::new(CustomAnalyzer::new(catalog.clone()))]);
    core.follow_customs(catalog);
    core
}

#[test]
fn custom_kinds_come_with_their_definition_and_go_with_it() {
    let mut core = core_with_customs();
    assert!(core.custom_changes().come.is_empty());
    take(&mut core, [definition("core.example.io", "Widget")]);
    let come = core.custom_changes().come;
    let [widget] = come.as_slice() else {
        panic!("{come:?}");
    };
    let widget = Kind::Custom(*widget);
    assert_eq!(
        widget.path(Some("shop")),
        "/apis/core.example.io/v1/namespaces/shop/widgets"
    );

    let object = json!({"apiVersion": "core.example.io/v1", "kind": "Widget",
        "metadata": {"name": "w", "namespace": "shop", "creationTimestamp": "2026-11-21T08:00:00Z"},
        "status": {"conditions": [{"type": "Ready", "status": "False", "reason": "BuildFailed",
            "message": "no such file", "lastTransitionTime": "2026-11-21T09:00:00Z"}]}});
    take(
        &mut core,
        [custom(&object), synced(widget, None, &[("shop", "w")])],
    );
    assert_eq!(roots(&mut core), ["Widget/shop/w"]);

    take(
        &mut core,
        [Delta::Remove(Key::new(
            Kind::CustomResourceDefinition,
            "",
            "widgets.core.example.io",
        ))],
    );
    assert_eq!(core.custom_changes().gone.len(), 1);
    // What a watch had said before it was ended.
    take(&mut core, [custom(&object)]);
    core.settle(now());
    assert!(core.world().meta(&Key::new(widget, "shop", "w")).is_none());
    let active = |problem: &&Arc<crate::engine::problem::Problem>| {
        problem.state == crate::engine::problem::State::Active
    };
    assert_eq!(core.snapshot(now()).problems.iter().filter(active).count(), 0);
}

#[test]
fn a_custom_resource_is_looked_at_again_when_what_it_refers_to_changes() {
    let mut core = core_with_customs();
    take(&mut core, [definition("gateway.networking.k8s.io", "HTTPRoute")]);
    core.custom_changes();
    let route = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "r", "namespace": "shop", "creationTimestamp": "2026-11-21T08:00:00Z"},
        "spec": {"rules": [{"backendRefs": [{"name": "web", "port": 80}]}]}});
    take(&mut core, [custom(&route)]);
    assert!(roots(&mut core).is_empty(), "Services have not been read");
    take(&mut core, [synced(Kind::Service, None, &[])]);
    assert_eq!(roots(&mut core), ["HTTPRoute/shop/r"], "there is no such Service");
    take(&mut core, [Delta::Upsert(service("shop"))]);
    assert!(roots(&mut core).is_empty(), "there is one now");
}
