//! Objects as rows: the columns that kubectl prints.

mod age;
mod network;
mod pod;
mod workload;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::resource::Resource;
use age::age;

/// A column: name, type, and whether only `-o wide` shows it.
type Column = (&'static str, &'static str, bool);

/// The cells of a row.
type Cells = Vec<Value>;

struct Printer {
    columns: &'static [Column],
    cells: fn(&Value, Timestamp) -> Cells,
}

const NAME_AND_AGE: Printer = Printer {
    columns: &[("Name", "string", false), ("Age", "string", false)],
    cells: |object, now| vec![name(object), created(object, now)],
};

fn printer(resource: &Resource) -> Printer {
    match resource.plural {
        "pods" => pod::PODS,
        "events" => pod::EVENTS,
        "deployments" => workload::DEPLOYMENTS,
        "replicasets" => workload::REPLICASETS,
        "statefulsets" => workload::STATEFULSETS,
        "daemonsets" => workload::DAEMONSETS,
        "jobs" => workload::JOBS,
        "cronjobs" => workload::CRONJOBS,
        "services" => network::SERVICES,
        "endpointslices" => network::ENDPOINTSLICES,
        "nodes" => network::NODES,
        "namespaces" => network::NAMESPACES,
        "persistentvolumeclaims" => network::CLAIMS,
        "storageclasses" => network::STORAGECLASSES,
        _ => NAME_AND_AGE,
    }
}

/// The column definitions of a kind.
pub(super) fn columns(resource: &Resource) -> Vec<Value> {
    printer(resource)
        .columns
        .iter()
        .map(|(name, kind, wide)| {
            let format = if *name == "Name" { "name" } else { "" };
            json!({"name": name, "type": kind, "format": format, "description": "", "priority": u8::from(*wide)})
        })
        .collect()
}

/// An object's row.
pub(super) fn cells(resource: &Resource, object: &Value, now: Timestamp) -> Cells {
    (printer(resource).cells)(object, now)
}

fn at(object: &Value, pointer: &str) -> Value {
    object.pointer(pointer).cloned().unwrap_or_default()
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn name(object: &Value) -> Value {
    at(object, "/metadata/name")
}

fn created(object: &Value, now: Timestamp) -> Value {
    json!(age(text(object, "/metadata/creationTimestamp"), now))
}

/// A string, or kubectl's word for nothing.
fn or_none(text: &str) -> Value {
    json!(if text.is_empty() { "<none>" } else { text })
}

fn join<'a>(items: impl Iterator<Item = &'a str>, with: &str) -> String {
    items.collect::<Vec<_>>().join(with)
}

/// The `matchLabels` of a selector, or a plain map of labels, as `a=b,c=d`.
fn selector(object: &Value, pointer: &str) -> Value {
    let labels = object.pointer(pointer).and_then(Value::as_object);
    let pairs: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    or_none(&pairs.join(","))
}

fn containers(object: &Value, field: &str) -> Value {
    let containers = list(object, "/spec/template/spec/containers").iter();
    json!(join(
        containers.filter_map(|c| c.get(field).and_then(Value::as_str)),
        ","
    ))
}
