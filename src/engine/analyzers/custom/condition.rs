//! Conditions of a status, as controllers write them: in `status.conditions`, and one level deeper for each listener,
//! parent or ancestor.

use jiff::Timestamp;
use serde_json::Value;

use super::resource::{number, text, time};

/// What a condition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// The controller does not know, or not yet.
    Unknown,
}

impl Truth {
    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

/// A condition.
#[derive(Clone, Debug)]
pub struct Condition<'a> {
    /// Where it is in the object: `status.conditions[0]`.
    pub path: String,
    /// Its type.
    pub kind: &'a str,
    /// What it says.
    pub status: Truth,
    /// The word for that; some controllers have words of their own (`Degraded`).
    pub word: &'a str,
    /// A word for why.
    pub reason: &'a str,
    /// A sentence for why.
    pub message: &'a str,
    /// When the status last changed.
    pub since: Option<Timestamp>,
    /// The generation that it is about.
    pub observed_generation: Option<i64>,
    /// Knative and Cluster API say how bad it is: `Info`, `Warning`, `Error`.
    pub severity: &'a str,
}

/// The conditions of one part of a status.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The part's name; empty for the object as a whole.
    pub subject: String,
    /// The conditions, one a type.
    pub conditions: Vec<Condition<'a>>,
}

/// Parts of a status that repeat its conditions in another form, or tell of the past.
const REPEATED: &[&str] = &["deprecated", "v1beta1", "v1beta2", "history", "nodes"];

impl<'a> Condition<'a> {
    /// The condition of that JSON, if it is one. Argo CD and others write those that are so without a status.
    pub fn read(value: &'a Value) -> Option<Self> {
        let kind = value.get("type")?.as_str()?;
        let status = match value.get("status") {
            Some(Value::Bool(true)) => Truth::True,
            Some(Value::Bool(false)) => Truth::False,
            Some(Value::String(word)) => match word.to_ascii_lowercase().as_str() {
                "true" => Truth::True,
                "false" => Truth::False,
                _ => Truth::Unknown,
            },
            None | Some(Value::Null) if value.get("message").is_some() => Truth::True,
            _ => return None,
        };
        let since = ["lastTransitionTime", "lastTransitionedAt", "lastUpdateTime"];
        Some(Self {
            path: String::new(),
            kind,
            status,
            word: match text(value, "status") {
                "" => status.name(),
                word => word,
            },
            reason: text(value, "reason"),
            message: text(value, "message"),
            since: since.iter().find_map(|key| time(value, key)),
            observed_generation: number(value, "observedGeneration"),
            severity: text(value, "severity"),
        })
    }
}

/// The conditions of the object as a whole, and those of each of its parts.
pub fn groups(status: &Value) -> (Vec<Condition<'_>>, Vec<Group<'_>>) {
    let own = list(status, "status");
    let mut parts = Vec::new();
    for (key, value) in status.as_object().into_iter().flatten() {
        if key != "conditions" && !REPEATED.contains(&key.as_str()) {
            let path = format!("status.{key}");
            part(value, &path, key, &mut parts);
        }
    }
    (own, parts)
}

/// Conditions of a map, or of the maps of a list.
fn part<'a>(value: &'a Value, path: &str, name: &str, parts: &mut Vec<Group<'a>>) {
    let mut push = |value: &'a Value, path: &str, subject: String| {
        let conditions = list(value, path);
        if !conditions.is_empty() {
            parts.push(Group { subject, conditions });
        }
    };
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                push(item, &format!("{path}[{at}]"), subject(item, name, at));
            }
        }
        Value::Object(_) => push(value, path, name.to_owned()),
        _ => {}
    }
}

/// What an item of a list is called.
fn subject(item: &Value, list: &str, at: usize) -> String {
    for key in ["parentRef", "ancestorRef", "targetRef"] {
        if let Some(reference) = item.get(key) {
            let section = text(reference, "sectionName");
            let name = text(reference, "name");
            return if section.is_empty() {
                name.to_owned()
            } else {
                format!("{name}/{section}")
            };
        }
    }
    let named = ["name", "id", "type"]
        .iter()
        .map(|key| text(item, key))
        .find(|name| !name.is_empty());
    named.map_or_else(|| format!("{list}[{at}]"), str::to_owned)
}

/// The conditions of a part, the newest of each type, in the order of the list.
fn list<'a>(value: &'a Value, path: &str) -> Vec<Condition<'a>> {
    let mut conditions: Vec<Condition<'a>> = Vec::new();
    let listed = value.get("conditions").and_then(Value::as_array);
    for (at, json) in listed.into_iter().flatten().enumerate() {
        let Some(mut condition) = Condition::read(json) else {
            continue;
        };
        condition.path = format!("{path}.conditions[{at}]");
        match conditions.iter_mut().find(|known| known.kind == condition.kind) {
            Some(known) if known.since <= condition.since => *known = condition,
            Some(_) => {}
            None => conditions.push(condition),
        }
    }
    conditions
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_are_named_by_what_they_are_about() {
        let status = json!({
            "conditions": [{"type": "Ready", "status": true}, {"phase": "Pending", "reason": "no type"}],
            "parents": [{"parentRef": {"name": "gw", "sectionName": "https"},
                "conditions": [{"type": "Accepted", "status": "False"}]}],
            "listeners": [{"name": "http", "conditions": [{"type": "Programmed", "status": "True"}]}],
            "deprecated": {"conditions": [{"type": "Ready", "status": "False"}]},
            "worker": {"conditions": [{"type": "Ready", "status": "Unknown"}]},
        });
        let (own, parts) = groups(&status);
        assert_eq!(own.len(), 1);
        let mut named: Vec<&str> = parts.iter().map(|part| part.subject.as_str()).collect();
        named.sort_unstable();
        assert_eq!(named, ["gw/https", "http", "worker"]);
    }

    #[test]
    fn of_a_type_that_is_there_twice_the_newest_counts() {
        let status = json!({"conditions": [
            {"type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T10:00:00Z"},
            {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T11:00:00Z"}]});
        let (own, _) = groups(&status);
        assert_eq!(
            own.first().map(|one| (one.status, one.path.as_str())),
            Some((Truth::True, "status.conditions[1]"))
        );
    }
}
