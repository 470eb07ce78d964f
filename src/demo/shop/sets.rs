//! The controllers that make pods: ReplicaSet, StatefulSet, DaemonSet; and the garbage collector that takes what lost
//! its owner.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::defaults;
use super::object::{is_going, is_ready, key_of, list, number, owner_reference, set, text};
use super::recorder::{Note, Recorder, Source};
use super::world::{Due, World};
use crate::demo::store::{Key, seconds};

pub(super) fn reconcile(world: &mut World, recorder: &mut Recorder) {
    for key in world.keys("replicasets") {
        if let Some(object) = world.get("replicasets", &key).cloned() {
            replica_set(world, recorder, &object);
        }
    }
    for key in world.keys("statefulsets") {
        if let Some(object) = world.get("statefulsets", &key).cloned() {
            stateful_set(world, &object);
        }
    }
    for key in world.keys("daemonsets") {
        if let Some(object) = world.get("daemonsets", &key).cloned() {
            daemon_set(world, &object);
        }
    }
    collect_garbage(world);
}

fn replica_set(world: &mut World, recorder: &mut Recorder, object: &Value) {
    let pods: Vec<Arc<Value>> = world
        .owned("pods", object)
        .into_iter()
        .filter(|p| !is_going(p))
        .collect();
    let wanted = usize::try_from(number(object, "/spec/replicas")).unwrap_or(0);
    let name = text(object, "/metadata/name");
    for _ in pods.len()..wanted {
        let pod = format!("{name}-{}", world.chance.suffix(5));
        make(world, object, &pod);
        say(
            world,
            recorder,
            object,
            "SuccessfulCreate",
            format!("Created pod: {pod}"),
        );
    }
    if pods.len() > wanted {
        let mut victims: Vec<&Arc<Value>> = pods.iter().collect();
        // Those that do not serve go first, then the youngest.
        victims.sort_by_key(|pod| {
            (
                is_ready(pod),
                std::cmp::Reverse(text(pod, "/metadata/creationTimestamp").to_owned()),
            )
        });
        for pod in victims.into_iter().take(pods.len() - wanted) {
            end(world, &key_of(pod));
            say(
                world,
                recorder,
                object,
                "SuccessfulDelete",
                format!("Deleted pod: {}", text(pod, "/metadata/name")),
            );
        }
    }
    let pods: Vec<Arc<Value>> = world
        .owned("pods", object)
        .into_iter()
        .filter(|p| !is_going(p))
        .collect();
    let ready = pods.iter().filter(|p| is_ready(p)).count();
    let key = key_of(object);
    let generation = world
        .get("replicasets", &key)
        .map_or(0, |object| number(object, "/metadata/generation"));
    let mut status = json!({"replicas": pods.len(), "observedGeneration": generation});
    for (field, value) in [
        ("fullyLabeledReplicas", pods.len()),
        ("readyReplicas", ready),
        ("availableReplicas", ready),
    ] {
        if value > 0 {
            set(&mut status, "", field, json!(value));
        }
    }
    world.set_status("replicasets", &key, status);
}

fn stateful_set(world: &mut World, object: &Value) {
    let wanted = number(object, "/spec/replicas");
    let name = text(object, "/metadata/name");
    for index in 0..wanted {
        let pod = format!("{name}-{index}");
        if world
            .get(
                "pods",
                &(text(object, "/metadata/namespace").to_owned(), pod.clone()),
            )
            .is_none()
        {
            make(world, object, &pod);
        }
    }
    let pods = world.owned("pods", object);
    for pod in pods.iter().filter(|p| !is_going(p)) {
        let index = text(pod, "/metadata/name")
            .rsplit('-')
            .next()
            .and_then(|n| n.parse::<i64>().ok());
        if index.is_some_and(|index| index >= wanted) {
            end(world, &key_of(pod));
        }
    }
    let ready = pods.iter().filter(|p| is_ready(p)).count();
    let revision = format!("{name}-{}", "7c5b8d6f9");
    let status = json!({
        "replicas": pods.len(), "readyReplicas": ready, "availableReplicas": ready,
        "currentReplicas": pods.len(), "updatedReplicas": pods.len(), "collisionCount": 0,
        "currentRevision": revision, "updateRevision": revision,
        "observedGeneration": number(object, "/metadata/generation"),
    });
    world.set_status("statefulsets", &key_of(object), status);
}

fn daemon_set(world: &mut World, object: &Value) {
    let nodes: Vec<String> = world
        .all("nodes")
        .map(|n| text(n, "/metadata/name").to_owned())
        .collect();
    let pods = world.owned("pods", object);
    for node in &nodes {
        if !pods.iter().any(|pod| text(pod, "/spec/nodeName") == node) {
            let name = format!("{}-{}", text(object, "/metadata/name"), world.chance.suffix(5));
            let mut pod = new_pod(world, object, &name);
            set(&mut pod, "/spec", "nodeName", json!(node));
            bound(&mut pod, &seconds(world.now));
            world.create(pod);
        }
    }
    let pods = world.owned("pods", object);
    let ready = pods.iter().filter(|p| is_ready(p)).count();
    let mut status = json!({
        "desiredNumberScheduled": nodes.len(), "currentNumberScheduled": pods.len(),
        "updatedNumberScheduled": pods.len(), "numberMisscheduled": 0, "numberReady": ready,
        "observedGeneration": number(object, "/metadata/generation"),
    });
    for (field, value) in [
        ("numberAvailable", ready),
        ("numberUnavailable", nodes.len().saturating_sub(ready)),
    ] {
        if value > 0 {
            set(&mut status, "", field, json!(value));
        }
    }
    world.set_status("daemonsets", &key_of(object), status);
}

fn new_pod(world: &mut World, owner: &Value, name: &str) -> Value {
    let access = world.chance.suffix(5);
    let mut pod = defaults::pod(owner, name, &access);
    set(
        &mut pod,
        "/metadata",
        "ownerReferences",
        json!([owner_reference(owner)]),
    );
    if text(owner, "/kind") != "StatefulSet" {
        set(
            &mut pod,
            "/metadata",
            "generateName",
            json!(format!("{}-", text(owner, "/metadata/name"))),
        );
    }
    let fields =
        json!({"f:metadata": {"f:generateName": {}, "f:labels": {}, "f:ownerReferences": {}}, "f:spec": {}});
    super::kubelet::sign(&mut pod, "kube-controller-manager", world.now, &fields, None);
    pod
}

fn make(world: &mut World, owner: &Value, name: &str) {
    let pod = new_pod(world, owner, name);
    world.create(pod);
    world.after(1, Due::Schedule);
}

/// The condition of a pod that has a node.
pub(super) fn bound(pod: &mut Value, now: &str) {
    let condition = json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null,
        "lastTransitionTime": now, "observedGeneration": 1});
    set(pod, "/status", "conditions", json!([condition]));
}

/// Begins a pod's deletion; one that never ran is gone at once.
fn end(world: &mut World, key: &Key) {
    let Some(pod) = world.get("pods", key) else { return };
    if text(pod, "/spec/nodeName").is_empty() {
        world.delete("pods", key);
        return;
    }
    let grace = number(pod, "/spec/terminationGracePeriodSeconds");
    let until = seconds(world.later(grace));
    world.edit("pods", key, |pod| {
        set(pod, "/metadata", "deletionTimestamp", json!(until));
        set(pod, "/metadata", "deletionGracePeriodSeconds", json!(grace));
    });
}

fn say(world: &mut World, recorder: &mut Recorder, object: &Value, reason: &'static str, message: String) {
    let note = Note {
        warning: false,
        reason,
        message,
        container: None,
    };
    recorder.record(world, object, Source::Controller("replicaset-controller"), &note);
}

/// Deletes what has an owner that is gone.
fn collect_garbage(world: &mut World) {
    for (plural, owners) in [
        ("replicasets", &["deployments"][..]),
        ("pods", &["replicasets", "statefulsets", "daemonsets"][..]),
        ("endpointslices", &["services"][..]),
    ] {
        let alive: BTreeSet<&str> = owners
            .iter()
            .flat_map(|kind| world.all(kind))
            .map(|owner| text(owner, "/metadata/uid"))
            .collect();
        let orphans: Vec<Key> = world
            .keys(plural)
            .into_iter()
            .filter(|key| {
                world.get(plural, key).is_some_and(|object| {
                    let mut owners = list(object, "/metadata/ownerReferences").iter();
                    owners.any(|owner| !alive.contains(text(owner, "/uid"))) && !is_going(object)
                })
            })
            .collect();
        for key in orphans {
            if plural == "pods" {
                end(world, &key);
            } else {
                world.delete(plural, &key);
            }
        }
    }
}
