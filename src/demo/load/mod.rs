//! A large cluster for measuring: tens of thousands of realistic pods, what owns them and what stands before them.

mod objects;
mod template;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::resource::Resource;
use super::shop::Chance;
use super::store::{Store, StoreError, seconds, uid};
use objects::{Names, event, namespace, node};
use template::{CRASHING, HEALTHY, Template, UNPULLABLE};

/// Pods that one node takes.
const PODS_A_NODE: usize = 50;
/// Workloads that live in one namespace.
const WORKLOADS_A_NAMESPACE: usize = 12;

/// A generated cluster: knows its pods, so that it can change them.
#[derive(Debug)]
pub struct Load {
    pods: Vec<Pod>,
    chance: Chance,
}

#[derive(Clone, Debug)]
struct Pod {
    namespace: String,
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Serves,
    Crashes,
    CannotPull,
}

/// Fills a store with `pods` pods, of whose workloads `failing_ratio` (0 to 1) do not run: Deployments with their
/// ReplicaSets, old ones too, Services, EndpointSlices, Nodes, Namespaces, and events of what fails. In proportion to
/// 10,000 pods that is about 1,800 Deployments, 2,600 ReplicaSets and 1,300 Services.
pub fn fill(store: &Store, pods: usize, failing_ratio: f64, seed: u64) -> Result<Load, StoreError> {
    let now = store.clock().now();
    let mut load = Load {
        pods: Vec::with_capacity(pods),
        chance: Chance::new(seed),
    };
    let nodes = pods.div_ceil(PODS_A_NODE).max(1);
    for index in 0..nodes {
        store.apply(node(index, now))?;
    }
    store.apply(namespace("kube-system"))?;
    let mut workload = 0;
    while load.pods.len() < pods {
        if workload % WORKLOADS_A_NAMESPACE == 0 {
            store.apply(namespace(&namespace_of(workload)))?;
        }
        let replicas = (2 + load.chance.below(8) as usize).min(pods - load.pods.len());
        let failing = (load.chance.below(10_000) as f64) < failing_ratio * 10_000.0;
        let health = match (failing, load.chance.below(3)) {
            (false, _) => Health::Serves,
            (true, 0) => Health::CannotPull,
            (true, _) => Health::Crashes,
        };
        load.deploy(store, workload, replicas, nodes, health, now)?;
        workload += 1;
    }
    Ok(load)
}

fn namespace_of(workload: usize) -> String {
    format!("team-{:04}", workload / WORKLOADS_A_NAMESPACE)
}

impl Load {
    /// How many pods there are.
    pub fn pods(&self) -> usize {
        self.pods.len()
    }

    /// Changes so many pods, chosen by the seed: their containers restart, or become ready or unready.
    pub fn churn(&mut self, store: &Store, changes: usize) -> Result<(), StoreError> {
        let Some(resource) = Resource::named("pods") else {
            return Ok(());
        };
        let now = seconds(store.clock().now());
        for _ in 0..changes {
            let index = self.chance.below(self.pods.len() as u64) as usize;
            let Some(pod) = self.pods.get(index) else {
                return Ok(());
            };
            let Some(mut object) = store.get(resource, &pod.namespace, &pod.name) else {
                continue;
            };
            let Some(status) = object
                .pointer_mut("/status/containerStatuses/0")
                .and_then(Value::as_object_mut)
            else {
                continue;
            };
            let restarts = status.get("restartCount").and_then(Value::as_u64).unwrap_or(0);
            status.insert("restartCount".to_owned(), json!(restarts + 1));
            let ready = status.get("ready") == Some(&Value::Bool(true));
            if status
                .get("state")
                .is_some_and(|state| state.get("running").is_some())
            {
                status.insert("ready".to_owned(), json!(!ready));
                for condition in object
                    .pointer_mut("/status/conditions")
                    .and_then(Value::as_array_mut)
                    .into_iter()
                    .flatten()
                {
                    let kind = condition.get("type").and_then(Value::as_str).unwrap_or_default();
                    if let ("Ready" | "ContainersReady", Some(fields)) =
                        (kind, condition.clone().as_object_mut())
                    {
                        fields.insert("status".to_owned(), json!(if ready { "False" } else { "True" }));
                        fields.insert("lastTransitionTime".to_owned(), json!(now));
                        *condition = Value::Object(fields.clone());
                    }
                }
            }
            store.apply(object)?;
        }
        Ok(())
    }

    fn deploy(
        &mut self,
        store: &Store,
        workload: usize,
        replicas: usize,
        nodes: usize,
        health: Health,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let namespace = namespace_of(workload);
        let app = format!("app-{workload:05}");
        let hash = self.chance.suffix(10);
        let owner = format!("{app}-{hash}");
        let id = |kind: &str, name: &str| uid(&["load", kind, &namespace, name]);
        let age = SignedDuration::from_mins(5 + self.chance.below(20_000) as i64);
        let born = seconds(now.saturating_sub(age).unwrap_or(now));
        let names = Names {
            namespace: &namespace,
            app: &app,
            hash: &hash,
            owner: &owner,
            born: &born,
        };
        let (deployment, set) = (id("deployment", &app), id("replicaset", &owner));
        let template = match health {
            Health::Serves => &HEALTHY,
            Health::Crashes => &CRASHING,
            Health::CannotPull => &UNPULLABLE,
        };
        let mut endpoints = Vec::new();
        let mut spec = Value::Null;
        for _ in 0..replicas {
            let number = self.pods.len();
            let name = format!("{owner}-{}", self.chance.suffix(5));
            let ip = format!(
                "10.{}.{}.{}",
                64 + number / 62_500,
                number / 250 % 250,
                number % 250 + 2
            );
            let node = format!("node-{:04}", self.chance.below(nodes as u64));
            let pod_uid = id("pod", &name);
            let container = self.chance.id();
            let values = BTreeMap::from([
                ("NAME", name.as_str()),
                ("OWNER", &owner),
                ("NAMESPACE", &namespace),
                ("UID", &pod_uid),
                ("PARENT", &set),
                ("HASH", &hash),
                ("APP", &app),
                ("IP", &ip),
                ("NODE", &node),
                ("CONTAINER", &container),
                ("TIME", &born),
            ]);
            let pod = Template::fill(template, &values);
            if spec.is_null() {
                spec = pod.get("spec").cloned().unwrap_or_default();
                if let Some(fields) = spec.as_object_mut() {
                    fields.remove("nodeName");
                }
            }
            endpoints.push(json!({
                "addresses": [ip], "nodeName": node,
                "conditions": {"ready": health == Health::Serves, "serving": health == Health::Serves, "terminating": false},
                "targetRef": {"kind": "Pod", "namespace": namespace, "name": name, "uid": pod_uid},
            }));
            if health != Health::Serves {
                store.apply(event(&names, &name, &pod_uid, health, now))?;
            }
            store.apply(pod)?;
            self.pods.push(Pod {
                namespace: namespace.clone(),
                name,
            });
        }
        let ready = if health == Health::Serves { replicas } else { 0 };
        store.apply(names.deployment(&deployment, &spec, replicas, ready))?;
        store.apply(names.replica_set(&set, &deployment, &spec, replicas, ready))?;
        if self.chance.below(100) < 44 {
            let old = self.chance.suffix(10);
            let owner = format!("{app}-{old}");
            let names = Names {
                hash: &old,
                owner: &owner,
                ..names
            };
            store.apply(names.replica_set(&id("replicaset", &owner), &deployment, &spec, 0, 0))?;
        }
        if self.chance.below(100) < 72 {
            let service = id("service", &app);
            let port = spec
                .pointer("/containers/0/ports/0/containerPort")
                .cloned()
                .unwrap_or_default();
            store.apply(names.service(&service, workload, &port))?;
            store.apply(names.slice(&service, &endpoints, &port))?;
        }
        Ok(())
    }
}
