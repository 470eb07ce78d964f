//! JSON merge patch (RFC 7396) and JSON patch (RFC 6902).

use serde_json::{Value, json};

/// Merges `patch` into `target`: `null` removes, objects merge, everything else replaces.
pub(super) fn merge(target: &mut Value, patch: &Value) {
    let Some(changes) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Some(fields) = target.as_object_mut() else {
        return;
    };
    for (key, change) in changes {
        if change.is_null() {
            fields.remove(key);
        } else {
            merge(fields.entry(key.clone()).or_insert(Value::Null), change);
        }
    }
}

/// Applies the operations of a JSON patch in order.
pub(super) fn json_patch(target: &mut Value, operations: &Value) -> Result<(), String> {
    let operations = operations
        .as_array()
        .ok_or("a JSON patch is a list of operations")?;
    for operation in operations {
        let text = |field: &str| operation.get(field).and_then(Value::as_str).unwrap_or_default();
        let path = text("path");
        let value = || {
            operation
                .get("value")
                .cloned()
                .ok_or_else(|| format!("{path}: the operation has no value"))
        };
        match text("op") {
            "add" => add(target, path, value()?)?,
            "replace" => {
                let place = target
                    .pointer_mut(path)
                    .ok_or_else(|| format!("replace: there is no {path}"))?;
                *place = value()?;
            }
            "remove" => {
                remove(target, path)?;
            }
            "test" => {
                if target.pointer(path) != Some(&value()?) {
                    return Err(format!("testing {path} failed"));
                }
            }
            "copy" => {
                let from = text("from");
                let moved = target
                    .pointer(from)
                    .cloned()
                    .ok_or_else(|| format!("copy: there is no {from}"))?;
                add(target, path, moved)?;
            }
            "move" => {
                let moved = remove(target, text("from"))?;
                add(target, path, moved)?;
            }
            other => return Err(format!("unknown operation {other:?}")),
        }
    }
    Ok(())
}

/// The parent of a place and the last part of its path.
fn parent<'a>(target: &'a mut Value, path: &str) -> Result<(&'a mut Value, String), String> {
    let (parent, last) = path
        .rsplit_once('/')
        .ok_or_else(|| format!("{path:?} is no JSON pointer"))?;
    let parent = target
        .pointer_mut(parent)
        .ok_or_else(|| format!("there is no {parent:?}"))?;
    Ok((parent, last.replace("~1", "/").replace("~0", "~")))
}

fn add(target: &mut Value, path: &str, value: Value) -> Result<(), String> {
    if path.is_empty() {
        *target = value;
        return Ok(());
    }
    let (parent, last) = parent(target, path)?;
    match parent {
        Value::Object(fields) => {
            fields.insert(last, value);
            Ok(())
        }
        Value::Array(items) if last == "-" => {
            items.push(value);
            Ok(())
        }
        Value::Array(items) => {
            let index = last.parse::<usize>().ok().filter(|index| *index <= items.len());
            items.insert(index.ok_or_else(|| format!("add: no place {path}"))?, value);
            Ok(())
        }
        _ => Err(format!("add: {path} is in neither an object nor a list")),
    }
}

fn remove(target: &mut Value, path: &str) -> Result<Value, String> {
    let (parent, last) = parent(target, path)?;
    let removed = match parent {
        Value::Object(fields) => fields.remove(&last),
        Value::Array(items) => {
            let index = last.parse::<usize>().ok().filter(|index| *index < items.len());
            index.map(|index| items.remove(index))
        }
        _ => None,
    };
    removed.ok_or_else(|| format!("remove: there is no {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_merges_objects_and_replaces_lists() {
        let mut object = json!({"a": {"b": 1, "c": 2}, "list": [1, 2]});
        merge(&mut object, &json!({"a": {"b": null, "d": 3}, "list": [9]}));
        assert_eq!(object, json!({"a": {"c": 2, "d": 3}, "list": [9]}));
    }

    #[test]
    fn json_patch_operations_follow_the_rfc() {
        let cases = [
            (
                json!([{"op": "add", "path": "/list/1", "value": 9}]),
                Some(json!({"list": [1, 9, 2], "a/b": 1})),
            ),
            (
                json!([{"op": "add", "path": "/list/-", "value": 9}]),
                Some(json!({"list": [1, 2, 9], "a/b": 1})),
            ),
            (
                json!([{"op": "remove", "path": "/a~1b"}]),
                Some(json!({"list": [1, 2]})),
            ),
            (
                json!([{"op": "replace", "path": "/list/0", "value": 7}]),
                Some(json!({"list": [7, 2], "a/b": 1})),
            ),
            (
                json!([{"op": "move", "from": "/a~1b", "path": "/c"}]),
                Some(json!({"list": [1, 2], "c": 1})),
            ),
            (json!([{"op": "test", "path": "/list/0", "value": 7}]), None),
            (json!([{"op": "replace", "path": "/none", "value": 7}]), None),
            (json!([{"op": "add", "path": "/list/5", "value": 7}]), None),
        ];
        for (patch, expected) in cases {
            let mut object = json!({"list": [1, 2], "a/b": 1});
            let done = json_patch(&mut object, &patch).is_ok();
            assert_eq!(done.then_some(object), expected, "{patch}");
        }
    }
}
