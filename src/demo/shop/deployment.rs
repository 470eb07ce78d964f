//! The Deployment controller: a ReplicaSet for each template, rolled from one to the next.

use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::object::{key_of, list, number, owner_reference, set, text};
use super::recorder::{Note, Recorder, Source};
use super::world::{Due, World};
use crate::demo::store::seconds;

const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";

pub(super) fn reconcile(world: &mut World, recorder: &mut Recorder) {
    for key in world.keys("deployments") {
        if let Some(deployment) = world.get("deployments", &key).cloned() {
            one(world, recorder, &deployment);
        }
    }
}

fn one(world: &mut World, recorder: &mut Recorder, deployment: &Value) {
    let mut sets = world.owned("replicasets", deployment);
    sets.sort_by_key(|set| revision(set));
    let hash = hash_of(deployment);
    let name = format!("{}-{hash}", text(deployment, "/metadata/name"));
    let Some(position) = sets.iter().position(|set| text(set, "/metadata/name") == name) else {
        create_set(
            world,
            deployment,
            &name,
            &hash,
            sets.last().map_or(0, |set| revision(set)) + 1,
        );
        return;
    };
    let newest = sets.last().map_or(0, |set| revision(set));
    let new = sets.remove(position);
    if revision(&new) < newest {
        // Back to an old template: its ReplicaSet becomes the newest again.
        annotate(world, &new, newest + 1);
        return;
    }
    let desired = number(deployment, "/spec/replicas");
    let current = |set: &Value| number(set, "/spec/replicas");
    let total_old: i64 = sets.iter().map(|set| current(set)).sum();
    let ready = |set: &Value| number(set, "/status/readyReplicas");
    if text(deployment, "/spec/strategy/type") == "Recreate" {
        if total_old > 0 {
            for set in &sets {
                scale(world, recorder, deployment, set, 0);
            }
        } else if sets.iter().all(|set| world.owned("pods", set).is_empty()) {
            scale(world, recorder, deployment, &new, desired);
        }
    } else {
        let surge = share(deployment, "/spec/strategy/rollingUpdate/maxSurge", desired, true);
        let unavailable = share(
            deployment,
            "/spec/strategy/rollingUpdate/maxUnavailable",
            desired,
            false,
        );
        let unavailable = if surge == 0 && unavailable == 0 {
            1
        } else {
            unavailable
        };
        let room = (desired + surge - total_old - current(&new)).max(0);
        let wanted = if current(&new) > desired {
            desired
        } else {
            (current(&new) + room).min(desired)
        };
        scale(world, recorder, deployment, &new, wanted);
        // Old pods that are not ready go first; of the others as many as may be missing.
        let available: i64 = sets.iter().map(|set| ready(set)).sum::<i64>() + ready(&new);
        let mut spare = (available - (desired - unavailable)).max(0);
        for set in &sets {
            let broken = (current(set) - ready(set)).max(0);
            let gone = (broken + spare).min(current(set));
            spare -= (gone - broken).max(0);
            scale(world, recorder, deployment, set, current(set) - gone);
        }
    }
    publish(world, deployment, &new, &sets);
}

fn revision(set: &Value) -> i64 {
    text(set, REVISION).parse().unwrap_or(0)
}

/// A name for a template: the same template has the same name.
fn hash_of(deployment: &Value) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let template = deployment.pointer("/spec/template").cloned().unwrap_or_default();
    let digest = Sha256::digest(template.to_string().as_bytes());
    digest
        .iter()
        .take(10)
        .filter_map(|byte| {
            LETTERS
                .get(usize::from(*byte) % LETTERS.len())
                .copied()
                .map(char::from)
        })
        .collect()
}

/// A number or a percentage of the replicas.
fn share(deployment: &Value, pointer: &str, of: i64, up: bool) -> i64 {
    match deployment.pointer(pointer) {
        Some(Value::Number(n)) => n.as_i64().unwrap_or(0),
        Some(Value::String(percent)) => {
            let percent: i64 = percent.trim_end_matches('%').parse().unwrap_or(25);
            if up {
                (of * percent + 99) / 100
            } else {
                of * percent / 100
            }
        }
        _ => 1,
    }
}

fn create_set(world: &mut World, deployment: &Value, name: &str, hash: &str, revision: i64) {
    world.after(number(deployment, "/spec/progressDeadlineSeconds") + 1, Due::Look);
    let mut template = deployment.pointer("/spec/template").cloned().unwrap_or_default();
    set(
        &mut template,
        "/metadata/labels",
        "pod-template-hash",
        json!(hash),
    );
    let mut selector = deployment.pointer("/spec/selector").cloned().unwrap_or_default();
    set(&mut selector, "/matchLabels", "pod-template-hash", json!(hash));
    let labels = template.pointer("/metadata/labels").cloned().unwrap_or_default();
    let desired = number(deployment, "/spec/replicas");
    world.create(json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "namespace": text(deployment, "/metadata/namespace"), "name": name, "generation": 1, "labels": labels,
            "annotations": {
                "deployment.kubernetes.io/desired-replicas": desired.to_string(),
                "deployment.kubernetes.io/max-replicas": (desired + (desired + 3) / 4).to_string(),
                "deployment.kubernetes.io/revision": revision.to_string(),
            },
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {"replicas": 0, "selector": selector, "template": template},
        "status": {"replicas": 0, "observedGeneration": 1},
    }));
}

fn annotate(world: &mut World, replica_set: &Value, revision: i64) {
    world.edit("replicasets", &key_of(replica_set), |object| {
        set(
            object,
            "/metadata/annotations",
            "deployment.kubernetes.io/revision",
            json!(revision.to_string()),
        );
    });
}

fn scale(world: &mut World, recorder: &mut Recorder, deployment: &Value, replica_set: &Value, to: i64) {
    let from = number(replica_set, "/spec/replicas");
    if from == to {
        return;
    }
    let generation = number(replica_set, "/metadata/generation") + 1;
    world.edit("replicasets", &key_of(replica_set), |object| {
        set(object, "/spec", "replicas", json!(to));
        set(object, "/metadata", "generation", json!(generation));
    });
    let direction = if to > from { "up" } else { "down" };
    let message = format!(
        "Scaled {direction} replica set {} from {from} to {to}",
        text(replica_set, "/metadata/name")
    );
    let note = Note {
        warning: false,
        reason: "ScalingReplicaSet",
        message,
        container: None,
    };
    recorder.record(
        world,
        deployment,
        Source::Controller("deployment-controller"),
        &note,
    );
}

fn publish(world: &mut World, deployment: &Value, new: &Arc<Value>, old: &[Arc<Value>]) {
    let desired = number(deployment, "/spec/replicas");
    // What was just scaled is in the cache, not in the copies.
    let sum = |world: &World, field: &str| -> i64 {
        old.iter()
            .chain([new])
            .filter_map(|s| world.get("replicasets", &key_of(s)))
            .map(|s| number(s, field))
            .sum()
    };
    let fresh = world
        .get("replicasets", &key_of(new))
        .cloned()
        .unwrap_or_default();
    let (replicas, ready) = (
        sum(world, "/status/replicas"),
        sum(world, "/status/readyReplicas"),
    );
    let updated = number(&fresh, "/status/replicas");
    let updated_ready = number(&fresh, "/status/readyReplicas");
    let missing = (desired.max(replicas) - ready).max(0);
    let unavailable = share(
        deployment,
        "/spec/strategy/rollingUpdate/maxUnavailable",
        desired,
        false,
    );
    let allowed = if text(deployment, "/spec/strategy/type") == "Recreate" {
        0
    } else {
        unavailable
    };
    let now = world.now;
    let name = text(new, "/metadata/name");
    let complete = updated_ready >= desired && replicas == updated;
    let revision = text(new, REVISION).to_owned();
    world.edit("deployments", &key_of(deployment), |object| {
        set(
            object,
            "/metadata/annotations",
            "deployment.kubernetes.io/revision",
            json!(revision),
        );
        let mut status = json!({"observedGeneration": number(object, "/metadata/generation")});
        for (field, value) in [
            ("replicas", replicas),
            ("updatedReplicas", updated),
            ("readyReplicas", ready),
            ("availableReplicas", ready),
            ("unavailableReplicas", missing),
        ] {
            if value > 0 {
                set(&mut status, "", field, json!(value));
            }
        }
        let available = ready >= desired - allowed;
        let available = if available {
            (
                "True",
                "MinimumReplicasAvailable",
                "Deployment has minimum availability.".to_owned(),
            )
        } else {
            (
                "False",
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.".to_owned(),
            )
        };
        let progressed = list(object, "/status/conditions")
            .iter()
            .find(|c| text(c, "/type") == "Progressing" && text(c, "/message").contains(name));
        let since = progressed.and_then(|c| text(c, "/lastUpdateTime").parse::<jiff::Timestamp>().ok());
        let overdue = since.is_some_and(|since| now.duration_since(since).as_secs() >= 600);
        let was = progressed
            .map(|c| text(c, "/reason").to_owned())
            .unwrap_or_default();
        let progressing = if complete || was == "NewReplicaSetAvailable" {
            (
                "True",
                "NewReplicaSetAvailable",
                format!("ReplicaSet \"{name}\" has successfully progressed."),
            )
        } else if overdue || was == "ProgressDeadlineExceeded" {
            (
                "False",
                "ProgressDeadlineExceeded",
                format!("ReplicaSet \"{name}\" has timed out progressing."),
            )
        } else {
            (
                "True",
                "ReplicaSetUpdated",
                format!("ReplicaSet \"{name}\" is progressing."),
            )
        };
        let conditions: Vec<Value> = [("Available", available), ("Progressing", progressing)]
            .into_iter()
            .map(|(kind, (holds, reason, message))| {
                let before = list(object, "/status/conditions")
                    .iter()
                    .find(|c| text(c, "/type") == kind);
                let same = |field: &str, value: &str| before.is_some_and(|b| text(b, field) == value);
                let stays = same("/status", holds);
                let same = stays && same("/reason", reason) && same("/message", &message);
                let time = |keep: bool, field: &str| match before {
                    Some(before) if keep => json!(text(before, field)),
                    _ => json!(seconds(now)),
                };
                json!({"type": kind, "status": holds, "reason": reason, "message": message,
                    "lastUpdateTime": time(same, "/lastUpdateTime"),
                    "lastTransitionTime": time(stays, "/lastTransitionTime")})
            })
            .collect();
        set(&mut status, "", "conditions", json!(conditions));
        set(object, "", "status", status);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_as_the_controller_rounds() {
        let deployment = json!({"a": "25%", "b": 2});
        for (pointer, of, up, expected) in [
            ("/a", 2, true, 1),
            ("/a", 2, false, 0),
            ("/a", 4, true, 1),
            ("/a", 10, true, 3),
            ("/b", 9, true, 2),
        ] {
            assert_eq!(share(&deployment, pointer, of, up), expected, "{pointer} of {of}");
        }
    }
}
