//! What differs between two templates without anybody having changed it: hashes of the controllers, and fields that
//! one version of the server fills in and another does not.

use serde_json::{Map, Value, json};

const HASHES: &[&str] = &[
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
];

const PROBES: &[&str] = &["livenessProbe", "readinessProbe", "startupProbe"];

/// A pod template without what nobody wrote.
pub fn plain(template: &Value) -> Value {
    let mut template = template.clone();
    let Some(fields) = template.as_object_mut() else {
        return Value::Null;
    };
    fields.remove("$patch");
    if let Some(metadata) = object(fields, "metadata") {
        metadata.retain(|name, _| matches!(name.as_str(), "labels" | "annotations"));
        if let Some(labels) = object(metadata, "labels") {
            labels.retain(|name, _| !HASHES.contains(&name.as_str()));
        }
    }
    if let Some(spec) = object(fields, "spec") {
        pod(spec);
    }
    template
}

fn pod(spec: &mut Map<String, Value>) {
    // An older name of serviceAccountName, kept equal by the server.
    spec.remove("serviceAccount");
    drop_defaults(
        spec,
        &[
            ("restartPolicy", json!("Always")),
            ("dnsPolicy", json!("ClusterFirst")),
            ("schedulerName", json!("default-scheduler")),
            ("terminationGracePeriodSeconds", json!(30)),
            ("securityContext", json!({})),
            ("enableServiceLinks", json!(true)),
            ("preemptionPolicy", json!("PreemptLowerPriority")),
            ("hostNetwork", json!(false)),
            ("hostPID", json!(false)),
            ("hostIPC", json!(false)),
            ("shareProcessNamespace", json!(false)),
            ("serviceAccountName", json!("default")),
        ],
    );
    for list in ["containers", "initContainers"] {
        items(spec, list).for_each(container);
    }
    for volume in items(spec, "volumes") {
        for source in ["configMap", "secret", "projected", "downwardAPI"] {
            if let Some(source) = object(volume, source) {
                drop_defaults(source, &[("defaultMode", json!(420)), ("optional", json!(false))]);
            }
        }
        if let Some(path) = object(volume, "hostPath") {
            drop_defaults(path, &[("type", json!(""))]);
        }
    }
    for constraint in items(spec, "topologySpreadConstraints") {
        drop_defaults(
            constraint,
            &[
                ("nodeAffinityPolicy", json!("Honor")),
                ("nodeTaintsPolicy", json!("Ignore")),
            ],
        );
    }
}

fn container(container: &mut Map<String, Value>) {
    let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
    // The server's own choice follows from the tag.
    let policy = if is_latest(image) {
        "Always"
    } else {
        "IfNotPresent"
    };
    drop_defaults(
        container,
        &[
            ("imagePullPolicy", json!(policy)),
            ("terminationMessagePath", json!("/dev/termination-log")),
            ("terminationMessagePolicy", json!("File")),
            ("resources", json!({})),
            ("securityContext", json!({})),
            ("stdin", json!(false)),
            ("stdinOnce", json!(false)),
            ("tty", json!(false)),
        ],
    );
    for probe in PROBES {
        if let Some(probe) = object(container, probe) {
            drop_defaults(
                probe,
                &[
                    ("timeoutSeconds", json!(1)),
                    ("periodSeconds", json!(10)),
                    ("successThreshold", json!(1)),
                    ("failureThreshold", json!(3)),
                    ("initialDelaySeconds", json!(0)),
                ],
            );
            for (call, field, value) in [("httpGet", "scheme", "HTTP"), ("grpc", "service", "")] {
                if let Some(call) = object(probe, call) {
                    drop_defaults(call, &[(field, json!(value))]);
                }
            }
        }
    }
    for port in items(container, "ports") {
        drop_defaults(port, &[("protocol", json!("TCP"))]);
    }
    for mount in items(container, "volumeMounts") {
        drop_defaults(
            mount,
            &[
                ("readOnly", json!(false)),
                ("recursiveReadOnly", json!("Disabled")),
            ],
        );
    }
    for variable in items(container, "env") {
        if let Some(field) = object(variable, "valueFrom").and_then(|from| object(from, "fieldRef")) {
            drop_defaults(field, &[("apiVersion", json!("v1"))]);
        }
    }
}

/// Whether an image is of the tag `latest`, said or not.
fn is_latest(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or_default();
    !last.contains('@') && last.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn drop_defaults(fields: &mut Map<String, Value>, defaults: &[(&str, Value)]) {
    for (name, default) in defaults {
        if fields
            .get(*name)
            .is_some_and(|value| value == default || value.is_null())
        {
            fields.remove(*name);
        }
    }
}

fn object<'a>(fields: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    fields.get_mut(name)?.as_object_mut()
}

fn items<'a>(
    fields: &'a mut Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let list = fields.get_mut(name).and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}
