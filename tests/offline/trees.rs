//! A part of the recorded cluster, written down in the layouts of the usual dumps.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use k8stui::engine::cluster::{Cluster, Failure, Files};
use k8stui::engine::snapshot::Snapshot;
use k8stui::engine::watch::Scope;
use k8stui::engine::{Engine, Options};
use serde_json::{Value, json};

/// When the recording was made.
pub const NOW: &str = "2026-11-21T01:27:40Z";

/// Scenarios: what a log proves, what a field proves, and what one workload does to another.
const NAMESPACES: &[&str] = &[
    "crashloop-db-selector-typo",
    "read-only-root-filesystem",
    "secret-missing",
];

const FILES: &[&str] = &[
    "deployments",
    "endpointslices",
    "events",
    "nodes",
    "pods",
    "replicasets",
    "services",
    "storageclasses",
];

/// Resource name of a kind to its objects.
pub type Objects = BTreeMap<&'static str, Vec<Value>>;

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The objects of some scenarios, and what belongs to no namespace.
pub fn objects() -> Objects {
    let mut all = Objects::new();
    for file in FILES {
        let text = std::fs::read_to_string(fixtures().join(format!("recorded/{file}.json"))).unwrap();
        let objects: Vec<Value> = serde_json::from_str(&text).unwrap();
        let ours = objects.into_iter().filter(|object| {
            let namespace = namespace(object);
            namespace.is_empty() || NAMESPACES.contains(&namespace)
        });
        all.insert(file, ours.collect());
    }
    all
}

pub fn namespace(object: &Value) -> &str {
    object["metadata"]["namespace"].as_str().unwrap_or_default()
}

pub fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

/// The objects of a kind by namespace; those of no namespace under the empty name.
pub fn by_namespace(objects: &[Value]) -> BTreeMap<&str, Vec<&Value>> {
    let mut map: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for object in objects {
        map.entry(namespace(object)).or_default().push(object);
    }
    map
}

/// The logs of the scenarios: namespace, pod, container, text.
pub fn logs() -> Vec<(String, String, String, String)> {
    let mut logs = Vec::new();
    for namespace in NAMESPACES {
        let folder = fixtures().join("logs").join(namespace);
        let Ok(pods) = std::fs::read_dir(folder) else {
            continue;
        };
        for pod in pods.map(|pod| pod.unwrap().path()) {
            for log in std::fs::read_dir(&pod).unwrap().map(|log| log.unwrap().path()) {
                let word = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
                let pod = pod.file_name().unwrap().to_string_lossy().into_owned();
                let text = std::fs::read_to_string(&log).unwrap();
                logs.push(((*namespace).to_owned(), pod, word(&log), text));
            }
        }
    }
    logs
}

/// A folder that goes with the test.
pub struct Tree(pub tempfile::TempDir);

impl Tree {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }
}

/// A List as `kubectl get -o json` gives it.
pub fn list(objects: &[&Value]) -> String {
    serde_json::to_string_pretty(&json!({"apiVersion": "v1", "items": objects, "kind": "List"})).unwrap()
}

/// A List as the API serves it: the items do not say what they are.
pub fn typed_list(objects: &[&Value], kind: &str, version: &str) -> String {
    let bare: Vec<Value> = objects
        .iter()
        .map(|object| {
            let mut object = (*object).clone();
            let fields = object.as_object_mut().unwrap();
            fields.remove("kind");
            fields.remove("apiVersion");
            object
        })
        .collect();
    // In the order in which the API writes it.
    format!(
        "{{\"kind\":\"{kind}List\",\"apiVersion\":\"{version}\",\"metadata\":{{\"resourceVersion\":\"9\"}},\"items\":{}}}",
        serde_json::to_string(&bare).unwrap()
    )
}

/// Kind and version of a resource's objects.
pub fn kind(resource: &str) -> (&'static str, &'static str) {
    match resource {
        "deployments" => ("Deployment", "apps/v1"),
        "endpointslices" => ("EndpointSlice", "discovery.k8s.io/v1"),
        "events" => ("Event", "v1"),
        "nodes" => ("Node", "v1"),
        "pods" => ("Pod", "v1"),
        "replicasets" => ("ReplicaSet", "apps/v1"),
        "services" => ("Service", "v1"),
        _ => ("StorageClass", "storage.k8s.io/v1"),
    }
}

/// Opens files at the moment of the recording.
pub fn open(path: &Path) -> Result<Arc<Files>, Failure> {
    Files::open(path, NOW.parse().ok(), Timestamp::UNIX_EPOCH)
}

/// What the engine says of a cluster at a moment.
pub async fn look(cluster: impl Into<Cluster>, now: Timestamp, namespaces: &[&str]) -> Arc<Snapshot> {
    let options = Options {
        scope: Scope {
            namespaces: namespaces.iter().map(|name| (*name).into()).collect(),
            fallback: None,
        },
        exclude: Vec::new(),
        analyzers: Vec::new(),
        posture: false,
        remote: Vec::new(),
        no_logs: false,
        skim_logs: false,
        off: Vec::new(),
        stopwatch: None,
        now: Arc::new(move || now),
    };
    Engine::start(cluster, &options).settled().await
}

/// What the engine says of files.
pub async fn analyze(files: &Arc<Files>) -> Arc<Snapshot> {
    look(files, files.at, &[]).await
}

/// Every finding of every problem, its root first: code, object and title.
pub fn said(snapshot: &Arc<Snapshot>) -> BTreeSet<String> {
    let problem = |problem: &Arc<k8stui::engine::problem::Problem>| {
        let members = problem.members.iter().map(|member| {
            let finding = &member.finding;
            format!("{} {} {}", finding.code, finding.object, finding.title)
        });
        let mut members: Vec<String> = members.collect();
        if let Some((_, rest)) = members.split_first_mut() {
            rest.sort();
        }
        members.join("\n  ")
    };
    snapshot.problems.iter().map(problem).collect()
}

/// What the flat layout of kubectl's lists says: every other layout must say the same.
pub async fn expected() -> BTreeSet<String> {
    let tree = flat();
    let snapshot = analyze(&open(tree.path()).unwrap()).await;
    let said = said(&snapshot);
    assert!(
        said.iter().any(|problem| problem.contains("client_temp"))
            && said.iter().any(|problem| problem.contains("stripe-credentials"))
            && said.iter().any(|problem| problem.contains("orders-db")),
        "{said:#?}"
    );
    said
}

/// `RESOURCE.json` and `logs/NAMESPACE/POD/CONTAINER.log`.
pub fn flat() -> Tree {
    let tree = Tree::new();
    for (resource, objects) in objects() {
        tree.write(
            &format!("{resource}.json"),
            list(&objects.iter().collect::<Vec<_>>()),
        );
    }
    for (namespace, pod, container, text) in logs() {
        tree.write(&format!("logs/{namespace}/{pod}/{container}.log"), text);
    }
    tree
}

/// An archive of a folder.
pub fn tar(folder: &Path, file: &Path, gz: bool) {
    let mut bytes = Vec::new();
    let mut builder = tar::Builder::new(&mut bytes);
    builder.append_dir_all("dump", folder).unwrap();
    builder.finish().unwrap();
    drop(builder);
    std::fs::write(file, if gz { packed(&bytes) } else { bytes }).unwrap();
}

pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
