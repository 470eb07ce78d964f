//! Rows of what pods stand on: Services, nodes, namespaces, storage.

use serde_json::{Value, json};

use super::{Printer, at, created, join, list, name, number, or_none, selector, text};

pub(super) const SERVICES: Printer = Printer {
    columns: &[
        ("Name", "string", false),
        ("Type", "string", false),
        ("Cluster-IP", "string", false),
        ("External-IP", "string", false),
        ("Port(s)", "string", false),
        ("Age", "string", false),
        ("Selector", "string", true),
    ],
    cells: |service, now| {
        let ports: Vec<String> = list(service, "/spec/ports")
            .iter()
            .map(|port| match number(port, "/nodePort") {
                0 => format!("{}/{}", number(port, "/port"), text(port, "/protocol")),
                node => format!("{}:{node}/{}", number(port, "/port"), text(port, "/protocol")),
            })
            .collect();
        let external = match text(service, "/spec/type") {
            "LoadBalancer" => "<pending>",
            "ExternalName" => text(service, "/spec/externalName"),
            _ => "<none>",
        };
        vec![
            name(service),
            at(service, "/spec/type"),
            or_none(text(service, "/spec/clusterIP")),
            json!(external),
            or_none(&ports.join(",")),
            created(service, now),
            selector(service, "/spec/selector"),
        ]
    },
};

pub(super) const ENDPOINTSLICES: Printer = Printer {
    columns: &[
        ("Name", "string", false),
        ("AddressType", "string", false),
        ("Ports", "string", false),
        ("Endpoints", "string", false),
        ("Age", "string", false),
    ],
    cells: |slice, now| {
        let ports: Vec<String> = list(slice, "/ports")
            .iter()
            .map(|port| number(port, "/port").to_string())
            .collect();
        let addresses = list(slice, "/endpoints")
            .iter()
            .flat_map(|e| list(e, "/addresses"))
            .filter_map(Value::as_str);
        vec![
            name(slice),
            at(slice, "/addressType"),
            json!(if ports.is_empty() {
                "<unset>".to_owned()
            } else {
                ports.join(",")
            }),
            json!(match join(addresses, ",") {
                none if none.is_empty() => "<unset>".to_owned(),
                some => some,
            }),
            created(slice, now),
        ]
    },
};

pub(super) const NODES: Printer = Printer {
    columns: &[
        ("Name", "string", false),
        ("Status", "string", false),
        ("Roles", "string", false),
        ("Age", "string", false),
        ("Version", "string", false),
        ("Internal-IP", "string", true),
        ("External-IP", "string", true),
        ("OS-Image", "string", true),
        ("Kernel-Version", "string", true),
        ("Container-Runtime", "string", true),
    ],
    cells: |node, now| {
        let ready = list(node, "/status/conditions")
            .iter()
            .find(|c| text(c, "/type") == "Ready");
        let mut status = match ready.map(|c| text(c, "/status")) {
            Some("True") => "Ready".to_owned(),
            Some(_) => "NotReady".to_owned(),
            None => "Unknown".to_owned(),
        };
        if at(node, "/spec/unschedulable") == json!(true) {
            status.push_str(",SchedulingDisabled");
        }
        let labels = node.pointer("/metadata/labels").and_then(Value::as_object);
        let roles = labels
            .into_iter()
            .flatten()
            .filter_map(|(k, _)| k.strip_prefix("node-role.kubernetes.io/"));
        let address = |kind: &str| {
            let found = list(node, "/status/addresses")
                .iter()
                .find(|a| text(a, "/type") == kind);
            or_none(found.map(|a| text(a, "/address")).unwrap_or_default())
        };
        vec![
            name(node),
            json!(status),
            or_none(&join(roles, ",")),
            created(node, now),
            at(node, "/status/nodeInfo/kubeletVersion"),
            address("InternalIP"),
            address("ExternalIP"),
            at(node, "/status/nodeInfo/osImage"),
            at(node, "/status/nodeInfo/kernelVersion"),
            at(node, "/status/nodeInfo/containerRuntimeVersion"),
        ]
    },
};

pub(super) const NAMESPACES: Printer = Printer {
    columns: &[
        ("Name", "string", false),
        ("Status", "string", false),
        ("Age", "string", false),
    ],
    cells: |namespace, now| {
        vec![
            name(namespace),
            at(namespace, "/status/phase"),
            created(namespace, now),
        ]
    },
};

pub(super) const CLAIMS: Printer = Printer {
    columns: &[
        ("Name", "string", false),
        ("Status", "string", false),
        ("Volume", "string", false),
        ("Capacity", "string", false),
        ("Access Modes", "string", false),
        ("StorageClass", "string", false),
        ("VolumeAttributesClass", "string", false),
        ("Age", "string", false),
        ("VolumeMode", "string", true),
    ],
    cells: |claim, now| {
        let modes = list(claim, "/status/accessModes")
            .iter()
            .filter_map(Value::as_str)
            .map(|mode| match mode {
                "ReadWriteOnce" => "RWO",
                "ReadOnlyMany" => "ROX",
                "ReadWriteMany" => "RWX",
                "ReadWriteOncePod" => "RWOP",
                other => other,
            });
        vec![
            name(claim),
            at(claim, "/status/phase"),
            json!(text(claim, "/spec/volumeName")),
            json!(text(claim, "/status/capacity/storage")),
            json!(join(modes, ",")),
            json!(text(claim, "/spec/storageClassName")),
            json!("<unset>"),
            created(claim, now),
            at(claim, "/spec/volumeMode"),
        ]
    },
};

pub(super) const STORAGECLASSES: Printer = Printer {
    columns: &[
        ("Name", "string", false),
        ("Provisioner", "string", false),
        ("ReclaimPolicy", "string", false),
        ("VolumeBindingMode", "string", false),
        ("AllowVolumeExpansion", "string", false),
        ("Age", "string", false),
    ],
    cells: |class, now| {
        vec![
            name(class),
            at(class, "/provisioner"),
            at(class, "/reclaimPolicy"),
            at(class, "/volumeBindingMode"),
            json!(at(class, "/allowVolumeExpansion") == json!(true)),
            created(class, now),
        ]
    },
};
