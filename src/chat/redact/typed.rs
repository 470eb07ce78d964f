//! Redaction of API objects by their structure.

use serde_json::{Map, Value};

use super::Redactor;
use super::words::{is_password_name, is_reference, is_secret_name};

/// Holds a copy of the whole object, secrets and all.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl Redactor {
    /// Masks, in place, what an API object holds under names of secrets: `data` of a Secret, values of environment
    /// variables, arguments, fields; and in all other text what [`Redactor::text`] knows. Keys and names stay. The
    /// annotation in which kubectl keeps a copy of the whole object is removed.
    pub fn json(&self, value: &mut Value) {
        match value {
            Value::Object(map) => self.object(map),
            Value::Array(items) => self.array(items),
            Value::String(text) => *text = self.text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn object(&self, map: &mut Map<String, Value>) {
        if map.get("kind").and_then(Value::as_str) == Some("Secret") {
            for field in ["data", "stringData"] {
                if let Some(Value::Object(data)) = map.get_mut(field) {
                    for value in data.values_mut() {
                        self.mask(value);
                    }
                }
            }
        }
        if let Some(Value::Object(annotations)) = map.get_mut("annotations") {
            annotations.remove(LAST_APPLIED);
        }
        // `{name: DB_PASSWORD, value: …}`, as in env.
        let named_secret = map
            .get("name")
            .and_then(Value::as_str)
            .is_some_and(is_secret_name);
        for (key, value) in map.iter_mut() {
            let secret = is_secret_name(key) || (named_secret && key == "value");
            match value {
                Value::String(text) if secret && !text.is_empty() && !is_reference(text) => self.mask(value),
                Value::Number(_) if is_password_name(key) => self.mask(value),
                value => self.json(value),
            }
        }
    }

    /// Of a list of arguments, the one behind `--password` too.
    fn array(&self, items: &mut [Value]) {
        let mut secret = false;
        for item in items {
            match item {
                Value::String(text) if secret && !text.starts_with('-') && !is_reference(text) => {
                    self.mask(item);
                    secret = false;
                }
                Value::String(text) => {
                    secret = text.starts_with('-') && !text.contains('=') && is_secret_name(text);
                    *text = self.text(text);
                }
                item => {
                    secret = false;
                    self.json(item);
                }
            }
        }
    }

    fn mask(&self, value: &mut Value) {
        match value {
            Value::String(text) if super::is_masked(text) => {}
            Value::String(text) => *text = self.mark(text),
            other => *other = Value::String(self.mark(&other.to_string())),
        }
    }
}
