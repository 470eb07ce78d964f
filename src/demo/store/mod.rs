//! What the embedded API serves: objects with resource versions and a bounded history, and the logs of containers.
//!
//! Objects are kept as the bytes in which they are sent, so that a list of 100,000 pods costs no serialisation.

mod history;
mod identity;
mod log;
mod selector;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::clock::Clock;
use super::resource::Resource;

use history::History;
pub use history::{Change, ChangeKind, Expired};
use identity::{body_of, identify, typed};
pub use identity::{seconds, uid};
use log::Logs;
pub use log::{LogBuffer, LogEntry, LogKey};
use selector::Facts;
pub use selector::{Selector, SelectorError};

/// How many changes of a kind are kept for watches; older resource versions get 410 Gone.
const HISTORY: usize = 8192;

/// Namespace (empty for cluster-wide kinds) and name.
pub type Key = (String, String);

/// Why an object was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No such kind in the table of kinds.
    #[error("the server serves no kind {kind:?} of {api_version:?}")]
    UnknownKind {
        /// `apiVersion` of the object.
        api_version: String,
        /// `kind` of the object.
        kind: String,
    },
    /// `metadata.name` or `metadata.namespace` is missing, or it is no object at all.
    #[error("the object has no metadata.{0}")]
    Missing(&'static str),
    /// The resource version in the request is not the present one.
    #[error("the object has been modified; please apply your changes to the latest version and try again")]
    Conflict,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// The store's version when it was read.
    pub revision: u64,
    /// The bodies, without `apiVersion` and `kind`, as list items have it.
    pub items: Vec<Bytes>,
    /// The key of the last item, when there are more.
    pub last: Option<Key>,
    /// How many matching objects come after it.
    pub remaining: usize,
}

/// Objects and logs. Clones share one store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Mutex<Inner>>,
    revision: watch::Sender<u64>,
    clock: Clock,
}

struct Inner {
    revision: u64,
    collections: BTreeMap<&'static str, Collection>,
    logs: Logs,
}

struct Collection {
    objects: BTreeMap<Key, Stored>,
    history: History,
}

impl Default for Collection {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            history: History::new(HISTORY),
        }
    }
}

#[derive(Clone)]
struct Stored {
    revision: u64,
    body: Bytes,
    facts: Arc<Facts>,
}

impl Store {
    /// An empty store; `clock` gives creation and log times.
    pub fn new(clock: Clock) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                revision: 1,
                collections: BTreeMap::new(),
                logs: Logs::default(),
            })),
            revision: watch::Sender::new(1),
            clock,
        }
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The present resource version, and a wake-up for each later one.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// The resource version of the last change.
    pub fn revision(&self) -> u64 {
        self.lock().revision
    }

    /// Creates or replaces an object and returns it as stored. Uid and creation time are given to new objects that
    /// have none and kept for known ones; a change that changes nothing makes no new version.
    pub fn apply(&self, object: Value) -> Result<Value, StoreError> {
        self.put(object, false, true)
    }

    /// As [`Store::apply`], but refuses when the object carries a resource version that is not the present one.
    pub fn update(&self, object: Value) -> Result<Value, StoreError> {
        self.put(object, true, true)
    }

    /// As [`Store::update`], for those who know that the object is another than before.
    pub(super) fn replace(&self, object: Value) -> Result<Value, StoreError> {
        self.put(object, true, false)
    }

    fn put(&self, mut object: Value, guarded: bool, compare: bool) -> Result<Value, StoreError> {
        let (resource, key) = identify(&object)?;
        let now = self.clock.now();
        let mut inner = self.lock();
        let next = inner.revision + 1;
        let collection = inner.collections.entry(resource.plural).or_default();
        let before = collection.objects.get(&key);
        let metadata = object
            .get_mut("metadata")
            .and_then(Value::as_object_mut)
            .ok_or(StoreError::Missing("name"))?;
        let sent = metadata.remove("resourceVersion");
        if let Some(before) = before {
            let sent = sent
                .as_ref()
                .and_then(Value::as_str)
                .and_then(|v| v.parse::<u64>().ok());
            if guarded && sent.is_some_and(|v| v != before.revision) {
                return Err(StoreError::Conflict);
            }
            if ["uid", "creationTimestamp"]
                .iter()
                .any(|field| !metadata.contains_key(*field))
            {
                let known: Value = serde_json::from_slice(&before.body).unwrap_or_default();
                for field in ["uid", "creationTimestamp"] {
                    if let Some(value) = known.pointer(&format!("/metadata/{field}")) {
                        metadata.entry(field).or_insert_with(|| value.clone());
                    }
                }
            }
            if compare {
                metadata.insert("resourceVersion".to_owned(), json!(before.revision.to_string()));
                if body_of(&object) == before.body {
                    return Ok(object);
                }
            }
        } else {
            metadata
                .entry("uid")
                .or_insert_with(|| json!(uid(&[resource.plural, &key.0, &key.1, &next.to_string()])));
            metadata
                .entry("creationTimestamp")
                .or_insert_with(|| json!(seconds(now)));
        }
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("resourceVersion".to_owned(), json!(next.to_string()));
        }
        let stored = Stored {
            revision: next,
            body: body_of(&object),
            facts: Arc::new(Facts::read(resource, &object)),
        };
        let previous = collection.objects.insert(key.clone(), stored.clone());
        collection.history.push(Change {
            revision: next,
            kind: if previous.is_some() {
                ChangeKind::Modified
            } else {
                ChangeKind::Added
            },
            key,
            body: stored.body,
            facts: stored.facts,
            before: previous.map(|p| p.facts),
        });
        inner.revision = next;
        drop(inner);
        self.revision.send_replace(next);
        Ok(object)
    }

    /// Removes an object; what it was, if it existed.
    pub fn delete(&self, resource: &'static Resource, namespace: &str, name: &str) -> Option<Value> {
        let key = (namespace.to_owned(), name.to_owned());
        let mut inner = self.lock();
        let next = inner.revision + 1;
        let collection = inner.collections.get_mut(resource.plural)?;
        let before = collection.objects.remove(&key)?;
        let mut last: Value = serde_json::from_slice(&before.body).unwrap_or_default();
        if let Some(metadata) = last.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("resourceVersion".to_owned(), json!(next.to_string()));
        }
        collection.history.push(Change {
            revision: next,
            kind: ChangeKind::Deleted,
            key: key.clone(),
            body: body_of(&last),
            facts: Arc::clone(&before.facts),
            before: Some(before.facts),
        });
        inner.revision = next;
        if resource.plural == "pods" {
            inner.logs.forget(&key);
        }
        drop(inner);
        self.revision.send_replace(next);
        Some(typed(resource, last))
    }

    /// An object, complete.
    pub fn get(&self, resource: &'static Resource, namespace: &str, name: &str) -> Option<Value> {
        let body = self.body(resource, namespace, name)?;
        Some(typed(resource, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// An object's bytes, without `apiVersion` and `kind`.
    pub fn body(&self, resource: &'static Resource, namespace: &str, name: &str) -> Option<Bytes> {
        let inner = self.lock();
        let collection = inner.collections.get(resource.plural)?;
        collection
            .objects
            .get(&(namespace.to_owned(), name.to_owned()))
            .map(|stored| stored.body.clone())
    }

    /// Every object of a kind, complete, in order of namespace and name.
    pub fn all(&self, resource: &'static Resource) -> Vec<Value> {
        let page = self.page(resource, None, &Selector::default(), None, None);
        page.items
            .iter()
            .map(|body| typed(resource, serde_json::from_slice(body).unwrap_or_default()))
            .collect()
    }

    /// A page of the objects that match, in order of namespace and name.
    pub fn page(
        &self,
        resource: &'static Resource,
        namespace: Option<&str>,
        selector: &Selector,
        after: Option<&Key>,
        limit: Option<usize>,
    ) -> Page {
        let inner = self.lock();
        let mut page = Page {
            revision: inner.revision,
            items: Vec::new(),
            last: None,
            remaining: 0,
        };
        let Some(collection) = inner.collections.get(resource.plural) else {
            return page;
        };
        let from = match (after, namespace) {
            (Some(key), _) => std::ops::Bound::Excluded(key.clone()),
            (None, Some(namespace)) => std::ops::Bound::Included((namespace.to_owned(), String::new())),
            (None, None) => std::ops::Bound::Unbounded,
        };
        let mut last = None;
        for (key, stored) in collection
            .objects
            .range((from, std::ops::Bound::Unbounded))
            .take_while(|(key, _)| namespace.is_none_or(|n| key.0 == n))
            .filter(|(key, stored)| selector.matches(key, &stored.facts))
        {
            if limit.is_some_and(|limit| page.items.len() >= limit) {
                page.remaining += 1;
            } else {
                page.items.push(stored.body.clone());
                last = Some(key);
            }
        }
        page.last = last.filter(|_| page.remaining > 0).cloned();
        page
    }

    /// How many objects of a kind there are.
    pub fn count(&self, resource: &'static Resource) -> usize {
        self.lock()
            .collections
            .get(resource.plural)
            .map_or(0, |c| c.objects.len())
    }

    /// What happened to a kind after `revision`, and the store's present version.
    pub fn changes(&self, resource: &'static Resource, revision: u64) -> Result<(Vec<Change>, u64), Expired> {
        let inner = self.lock();
        let changes = match inner.collections.get(resource.plural) {
            Some(collection) => collection.history.since(revision)?,
            None => Vec::new(),
        };
        Ok((changes, inner.revision))
    }

    /// Whether a list of that version can still be continued, or watched from.
    pub fn remembers(&self, resource: &'static Resource, revision: u64) -> Result<(), Expired> {
        self.changes(resource, revision).map(|_| ())
    }

    /// Forgets the history, as a compacted etcd does: watches from older versions get 410 Gone.
    pub fn compact(&self) {
        let mut inner = self.lock();
        let revision = inner.revision;
        for collection in inner.collections.values_mut() {
            collection.history.compact(revision);
        }
    }

    /// Sets a container's log; its lines get the clock's time.
    pub fn set_log(&self, namespace: &str, pod: &str, container: &str, previous: bool, text: &str) {
        let now = self.clock.now();
        let entries = text
            .lines()
            .map(|line| LogEntry {
                at: now,
                text: line.to_owned(),
            })
            .collect();
        self.lock().logs.set(
            LogKey::new(namespace, pod, container),
            previous,
            LogBuffer::of(entries),
        );
    }

    /// Appends a line to the log of the running instance, for those who follow it too.
    pub fn append_log(&self, key: &LogKey, entry: LogEntry) {
        let buffer = self.lock().logs.current(key);
        buffer.append(entry);
    }

    /// A container instance ended: its log is complete and is now also that of the previous instance.
    pub fn end_log(&self, key: &LogKey) {
        self.lock().logs.end(key);
    }

    /// A new container instance starts with an empty log.
    pub fn begin_log(&self, key: &LogKey) {
        self.lock().logs.begin(key);
    }

    /// The log of a container's present or previous instance.
    pub fn log(&self, key: &LogKey, previous: bool) -> Option<Arc<LogBuffer>> {
        self.lock().logs.get(key, previous)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
