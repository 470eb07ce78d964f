//! Custom resources: their JSON, less what nobody reads.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::Meta;
use crate::engine::custom_kind::{CustomKind, Keep};

/// An annotation that holds the whole object once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A custom resource.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomResource {
    /// Its kind.
    pub kind: CustomKind,
    /// Its metadata.
    pub metadata: Meta,
    /// What is kept of it.
    pub json: Value,
}

impl CustomResource {
    /// Decodes a custom resource.
    ///
    /// # Errors
    /// Its metadata are not such.
    pub fn decode<'de, D: Deserializer<'de>>(kind: CustomKind, from: D) -> Result<Self, D::Error> {
        let mut json = Value::deserialize(from)?;
        trim(&mut json, kind);
        let metadata = json.get("metadata").cloned().unwrap_or_default();
        Ok(Self {
            kind,
            metadata: Meta::deserialize(metadata).map_err(serde::de::Error::custom)?,
            json,
        })
    }
}

/// Whether a field of a spec names other objects that its object needs, by the ecosystem's convention: `issuerRef`,
/// `resourceRefs`. What a field calls a target is what its object acts on, and a claim is what asked for it: neither is
/// needed.
pub fn names_another(field: &str) -> bool {
    let named = field.strip_suffix('s').unwrap_or(field).strip_suffix("Ref");
    named.is_some_and(|what| !what.is_empty() && what != "claim" && !what.to_lowercase().ends_with("target"))
}

/// Leaves out what nobody reads.
fn trim(json: &mut Value, kind: CustomKind) {
    let definition = kind.definition();
    let Some(object) = json.as_object_mut() else {
        return;
    };
    match &definition.keep {
        Keep::Status => {
            object.retain(|key, _| matches!(key.as_str(), "metadata" | "spec" | "status"));
            if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
                spec.retain(|key, value| match value {
                    Value::Bool(_) => true,
                    _ if names_another(key) => true,
                    Value::Object(inner) => {
                        inner.retain(|key, _| names_another(key));
                        !inner.is_empty()
                    }
                    _ => false,
                });
            }
        }
        Keep::AllBut(names) => drop_named(object, names),
    }
    // In a list they may be absent.
    object.insert(
        "apiVersion".to_owned(),
        format!("{}/{}", definition.group, definition.version).into(),
    );
    object.insert("kind".to_owned(), definition.name.into());
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(LAST_APPLIED);
        }
        // Of who wrote what only when is kept: it says when the spec last changed.
        let managed = metadata.get_mut("managedFields").and_then(Value::as_array_mut);
        for entry in managed.into_iter().flatten().filter_map(Value::as_object_mut) {
            entry.retain(|key, _| matches!(key.as_str(), "time" | "subresource"));
        }
    }
}

fn drop_named(object: &mut Map<String, Value>, names: &[String]) {
    if names.is_empty() {
        return;
    }
    object.retain(|key, _| !names.contains(key));
    for value in object.values_mut() {
        match value {
            Value::Object(inner) => drop_named(inner, names),
            Value::Array(items) => {
                for item in items.iter_mut().filter_map(Value::as_object_mut) {
                    drop_named(item, names);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decoded(name: &str, keep: Keep) -> Value {
        let kind = CustomKind::intern(("trimming.example.io", name), "v1", "things", true, keep);
        let object = json!({"metadata": {"name": "a", "annotations": {LAST_APPLIED: "secret", "x": "y"},
                "managedFields": [{"time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {}}}]},
            "spec": {"suspend": true, "template": {"big": 1}, "resourceRef": {"name": "x"},
                "claimRef": {"name": "y"}, "crossplane": {"resourceRefs": [], "more": {}}},
            "report": {"list": [{"id": 1, "text": "long"}]}, "status": {"phase": "Failed"}});
        CustomResource::decode(kind, object).unwrap().json
    }

    #[test]
    fn of_a_kind_that_only_the_generic_analyzer_reads_the_status_is_kept() {
        assert_eq!(
            decoded("Status", Keep::Status),
            json!({"apiVersion": "trimming.example.io/v1", "kind": "Status", "metadata": {"name": "a",
                    "annotations": {"x": "y"}, "managedFields": [{"time": "2026-01-01T00:00:00Z"}]},
                "spec": {"suspend": true, "resourceRef": {"name": "x"}, "crossplane": {"resourceRefs": []}}, "status": {"phase": "Failed"}})
        );
    }

    #[test]
    fn of_others_all_but_what_is_too_large() {
        let json = decoded("Whole", Keep::AllBut(vec!["text".to_owned()]));
        assert_eq!(json.pointer("/report/list/0"), Some(&json!({"id": 1})));
        assert_eq!(json.pointer("/spec/template/big"), Some(&json!(1)));
    }
}
