//! Strategic merge patch: a merge patch that knows by which key the items of a list are told apart.

use serde_json::{Value, json};

/// Lists whose items are merged, by field name, with their key. Every other list is replaced.
const MERGE_KEYS: &[(&str, &[&str])] = &[
    ("conditions", &["type"]),
    ("containers", &["name"]),
    ("env", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("hostAliases", &["ip"]),
    ("imagePullSecrets", &["name"]),
    ("initContainers", &["name"]),
    ("ownerReferences", &["uid"]),
    // A container's port and a Service's.
    ("ports", &["containerPort", "port"]),
    ("secrets", &["name"]),
    ("taints", &["key"]),
    ("topologySpreadConstraints", &["topologyKey"]),
    ("volumeDevices", &["devicePath"]),
    ("volumeMounts", &["mountPath"]),
    ("volumes", &["name"]),
];

/// Merges `patch` into `target`.
pub(in crate::demo) fn merge(target: &mut Value, patch: &Value) {
    let Some(changes) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if patch.get("$patch").and_then(Value::as_str) == Some("replace") {
        *target = without_directives(patch);
        return;
    }
    if !target.is_object() {
        *target = json!({});
    }
    let Some(fields) = target.as_object_mut() else {
        return;
    };
    if let Some(kept) = changes.get("$retainKeys").and_then(Value::as_array) {
        fields.retain(|key, _| kept.iter().any(|k| k.as_str() == Some(key)));
    }
    for (key, change) in changes {
        if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/") {
            if let (Some(items), Some(gone)) = (
                fields.get_mut(list).and_then(Value::as_array_mut),
                change.as_array(),
            ) {
                items.retain(|item| !gone.contains(item));
            }
        } else if key.starts_with('$') {
            // $setElementOrder only orders; the order of the patch is good enough.
        } else if change.is_null() {
            fields.remove(key);
        } else {
            let place = fields.entry(key.clone()).or_insert(Value::Null);
            match (merge_keys(key), change.as_array()) {
                (Some(keys), Some(items)) => merge_list(place, items, keys),
                _ => merge(place, change),
            }
        }
    }
}

fn merge_keys(field: &str) -> Option<&'static [&'static str]> {
    MERGE_KEYS
        .iter()
        .find(|(name, _)| *name == field)
        .map(|(_, keys)| *keys)
}

fn merge_list(target: &mut Value, changes: &[Value], keys: &[&str]) {
    if changes
        .iter()
        .any(|item| item.get("$patch").and_then(Value::as_str) == Some("replace"))
    {
        let items = changes.iter().filter(|item| item.get("$patch").is_none());
        *target = Value::Array(items.map(without_directives).collect());
        return;
    }
    if !target.is_array() {
        *target = json!([]);
    }
    let Some(items) = target.as_array_mut() else {
        return;
    };
    for change in changes {
        let Some((key, id)) = keys.iter().find_map(|key| change.get(*key).map(|id| (*key, id))) else {
            items.push(change.clone());
            continue;
        };
        let position = items.iter().position(|item| item.get(key) == Some(id));
        let delete = change.get("$patch").and_then(Value::as_str) == Some("delete");
        match position {
            Some(index) if delete => {
                items.remove(index);
            }
            Some(index) => {
                if let Some(item) = items.get_mut(index) {
                    merge(item, change);
                }
            }
            None if delete => {}
            None => {
                let mut item = json!({});
                merge(&mut item, change);
                items.push(item);
            }
        }
    }
}

fn without_directives(patch: &Value) -> Value {
    let fields = patch
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !key.starts_with('$'));
    Value::Object(fields.map(|(key, value)| (key.clone(), value.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_items_are_merged_by_their_key() {
        let mut object = json!({"spec": {"containers": [
            {"name": "web", "image": "nginx:1", "env": [{"name": "A", "value": "1"}]},
            {"name": "side", "image": "busybox"},
        ], "args": ["x"]}});
        merge(
            &mut object,
            &json!({"spec": {
                "$setElementOrder/containers": [{"name": "web"}],
                "containers": [
                    {"name": "web", "image": "nginx:2", "env": [{"name": "B", "value": "2"}]},
                    {"name": "side", "$patch": "delete"},
                ],
                "args": ["y"],
            }}),
        );
        assert_eq!(
            object,
            json!({"spec": {"containers": [{"name": "web", "image": "nginx:2",
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}], "args": ["y"]}})
        );
    }

    #[test]
    fn a_replace_directive_replaces() {
        let mut object = json!({"template": {"a": 1}, "volumes": [{"name": "x"}]});
        merge(
            &mut object,
            &json!({"template": {"$patch": "replace", "b": 2}, "volumes": [{"$patch": "replace"}, {"name": "y"}]}),
        );
        assert_eq!(object, json!({"template": {"b": 2}, "volumes": [{"name": "y"}]}));
    }
}
