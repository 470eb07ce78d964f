//! Label and field selectors, and the few facts of an object that they are matched against.

use serde_json::Value;

use super::Key;
use crate::demo::resource::Resource;

/// What selectors can ask of an object, read once when it is stored.
#[derive(Debug, Default)]
pub(super) struct Facts {
    labels: Vec<(Box<str>, Box<str>)>,
    fields: Vec<(&'static str, Box<str>)>,
}

impl Facts {
    pub(super) fn read(resource: &Resource, object: &Value) -> Self {
        let labels = object
            .pointer("/metadata/labels")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.as_str().into(), value.as_str().unwrap_or_default().into()))
            .collect();
        let fields = selectable(resource)
            .iter()
            .map(|field| {
                // Events name their source `source` and keep it in two places.
                let value = match *field {
                    "source" => object
                        .pointer("/source/component")
                        .filter(|v| v.as_str().is_some_and(|s| !s.is_empty()))
                        .or_else(|| object.get("reportingComponent")),
                    field => object.pointer(&format!("/{}", field.replace('.', "/"))),
                };
                let text = match value {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Null) | None => String::new(),
                    Some(other) => other.to_string(),
                };
                (*field, text.into_boxed_str())
            })
            .collect();
        Self { labels, fields }
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(k, _)| &**k == key).map(|(_, v)| &**v)
    }

    fn field(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(k, _)| *k == name)
            .map_or("", |(_, v)| v)
    }
}

/// The fields beyond name and namespace that a kind may be selected by.
fn selectable(resource: &Resource) -> &'static [&'static str] {
    match resource.plural {
        "pods" => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        "events" => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        "nodes" => &["spec.unschedulable"],
        "namespaces" => &["status.phase"],
        "secrets" => &["type"],
        "jobs" => &["status.successful"],
        _ => &[],
    }
}

/// A selector that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// Not the grammar of selectors.
    #[error("unable to parse requirement: {0:?}")]
    Syntax(String),
    /// A field that this kind cannot be selected by.
    #[error("field label not supported: {0}")]
    Field(String),
}

#[derive(Clone, Debug)]
enum Requirement {
    Label {
        key: String,
        values: Vec<String>,
        operator: Operator,
    },
    Field {
        name: String,
        value: String,
        equal: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    Absent,
}

/// What a list or watch is restricted to.
#[derive(Clone, Debug, Default)]
pub struct Selector(Vec<Requirement>);

impl Selector {
    /// Reads the `labelSelector` and `fieldSelector` parameters.
    pub fn parse(
        resource: &Resource,
        labels: Option<&str>,
        fields: Option<&str>,
    ) -> Result<Self, SelectorError> {
        let mut requirements = Vec::new();
        for part in split_outside_parentheses(labels.unwrap_or_default()) {
            requirements.push(label_requirement(part)?);
        }
        for part in fields
            .unwrap_or_default()
            .split(',')
            .filter(|part| !part.is_empty())
        {
            let (name, value, equal) =
                comparison(part).ok_or_else(|| SelectorError::Syntax(part.to_owned()))?;
            if !matches!(name, "metadata.name" | "metadata.namespace")
                && !selectable(resource).contains(&name)
            {
                return Err(SelectorError::Field(name.to_owned()));
            }
            requirements.push(Requirement::Field {
                name: name.to_owned(),
                value: value.to_owned(),
                equal,
            });
        }
        Ok(Self(requirements))
    }

    pub(super) fn matches(&self, key: &Key, facts: &Facts) -> bool {
        self.0.iter().all(|requirement| match requirement {
            Requirement::Field { name, value, equal } => {
                let actual = match name.as_str() {
                    "metadata.name" => &key.1,
                    "metadata.namespace" => &key.0,
                    name => facts.field(name),
                };
                (actual == value) == *equal
            }
            Requirement::Label {
                key,
                values,
                operator,
            } => {
                let actual = facts.label(key);
                let listed = actual.is_some_and(|actual| values.iter().any(|value| value == actual));
                match operator {
                    Operator::In => listed,
                    Operator::NotIn => !listed,
                    Operator::Exists => actual.is_some(),
                    Operator::Absent => actual.is_none(),
                }
            }
        })
    }
}

/// `name=value`, `name==value`, `name!=value`.
fn comparison(part: &str) -> Option<(&str, &str, bool)> {
    if let Some((name, value)) = part.split_once("!=") {
        return Some((name.trim(), value.trim(), false));
    }
    let (name, value) = part.split_once("==").or_else(|| part.split_once('='))?;
    Some((name.trim(), value.trim(), true))
}

fn label_requirement(part: &str) -> Result<Requirement, SelectorError> {
    let part = part.trim();
    let label = |key: &str, values: Vec<String>, operator| Requirement::Label {
        key: key.trim().to_owned(),
        values,
        operator,
    };
    let set = |rest: &str| {
        rest.trim()
            .strip_prefix('(')
            .and_then(|r| r.strip_suffix(')'))
            .map(|inner| {
                inner
                    .split(',')
                    .map(|value| value.trim().to_owned())
                    .collect::<Vec<_>>()
            })
    };
    if let Some((key, rest)) = part.split_once(" notin ") {
        let values = set(rest).ok_or_else(|| SelectorError::Syntax(part.to_owned()))?;
        return Ok(label(key, values, Operator::NotIn));
    }
    if let Some((key, rest)) = part.split_once(" in ") {
        let values = set(rest).ok_or_else(|| SelectorError::Syntax(part.to_owned()))?;
        return Ok(label(key, values, Operator::In));
    }
    if let Some((key, value, equal)) = comparison(part) {
        let operator = if equal { Operator::In } else { Operator::NotIn };
        return Ok(label(key, vec![value.to_owned()], operator));
    }
    match part.strip_prefix('!') {
        Some(key) => Ok(label(key, Vec::new(), Operator::Absent)),
        None if part.contains([' ', '(', ')']) => Err(SelectorError::Syntax(part.to_owned())),
        None => Ok(label(part, Vec::new(), Operator::Exists)),
    }
}

fn split_outside_parentheses(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    })
    .filter(|part| !part.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_decide_as_the_api_server_does() {
        let pods = Resource::named("pods").unwrap();
        let pod = json!({"metadata": {"labels": {"app": "web", "tier": "front"}},
            "spec": {"nodeName": "n1"}, "status": {"phase": "Running"}});
        let facts = Facts::read(pods, &pod);
        let key = ("shop".to_owned(), "web-1".to_owned());
        for (labels, fields, expected) in [
            ("", "", true),
            ("app=web", "", true),
            ("app==web,tier=front", "", true),
            ("app!=web", "", false),
            ("zone!=a", "", true),
            ("app in (api, web)", "", true),
            ("app notin (api,web),tier", "", false),
            ("app,!zone", "", true),
            ("!app", "", false),
            ("", "status.phase!=Running", false),
            ("", "status.phase=Running,spec.nodeName=n1", true),
            ("", "metadata.name=web-1,metadata.namespace==shop", true),
            ("", "metadata.namespace!=shop", false),
        ] {
            let selector = Selector::parse(pods, Some(labels), Some(fields)).unwrap();
            assert_eq!(selector.matches(&key, &facts), expected, "{labels:?} {fields:?}");
        }
    }

    #[test]
    fn what_cannot_be_selected_by_is_refused() {
        let pods = Resource::named("pods").unwrap();
        assert_eq!(
            Selector::parse(pods, None, Some("spec.color=red")).unwrap_err(),
            SelectorError::Field("spec.color".to_owned())
        );
        assert!(matches!(
            Selector::parse(pods, Some("app in web"), None),
            Err(SelectorError::Syntax(_))
        ));
    }
}
