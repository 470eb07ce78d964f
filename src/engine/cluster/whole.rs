//! What of a whole object is handed on, wherever it comes from.

use serde_json::Value;

/// Holds a copy of the whole object, secrets and all.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// An object without managedFields and without kubectl's copy of it; of a Secret the metadata alone, without its
/// annotations.
pub fn shown(json: Value, secret: bool) -> Value {
    let mut json = written(json, secret);
    if let Some(metadata) = json.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    json
}

/// The same with its managedFields: they name fields and keys, never values.
pub fn written(mut json: Value, secret: bool) -> Value {
    if let Some(metadata) = json.get_mut("metadata").and_then(Value::as_object_mut) {
        if secret {
            metadata.remove("annotations");
        } else if let Some(notes) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            notes.remove(LAST_APPLIED);
        }
    }
    if let Some(fields) = json.as_object_mut().filter(|_| secret) {
        fields.retain(|name, _| matches!(name.as_str(), "apiVersion" | "kind" | "metadata"));
    }
    json
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_secret_only_metadata_is_left() {
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "db", "annotations": {LAST_APPLIED: "{}"}, "managedFields": []},
            "data": {"password": "cGFzcw=="}, "stringData": {"user": "root"},
        });
        let left = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}});
        assert_eq!(shown(secret.clone(), true), left);
        let left =
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "managedFields": []}});
        assert_eq!(written(secret, true), left);
    }

    #[test]
    fn of_others_only_the_copies_go() {
        let pod = json!({"metadata": {"annotations": {LAST_APPLIED: "{}", "a": "b"}, "managedFields": []}, "spec": 1});
        assert_eq!(
            shown(pod, false),
            json!({"metadata": {"annotations": {"a": "b"}}, "spec": 1})
        );
    }
}
