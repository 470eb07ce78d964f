//! Reading and writing fields of objects, as the controllers need it.

use serde_json::{Value, json};

use crate::demo::store::Key;

/// Namespace and name of an object.
pub(super) fn key_of(object: &Value) -> Key {
    (
        text(object, "/metadata/namespace").to_owned(),
        text(object, "/metadata/name").to_owned(),
    )
}

pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

pub(super) fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

pub(super) fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Sets a field of an object's object; a missing parent is made.
pub(super) fn set(object: &mut Value, parent: &str, field: &str, value: Value) {
    let mut place = object;
    for part in parent.split('/').filter(|part| !part.is_empty()) {
        let Some(fields) = place.as_object_mut() else {
            return;
        };
        place = fields.entry(part.to_owned()).or_insert_with(|| json!({}));
    }
    if let Some(fields) = place.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// Whether the labels hold everything that a plain selector names.
pub(super) fn selects(selector: Option<&Value>, object: &Value) -> bool {
    let Some(selector) = selector.and_then(Value::as_object).filter(|s| !s.is_empty()) else {
        return false;
    };
    let labels = object.pointer("/metadata/labels");
    selector
        .iter()
        .all(|(key, value)| labels.and_then(|l| l.get(key)) == Some(value))
}

/// The owner reference of a controller.
pub(super) fn owner_reference(owner: &Value) -> Value {
    json!({
        "apiVersion": text(owner, "/apiVersion"), "kind": text(owner, "/kind"),
        "name": text(owner, "/metadata/name"), "uid": text(owner, "/metadata/uid"),
        "controller": true, "blockOwnerDeletion": true,
    })
}

/// Whether a pod is ready.
pub(super) fn is_ready(pod: &Value) -> bool {
    list(pod, "/status/conditions")
        .iter()
        .any(|c| text(c, "/type") == "Ready" && text(c, "/status") == "True")
}

/// Whether its deletion has begun.
pub(super) fn is_going(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

/// A quantity of memory in bytes.
pub(super) fn bytes(quantity: &str) -> u64 {
    let split = quantity
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(quantity.len());
    let (digits, unit) = quantity.split_at_checked(split).unwrap_or((quantity, ""));
    let factor = match unit {
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        _ => 1,
    };
    digits.parse::<u64>().unwrap_or(0).saturating_mul(factor)
}
