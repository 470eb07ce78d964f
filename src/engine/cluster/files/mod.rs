//! A cluster out of files: dumps, support bundles, what kubectl prints, recordings. Nothing here is live, and nothing
//! behind [`Source`] notices.
//!
//! Everything is read once, when it is opened. Of watched kinds the slim form is held until the engine takes it, of
//! every object its place in the files: it is read again, whole, when somebody asks for it. So are logs.

mod format;
mod gather;
mod glance;
mod hint;
mod json;
mod logs;
mod piece;
mod reach;
mod reading;
mod replay;
mod tree;
mod yaml;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use jiff::Timestamp;
use serde_json::Value;

use self::gather::{Gather, Held, Id, Place};
use self::logs::Logs;
use self::tree::Tree;
use super::{Failure, FailureKind, LogRequest, Source};
use crate::engine::analyzers::logs::LogLine;
use crate::engine::id::short_hash;
use crate::engine::object::{Kind, ObjectRef, Symbol, Text};
use crate::engine::world::Object;

pub use self::gather::Broken;
pub use self::reach::Reach;

/// A cluster out of files.
pub struct Files {
    /// The path's last name, to be shown.
    pub name: Text,
    /// The cluster's id: the uid of its namespace kube-system where that is known, else a hash of the path.
    pub id: Text,
    /// The version of the server, where the files say.
    pub server_version: Text,
    /// The moment that they show.
    pub at: Timestamp,
    /// Parts that could not be read.
    pub broken: Vec<Broken>,
    /// And how many more there were.
    pub more_broken: u64,
    tree: Tree,
    index: HashMap<Id, Held>,
    reaches: BTreeMap<Kind, Reach>,
    unreadable: BTreeMap<Kind, Text>,
    logs: Logs,
    objects: Mutex<Vec<Object>>,
}

impl Files {
    /// Reads what is under a path. `until` is the moment to show; without it, it is the newest that was observed in
    /// the files, and `otherwise` where they say no time at all. Blocks: call it where that is allowed.
    ///
    /// # Errors
    /// The path cannot be read, or no object is under it.
    pub fn open(path: &Path, until: Option<Timestamp>, otherwise: Timestamp) -> Result<Arc<Self>, Failure> {
        let refuse = |why: &str| Failure::new(FailureKind::Refused, format!("{}: {why}", path.display()));
        let unreadable = |error: std::io::Error| refuse(&error.to_string());
        let mut tree = Tree::open(path).map_err(unreadable)?;
        let mut gather = Gather {
            until,
            drain_logs: tree.is_packed(),
            ..Gather::default()
        };
        let whole = tree.walk(&format::is_wanted, &mut |entry, name, content| {
            gather.entry(entry, name, content);
        });
        if let Err(error) = whole {
            // An archive that is cut short: what came before counts.
            gather.broken(&path.display().to_string(), None, &error.to_string());
        }
        gather.replay_streams(&tree);
        for link in &tree.links {
            gather.broken(link, None, "a link: links are not followed");
        }
        let logs = Logs::gather(&tree, &mut gather);
        if gather.index.is_empty() && gather.recorded.kinds.is_empty() {
            return Err(refuse(&nothing(&gather)));
        }
        let namespaces: BTreeSet<Symbol> = gather
            .slim
            .keys()
            .filter(|key| key.kind == Kind::Namespace)
            .map(|key| Symbol::from(&*key.name))
            .collect();
        let mut reaches = reach::resolve(&gather.lists, &gather.singles, &namespaces);
        let unreadable = gather.recorded.resolve(&mut reaches);
        let recorded = gather.recorded.cluster.take().unwrap_or_default();
        let path_id = || {
            let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            format!("files:{}", short_hash(&[&path.to_string_lossy()])).into()
        };
        let id = [recorded.id, gather.system.clone()]
            .into_iter()
            .find(|id| !id.is_empty())
            .unwrap_or_else(path_id);
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        Ok(Arc::new(Self {
            name: (&*name).into(),
            id,
            server_version: [recorded.server_version, gather.server_version]
                .into_iter()
                .find(|version| !version.is_empty())
                .unwrap_or_default(),
            at: until.or(gather.newest).unwrap_or(otherwise),
            broken: gather.broken,
            more_broken: gather.more_broken,
            tree,
            index: gather.index,
            reaches,
            unreadable,
            logs,
            objects: Mutex::new(gather.slim.into_values().map(|(_, object)| object).collect()),
        }))
    }

    /// The watched objects. They are handed over: a second call gives none.
    pub fn take_objects(&self) -> Vec<Object> {
        std::mem::take(&mut *self.objects.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where all objects of a kind are in the files; `None` where the files have nothing of the kind.
    pub fn reach(&self, kind: Kind) -> Option<&Reach> {
        self.reaches.get(&kind)
    }

    /// Why a kind could not be read when these files were made.
    pub fn why_unreadable(&self, kind: Kind) -> Option<&Text> {
        self.unreadable.get(&kind)
    }

    /// How many objects there are of every kind, also of those that nobody looks at: by kind and group.
    pub fn kinds(&self) -> BTreeMap<(Text, Text), u64> {
        let mut kinds = BTreeMap::new();
        for id in self.index.keys() {
            *kinds
                .entry((Text::from(&*id.kind), Text::from(&*id.group)))
                .or_default() += 1;
        }
        kinds
    }

    /// The objects of a kind, also of one that nobody watches, in order of namespace and name.
    pub fn of_kind(&self, group: &str, kind: &str) -> Vec<ObjectRef> {
        let of = self
            .index
            .iter()
            .filter(|(id, _)| id.group == group && id.kind == kind);
        let mut objects: Vec<ObjectRef> = of
            .map(|(id, held)| ObjectRef::new(&held.api_version, kind, &id.namespace, &id.name))
            .collect();
        objects.sort();
        objects
    }

    /// How many logs there are.
    pub fn logs(&self) -> usize {
        self.logs.len()
    }

    fn whole(&self, object: &ObjectRef) -> Result<Value, Failure> {
        let id = Id {
            group: object.group().into(),
            kind: (&*object.kind).into(),
            namespace: (&*object.namespace).into(),
            name: object.name.clone(),
        };
        let Some(held) = self.index.get(&id) else {
            // What the files do not cover may exist all the same.
            let covered = object.key().is_some_and(|key| match self.reach(key.kind) {
                Some(Reach::Everywhere) => true,
                Some(Reach::In(places)) => places.contains(&key.namespace),
                Some(Reach::Torn | Reach::Some) | None => false,
            });
            let kind = if covered {
                FailureKind::NotFound
            } else {
                FailureKind::Refused
            };
            return Err(Failure::new(kind, format!("{object} is not in {}", self.name)));
        };
        let json = self.value(held.place).map_err(|why| {
            let file = self.tree.name(held.place.entry);
            Failure::new(FailureKind::Refused, format!("{object} in {file}: {why}"))
        })?;
        let mut json = super::whole::written(json, *object.kind == *"Secret");
        // Items of the lists that an API serves do not say what they are.
        if let Some(fields) = json.as_object_mut() {
            for (field, value) in [("apiVersion", &object.api_version), ("kind", &object.kind)] {
                fields.entry(field).or_insert_with(|| Value::from(&**value));
            }
        }
        Ok(json)
    }

    fn labelled_revisions(&self, namespace: &str, selector: &str) -> Result<Vec<Value>, Failure> {
        let all = self.of_kind("apps", "ControllerRevision").into_iter();
        let here = all.filter(|object| *object.namespace == *namespace);
        let has_labels = |revision: &Value| {
            let labels = revision.pointer("/metadata/labels");
            selector.split(',').filter(|part| !part.is_empty()).all(|part| {
                let (key, value) = part.split_once('=').unwrap_or((part, ""));
                labels.and_then(|labels| labels.get(key)?.as_str()) == Some(value)
            })
        };
        let whole = here.map(|object| self.whole(&object));
        whole
            .filter(|revision| !matches!(revision, Ok(one) if !has_labels(one)))
            .collect()
    }

    /// Reads an object again.
    fn value(&self, place: Place) -> Result<Value, String> {
        let mut text = Vec::new();
        self.tree
            .read_from(place.entry, place.at.offset)
            .and_then(|content| content.take(place.at.len).read_to_end(&mut text))
            .map_err(|error| error.to_string())?;
        if !place.yaml {
            return serde_json::from_slice(&text).map_err(|error| error.to_string());
        }
        let value = yaml::to_json(&text).map_err(|(_, why)| why)?;
        // An item of a List still has its dash.
        let value = match value {
            Value::Array(items) if place.item.is_none() => items.into_iter().next(),
            value => match place.item {
                Some(item) => value.get("items").and_then(|items| items.get(item)).cloned(),
                None => Some(value),
            },
        };
        value.ok_or_else(|| "the file has changed since it was read".to_owned())
    }
}

/// Why nothing could be made of a path.
fn nothing(gather: &Gather) -> String {
    if let (Some(begins), Some(until)) = (gather.recorded.begins, gather.until)
        && begins > until
    {
        return format!("the recording begins at {begins}, after {until}");
    }
    match gather.broken.first() {
        Some(Broken { file, line, why }) => {
            let line = line.map_or(String::new(), |line| format!(", line {line}"));
            format!("no API objects in it; {file}{line}: {why}")
        }
        None => "no API objects in it (.json, .yaml, .jsonl, and archives of them are read)".to_owned(),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Failure::new(FailureKind::Refused, error.to_string())))
}

impl Source for Arc<Files> {
    fn object(&self, object: ObjectRef) -> BoxFuture<'static, Result<Value, Failure>> {
        let secret = *object.kind == *"Secret";
        let read = self.written(object);
        Box::pin(async move { Ok(super::whole::shown(read.await?, secret)) })
    }

    fn written(&self, object: ObjectRef) -> BoxFuture<'static, Result<Value, Failure>> {
        let files = Self::clone(self);
        Box::pin(blocking(move || files.whole(&object)))
    }

    fn revisions(&self, namespace: Text, selector: Text) -> BoxFuture<'static, Result<Vec<Value>, Failure>> {
        let files = Self::clone(self);
        Box::pin(blocking(move || files.labelled_revisions(&namespace, &selector)))
    }

    fn log(&self, request: LogRequest) -> BoxStream<'static, Result<LogLine, Failure>> {
        logs::stream(Self::clone(self), request)
    }
}
