//! A pod's status from what its containers do.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::container::{Container, Ended, Phase, Running};
use crate::demo::shop::object::{list, set, text};
use crate::demo::shop::program::full_reference;
use crate::demo::store::seconds;

pub(super) fn of(running: &Running, pod: &Value, host: &str) -> Value {
    let started = running.containers.iter().any(|c| !c.id.is_empty());
    let waiting: Vec<&str> = running
        .containers
        .iter()
        .filter(|c| !matches!(c.phase, Phase::Runs { ready: true, .. }))
        .map(|c| c.name.as_str())
        .collect();
    let readiness = |kind: &str| {
        let mut condition = condition(kind, waiting.is_empty(), running.turned);
        if !waiting.is_empty() {
            set(&mut condition, "", "reason", json!("ContainersNotReady"));
            let message = format!("containers with unready status: [{}]", waiting.join(" "));
            set(&mut condition, "", "message", json!(message));
        }
        condition
    };
    let scheduled = list(pod, "/status/conditions")
        .iter()
        .find(|c| text(c, "/type") == "PodScheduled")
        .cloned();
    json!({
        "phase": if started { "Running" } else { "Pending" },
        "conditions": [
            condition("PodReadyToStartContainers", true, running.since),
            condition("Initialized", true, running.since),
            readiness("Ready"),
            readiness("ContainersReady"),
            scheduled.unwrap_or_else(|| condition("PodScheduled", true, running.since)),
        ],
        "containerStatuses": running.containers.iter().map(|c| container_status(c, running, pod)).collect::<Vec<_>>(),
        "hostIP": host, "hostIPs": [{"ip": host}],
        "podIP": running.ip, "podIPs": [{"ip": running.ip}],
        "observedGeneration": 1,
        "qosClass": "Burstable",
        "startTime": seconds(running.since),
    })
}

/// A condition of a pod.
fn condition(kind: &str, holds: bool, since: Timestamp) -> Value {
    json!({
        "type": kind, "status": if holds { "True" } else { "False" }, "lastProbeTime": null,
        "lastTransitionTime": seconds(since), "observedGeneration": 1,
    })
}

fn container_status(container: &Container, running: &Running, pod: &Value) -> Value {
    let waiting = |reason: &str, message: Option<String>| {
        let mut waiting = json!({"reason": reason});
        if let Some(message) = message {
            set(&mut waiting, "", "message", json!(message));
        }
        json!({"waiting": waiting})
    };
    let state = match &container.phase {
        Phase::Creating => waiting("ContainerCreating", None),
        Phase::PullFailed(message) => waiting("ErrImagePull", Some(message.clone())),
        Phase::PullBackOff(message) => waiting(
            "ImagePullBackOff",
            Some(format!(
                "Back-off pulling image \"{}\": ErrImagePull: {message}",
                container.image
            )),
        ),
        Phase::Runs { since, .. } => json!({"running": {"startedAt": seconds(*since)}}),
        Phase::Ended(ended) => terminated(ended),
        Phase::BackOff { seconds } => waiting(
            "CrashLoopBackOff",
            Some(format!(
                "back-off {} restarting failed container={} pod={}_{}({})",
                go_duration(*seconds),
                container.name,
                running.key.1,
                running.key.0,
                text(pod, "/metadata/uid"),
            )),
        ),
    };
    let runs = matches!(container.phase, Phase::Runs { .. });
    let spec = list(pod, "/spec/containers")
        .iter()
        .find(|c| text(c, "/name") == container.name);
    let at = |pointer: &str| spec.and_then(|s| s.pointer(pointer)).cloned();
    let mut status = json!({
        "name": container.name,
        "image": if container.id.is_empty() { container.image.clone() } else { full_reference(&container.image) },
        "imageID": if container.id.is_empty() { "" } else { container.digest.as_str() },
        "lastState": container.last.as_ref().map_or_else(|| json!({}), terminated),
        "ready": matches!(container.phase, Phase::Runs { ready: true, .. }),
        "restartCount": container.restarts,
        "started": runs,
        "state": state,
    });
    if !container.id.is_empty() {
        set(&mut status, "", "containerID", json!(container.id));
        if let Some(resources) = at("/resources") {
            if let Some(requests) = resources.get("requests") {
                set(&mut status, "", "allocatedResources", requests.clone());
            }
            set(&mut status, "", "resources", resources);
        }
    }
    if let Some(mounts) = at("/volumeMounts") {
        let mounts = mounts.as_array().into_iter().flatten().map(|mount| {
            let mut mount = mount.clone();
            if mount.get("readOnly") == Some(&Value::Bool(true)) {
                set(&mut mount, "", "recursiveReadOnly", json!("Disabled"));
            }
            mount
        });
        set(&mut status, "", "volumeMounts", mounts.collect());
    }
    status
}

fn terminated(ended: &Ended) -> Value {
    let mut terminated = json!({
        "containerID": ended.id, "exitCode": ended.code, "reason": ended.reason,
        "startedAt": ended.started.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), seconds),
        "finishedAt": seconds(ended.finished),
    });
    if let Some(message) = &ended.message {
        set(&mut terminated, "", "message", json!(message));
    }
    json!({"terminated": terminated})
}

/// Seconds as the kubelet's Go prints a duration.
fn go_duration(seconds: i64) -> String {
    if seconds < 60 {
        format!("{seconds}s")
    } else {
        format!("{}m{}s", seconds / 60, seconds % 60)
    }
}

/// Notes in `managedFields` who wrote last, and when.
pub(in crate::demo::shop) fn sign(
    object: &mut Value,
    manager: &str,
    now: Timestamp,
    fields: &Value,
    subresource: Option<&str>,
) {
    let mut entry = json!({
        "manager": manager, "operation": "Update", "apiVersion": text(object, "/apiVersion"),
        "time": seconds(now), "fieldsType": "FieldsV1", "fieldsV1": fields,
    });
    if let Some(subresource) = subresource {
        set(&mut entry, "", "subresource", json!(subresource));
    }
    let mut entries: Vec<Value> = list(object, "/metadata/managedFields").to_vec();
    entries.retain(|e| text(e, "/manager") != manager);
    entries.push(entry);
    set(object, "/metadata", "managedFields", json!(entries));
}

#[cfg(test)]
mod tests {
    use super::go_duration;

    #[test]
    fn back_off_times_read_as_the_kubelet_writes_them() {
        for (seconds, expected) in [
            (10, "10s"),
            (40, "40s"),
            (80, "1m20s"),
            (160, "2m40s"),
            (300, "5m0s"),
        ] {
            assert_eq!(go_duration(seconds), expected);
        }
    }
}
