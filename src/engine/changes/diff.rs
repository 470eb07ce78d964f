//! The difference between two pod templates, field by field, in words. Containers, variables, volumes and the like
//! are matched by name: their order says nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{names, noise, value};
use crate::engine::analyzers::quantity;
use crate::engine::object::Text;

/// `kubectl rollout restart` writes the time here, and nothing else changes.
const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where it is in the workload: `spec.template.spec.containers[0].image`.
    pub path: Text,
    /// The container that it is of; none where it is the pod's.
    pub container: Option<Text>,
    /// Where it is in the container or the pod, by name: `env.LOG_LEVEL`, `resources.limits.memory`.
    pub field: Text,
    /// What it is called: `memory limit`, with the container before it where there are several.
    pub what: Text,
    /// The value before; none where there was none, or where it is not to be shown.
    pub old: Option<Text>,
    /// The value now; none where there is none, or where it is not to be shown.
    pub new: Option<Text>,
    /// All that in words: `memory limit 512Mi → 64Mi`, `+ readOnlyRootFilesystem: true`.
    pub text: Text,
}

/// All that differs between two pod templates, in order of their fields: of containers first, then of the pod, then
/// labels and annotations.
pub fn templates(old: &Value, new: &Value) -> Vec<Difference> {
    let (old, new) = (noise::plain(old), noise::plain(new));
    let containers = |template: &Value| {
        let count = |list| {
            template
                .pointer(&format!("/spec/{list}"))
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
        };
        count("containers") + count("initContainers")
    };
    let mut walk = Walk {
        several: containers(&old).max(containers(&new)) > 1,
        found: Vec::new(),
    };
    for (pointer, path) in [
        ("/spec", "spec.template.spec"),
        ("/metadata", "spec.template.metadata"),
    ] {
        let place = Place {
            path: path.to_owned(),
            container: None,
            field: Vec::new(),
        };
        walk.compare(&place, old.pointer(pointer), new.pointer(pointer));
    }
    // A stable sort: within a rank the order of the fields stays.
    walk.found.sort_by_key(|one| match &one.container {
        Some(_) => 0,
        None if one.path.starts_with("spec.template.spec") => 1,
        None => 2,
    });
    walk.found
}

/// Where in the template.
#[derive(Clone)]
struct Place {
    path: String,
    container: Option<Text>,
    field: Vec<String>,
}

impl Place {
    fn field(&self, name: &str) -> Self {
        let mut place = self.clone();
        place.path = format!("{}.{name}", self.path);
        place.field.push(name.to_owned());
        place
    }

    fn item(&self, index: usize, name: &str) -> Self {
        let mut place = self.clone();
        place.path = format!("{}[{index}]", self.path);
        match self.list() {
            Some("containers" | "initContainers") if self.container.is_none() => {
                place.container = Some(name.into());
                place.field.clear();
            }
            _ => place.field.push(name.to_owned()),
        }
        place
    }

    /// The name of the field that it is.
    fn list(&self) -> Option<&str> {
        self.field.last().map(String::as_str)
    }

    /// What it is told as where all of it came, went or was replaced; `None` where its fields are told one by one.
    fn unit(&self) -> Option<&str> {
        match self
            .field
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .as_slice()
        {
            ["livenessProbe" | "readinessProbe" | "startupProbe"] => Some("probe"),
            [
                list @ ("env" | "envFrom" | "volumes" | "volumeMounts" | "ports" | "tolerations"),
                _,
            ] => self
                .field
                .first()
                .map(String::as_str)
                .filter(|first| first == list),
            [_, _] if self.field.first().is_some_and(|list| key_of(list).is_some()) => Some("other"),
            _ => None,
        }
    }
}

struct Walk {
    several: bool,
    found: Vec<Difference>,
}

impl Walk {
    fn compare(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let (old, new) = (present(old), present(new));
        match (old, new) {
            (None, None) => {}
            (Some(old), Some(new)) if old == new || same_quantity(place, old, new) => {}
            (old, new) if place.field.is_empty() && place.container.is_some() => match (old, new) {
                (Some(Value::Object(old)), Some(Value::Object(new))) => self.fields(place, old, new),
                _ => self.container(place, old, new),
            },
            (Some(Value::Object(old)), Some(Value::Object(new))) if !is_replaced(place, old, new) => {
                self.fields(place, old, new);
            }
            (old, new) if place.unit().is_some() => self.unit(place, old, new),
            (None, Some(Value::Object(new))) => self.fields(place, &Map::new(), new),
            (Some(Value::Object(old)), None) => self.fields(place, old, &Map::new()),
            (old, new) if place.list().is_some_and(|list| key_of(list).is_some()) => {
                self.list(place, old, new);
            }
            (old, new) => self.leaf(place, old, new),
        }
    }

    fn fields(&mut self, place: &Place, old: &Map<String, Value>, new: &Map<String, Value>) {
        let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            self.compare(&place.field(name), old.get(name), new.get(name));
        }
    }

    fn list(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let list = place.list().unwrap_or_default().to_owned();
        let (old, new) = (by_name(&list, old), by_name(&list, new));
        let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let (before, now) = (old.get(name), new.get(name));
            let index = now.or(before).map_or(0, |(index, _)| *index);
            self.compare(
                &place.item(index, name),
                before.map(|(_, item)| *item),
                now.map(|(_, item)| *item),
            );
        }
    }

    fn container(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let list = if place.path.contains("initContainers[") {
            "initContainers"
        } else {
            "containers"
        };
        let name = place.container.clone().unwrap_or_default();
        let what = names::of_field(&[list, &name], false);
        let told = |part: Option<&Value>| Some(names::summary(list, &name, part?)?.into());
        let place = Place {
            field: vec![list.to_owned(), name.to_string()],
            ..place.clone()
        };
        self.push(&place, &what, told(old), told(new));
    }

    fn unit(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let unit = place.unit().unwrap_or_default().to_owned();
        let name = place.list().unwrap_or_default().to_owned();
        let what = self.called(place);
        let mut hidden = false;
        let mut told = |part: Option<&Value>| {
            let summary = names::summary(&unit, &name, part?);
            hidden |= summary.is_none();
            summary.map(Text::from)
        };
        let (before, now) = (told(old), told(new));
        if !hidden && before == now {
            return;
        }
        if hidden {
            let did = match (old, new) {
                (None, _) => "is new",
                (_, None) => "is gone",
                _ => "changed",
            };
            let text = format!("{what} {did} (its value is not shown)");
            self.add(place, &what, (None, None), text);
        } else {
            self.push(place, &what, before, now);
        }
    }

    fn leaf(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let what = self.called(place);
        if place.list() == Some(RESTARTED) {
            if new.is_some() {
                let text = "restarted by hand (kubectl rollout restart)".to_owned();
                self.add(place, "restart", (None, None), text);
            }
            return;
        }
        let is_line = matches!(place.list(), Some("args" | "command"));
        if let (true, Some(Value::Array(old)), Some(Value::Array(new))) = (is_line, old, new) {
            let (old, new) = (value::words(old), value::words(new));
            let (before, now) = value::around(&old, &new);
            if before == now {
                let text = format!("{what} changed (its value is not shown)");
                return self.add(place, &what, (None, None), text);
            }
            return self.push(place, &what, Some(before.into()), Some(now.into()));
        }
        let told = |part: Option<&Value>| -> Option<String> {
            Some(match part? {
                Value::Array(list) if is_line => value::cut(value::words(list).join(" ")),
                other => value::shown(other),
            })
        };
        let (old, new) = (told(old), told(new));
        let name = place.list().unwrap_or_default();
        // Annotations may hold anything.
        let is_free = place.field.first().is_some_and(|first| first == "annotations");
        let secret = |text: &Option<String>| {
            text.as_deref()
                .is_some_and(|text| is_free && value::is_secret(name, text))
        };
        if secret(&old) || secret(&new) {
            let text = format!("{what} changed (its value is not shown)");
            return self.add(place, &what, (None, None), text);
        }
        self.push(place, &what, old.map(Text::from), new.map(Text::from));
    }

    /// The name of a field, with its container where there are several.
    fn called(&self, place: &Place) -> String {
        let field: Vec<&str> = place.field.iter().map(String::as_str).collect();
        let what = names::of_field(&field, place.container.is_some());
        match &place.container {
            Some(container) if self.several => format!("{container}: {what}"),
            _ => what,
        }
    }

    fn push(&mut self, place: &Place, what: &str, old: Option<Text>, new: Option<Text>) {
        let text = match (&old, &new) {
            (Some(old), Some(new)) => format!("{what} {old} → {new}"),
            (None, Some(new)) => format!("+ {what}: {new}"),
            (Some(old), None) => format!("- {what}: {old}"),
            (None, None) => return,
        };
        self.add(place, what, (old, new), text);
    }

    fn add(&mut self, place: &Place, what: &str, (old, new): (Option<Text>, Option<Text>), text: String) {
        self.found.push(Difference {
            path: place.path.as_str().into(),
            container: place.container.clone(),
            field: place.field.join(".").into(),
            what: what.into(),
            old,
            new,
            text: text.into(),
        });
    }
}

/// Whether a thing of that name is another one now, rather than changed in a field.
fn is_replaced(place: &Place, old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let Some(unit) = place.unit() else {
        return false;
    };
    let name = place.list().unwrap_or_default();
    let told = |part: &Map<String, Value>| names::summary(unit, name, &Value::Object(part.clone()));
    match unit {
        "env" => true,
        // A probe that asks in another way.
        "probe" => ["httpGet", "tcpSocket", "exec", "grpc"]
            .iter()
            .any(|way| old.contains_key(*way) != new.contains_key(*way)),
        "volumes" | "envFrom" | "tolerations" => told(old) != told(new),
        _ => false,
    }
}

/// What is empty says as much as what is not there; but a volume's `emptyDir: {}` is told with its volume.
fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    })
}

/// `1000m` is `1`.
fn same_quantity(place: &Place, old: &Value, new: &Value) -> bool {
    if place.field.first().is_none_or(|first| first != "resources") && place.list() != Some("sizeLimit") {
        return false;
    }
    let amount = |value: &Value| quantity::value(&value::shown(value));
    amount(old).is_some() && amount(old) == amount(new)
}

/// By which field the items of a list are told apart; `None` for lists that are compared as they stand.
fn key_of(list: &str) -> Option<&'static str> {
    Some(match list {
        "containers" | "initContainers" | "env" | "volumes" | "imagePullSecrets" | "resourceClaims" => "name",
        "volumeMounts" => "mountPath",
        "volumeDevices" => "devicePath",
        "hostAliases" => "ip",
        "topologySpreadConstraints" => "topologyKey",
        "ports" => "containerPort",
        // By all that they say.
        "envFrom" | "tolerations" => "",
        _ => return None,
    })
}

/// The items of a list, with their places. Of two of one name the last one counts, as it does for variables.
fn by_name<'a>(list: &str, items: Option<&'a Value>) -> BTreeMap<String, (usize, &'a Value)> {
    let items = items.and_then(Value::as_array).into_iter().flatten();
    items
        .enumerate()
        .map(|(index, item)| {
            let name = match (list, key_of(list)) {
                ("envFrom", _) => names::source(item),
                ("ports", _) => match item.get("protocol") {
                    Some(protocol) => format!(
                        "{}/{}",
                        item.get("containerPort").map(value::shown).unwrap_or_default(),
                        value::shown(protocol)
                    ),
                    None => item.get("containerPort").map(value::shown).unwrap_or_default(),
                },
                (_, None | Some("")) => item.to_string(),
                (_, Some(key)) => item.get(key).map(value::shown).unwrap_or_default(),
            };
            (name, (index, item))
        })
        .collect()
}

#[cfg(test)]
mod tests;
