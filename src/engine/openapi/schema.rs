//! Finds a field's description in an OpenAPI v3 document.

use serde_json::Value;

/// References that lead to references: so many are followed, since a document may turn in a circle.
const REFERENCES: usize = 16;

/// What the document says of a field of a kind (group, version, kind); `None` where it has no such field, or says
/// nothing of it.
pub fn describe(document: &Value, (group, version, kind): (&str, &str, &str), path: &str) -> Option<String> {
    let schemas = document.pointer("/components/schemas")?.as_object()?;
    let is = |value: &Value, key: &str, wanted: &str| {
        value.get(key).and_then(Value::as_str).unwrap_or_default() == wanted
    };
    let mut at = schemas.values().find(|schema| {
        let kinds = schema
            .get("x-kubernetes-group-version-kind")
            .and_then(Value::as_array);
        kinds
            .into_iter()
            .flatten()
            .any(|one| is(one, "group", group) && is(one, "version", version) && is(one, "kind", kind))
    })?;
    let mut said = None;
    for step in steps(path) {
        let schema = resolved(document, at);
        at = match step {
            // What stands in the brackets is a place in a list or a key of a map: the field is the list or map.
            Step::Inside => match schema.get("items").or_else(|| schema.get("additionalProperties")) {
                Some(inside) => inside,
                None => return said,
            },
            Step::Field(name) => match schema.pointer("/properties").and_then(|fields| fields.get(name)) {
                Some(field) => {
                    said = description(document, field);
                    field
                }
                // A key of a map that is written with a dot: `limits.memory`.
                None => schema
                    .get("additionalProperties")
                    .filter(|inside| inside.is_object())?,
            },
        };
    }
    said
}

fn description(document: &Value, field: &Value) -> Option<String> {
    let of = |schema: &Value| {
        let text = schema.get("description")?.as_str()?.trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    of(field).or_else(|| of(resolved(document, field)))
}

/// The schema that a reference leads to, also one that stands alone in `allOf`.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut at = schema;
    for _ in 0..REFERENCES {
        let reference = at.get("$ref").or_else(|| at.pointer("/allOf/0/$ref"));
        let target = reference
            .and_then(Value::as_str)
            .and_then(|reference| document.pointer(reference.strip_prefix('#')?));
        match target {
            Some(target) => at = target,
            None => break,
        }
    }
    at
}

#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    Field(&'a str),
    Inside,
}

/// `spec.containers[0].image`: field, field, inside, field. Dots in brackets part nothing.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            steps.push(Step::Inside);
            rest = inside.split_once(']').map_or("", |(_, after)| after);
        } else if let Some(after) = rest.strip_prefix('.') {
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (field, after) = rest.split_at(end);
            steps.push(Step::Field(field));
            rest = after;
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({"components": {"schemas": {
            "Pod": {
                "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}],
                "properties": {"spec": {"allOf": [{"$ref": "#/components/schemas/PodSpec"}], "default": {}}},
            },
            "PodSpec": {"description": "what a pod is to be", "properties": {
                "containers": {"type": "array", "description": "its containers",
                    "items": {"$ref": "#/components/schemas/Container"}},
                "nodeSelector": {"type": "object", "description": "labels of its node",
                    "additionalProperties": {"type": "string"}},
                "silent": {"type": "string"},
            }},
            "Container": {"properties": {
                "image": {"type": "string", "description": "what runs"},
                "again": {"$ref": "#/components/schemas/Circle"},
            }},
            "Circle": {"$ref": "#/components/schemas/Circle"},
        }}})
    }

    #[test]
    fn a_field_is_found_through_references_lists_and_maps() {
        let document = document();
        for (path, said) in [
            ("spec", Some("what a pod is to be")),
            ("spec.containers", Some("its containers")),
            ("spec.containers[3]", Some("its containers")),
            ("spec.containers[3].image", Some("what runs")),
            (
                "spec.nodeSelector[\"example.io/zone\"]",
                Some("labels of its node"),
            ),
            ("spec.nodeSelector.zone", Some("labels of its node")),
            ("spec.silent", None),
            ("spec.nothing", None),
            ("spec.containers[0].again.field", None),
            ("", None),
        ] {
            let found = describe(&document, ("", "v1", "Pod"), path);
            assert_eq!(found.as_deref(), said, "{path}");
        }
        assert_eq!(describe(&document, ("apps", "v1", "Pod"), "spec"), None);
        assert_eq!(describe(&json!({}), ("", "v1", "Pod"), "spec"), None);
    }

    #[test]
    fn dots_in_brackets_part_nothing() {
        use Step::{Field, Inside};
        let wanted = [Field("metadata"), Field("labels"), Inside, Field("x")];
        assert_eq!(steps("metadata.labels[\"a.b/c\"].x"), wanted);
        assert_eq!(steps("a[0"), [Field("a"), Inside]);
    }
}
