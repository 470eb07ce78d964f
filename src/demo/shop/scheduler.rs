//! The scheduler: a node for each pod, or the reason why there is none.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::object::{bytes, is_going, key_of, list, set, text};
use super::recorder::{Note, Recorder, Source};
use super::sets::bound;
use super::world::{Due, World};
use crate::demo::store::seconds;

/// How long it leaves a pod alone that it could not place.
const RETRY: i64 = 300;

pub(super) fn schedule(world: &mut World, recorder: &mut Recorder) {
    let waiting: Vec<Value> = world
        .all("pods")
        .filter(|pod| text(pod, "/spec/nodeName").is_empty() && !is_going(pod))
        .cloned()
        .collect();
    let mut unplaced = false;
    for pod in waiting {
        match place(world, &pod) {
            Ok(node) => bind(world, recorder, &pod, &node),
            Err(why) => {
                unplaced = true;
                refuse(world, recorder, &pod, &why);
            }
        }
    }
    if unplaced {
        world.after(RETRY, Due::Schedule);
    }
}

fn place(world: &World, pod: &Value) -> Result<String, String> {
    let nodes = world.all("nodes").count();
    if let Some(class) = unbound_claim(world, pod) {
        // The scheduler repeats what looking for the class gave.
        let suffix = if class { " not found" } else { "" };
        return Err(format!(
            "0/{nodes} nodes are available: pod has unbound immediate PersistentVolumeClaims.{suffix}"
        ));
    }
    let mut used: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    for other in world.all("pods") {
        let entry = used.entry(text(other, "/spec/nodeName")).or_default();
        entry.0 += memory(other);
        entry.1 += 1;
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut best: Option<(usize, &str)> = None;
    for node in world.all("nodes") {
        let name = text(node, "/metadata/name");
        let (taken, pods) = used.get(name).copied().unwrap_or_default();
        let selected = pod
            .pointer("/spec/nodeSelector")
            .and_then(Value::as_object)
            .is_none_or(|selector| {
                selector
                    .iter()
                    .all(|(k, v)| node.pointer("/metadata/labels").and_then(|l| l.get(k)) == Some(v))
            });
        let reason = if node.pointer("/spec/unschedulable") == Some(&Value::Bool(true)) {
            Some("node(s) were unschedulable")
        } else if !selected {
            Some("node(s) didn't match Pod's node affinity/selector")
        } else if list(node, "/spec/taints")
            .iter()
            .any(|t| text(t, "/effect") != "PreferNoSchedule")
        {
            Some("node(s) had untolerated taint(s)")
        } else if taken + memory(pod) > bytes(text(node, "/status/allocatable/memory")) {
            Some("Insufficient memory")
        } else {
            None
        };
        match reason {
            Some(reason) => *reasons.entry(reason).or_default() += 1,
            None if best.is_none_or(|(fewest, _)| pods < fewest) => best = Some((pods, name)),
            None => {}
        }
    }
    if let Some((_, name)) = best {
        return Ok(name.to_owned());
    }
    let mut parts: Vec<String> = reasons
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    parts.sort();
    Err(format!(
        "0/{nodes} nodes are available: {}. no new claims to deallocate, preemption: 0/{nodes} nodes are available: \
         {nodes} Preemption is not helpful for scheduling.",
        parts.join(", ")
    ))
}

fn memory(pod: &Value) -> u64 {
    list(pod, "/spec/containers")
        .iter()
        .map(|c| bytes(text(c, "/resources/requests/memory")))
        .sum()
}

/// Whether a claim of the pod is not bound, and if so whether its class is missing.
fn unbound_claim(world: &World, pod: &Value) -> Option<bool> {
    let namespace = text(pod, "/metadata/namespace");
    list(pod, "/spec/volumes")
        .iter()
        .map(|v| text(v, "/persistentVolumeClaim/claimName"))
        .filter(|c| !c.is_empty())
        .find_map(|claim| {
            let claim = world.get(
                "persistentvolumeclaims",
                &(namespace.to_owned(), claim.to_owned()),
            )?;
            let class = (String::new(), text(claim, "/spec/storageClassName").to_owned());
            (text(claim, "/status/phase") != "Bound").then(|| world.get("storageclasses", &class).is_none())
        })
}

fn bind(world: &mut World, recorder: &mut Recorder, pod: &Value, node: &str) {
    let now = seconds(world.now);
    world.edit("pods", &key_of(pod), |pod| {
        set(pod, "/spec", "nodeName", json!(node));
        bound(pod, &now);
    });
    let (namespace, name) = key_of(pod);
    let message = format!("Successfully assigned {namespace}/{name} to {node}");
    recorder.record(
        world,
        pod,
        Source::Scheduler,
        &Note {
            warning: false,
            reason: "Scheduled",
            message,
            container: None,
        },
    );
}

fn refuse(world: &mut World, recorder: &mut Recorder, pod: &Value, why: &str) {
    let now = seconds(world.now);
    world.edit("pods", &key_of(pod), |pod| {
        let since = match text(pod, "/status/conditions/0/lastTransitionTime") {
            "" => now,
            since => since.to_owned(),
        };
        let condition = json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why,
            "lastProbeTime": null, "lastTransitionTime": since, "observedGeneration": 1});
        set(pod, "/status", "conditions", json!([condition]));
    });
    let note = Note {
        warning: true,
        reason: "FailedScheduling",
        message: why.to_owned(),
        container: None,
    };
    recorder.record(world, pod, Source::Scheduler, &note);
}
