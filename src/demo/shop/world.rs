//! The objects as the controllers see them: a cache over the store, what is due later, and the time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::chance::Chance;
use super::kubelet;
use super::object::{is_ready, key_of, set, text};
use crate::demo::resource::{RESOURCES, Resource};
use crate::demo::store::{ChangeKind, Key, Selector, Store, seconds, uid};

/// Something that is due at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// A step of the story.
    Story(usize),
    /// A container goes on.
    Container(kubelet::Step),
    /// A deleted pod is gone from its node.
    PodGone(Key),
    /// A new claim is looked at by the volume controller.
    Claim(Key),
    /// The scheduler looks again at what it could not place.
    Schedule,
    /// A rollout may have taken too long.
    Look,
    /// Every node says that it is alive; events that are too old are dropped.
    Heartbeat,
}

/// The controllers' view of the cluster.
pub(super) struct World {
    pub(super) store: Store,
    pub(super) now: Timestamp,
    pub(super) chance: Chance,
    seed: u64,
    created: u64,
    cache: BTreeMap<&'static str, BTreeMap<Key, Arc<Value>>>,
    /// Changes up to here are in the cache; of later ones those that we made.
    seen: u64,
    own: BTreeSet<u64>,
    agenda: BTreeMap<(Timestamp, u64), Due>,
    scheduled: u64,
    /// Namespaces in which something changed that controllers look at; those that they look at now.
    dirty: BTreeSet<String>,
    scope: BTreeSet<String>,
    /// Those that they looked at since [`World::look_at_touched`].
    touched: BTreeSet<String>,
}

impl World {
    pub(super) fn new(store: Store, seed: u64, now: Timestamp) -> Self {
        Self {
            seen: store.revision(),
            store,
            now,
            chance: Chance::new(seed),
            seed,
            created: 0,
            cache: BTreeMap::new(),
            own: BTreeSet::new(),
            agenda: BTreeMap::new(),
            scheduled: 0,
            dirty: BTreeSet::new(),
            scope: BTreeSet::new(),
            touched: BTreeSet::new(),
        }
    }

    /// Puts something on the agenda.
    pub(super) fn at(&mut self, time: Timestamp, due: Due) {
        self.scheduled += 1;
        self.agenda.insert((time, self.scheduled), due);
    }

    pub(super) fn after(&mut self, seconds: i64, due: Due) {
        let time = self.later(seconds);
        self.at(time, due);
    }

    pub(super) fn later(&self, seconds: i64) -> Timestamp {
        self.now
            .saturating_add(SignedDuration::from_secs(seconds))
            .unwrap_or(self.now)
    }

    /// When the next thing is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.agenda.first_key_value().map(|((time, _), _)| *time)
    }

    /// Takes the next thing that is due by `until`, and moves the time to it.
    pub(super) fn take_due(&mut self, until: Timestamp) -> Option<Due> {
        let entry = self.agenda.first_entry().filter(|entry| entry.key().0 <= until)?;
        self.now = self.now.max(entry.key().0);
        Some(entry.remove())
    }

    /// Lets the controllers look though nothing changed.
    pub(super) fn look(&mut self) {
        self.dirty.extend(
            self.cache
                .get("namespaces")
                .into_iter()
                .flat_map(BTreeMap::keys)
                .map(|key| key.1.clone()),
        );
    }

    /// Whether there is something to look at; then that is what [`World::keys`] shows.
    pub(super) fn take_dirty(&mut self) -> bool {
        self.scope = std::mem::take(&mut self.dirty);
        self.touched.extend(self.scope.iter().cloned());
        !self.scope.is_empty()
    }

    /// Looks once more at everything that was looked at: for what only follows the others.
    pub(super) fn look_at_touched(&mut self) {
        self.scope = std::mem::take(&mut self.touched);
    }

    /// Brings what others wrote into the cache.
    pub(super) fn sync(&mut self) {
        if self.store.revision() == self.seen {
            return;
        }
        let mut reached = self.seen;
        for resource in RESOURCES {
            match self.store.changes(resource, self.seen) {
                Ok((changes, revision)) => {
                    reached = revision;
                    for change in changes.into_iter().filter(|c| !self.own.contains(&c.revision)) {
                        self.dirty.insert(change.key.0.clone());
                        let objects = self.cache.entry(resource.plural).or_default();
                        if change.kind == ChangeKind::Deleted {
                            objects.remove(&change.key);
                        } else if let Some(object) = self.store.get(resource, &change.key.0, &change.key.1) {
                            objects.insert(change.key, Arc::new(object));
                        }
                    }
                }
                // More happened than is remembered.
                Err(_) => self.reload(resource),
            }
        }
        self.seen = reached;
        self.own.retain(|revision| *revision > reached);
    }

    fn reload(&mut self, resource: &'static Resource) {
        self.look();
        let page = self.store.page(resource, None, &Selector::default(), None, None);
        let objects = page.items.iter().filter_map(|body| {
            let body: Value = serde_json::from_slice(body).ok()?;
            let key = key_of(&body);
            Some((key.clone(), Arc::new(self.store.get(resource, &key.0, &key.1)?)))
        });
        self.cache.insert(resource.plural, objects.collect());
    }

    /// Every object of a kind, in order.
    pub(super) fn all(&self, plural: &str) -> impl Iterator<Item = &Value> + use<'_> {
        self.cache
            .get(plural)
            .into_iter()
            .flat_map(BTreeMap::values)
            .map(Arc::as_ref)
    }

    /// The keys of a kind in the namespaces that controllers look at, for loops that write.
    pub(super) fn keys(&self, plural: &str) -> Vec<Key> {
        let keys = self.cache.get(plural).into_iter().flat_map(BTreeMap::keys);
        keys.filter(|key| self.is_looked_at(&key.0)).cloned().collect()
    }

    /// Whether controllers look at a namespace.
    pub(super) fn is_looked_at(&self, namespace: &str) -> bool {
        self.scope.contains(namespace)
    }

    pub(super) fn get(&self, plural: &str, key: &Key) -> Option<&Arc<Value>> {
        self.cache.get(plural)?.get(key)
    }

    /// Creates an object: its uid comes from the seed, its age from the present time.
    pub(super) fn create(&mut self, mut object: Value) {
        self.created += 1;
        let key = key_of(&object);
        let kind = text(&object, "/kind").to_owned();
        let uid = uid(&[
            &self.seed.to_string(),
            &kind,
            &key.0,
            &key.1,
            &self.created.to_string(),
        ]);
        let now = seconds(self.now);
        let metadata = object
            .as_object_mut()
            .map(|o| o.entry("metadata").or_insert_with(|| json!({})));
        if let Some(metadata) = metadata.and_then(Value::as_object_mut) {
            metadata.insert("uid".to_owned(), json!(uid));
            metadata.insert("creationTimestamp".to_owned(), json!(now));
        }
        self.put(object);
    }

    /// Writes an object. Where somebody else was faster it is not written: controllers look again.
    pub(super) fn put(&mut self, object: Value) {
        let Some(resource) = Resource::by_kind(text(&object, "/apiVersion"), text(&object, "/kind")) else {
            return;
        };
        match self.store.replace(object) {
            Ok(stored) => {
                if let Ok(revision) = text(&stored, "/metadata/resourceVersion").parse() {
                    self.own.insert(revision);
                }
                let objects = self.cache.entry(resource.plural).or_default();
                let key = key_of(&stored);
                if matters(objects.get(&key), &stored) {
                    self.dirty.insert(key.0.clone());
                }
                objects.insert(key, Arc::new(stored));
            }
            Err(error) => {
                tracing::debug!(%error, kind = resource.kind, "a controller of the demo could not write");
                self.sync();
            }
        }
    }

    /// Writes `change`d object, when it is another then.
    pub(super) fn edit(&mut self, plural: &str, key: &Key, change: impl FnOnce(&mut Value)) {
        let Some(before) = self.get(plural, key) else {
            return;
        };
        let mut after = Value::clone(before);
        change(&mut after);
        if after != **before {
            self.put(after);
        }
    }

    pub(super) fn delete(&mut self, plural: &'static str, key: &Key) {
        let Some(resource) = Resource::named(plural) else {
            return;
        };
        if let Some(gone) = self.store.delete(resource, &key.0, &key.1)
            && let Ok(revision) = text(&gone, "/metadata/resourceVersion").parse()
        {
            self.own.insert(revision);
        }
        self.cache.entry(plural).or_default().remove(key);
        if plural != "events" {
            self.dirty.insert(key.0.clone());
        }
    }

    /// Writes an object's status, when it is another.
    pub(super) fn set_status(&mut self, plural: &str, key: &Key, status: Value) {
        if self
            .get(plural, key)
            .is_some_and(|object| object.get("status") != Some(&status))
        {
            self.edit(plural, key, |object| set(object, "", "status", status));
        }
    }

    /// The objects of a kind in a namespace, in order.
    pub(super) fn within(&self, plural: &str, namespace: &str) -> impl Iterator<Item = &Arc<Value>> {
        let objects = self.cache.get(plural).into_iter();
        objects
            .flat_map(|objects| objects.range((namespace.to_owned(), String::new())..))
            .take_while(move |(key, _)| key.0 == namespace)
            .map(|(_, object)| object)
    }

    /// The objects that a controller owns.
    pub(super) fn owned(&self, plural: &str, owner: &Value) -> Vec<Arc<Value>> {
        let uid = text(owner, "/metadata/uid");
        self.within(plural, text(owner, "/metadata/namespace"))
            .filter(|object| text(object, "/metadata/ownerReferences/0/uid") == uid)
            .cloned()
            .collect()
    }
}

/// Whether controllers have to look at a change that one of them made. A restarted container that is as unready as
/// before is most of what happens here, and is nobody's business but its kubelet's.
fn matters(before: Option<&Arc<Value>>, after: &Value) -> bool {
    let Some(before) = before else {
        return !matches!(text(after, "/kind"), "Event" | "EndpointSlice");
    };
    let differs = |pointer: &str| before.pointer(pointer) != after.pointer(pointer);
    match text(after, "/kind") {
        "Pod" => {
            is_ready(before) != is_ready(after)
                || [
                    "/status/phase",
                    "/status/podIP",
                    "/spec/nodeName",
                    "/metadata/deletionTimestamp",
                ]
                .into_iter()
                .any(differs)
        }
        "ReplicaSet" => true,
        "Deployment" | "StatefulSet" | "DaemonSet" | "Service" => differs("/spec"),
        _ => false,
    }
}
