//! What is broken, missing, doubled or hostile in the files.

use futures::StreamExt;
use jiff::Timestamp;
use k8stui::engine::cluster::{Cluster, FailureKind, Files, LogRequest};
use k8stui::engine::coverage::Status;
use k8stui::engine::object::ObjectRef;
use serde_json::{Value, json};

use super::trees::{Tree, analyze, expected, flat, list, look, objects, open, packed, said};

fn object(kind: &str, version: &str, namespace: &str, name: &str) -> Value {
    json!({"apiVersion": version, "kind": kind, "metadata": {
        "namespace": namespace, "name": name, "creationTimestamp": "2026-11-21T01:00:00Z"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_part_is_named_with_its_line_and_the_rest_goes_on() {
    let tree = flat();
    tree.write("torn.json", "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"j\",\"namespace\":\"a\"}},\n{\"api");
    tree.write("bad.yaml", "a: b\n---\nkind: Pod\n  metadata: [\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine, namespace: a}\n");
    tree.write(
        "item.json",
        "{\"items\":[\n {\"kind\":\"Node\", \"apiVersion\":\"v1\", \"metadata\":{\"name\":oops}},\n {}\n]}",
    );
    tree.write("wrong.json", "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p\",\"namespace\":\"a\"},\"spec\":7}");
    tree.write("words.json", "this is no JSON\n");
    let mut cut = packed(b"{\"kind\":\"Pod\"}");
    cut.truncate(12);
    tree.write("cut.json.gz", cut);
    let files = open(tree.path()).unwrap();
    let named: Vec<(&str, Option<u64>)> = files
        .broken
        .iter()
        .map(|broken| (&*broken.file, broken.line))
        .collect();
    assert_eq!(
        named,
        [
            ("bad.yaml", Some(4)),
            ("cut.json", None),
            ("item.json", Some(2)),
            ("torn.json", Some(3)),
            ("words.json", Some(1)),
            ("wrong.json", Some(1)),
        ]
    );
    let snapshot = analyze(&files).await;
    assert_eq!(
        said(&snapshot),
        expected().await,
        "what is whole says what it says"
    );
    assert!(!snapshot.coverage.complete);
    let entries = &snapshot.coverage.entries;
    let of = |kind: &str| entries.iter().find(|entry| &*entry.kind == kind).unwrap();
    assert_eq!(of("bad.yaml").status, Status::Error);
    assert!(
        of("bad.yaml").detail.starts_with("line 4: "),
        "{:?}",
        of("bad.yaml")
    );
    assert_eq!(
        of("Job").status,
        Status::Error,
        "its list is torn: perhaps there are more"
    );
}

/// A claim that waits for a class, and the class that is not there.
fn waiting_claim() -> Vec<Value> {
    let mut claim = object("PersistentVolumeClaim", "v1", "a", "data");
    claim["spec"] = json!({"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]});
    claim["status"] = json!({"phase": "Pending"});
    vec![claim, object("Namespace", "v1", "", "a")]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_files_is_not_said_to_be_missing() {
    let claim = waiting_claim();
    let tree = Tree::new();
    tree.write("claims.json", list(&claim.iter().collect::<Vec<_>>()));
    let silent = analyze(&open(tree.path()).unwrap()).await;
    assert!(said(&silent).is_empty(), "{:#?}", said(&silent));
    let class = silent
        .coverage
        .entries
        .iter()
        .find(|entry| &*entry.kind == "StorageClass");
    assert_eq!(class.unwrap().status, Status::Absent);
    // An empty list says that there is none, however it is written.
    for (name, text) in [
        ("storageclasses.storage.k8s.io.json", list(&[])),
        (
            "a.json",
            r#"{"kind":"StorageClassList","apiVersion":"storage.k8s.io/v1","items":null}"#.to_owned(),
        ),
        (
            "b.yaml",
            "kind: StorageClassList\napiVersion: storage.k8s.io/v1\nitems: []\n".to_owned(),
        ),
    ] {
        let tree = Tree::new();
        tree.write("claims.json", list(&claim.iter().collect::<Vec<_>>()));
        tree.write(name, text);
        let sure = said(&analyze(&open(tree.path()).unwrap()).await);
        assert!(
            sure.iter()
                .any(|problem| problem.starts_with("ClaimClassMissing")),
            "{name}: {sure:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_only_missing_where_its_kind_is_covered() {
    let tree = Tree::new();
    let (pod, service) = (object("Pod", "v1", "a", "p"), object("Service", "v1", "a", "s"));
    tree.write("all.json", list(&[&pod, &service]));
    let source = Cluster::from(&open(tree.path()).unwrap()).source();
    for (kind, version, namespace, expected) in [
        ("Service", "v1", "a", FailureKind::NotFound),
        ("Service", "v1", "b", FailureKind::Refused),
        ("Deployment", "apps/v1", "a", FailureKind::Refused),
    ] {
        let failure = source
            .object(ObjectRef::new(version, kind, namespace, "x"))
            .await
            .unwrap_err();
        assert_eq!(failure.kind, expected, "{kind} {namespace}: {failure}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_in_both_of_its_apis_is_one_and_the_newest_form_of_an_object_counts() {
    let mut core = object("Event", "v1", "a", "p.1");
    core["metadata"]["resourceVersion"] = "5".into();
    core["involvedObject"] = json!({"kind": "Pod", "namespace": "a", "name": "p", "apiVersion": "v1"});
    core["message"] = "Back-off".into();
    core["reason"] = "BackOff".into();
    core["type"] = "Warning".into();
    core["count"] = 3.into();
    let mut new = object("Event", "events.k8s.io/v1", "a", "p.1");
    new["metadata"]["resourceVersion"] = "6".into();
    new["regarding"] = core["involvedObject"].clone();
    new["note"] = "Back-off".into();
    new["reason"] = "BackOff".into();
    new["type"] = "Warning".into();
    new["deprecatedCount"] = 4.into();
    new["deprecatedLastTimestamp"] = "2026-11-21T01:20:00Z".into();
    let mut pod = object("Pod", "v1", "a", "p");
    pod["metadata"]["resourceVersion"] = "10".into();
    let mut older = pod.clone();
    older["metadata"]["resourceVersion"] = "9".into();
    older["metadata"]["labels"] = json!({"old": "yes"});
    for order in [[&core, &new], [&new, &core]] {
        let tree = Tree::new();
        tree.write("a.json", list(&[order[0], &pod]));
        tree.write("b.json", list(&[order[1], &older]));
        let files = open(tree.path()).unwrap();
        let engine = k8stui::engine::Engine::start(
            &files,
            &k8stui::engine::Options {
                scope: k8stui::engine::watch::Scope::default(),
                exclude: Vec::new(),
                analyzers: Vec::new(),
                posture: false,
                remote: Vec::new(),
                no_logs: false,
                skim_logs: false,
                off: Vec::new(),
                stopwatch: None,
                now: std::sync::Arc::new(|| "2026-11-21T01:27:40Z".parse().unwrap()),
            },
        );
        engine.settled().await;
        let about = ObjectRef::new("v1", "Pod", "a", "p");
        let events = engine.events(vec![about.clone()]).await;
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!((events[0].count, &*events[0].message), (4, "Back-off"));
        assert_eq!(engine.source().object(about).await.unwrap(), pod);
    }
}

#[test]
fn the_clock_stands_at_the_newest_observation_and_the_cluster_has_its_own_name() {
    let tree = Tree::new();
    let mut pod = object("Pod", "v1", "a", "p");
    pod["metadata"]["deletionTimestamp"] = "2027-01-01T00:00:00Z".into();
    pod["status"] = json!({"containerStatuses": [{"name": "c"}], "startTime": "2026-11-21T01:10:00Z"});
    tree.write("pods.json", list(&[&pod]));
    let at = |tree: &Tree| {
        Files::open(tree.path(), None, Timestamp::UNIX_EPOCH)
            .unwrap()
            .at
            .to_string()
    };
    assert_eq!(at(&tree), "2026-11-21T01:10:00Z");
    tree.write("logs/a/p/c.log", "2026-11-21T01:12:00.5Z hello\nno time here\n");
    assert_eq!(at(&tree), "2026-11-21T01:12:00.5Z");
    let first = open(tree.path()).unwrap();
    assert_eq!(
        first.id,
        open(tree.path()).unwrap().id,
        "of a path always the same"
    );
    assert!(first.id.starts_with("files:"));
    let mut system = object("Namespace", "v1", "", "kube-system");
    system["metadata"]["uid"] = "the-uid".into();
    tree.write("namespaces.json", list(&[&system]));
    assert_eq!(&*open(tree.path()).unwrap().id, "the-uid");
    let undated = Tree::new();
    undated.write("p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n");
    assert_eq!(
        at(&undated),
        Timestamp::UNIX_EPOCH.to_string(),
        "where nothing says a time"
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let outside = Tree::new();
    outside.write("pods.json", list(&objects()["pods"].iter().collect::<Vec<_>>()));
    let tree = Tree::new();
    tree.write("services.json", list(&[&object("Service", "v1", "a", "s")]));
    std::os::unix::fs::symlink(outside.path(), tree.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("pods.json"), tree.path().join("pods.json")).unwrap();
    let files = open(tree.path()).unwrap();
    assert_eq!(files.kinds().len(), 1, "{:?}", files.kinds());
    let named: Vec<&str> = files.broken.iter().map(|broken| &*broken.file).collect();
    assert_eq!(named, ["elsewhere", "pods.json"]);
    // The path itself is what the person named.
    let link = tree.path().join("elsewhere");
    assert!(open(&link).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn secret_values_never_come_out() {
    let tree = Tree::new();
    let mut secret = object("Secret", "v1", "a", "db");
    secret["data"] = json!({"password": "aHVudGVyMg=="});
    secret["metadata"]["annotations"] = json!({"note": "hunter2"});
    let config = object("ConfigMap", "v1", "a", "settings");
    tree.write("all.json", list(&[&secret, &config]));
    let files = open(tree.path()).unwrap();
    let source = Cluster::from(&files).source();
    let shown = source
        .object(ObjectRef::new("v1", "Secret", "a", "db"))
        .await
        .unwrap()
        .to_string();
    assert!(
        !shown.contains("aHVudGVyMg==") && !shown.contains("hunter2"),
        "{shown}"
    );
    assert_eq!(
        files.kinds().len(),
        2,
        "kinds that nobody watches are counted and can be read"
    );
    assert!(
        source
            .object(ObjectRef::new("v1", "ConfigMap", "a", "settings"))
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_of_kinds_that_nobody_watches_are_kept() {
    let tree = Tree::new();
    let (a, b) = (
        object("Widget", "example.org/v1beta1", "b", "w"),
        object("Widget", "example.org/v1beta1", "a", "w"),
    );
    tree.write("widgets.json", list(&[&a, &b]));
    let files = open(tree.path()).unwrap();
    let of_kind = files.of_kind("example.org", "Widget");
    let named: Vec<String> = of_kind.iter().map(ToString::to_string).collect();
    assert_eq!(named, ["Widget/a/w", "Widget/b/w"]);
    let source = Cluster::from(&files).source();
    assert_eq!(source.object(of_kind[0].clone()).await.unwrap(), b);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_served_from_their_end_and_under_both_names() {
    let tree = Tree::new();
    let mut pod = object("Pod", "v1", "a", "p");
    pod["status"] = json!({"containerStatuses": [{"name": "c"}]});
    let lines: Vec<String> = (0..2_000)
        .map(|n| format!("2026-11-21T01:12:00Z line {n}"))
        .collect();
    tree.write("pods.json", list(&[&pod]))
        .write("logs/a/p/c.log", lines.join("\n"));
    let source = Cluster::from(&open(tree.path()).unwrap()).source();
    for (previous, tail, first, count) in [(false, None, "line 0", 2_000), (true, Some(3), "line 1997", 3)] {
        let request = LogRequest {
            namespace: "a".into(),
            pod: "p".into(),
            container: "c".into(),
            previous,
            tail,
            follow: false,
        };
        let lines: Vec<_> = source.log(request).map(Result::unwrap).collect().await;
        assert_eq!((&*lines[0].text, lines.len()), (first, count));
        assert!(lines[0].time.is_some());
    }
    let other = LogRequest {
        namespace: "a".into(),
        pod: "q".into(),
        container: "c".into(),
        previous: false,
        tail: None,
        follow: true,
    };
    let failure = source.log(other).next().await.unwrap().unwrap_err();
    assert!(failure.to_string().contains("a/q"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn namespaces_that_are_not_asked_for_stay_out() {
    let tree = flat();
    let files = open(tree.path()).unwrap();
    let snapshot = look(&files, files.at, &["secret-missing"]).await;
    let said = said(&snapshot);
    assert!(
        said.iter().any(|problem| problem.contains("stripe-credentials")),
        "{said:#?}"
    );
    assert!(
        !said.iter().any(|problem| problem.contains("client_temp")),
        "{said:#?}"
    );
    assert!(
        snapshot
            .problems
            .iter()
            .all(|problem| *problem.cluster == *files.id)
    );
}

#[test]
fn what_holds_no_objects_is_refused_with_why() {
    let tree = Tree::new();
    let refused = |path: &std::path::Path| match open(path) {
        Ok(_) => panic!("{} was taken", path.display()),
        Err(failure) => failure.to_string(),
    };
    assert!(refused(tree.path()).contains("no API objects"));
    assert!(refused(&tree.path().join("nowhere")).contains("nowhere"));
    tree.write("broken.json", "{\"a\":");
    assert!(
        refused(tree.path()).contains("broken.json, line 1"),
        "{}",
        refused(tree.path())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn watch_streams_are_replayed_up_to_the_moment_that_is_asked_for() {
    let tree = Tree::new();
    let pod = |version: u32, phase: &str, time: &str| {
        let mut pod = object("Pod", "v1", "a", "p");
        pod["metadata"]["resourceVersion"] = version.to_string().into();
        pod["status"] =
            json!({"phase": phase, "conditions": [{"type": "Ready", "lastTransitionTime": time}]});
        pod
    };
    let event = |kind: &str, object: Value| format!("{}\n", json!({"type": kind, "object": object}));
    tree.write("pods.json", list(&[&pod(1, "Pending", "2026-11-21T01:10:00Z")]));
    let stream = event("MODIFIED", pod(2, "Running", "2026-11-21T01:20:00Z"))
        + &event("DELETED", pod(3, "Running", "2026-11-21T01:30:00Z"));
    tree.write("watch/pods.jsonl", &stream);
    let phase = async |now: Option<&str>, path: &std::path::Path| {
        let now = now.map(|now| now.parse().unwrap());
        let files = Files::open(path, now, Timestamp::UNIX_EPOCH).ok()?;
        let source = Cluster::from(&files).source();
        let pod = source.object(ObjectRef::new("v1", "Pod", "a", "p")).await.ok()?;
        Some(pod["status"]["phase"].as_str().unwrap().to_owned())
    };
    for (now, expected) in [
        (None, Some("Pending")),
        (Some("2026-11-21T01:15:00Z"), Some("Pending")),
        (Some("2026-11-21T01:25:00Z"), Some("Running")),
        (Some("2026-11-21T01:35:00Z"), None),
    ] {
        assert_eq!(phase(now, tree.path()).await.as_deref(), expected, "{now:?}");
    }
    // Alone, a stream is all there is.
    let alone = Tree::new();
    alone.write(
        "pods.jsonl",
        event("ADDED", pod(2, "Running", "2026-11-21T01:20:00Z")),
    );
    assert_eq!(
        phase(None, &alone.path().join("pods.jsonl")).await.as_deref(),
        Some("Running")
    );
}
