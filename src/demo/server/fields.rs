//! What the demo's API says of fields: those that its faults show. Fields that are not here have no description.

use serde_json::{Map, Value, json};

use crate::demo::resource::Resource;

/// Kind, field and what it means; `[]` stands for each of a list or map.
const FIELDS: &[(&str, &str, &str)] = &[
    (
        "Pod",
        "spec.nodeName",
        "The node that the pod was given to. Empty while no scheduler has chosen one.",
    ),
    (
        "Pod",
        "spec.containers",
        "The containers of the pod, at least one. They cannot be added or removed later.",
    ),
    (
        "Pod",
        "spec.containers[].image",
        "The name of the image that the container runs, with its tag or digest.",
    ),
    (
        "Pod",
        "status.phase",
        "A summary of where the pod is in its life: Pending, Running, Succeeded, Failed or Unknown.",
    ),
    (
        "Pod",
        "status.conditions",
        "How the pod stands, one entry a question: was it scheduled, initialised, is it ready.",
    ),
    (
        "Pod",
        "status.containerStatuses",
        "How each container stands, as the kubelet on its node says.",
    ),
    (
        "Pod",
        "status.containerStatuses[].restartCount",
        "How often the container was started again, as far as the kubelet remembers.",
    ),
    (
        "Pod",
        "status.containerStatuses[].state",
        "What the container does now: it waits, runs or has terminated.",
    ),
    (
        "Pod",
        "status.containerStatuses[].state.waiting.reason",
        "Why the container does not run yet, in one word.",
    ),
    (
        "Pod",
        "status.containerStatuses[].state.waiting.message",
        "Why the container does not run yet, in words.",
    ),
    (
        "Pod",
        "status.containerStatuses[].lastState",
        "What the container did before its last restart.",
    ),
    (
        "Pod",
        "status.containerStatuses[].lastState.terminated.exitCode",
        "The code with which the container's last instance ended.",
    ),
    (
        "Pod",
        "status.containerStatuses[].lastState.terminated.reason",
        "Why the container's last instance ended, in one word.",
    ),
    (
        "Deployment",
        "spec.replicas",
        "How many pods there are to be; 1 where nothing is said.",
    ),
    (
        "Deployment",
        "status.conditions",
        "How the Deployment stands: whether it is available, progresses, or cannot make its pods.",
    ),
    (
        "Deployment",
        "status.availableReplicas",
        "How many pods have been ready for at least minReadySeconds.",
    ),
    (
        "Service",
        "spec.selector",
        "The labels of the pods that traffic is sent to. Without any, somebody else keeps the endpoints.",
    ),
    ("Service", "spec.ports", "The ports that the Service offers."),
    (
        "PersistentVolumeClaim",
        "spec.storageClassName",
        "The name of the storage class that the volume is to be made by.",
    ),
    (
        "PersistentVolumeClaim",
        "status.phase",
        "Whether the claim has its volume: Pending, Bound or Lost.",
    ),
    (
        "Node",
        "status.conditions",
        "How the node stands, as its kubelet says.",
    ),
];

/// The schema of a kind, where there is anything to say of its fields.
pub(super) fn schema(resource: &Resource) -> Option<Value> {
    let mut root = json!({
        "type": "object",
        "x-kubernetes-group-version-kind":
            [{"group": resource.group, "version": resource.version, "kind": resource.kind}],
    });
    let mut any = false;
    for (_, path, text) in FIELDS.iter().filter(|(kind, _, _)| *kind == resource.kind) {
        any = true;
        insert(&mut root, path, text);
    }
    any.then_some(root)
}

/// Puts a description to a field, and makes the fields above it.
fn insert(root: &mut Value, path: &str, text: &str) {
    let mut at = root;
    for step in path.split('.') {
        let (name, in_list) = match step.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (step, false),
        };
        at = child(child(at, "properties"), name);
        if in_list {
            at = child(at, "items");
        }
    }
    if let Value::Object(field) = at {
        field.insert("description".to_owned(), text.into());
    }
}

fn child<'a>(parent: &'a mut Value, name: &str) -> &'a mut Value {
    if !parent.is_object() {
        *parent = Value::Object(Map::new());
    }
    // Indexing an object by a name that it has not adds it.
    let child = &mut parent[name];
    if child.is_null() {
        *child = Value::Object(Map::new());
    }
    child
}
