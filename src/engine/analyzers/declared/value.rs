//! Between JSON and CEL's values.

use std::collections::HashMap;

use cel::Value as Cel;
use cel::objects::{Key, Map};
use serde_json::Value;

use crate::engine::object::{Kind, ObjectRef};

/// The CEL value of JSON. Whole numbers are `int`: CEL does not add an `int` and a `uint`.
pub fn from_json(value: &Value) -> Cel {
    match value {
        Value::Null => Cel::Null,
        Value::Bool(flag) => Cel::Bool(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Cel::Int(whole),
            (None, Some(large)) => Cel::UInt(large),
            (None, None) => Cel::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Cel::from(text.as_str()),
        Value::Array(items) => Cel::List(items.iter().map(from_json).collect::<Vec<_>>().into()),
        Value::Object(fields) => map(fields.iter().map(|(key, value)| (key.as_str(), from_json(value)))),
    }
}

/// A CEL map of these fields.
pub fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Cel)>) -> Cel {
    let fields: HashMap<Key, Cel> = fields
        .into_iter()
        .map(|(key, value)| (Key::from(key), value))
        .collect();
    Cel::Map(Map { map: fields.into() })
}

/// A field of a CEL map.
pub fn field<'a>(value: &'a Cel, key: &str) -> Option<&'a Cel> {
    match value {
        Cel::Map(map) => map.get(&Key::from(key)),
        _ => None,
    }
}

/// A text of a CEL map; empty where there is none.
pub fn text_of(value: &Cel, key: &str) -> String {
    field(value, key).map(text).unwrap_or_default()
}

/// A value in a sentence: texts plain, lists with commas.
pub fn text(value: &Cel) -> String {
    match value {
        Cel::String(text) => text.to_string(),
        Cel::Int(number) => number.to_string(),
        Cel::UInt(number) => number.to_string(),
        Cel::Float(number) => number.to_string(),
        Cel::Bool(flag) => flag.to_string(),
        Cel::List(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Cel::Map(map) => {
            let mut fields: Vec<(&Key, &Cel)> = map.map.iter().collect();
            fields.sort_by(|a, b| a.0.cmp(b.0));
            let fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| format!("{key}={}", text(value)))
                .collect();
            fields.join(", ")
        }
        _ => String::new(),
    }
}

/// The object that a value names: a whole object, or a map with kind, name and what else is known of it.
pub fn reference(value: &Cel, namespace: &str) -> Option<ObjectRef> {
    let metadata = field(value, "metadata").unwrap_or(value);
    let (kind, name) = (text_of(value, "kind"), text_of(metadata, "name"));
    if kind.is_empty() || name.is_empty() {
        return None;
    }
    let version = text_of(value, "apiVersion");
    let version = match (version.is_empty(), field(value, "group")) {
        (false, _) => version,
        (true, Some(group)) => api_version(&text(group), "", &kind),
        (true, None) => Kind::from_name(&kind).map_or_else(|| "v1".to_owned(), Kind::api_version),
    };
    let known = Kind::from_name(&kind).filter(|known| known.api_version() == version);
    let namespace = match field(metadata, "namespace") {
        Some(own) => text(own),
        None if known.is_some_and(|known| !known.namespaced()) => String::new(),
        None => namespace.to_owned(),
    };
    Some(ObjectRef::new(&version, &kind, &namespace, &name))
}

/// `apps/v1` of a group and a kind; the version is that of the watched kind, or the one that was named, or `v1`.
pub fn api_version(group: &str, version: &str, kind: &str) -> String {
    let known = Kind::from_name(kind).filter(|known| known.group() == group);
    if let (Some(known), "") = (known, version) {
        return known.api_version();
    }
    let version = if version.is_empty() { "v1" } else { version };
    if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_said_in_words() {
        let value = from_json(&json!({"b": [1, "x", true], "a": null}));
        assert_eq!(text(&value), "a=, b=1, x, true");
        assert_eq!(text_of(&value, "b"), "1, x, true");
    }

    #[test]
    fn references_are_read_from_objects_and_from_maps() {
        for (value, path) in [
            (
                json!({"kind": "Service", "apiVersion": "v1", "metadata": {"name": "a", "namespace": "n"}}),
                Some("Service/n/a"),
            ),
            (json!({"kind": "Secret", "name": "a"}), Some("Secret/here/a")),
            (json!({"kind": "Node", "name": "a"}), Some("Node/a")),
            (
                json!({"kind": "ReplicaSet", "name": "a"}),
                Some("ReplicaSet/here/a"),
            ),
            (
                json!({"kind": "ClusterIssuer", "namespace": "", "name": "a"}),
                Some("ClusterIssuer/a"),
            ),
            (json!({"name": "a"}), None),
        ] {
            let found = reference(&from_json(&value), "here").map(|object| object.path());
            assert_eq!(found.as_deref(), path);
        }
    }
}
