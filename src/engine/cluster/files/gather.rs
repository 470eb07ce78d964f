//! From the files to what they say: every object with its place, the watched ones in their slim form, the logs, and
//! how much of a cluster all that covers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::Value;

use super::glance::Glance;
use super::hint::{Hint, LogOf, Pods};
use super::piece::{ListHead, Piece, Span};
use super::reach::List;
use super::yaml;
use crate::engine::object::{Key, Kind, Symbol, Text};
use crate::engine::world::Object;

/// So many broken parts are named; the rest are counted.
const NAMED: usize = 40;

/// Names an object of any kind, whatever version of its API it was written in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// The API group, empty for core.
    pub group: Symbol,
    /// `Pod`.
    pub kind: Symbol,
    /// Empty for kinds without one.
    pub namespace: Symbol,
    /// Its name.
    pub name: Text,
}

/// Where the text of an object is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The file.
    pub entry: usize,
    /// The part of it.
    pub at: Span,
    /// Whether it is YAML.
    pub yaml: bool,
    /// Which item of the List that stands there, where that List could not be taken apart.
    pub item: Option<usize>,
}

/// A part that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The file, by its name under the path.
    pub file: Text,
    /// The line, where known.
    pub line: Option<u64>,
    /// What is wrong.
    pub why: Text,
}

/// What is known of an object.
#[derive(Clone, Debug)]
pub struct Held {
    /// The version of its API that it was written in, `v1`, `apps/v1`.
    pub api_version: Symbol,
    /// Where it is.
    pub place: Place,
    /// Its resource version.
    pub version: u64,
    /// Its place in the order of what was seen.
    pub seen: u64,
}

/// Everything that was found.
#[derive(Default)]
pub struct Gather {
    /// Every object.
    pub index: HashMap<Id, Held>,
    /// The watched ones, and the version of each.
    pub slim: BTreeMap<Key, (u64, Object)>,
    /// Lists, in the order in which they were found.
    pub lists: Vec<List>,
    /// The namespaces in which objects of a kind stand by themselves.
    pub singles: BTreeMap<Kind, BTreeSet<Symbol>>,
    /// The newest time that was observed.
    pub newest: Option<Timestamp>,
    /// The uid of the namespace kube-system.
    pub system: Text,
    /// The server's version.
    pub server_version: Text,
    /// Parts that could not be read.
    pub broken: Vec<Broken>,
    /// And how many more.
    pub more_broken: u64,
    /// Files with a log.
    pub log_files: Vec<usize>,
    /// Parts of files with a log.
    pub log_parts: Vec<(LogOf, usize, Span)>,
    /// Files with a watch stream.
    pub streams: Vec<usize>,
    /// What recordings say beyond their objects.
    pub recorded: super::replay::Recorded,
    /// Only what was seen until then.
    pub until: Option<Timestamp>,
    /// Whether a log has to be read through when its entry passes by.
    pub drain_logs: bool,
    /// Counts what was seen.
    pub(super) seen: u64,
    /// The list that is being read.
    pub(super) open: List,
}

/// Where an object comes from.
pub(super) struct From<'a> {
    pub file: &'a str,
    pub place: Place,
    pub head: Option<&'a ListHead>,
    pub hint: &'a Hint,
    /// Whether it replaces what is held whatever its version: what is told in order.
    pub in_order: bool,
    /// Whether it speaks for its namespace: a recording says by itself what it has read.
    pub speaks: bool,
}

impl Gather {
    pub(super) fn piece(&mut self, entry: usize, name: &str, hint: &Hint, is_yaml: bool, piece: Piece<'_>) {
        let place = |at| Place {
            entry,
            at,
            yaml: is_yaml,
            item: None,
        };
        let mut object = |text: &[u8], at: Span, head: Option<&ListHead>| {
            let from = From {
                file: name,
                place: place(at),
                head,
                hint,
                in_order: false,
                speaks: true,
            };
            if !is_yaml {
                return self.object(text, &from);
            }
            match yaml::to_json(text) {
                Ok(value) => self.yaml(&from, &value),
                Err((line, why)) => self.broken(name, Some(at.line + line.saturating_sub(1)), &why),
            }
        };
        match piece {
            Piece::Object { text, at } => object(text, at, None),
            Piece::Item { text, at, list } => object(text, at, Some(list)),
            Piece::ListEnd { whole, list } => self.end_of_list(name, hint, list, whole),
            Piece::Log {
                of: [namespace, pod, container],
                at,
            } => {
                let of = LogOf {
                    namespace: namespace.into(),
                    pod: pod.into(),
                    container: container.into(),
                    previous: false,
                };
                self.log_parts.push((of, entry, at));
            }
            Piece::Broken { line, why } => self.broken(name, Some(line), &why),
        }
    }

    /// A document of YAML, which may be a List in flow style.
    fn yaml(&mut self, from: &From<'_>, value: &Value) {
        let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let kind = field("kind").strip_suffix("List");
        if let (Some(kind), Some(items)) = (kind, value.get("items").and_then(Value::as_array)) {
            let head = ListHead {
                api_version: field("apiVersion").to_owned(),
                kind: kind.to_owned(),
            };
            for (item, value) in items.iter().enumerate() {
                let place = Place {
                    item: Some(item),
                    ..from.place
                };
                let from = From {
                    place,
                    head: Some(&head),
                    ..*from
                };
                self.yaml(&from, value);
            }
            self.end_of_list(from.file, from.hint, &head, true);
        } else if value.is_object() {
            self.object(value.to_string().as_bytes(), from);
        }
    }

    /// Takes in an object.
    pub(super) fn object(&mut self, json: &[u8], from: &From<'_>) {
        let glance = match Glance::of(json) {
            Ok(glance) => glance,
            Err(error) => {
                let line = from.place.at.line + (error.line() as u64).saturating_sub(1);
                self.broken(from.file, Some(line), &error.to_string());
                return;
            }
        };
        let Some((group, kind)) = kind_of(&glance, from) else {
            // Something else than an object: what `/version` says, notes of whoever wrote the dump.
            if !glance.git_version.is_empty() {
                self.server_version = glance.git_version.into();
            }
            return;
        };
        let watched = watched(&group, &kind);
        if let (Some(items), None, true) = (kind.strip_suffix("List"), from.head, glance.name.is_empty()) {
            // A List whose items are `null`: there are none.
            let head = ListHead {
                api_version: glance.api_version.clone(),
                kind: items.to_owned(),
            };
            self.end_of_list(from.file, from.hint, &head, true);
            return;
        }
        if glance.name.is_empty() {
            // Of other kinds there are reviews and the like, which have none.
            if let Some(kind) = watched {
                let why = format!("a {} without a name", kind.name());
                self.broken(from.file, Some(from.place.at.line), &why);
            }
            return;
        }
        self.seen += 1;
        let of_list = from.head.map_or("", |head| &head.api_version);
        let held = Held {
            api_version: match &*glance.api_version {
                "" => of_list.into(),
                own => own.into(),
            },
            place: from.place,
            version: glance.version(),
            seen: self.seen,
        };
        let namespace = Symbol::from(&*glance.namespace);
        if let Some(kind) = watched {
            if from.head.is_some() {
                self.open.kinds.insert(kind);
            } else if from.speaks {
                self.singles.entry(kind).or_default().insert(namespace.clone());
            }
        }
        if from.head.is_some() && !namespace.is_empty() {
            self.open.namespaces.insert(namespace.clone());
        }
        self.newest = self.newest.max(glance.newest);
        if kind == "Namespace" && group.is_empty() && glance.name == "kube-system" {
            self.system = glance.uid.as_str().into();
        }
        let id = Id {
            group: (&*group).into(),
            kind: (&*kind).into(),
            namespace,
            name: glance.name.as_str().into(),
        };
        let version = held.version;
        let newer = |held: u64| from.in_order || held <= version;
        if self.index.get(&id).is_none_or(|known| newer(known.version)) {
            self.index.insert(id, held);
        }
        let Some(kind) = watched else { return };
        match Object::decode(kind, &mut serde_json::Deserializer::from_slice(json)) {
            Ok(object) => {
                let key = object.key();
                if self.slim.get(&key).is_none_or(|(version, _)| newer(*version)) {
                    self.slim.insert(key, (version, object));
                }
            }
            Err(error) => {
                let what = format!("{} {}: {error}", kind.name(), glance.name);
                self.broken(from.file, Some(from.place.at.line), &what);
            }
        }
    }

    fn end_of_list(&mut self, file: &str, hint: &Hint, head: &ListHead, whole: bool) {
        let mut list = std::mem::take(&mut self.open);
        if list.kinds.is_empty() {
            let group = head.api_version.split_once('/').map_or("", |(group, _)| group);
            list.kinds.extend(watched(group, &head.kind).or(hint.kind));
        }
        file.rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .clone_into(&mut list.folder);
        list.guess.clone_from(&hint.namespace);
        list.whole = whole;
        if !list.kinds.is_empty() {
            self.lists.push(list);
        }
    }

    /// Notes a part that cannot be read.
    pub(super) fn broken(&mut self, file: &str, line: Option<u64>, why: &str) {
        if self.broken.len() < NAMED {
            self.broken.push(Broken {
                file: file.into(),
                line,
                why: why.into(),
            });
        } else {
            self.more_broken += 1;
        }
    }

    /// The pods that were found, to tell by their names whose a log is.
    pub fn pods(&self) -> Pods {
        let mut pods = Pods::new();
        for (key, (_, object)) in &self.slim {
            if let Object::Pod(pod) = object {
                let containers = pod.statuses().map(|(_, _, status)| status.name.as_str().into());
                pods.entry(key.name.clone())
                    .or_default()
                    .insert(key.namespace.as_str().into(), containers.collect());
            }
        }
        pods
    }
}

/// The group and the kind of an object: what it says itself, else what its List says, else what its file is called.
fn kind_of(glance: &Glance, from: &From<'_>) -> Option<(String, String)> {
    if !glance.kind.is_empty() {
        return Some((glance.group().to_owned(), glance.kind.clone()));
    }
    let head = from.head?;
    if !head.kind.is_empty() {
        let group = head.api_version.split_once('/').map_or("", |(group, _)| group);
        return Some((group.to_owned(), head.kind.clone()));
    }
    let kind = from.hint.kind?;
    Some((kind.group().to_owned(), kind.name().to_owned()))
}

/// The watched kind of a group and kind. Events are the same ones in both of their APIs.
pub(super) fn watched(group: &str, kind: &str) -> Option<Kind> {
    if (group, kind) == ("events.k8s.io", "Event") {
        return Some(Kind::Event);
    }
    Kind::ALL
        .iter()
        .copied()
        .find(|one| one.name() == kind && one.group() == group)
}
