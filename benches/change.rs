//! What one change costs, by how large the cluster is and by how much fails in it: from the delta to the snapshot.
//!
//! `cargo bench --bench change`, with `K8STUI_BENCH_PODS=1000,10000` for other sizes.

use std::collections::HashSet;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use k8stui::engine::analyzers;
use k8stui::engine::core::Core;
use k8stui::engine::kinds::{Deployment, EndpointSlice, Pod, ReplicaSet, Service};
use k8stui::engine::object::Kind;
use k8stui::engine::playbook::Playbook;
use k8stui::engine::watch::Report;
use k8stui::engine::world::{Delta, Object};
use serde_json::{Value, json};

/// Pods of a Deployment.
const REPLICAS: usize = 5;
/// Deployments of a namespace.
const IN_NAMESPACE: usize = 20;
const CHANGES: usize = 200;

fn main() -> std::io::Result<()> {
    let sizes = std::env::var("K8STUI_BENCH_PODS").unwrap_or_else(|_| "1000,10000,100000".to_owned());
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "| pods | problems | a healthy pod | a failing pod |\n|---:|---:|---:|---:|"
    )?;
    for pods in sizes
        .split(',')
        .filter_map(|size| size.trim().parse::<usize>().ok())
    {
        for failing in [10, 100, 1000] {
            // Of one Deployment in two at the most.
            if failing * REPLICAS * 2 > pods {
                continue;
            }
            let mut cluster = Cluster::start(pods / REPLICAS, failing);
            let problems = cluster.core.snapshot(cluster.now).problems.len();
            let healthy = cluster.change(failing);
            let failed = cluster.change(0);
            writeln!(out, "| {pods} | {problems} | {healthy:.0?} | {failed:.0?} |")?;
        }
    }
    Ok(())
}

struct Cluster {
    core: Core,
    now: Timestamp,
}

impl Cluster {
    /// A cluster of so many Deployments behind Services, of which the first ones fail.
    fn start(deployments: usize, failing: usize) -> Self {
        let now = "2026-11-21T10:00:00Z".parse().unwrap_or_default();
        let mut core = Core::new("", Vec::new(), analyzers::all(), Playbook::builtin(), false, now);
        let identity = Report::Identity {
            id: "cluster".into(),
            server_version: "".into(),
        };
        core.take(identity, now);
        let mut objects = Vec::new();
        for number in 0..deployments {
            objects.extend(workload(number, number < failing));
        }
        let mut keep: HashSet<_> = HashSet::new();
        for object in &objects {
            let key = object.key();
            keep.insert((key.namespace, key.name));
        }
        core.take(
            Report::Deltas(objects.into_iter().map(Delta::Upsert).collect()),
            now,
        );
        let synced = Kind::ALL.iter().map(|kind| Delta::Synced {
            kind: *kind,
            namespace: None,
            keep: keep.clone(),
        });
        core.take(Report::Deltas(synced.collect()), now);
        core.settle(now);
        Self { core, now }
    }

    /// The median time from a pod's change to the snapshot that shows it.
    fn change(&mut self, deployment: usize) -> Duration {
        let fails = deployment == 0;
        let mut times: Vec<Duration> = (0..CHANGES)
            .map(|restarts| {
                let pod = pod(deployment, 0, fails, restarts + 10);
                let begun = Instant::now();
                self.core.take(Report::Deltas(vec![Delta::Upsert(pod)]), self.now);
                self.core.settle(self.now);
                black_box(self.core.snapshot(self.now));
                begun.elapsed()
            })
            .collect();
        times.sort();
        times.get(CHANGES / 2).copied().unwrap_or_default()
    }
}

fn namespace(deployment: usize) -> String {
    format!("team-{}", deployment / IN_NAMESPACE)
}

fn decode<T: serde::de::DeserializeOwned + Into<Object>>(value: Value) -> Option<Object> {
    serde_json::from_value::<T>(value).ok().map(Into::into)
}

fn workload(number: usize, fails: bool) -> Vec<Object> {
    let (name, namespace) = (format!("app-{number}"), namespace(number));
    let labels = json!({"app": name});
    let ready = if fails { 0 } else { REPLICAS };
    let status = json!({"observedGeneration": 1, "replicas": REPLICAS, "updatedReplicas": REPLICAS,
        "readyReplicas": ready, "availableReplicas": ready, "unavailableReplicas": REPLICAS - ready,
        "conditions": [{"type": "Available", "status": if fails { "False" } else { "True" },
            "lastTransitionTime": "2026-11-21T09:00:00Z", "reason": "MinimumReplicasUnavailable"}]});
    let deployment = json!({"metadata": {"name": name, "namespace": namespace, "generation": 1, "uid": format!("d-{number}"),
        "labels": labels, "annotations": {"deployment.kubernetes.io/revision": "1"}},
        "spec": {"replicas": REPLICAS, "selector": {"matchLabels": labels}}, "status": status});
    let set = json!({"metadata": {"name": format!("{name}-1"), "namespace": namespace, "generation": 1,
        "labels": labels, "annotations": {"deployment.kubernetes.io/revision": "1"},
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "controller": true}]},
        "spec": {"replicas": REPLICAS, "selector": {"matchLabels": labels}},
        "status": {"observedGeneration": 1, "replicas": REPLICAS, "readyReplicas": ready, "availableReplicas": ready}});
    let service = json!({"metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": labels, "ports": [{"port": 80}]}});
    let slice = json!({"metadata": {"name": format!("{name}-x"), "namespace": namespace,
            "labels": {"kubernetes.io/service-name": name}}, "addressType": "IPv4", "ports": [{"port": 80}],
        "endpoints": (0..REPLICAS).map(|replica| json!({"addresses": [format!("10.0.0.{replica}")],
            "conditions": {"ready": !fails}})).collect::<Vec<_>>()});
    let mut objects: Vec<Object> = [
        decode::<Deployment>(deployment),
        decode::<ReplicaSet>(set),
        decode::<Service>(service),
        decode::<EndpointSlice>(slice),
    ]
    .into_iter()
    .flatten()
    .collect();
    objects.extend((0..REPLICAS).map(|replica| pod(number, replica, fails, 5)));
    objects
}

fn pod(deployment: usize, replica: usize, fails: bool, restarts: usize) -> Object {
    let (name, namespace) = (format!("app-{deployment}"), namespace(deployment));
    let last = json!({"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-11-21T09:59:00Z",
        "startedAt": "2026-11-21T09:58:00Z"}});
    let state = if fails {
        json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}})
    } else {
        json!({"running": {"startedAt": "2026-11-20T09:00:00Z"}})
    };
    let ready = if fails { "False" } else { "True" };
    let value = json!({"metadata": {"name": format!("{name}-1-{replica}"), "namespace": namespace,
            "uid": format!("p-{deployment}-{replica}"), "labels": {"app": name},
            "resourceVersion": restarts.to_string(), "creationTimestamp": "2026-11-20T09:00:00Z",
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{name}-1"), "controller": true}]},
        "spec": {"nodeName": format!("node-{}", deployment % 100), "containers": [{"name": "app", "image": "registry.example/app:1"}]},
        "status": {"phase": "Running",
            "conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": "2026-11-21T09:00:00Z"}],
            "containerStatuses": [{"name": "app", "ready": !fails, "restartCount": restarts, "state": state,
                "lastState": if fails { last } else { json!({}) }}]}});
    decode::<Pod>(value).unwrap_or_else(|| Object::from(Pod::default()))
}
