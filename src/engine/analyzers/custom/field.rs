//! Fields of a JSON object by path: `status.conditions[2].message`, `status.conditions[type=Ready]`.

use serde_json::Value;

/// A field that is there: its path with places instead of names in lists, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Place<'a> {
    /// `status.conditions[2]`.
    pub path: String,
    /// What is there.
    pub value: &'a Value,
}

/// The field at a path. A step in brackets is a place in a list (`[2]`), an item of it by a field (`[type=Ready]`) or
/// a key with dots in it (`['example.io/name']`).
pub fn at<'a>(root: &'a Value, path: &str) -> Option<Place<'a>> {
    let mut place = Place {
        path: String::new(),
        value: root,
    };
    let mut rest = path.trim();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (step, after) = inner.split_once(']')?;
            place = bracket(&place, step)?;
            rest = after;
        } else {
            let rest_of = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest_of.find(['.', '[']).unwrap_or(rest_of.len());
            let (step, after) = rest_of.split_at_checked(end)?;
            if step.is_empty() {
                return None;
            }
            place = Place {
                path: if place.path.is_empty() {
                    step.to_owned()
                } else {
                    format!("{}.{step}", place.path)
                },
                value: place.value.get(step)?,
            };
            rest = after;
        }
    }
    Some(place)
}

fn bracket<'a>(place: &Place<'a>, step: &str) -> Option<Place<'a>> {
    let quoted = step.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\''));
    if let Some(key) = quoted {
        return Some(Place {
            path: format!("{}['{key}']", place.path),
            value: place.value.get(key)?,
        });
    }
    let list = place.value.as_array()?;
    let index = match step.split_once('=') {
        Some((field, wanted)) => list
            .iter()
            .position(|item| item.get(field).and_then(Value::as_str) == Some(wanted))?,
        None => step.parse().ok()?,
    };
    Some(Place {
        path: format!("{}[{index}]", place.path),
        value: list.get(index)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_by_place_and_by_name() {
        let object = json!({"metadata": {"annotations": {"a.io/b": "1"}},
            "status": {"conditions": [{"type": "Synced"}, {"type": "Ready", "status": "False"}]}});
        for (path, found) in [
            (
                "status.conditions[type=Ready].status",
                Some("status.conditions[1].status"),
            ),
            ("status.conditions[0].type", Some("status.conditions[0].type")),
            (
                "metadata.annotations['a.io/b']",
                Some("metadata.annotations['a.io/b']"),
            ),
            ("status.conditions[7]", None),
            ("status.conditions[type=Nope]", None),
            ("status..x", None),
            ("status.conditions[", None),
            ("spec.x", None),
        ] {
            assert_eq!(
                at(&object, path).map(|place| place.path).as_deref(),
                found,
                "{path}"
            );
        }
    }
}
