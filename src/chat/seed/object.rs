//! Whole objects as lines `path: value`: each stands for itself, can be ranked and left out alone, and has the path
//! that evidence names.

use serde_json::Value;

use super::lines::of;
use super::plan::Section;
use crate::chat::redact::Redactor;
use crate::engine::evidence::Source;
use crate::engine::evidence::dossier::{Dossier, WholeObject};

/// Paths that explain nothing.
const BORING: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.resourceVersion",
    "metadata.generateName",
    "metadata.managedFields",
    "metadata.selfLink",
    "metadata.ownerReferences",
    "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration",
    "status.podIP",
    "status.hostIP",
    "status.podIPs",
    "status.hostIPs",
    "status.observedGeneration",
    "spec.tolerations",
    "spec.schedulerName",
    "spec.enableServiceLinks",
    "spec.dnsPolicy",
    "spec.preemptionPolicy",
    "spec.priority",
    "spec.terminationGracePeriodSeconds",
    "status.images",
];

/// Parts of a path that often explain a fault.
const TELLING: &[&str] = &[
    "command",
    "args",
    "image",
    "limits",
    "requests",
    "Probe",
    "securityContext",
    "env",
    "exitCode",
    "reason",
    "message",
    "restartCount",
    "ready",
    "phase",
    "conditions",
    "selector",
    "ports",
    "replicas",
    "nodeSelector",
    "affinity",
    "volumes",
    "volumeMounts",
    "storageClassName",
    "type",
    "taints",
    "unschedulable",
    "claimName",
    "secretName",
    "configMap",
    "serviceAccountName",
    "restartPolicy",
];

/// An object's section. The root's object comes first; what owners repeat in their templates ranks last.
pub(super) fn section(dossier: &Dossier, index: usize, whole: &WholeObject, redactor: &Redactor) -> Section {
    let name = whole.object.to_string();
    let mut section =
        Section::new(move |shown, total| format!("## Object {name}{}", of(shown, total, "fields")));
    let Ok(json) = &whole.json else { return section };
    let mut json = json.clone();
    redactor.json(&mut json);
    let facts = dossier.problem().map_or(&[][..], |problem| &problem.evidence);
    let named: Vec<&str> = facts
        .iter()
        .filter(|fact| fact.evidence.object == whole.object)
        .filter_map(|fact| match &fact.evidence.source {
            Source::Field { path } | Source::Change { path, .. } => Some(&**path),
            _ => None,
        })
        .collect();
    let behind = u8::try_from(index.min(3)).unwrap_or(3);
    let mut fields = Vec::new();
    flatten(&json, "", &mut fields);
    for (path, value) in fields {
        let rank = if named.iter().any(|named| path.starts_with(named)) {
            3
        } else if index > 0 && path.starts_with("spec.template.") {
            10
        } else if TELLING.iter().any(|part| path.contains(part)) {
            5
        } else {
            7
        };
        section.line(rank + behind, format!("{path}: {value}"));
    }
    section
}

fn flatten(value: &Value, path: &str, fields: &mut Vec<(String, String)>) {
    if BORING.iter().any(|boring| {
        path.strip_prefix(boring)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }) {
        return;
    }
    match value {
        // Left over when the copy of the whole object is taken out.
        Value::Object(map) if map.is_empty() && path == "metadata.annotations" => {}
        Value::Object(map) if map.is_empty() => fields.push((path.to_owned(), "{}".to_owned())),
        Value::Object(map) => {
            // The volume and the mounts of the service account's token are in every pod.
            if map
                .get("name")
                .and_then(Value::as_str)
                .is_some_and(|name| name.starts_with("kube-api-access-"))
            {
                return;
            }
            for (key, value) in map {
                let below = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                flatten(value, &below, fields);
            }
        }
        Value::Array(items) if path.rsplit('.').next() == Some("env") => {
            for item in items {
                fields.push((path.to_owned(), variable(item)));
            }
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            fields.push((path.to_owned(), value.to_string()));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(item, &format!("{path}[{index}]"), fields);
            }
        }
        Value::String(text) => fields.push((path.to_owned(), text.clone())),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) => fields.push((path.to_owned(), value.to_string())),
    }
}

/// An environment variable in one line.
fn variable(item: &Value) -> String {
    let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
    match (item.get("value"), item.get("valueFrom")) {
        (Some(value), _) => format!("{name} = {}", value.as_str().unwrap_or_default()),
        (None, Some(from)) => format!("{name} from {from}"),
        (None, None) => format!("{name} empty"),
    }
}
