//! The objects as the controllers see them: a cache over the store, what is due later, and the time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::chance::Chance;
use super::kubelet;
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
    cache: BTreeMap<&'static str, BTreeMap<Key, Value>>,
    /// Changes up to here are in the cache; of later ones those that we made.
    seen: u64,
    own: BTreeSet<u64>,
    agenda: BTreeMap<(Timestamp, u64), Due>,
    scheduled: u64,
    /// Whether something changed that controllers look at.
    dirty: bool,
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
            dirty: false,
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
        self.dirty = true;
    }

    pub(super) fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
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
                        self.dirty = true;
                        let objects = self.cache.entry(resource.plural).or_default();
                        if change.kind == ChangeKind::Deleted {
                            objects.remove(&change.key);
                        } else if let Some(object) = self.store.get(resource, &change.key.0, &change.key.1) {
                            objects.insert(change.key, object);
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
        self.dirty = true;
        let page = self.store.page(resource, None, &Selector::default(), None, None);
        let objects = page.items.iter().filter_map(|body| {
            let body: Value = serde_json::from_slice(body).ok()?;
            let key = key_of(&body);
            Some((key.clone(), self.store.get(resource, &key.0, &key.1)?))
        });
        self.cache.insert(resource.plural, objects.collect());
    }

    /// Every object of a kind, in order.
    pub(super) fn all(&self, plural: &str) -> impl Iterator<Item = &Value> + use<'_> {
        self.cache.get(plural).into_iter().flat_map(BTreeMap::values)
    }

    /// The keys of a kind, for loops that write.
    pub(super) fn keys(&self, plural: &str) -> Vec<Key> {
        self.cache
            .get(plural)
            .into_iter()
            .flat_map(BTreeMap::keys)
            .cloned()
            .collect()
    }

    pub(super) fn get(&self, plural: &str, key: &Key) -> Option<&Value> {
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
        match self.store.update(object) {
            Ok(stored) => {
                if let Ok(revision) = text(&stored, "/metadata/resourceVersion").parse() {
                    self.own.insert(revision);
                }
                let objects = self.cache.entry(resource.plural).or_default();
                let key = key_of(&stored);
                self.dirty |= matters(objects.get(&key), &stored);
                objects.insert(key, stored);
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
        let mut after = before.clone();
        change(&mut after);
        if &after != before {
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
            self.dirty = true;
        }
    }

    /// The objects that a controller owns.
    pub(super) fn owned(&self, plural: &str, owner: &Value) -> Vec<Value> {
        let uid = text(owner, "/metadata/uid");
        self.all(plural)
            .filter(|object| text(object, "/metadata/ownerReferences/0/uid") == uid)
            .cloned()
            .collect()
    }
}

/// Whether controllers have to look at a change that one of them made. A restarted container that is as unready as
/// before is most of what happens here, and is nobody's business but its kubelet's.
fn matters(before: Option<&Value>, after: &Value) -> bool {
    let Some(before) = before else {
        return text(after, "/kind") != "Event";
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

/// Namespace and name of an object.
pub(super) fn key_of(object: &Value) -> Key {
    (
        text(object, "/metadata/namespace").to_owned(),
        text(object, "/metadata/name").to_owned(),
    )
}

pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

pub(super) fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

pub(super) fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Sets a field of an object's object; a missing parent is made.
pub(super) fn set(object: &mut Value, parent: &str, field: &str, value: Value) {
    let mut place = object;
    for part in parent.split('/').filter(|part| !part.is_empty()) {
        let Some(fields) = place.as_object_mut() else {
            return;
        };
        place = fields.entry(part.to_owned()).or_insert_with(|| json!({}));
    }
    if let Some(fields) = place.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// Whether the labels hold everything that a plain selector names.
pub(super) fn selects(selector: Option<&Value>, object: &Value) -> bool {
    let Some(selector) = selector.and_then(Value::as_object).filter(|s| !s.is_empty()) else {
        return false;
    };
    let labels = object.pointer("/metadata/labels");
    selector
        .iter()
        .all(|(key, value)| labels.and_then(|l| l.get(key)) == Some(value))
}

/// The owner reference of a controller.
pub(super) fn owner_reference(owner: &Value) -> Value {
    json!({
        "apiVersion": text(owner, "/apiVersion"), "kind": text(owner, "/kind"),
        "name": text(owner, "/metadata/name"), "uid": text(owner, "/metadata/uid"),
        "controller": true, "blockOwnerDeletion": true,
    })
}

/// Whether a pod is ready.
pub(super) fn is_ready(pod: &Value) -> bool {
    list(pod, "/status/conditions")
        .iter()
        .any(|c| text(c, "/type") == "Ready" && text(c, "/status") == "True")
}

/// Whether its deletion has begun.
pub(super) fn is_going(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

/// A quantity of memory in bytes.
pub(super) fn bytes(quantity: &str) -> u64 {
    let split = quantity
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(quantity.len());
    let (digits, unit) = quantity.split_at_checked(split).unwrap_or((quantity, ""));
    let factor = match unit {
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        _ => 1,
    };
    digits.parse::<u64>().unwrap_or(0).saturating_mul(factor)
}
