//! The volume controller: a volume for each claim whose class exists.

use serde_json::json;

use super::object::{set, text};
use super::recorder::{Note, Recorder, Source};
use super::world::{Due, World};
use crate::demo::store::{Key, seconds};

/// How often it looks at a claim that it could not serve.
const LOOK_AGAIN: i64 = 15;

/// Puts claims on the agenda that were not looked at yet.
pub(super) fn reconcile(world: &mut World, known: &mut std::collections::BTreeSet<Key>) {
    for key in world.keys("persistentvolumeclaims") {
        if known.insert(key.clone()) {
            world.after(1, Due::Claim(key));
        }
    }
}

pub(super) fn look(world: &mut World, recorder: &mut Recorder, key: &Key) {
    let Some(claim) = world.get("persistentvolumeclaims", key).cloned() else {
        return;
    };
    if text(&claim, "/status/phase") == "Bound" {
        return;
    }
    let class = text(&claim, "/spec/storageClassName").to_owned();
    let source = Source::Controller("persistentvolume-controller");
    let Some(found) = world
        .get("storageclasses", &(String::new(), class.clone()))
        .cloned()
    else {
        let message = format!("storageclass.storage.k8s.io \"{class}\" not found");
        let note = Note {
            warning: true,
            reason: "ProvisioningFailed",
            message,
            container: None,
        };
        recorder.record(world, &claim, source, &note);
        world.after(LOOK_AGAIN, Due::Claim(key.clone()));
        return;
    };
    let volume = format!("pvc-{}", text(&claim, "/metadata/uid"));
    let modes = claim.pointer("/spec/accessModes").cloned().unwrap_or_default();
    let size = claim
        .pointer("/spec/resources/requests/storage")
        .cloned()
        .unwrap_or_default();
    world.create(json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": volume},
        "spec": {
            "accessModes": modes, "capacity": {"storage": size}, "storageClassName": class, "volumeMode": "Filesystem",
            "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": key.0, "name": key.1,
                "uid": text(&claim, "/metadata/uid")},
            "csi": {"driver": text(&found, "/provisioner"), "volumeHandle": volume},
            "persistentVolumeReclaimPolicy": text(&found, "/reclaimPolicy"),
        },
        "status": {"phase": "Bound", "lastPhaseTransitionTime": seconds(world.now)},
    }));
    world.edit("persistentvolumeclaims", key, |claim| {
        set(claim, "/spec", "volumeName", json!(volume));
        set(
            claim,
            "",
            "status",
            json!({"phase": "Bound", "accessModes": modes, "capacity": {"storage": size}}),
        );
    });
    let message = format!("Successfully provisioned volume {volume}");
    let note = Note {
        warning: false,
        reason: "ProvisioningSucceeded",
        message,
        container: None,
    };
    recorder.record(world, &claim, source, &note);
    world.after(1, Due::Schedule);
}
