//! What the API server fills in when an object is created.

use serde_json::{Value, json};

use super::object::{list, set, text};

/// Fills in what a manifest left out.
pub(super) fn complete(object: &mut Value) {
    match text(object, "/kind") {
        "Deployment" => {
            absent(object, "/spec", "replicas", json!(1));
            absent(object, "/spec", "progressDeadlineSeconds", json!(600));
            absent(object, "/spec", "revisionHistoryLimit", json!(10));
            let rolling = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}});
            absent(object, "/spec", "strategy", rolling);
            template(object);
        }
        "StatefulSet" => {
            absent(object, "/spec", "replicas", json!(1));
            absent(object, "/spec", "podManagementPolicy", json!("OrderedReady"));
            absent(
                object,
                "/spec",
                "updateStrategy",
                json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}),
            );
            absent(object, "/spec", "revisionHistoryLimit", json!(10));
            template(object);
        }
        "DaemonSet" => {
            let strategy =
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}});
            absent(object, "/spec", "updateStrategy", strategy);
            absent(object, "/spec", "revisionHistoryLimit", json!(10));
            template(object);
        }
        "Service" => {
            absent(object, "/spec", "type", json!("ClusterIP"));
            absent(object, "/spec", "sessionAffinity", json!("None"));
            absent(object, "/spec", "internalTrafficPolicy", json!("Cluster"));
            absent(object, "/spec", "ipFamilies", json!(["IPv4"]));
            absent(object, "/spec", "ipFamilyPolicy", json!("SingleStack"));
            absent(object, "", "status", json!({"loadBalancer": {}}));
        }
        "PersistentVolumeClaim" => absent(object, "", "status", json!({"phase": "Pending"})),
        _ => {}
    }
    if matches!(text(object, "/kind"), "Deployment" | "StatefulSet" | "DaemonSet") {
        absent(object, "/metadata", "generation", json!(1));
    }
}

fn absent(object: &mut Value, parent: &str, field: &str, value: Value) {
    if object.pointer(&format!("{parent}/{field}")).is_none() {
        set(object, parent, field, value);
    }
}

fn template(object: &mut Value) {
    let spec = "/spec/template/spec";
    absent(object, spec, "dnsPolicy", json!("ClusterFirst"));
    absent(object, spec, "restartPolicy", json!("Always"));
    absent(object, spec, "schedulerName", json!("default-scheduler"));
    absent(object, spec, "securityContext", json!({}));
    absent(object, spec, "terminationGracePeriodSeconds", json!(30));
    let Some(containers) = object
        .pointer_mut("/spec/template/spec/containers")
        .and_then(Value::as_array_mut)
    else {
        return;
    };
    for container in containers {
        absent(container, "", "imagePullPolicy", json!("IfNotPresent"));
        absent(
            container,
            "",
            "terminationMessagePath",
            json!("/dev/termination-log"),
        );
        absent(container, "", "terminationMessagePolicy", json!("File"));
        for probe in ["livenessProbe", "readinessProbe"] {
            if container.get(probe).is_some() {
                let place = format!("/{probe}");
                for (field, value) in [
                    ("failureThreshold", 3),
                    ("periodSeconds", 10),
                    ("successThreshold", 1),
                    ("timeoutSeconds", 1),
                ] {
                    absent(container, &place, field, json!(value));
                }
                if container.pointer(&format!("{place}/httpGet")).is_some() {
                    absent(container, &format!("{place}/httpGet"), "scheme", json!("HTTP"));
                }
            }
        }
    }
}

/// A pod from its owner's template, as admission leaves it.
pub(super) fn pod(owner: &Value, name: &str, access: &str) -> Value {
    let template = owner.pointer("/spec/template").cloned().unwrap_or_default();
    let mut spec = template.get("spec").cloned().unwrap_or_default();
    let account = match text(&spec, "/serviceAccountName") {
        "" => "default".to_owned(),
        name => name.to_owned(),
    };
    let volume = format!("kube-api-access-{access}");
    for (field, value) in [
        ("serviceAccount", json!(account)),
        ("serviceAccountName", json!(account)),
        ("enableServiceLinks", json!(true)),
        ("preemptionPolicy", json!("PreemptLowerPriority")),
        ("priority", json!(0)),
    ] {
        set(&mut spec, "", field, value);
    }
    let tolerations: Vec<Value> = ["not-ready", "unreachable"]
        .map(|what| {
            json!({"effect": "NoExecute", "key": format!("node.kubernetes.io/{what}"), "operator": "Exists",
                "tolerationSeconds": 300})
        })
        .to_vec();
    set(&mut spec, "", "tolerations", json!(tolerations));
    let mut volumes = list(&spec, "/volumes").to_vec();
    volumes.push(json!({"name": volume, "projected": {"defaultMode": 420, "sources": [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
        {"downwardAPI": {"items": [{"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"}]}},
    ]}}));
    set(&mut spec, "", "volumes", json!(volumes));
    for container in spec
        .get_mut("containers")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let mut mounts = list(container, "/volumeMounts").to_vec();
        mounts.push(json!({"mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "name": volume, "readOnly": true}));
        set(container, "", "volumeMounts", json!(mounts));
    }
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "namespace": text(owner, "/metadata/namespace"), "name": name, "generation": 1,
            "labels": template.pointer("/metadata/labels").cloned().unwrap_or_default(),
        },
        "spec": spec,
        "status": {"phase": "Pending", "qosClass": "Burstable"},
    });
    if let Some(annotations) = template.pointer("/metadata/annotations") {
        set(&mut pod, "/metadata", "annotations", annotations.clone());
    }
    pod
}
