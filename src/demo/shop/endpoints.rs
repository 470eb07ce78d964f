//! The endpoint controller: for each Service with a selector a slice of the pods that it selects.

use std::sync::Arc;

use serde_json::{Value, json};

use super::object::{is_going, is_ready, key_of, list, number, owner_reference, selects, set, text};
use super::world::World;
use crate::demo::store::{Key, seconds};

pub(super) fn reconcile(world: &mut World) {
    for key in world.keys("services") {
        let Some(service) = world.get("services", &key).cloned() else {
            continue;
        };
        if service.pointer("/spec/selector").is_some() {
            one(world, &service);
        }
    }
}

fn one(world: &mut World, service: &Value) {
    let namespace = text(service, "/metadata/namespace");
    let pods: Vec<Arc<Value>> = world
        .within("pods", namespace)
        .filter(|pod| {
            selects(service.pointer("/spec/selector"), pod) && !text(pod, "/status/podIP").is_empty()
        })
        .cloned()
        .collect();
    let zone = |pod: &Value| {
        let node = world.get("nodes", &(String::new(), text(pod, "/spec/nodeName").to_owned()));
        node.map(|n| text(n, "/metadata/labels/topology.kubernetes.io~1zone").to_owned())
            .unwrap_or_default()
    };
    let endpoints: Vec<Value> = pods
        .iter()
        .map(|pod| {
            let (ready, going) = (is_ready(pod), is_going(pod));
            json!({
                "addresses": [text(pod, "/status/podIP")],
                "conditions": {"ready": ready && !going, "serving": ready, "terminating": going},
                "nodeName": text(pod, "/spec/nodeName"), "zone": zone(pod),
                "targetRef": {"kind": "Pod", "namespace": namespace, "name": text(pod, "/metadata/name"),
                    "uid": text(pod, "/metadata/uid")},
            })
        })
        .collect();
    // Without pods a slice has no port numbers, as a named target port has none then.
    let ports: Value = if pods.is_empty() {
        Value::Null
    } else {
        list(service, "/spec/ports")
            .iter()
            .map(|port| target(port, pods.first().map(Arc::as_ref)))
            .collect()
    };
    let now = seconds(world.now);
    let existing: Option<Key> = world
        .owned("endpointslices", service)
        .first()
        .map(|slice| key_of(slice));
    if let Some(key) = existing {
        let endpoints = json!(endpoints);
        let slice = world.get("endpointslices", &key);
        if slice.is_some_and(|s| s.get("endpoints") == Some(&endpoints) && s.get("ports") == Some(&ports)) {
            return;
        }
        world.edit("endpointslices", &key, |slice| {
            set(slice, "", "endpoints", endpoints);
            set(slice, "", "ports", ports);
            let trigger = "endpoints.kubernetes.io/last-change-trigger-time";
            set(slice, "/metadata/annotations", trigger, json!(now));
            let generation = number(slice, "/metadata/generation") + 1;
            set(slice, "/metadata", "generation", json!(generation));
        });
        return;
    }
    let name = text(service, "/metadata/name");
    let slice = json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {
            "namespace": namespace, "name": format!("{name}-{}", world.chance.suffix(5)),
            "generateName": format!("{name}-"), "generation": 1,
            "labels": {
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                "kubernetes.io/service-name": name,
            },
            "ownerReferences": [owner_reference(service)],
        },
        "addressType": "IPv4", "endpoints": endpoints, "ports": ports,
    });
    world.create(slice);
}

/// A Service's port as its pods have it.
fn target(port: &Value, pod: Option<&Value>) -> Value {
    let number = match port.get("targetPort") {
        Some(Value::String(name)) => pod
            .into_iter()
            .flat_map(|pod| list(pod, "/spec/containers"))
            .flat_map(|container| list(container, "/ports"))
            .find(|p| text(p, "/name") == name)
            .and_then(|p| p.get("containerPort").cloned()),
        Some(number) => Some(number.clone()),
        None => port.get("port").cloned(),
    };
    let mut out = json!({"name": text(port, "/name"), "protocol": text(port, "/protocol")});
    if let Some(number) = number {
        set(&mut out, "", "port", number);
    }
    out
}
