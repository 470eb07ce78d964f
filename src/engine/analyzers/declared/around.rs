//! What a declared analyzer sees of the world beside its object, and what it asked for: when that changes, its object
//! is looked at again.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::neighbours::Neighbours;
use crate::engine::kinds::{Labels, Meta, Service};
use crate::engine::object::{Key, Kind, Symbol, Text};
use crate::engine::world::{Sync, World};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// An object by name.
    One {
        group: Symbol,
        kind: Symbol,
        namespace: Symbol,
        name: Text,
    },
    /// All of a kind, in one namespace or everywhere.
    All {
        group: Symbol,
        kind: Symbol,
        namespace: Option<Symbol>,
    },
    /// Whether a kind has been read.
    Known { group: Symbol, kind: Symbol },
}

impl Asked {
    /// The group and kind that was asked for.
    pub fn kind(&self) -> (&Symbol, &Symbol) {
        match self {
            Self::One { group, kind, .. } | Self::All { group, kind, .. } | Self::Known { group, kind } => {
                (group, kind)
            }
        }
    }
}

/// The world around an object.
pub struct Around<'a> {
    world: &'a World,
    asked: RefCell<BTreeSet<Asked>>,
}

impl<'a> Around<'a> {
    pub fn new(world: &'a World) -> Self {
        Self {
            world,
            asked: RefCell::default(),
        }
    }

    /// What has been asked for.
    pub fn into_asked(self) -> BTreeSet<Asked> {
        self.asked.into_inner()
    }

    fn object(&self, key: &Key) -> Option<Cow<'a, Value>> {
        if let Some(custom) = self.world.custom(key) {
            return Some(Cow::Borrowed(&custom.json));
        }
        let meta = self.world.meta(key)?;
        let mut object = json!({
            "apiVersion": key.kind.api_version(),
            "kind": key.kind.name(),
            "metadata": metadata(meta),
        });
        if key.kind == Kind::Service
            && let Some(service) = self.world.get::<Service>(&key.namespace, &key.name)
            && let Some(object) = object.as_object_mut()
        {
            object.insert("spec".to_owned(), service_spec(service));
            if let Some(ready) = self.is_answered(service) {
                object.insert("answered".to_owned(), ready.into());
            }
        }
        Some(Cow::Owned(object))
    }

    /// Whether anyone behind a Service is ready; `None` where that is not known, or not for the cluster to know.
    fn is_answered(&self, service: &Service) -> Option<bool> {
        let namespace = &service.metadata.namespace;
        let known = self.world.sync(Kind::EndpointSlice, namespace) == Sync::Synced;
        let elsewhere = service.spec.kind == "ExternalName" || service.metadata.deletion_timestamp.is_some();
        (known && !elsewhere).then(|| {
            let slices = self.world.slices(namespace, &service.metadata.name);
            slices
                .flat_map(|slice| &slice.endpoints)
                .any(|endpoint| endpoint.conditions.ready != Some(false))
        })
    }
}

/// Of the kinds that are watched as such, rules see the metadata, and of Services selector, ports and whether anyone
/// answers.
fn metadata(meta: &Meta) -> Value {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), (&*meta.name).into());
    if !meta.namespace.is_empty() {
        fields.insert("namespace".to_owned(), meta.namespace.as_str().into());
    }
    fields.insert("uid".to_owned(), (&*meta.uid).into());
    fields.insert("labels".to_owned(), labels(&meta.labels));
    if let Some(created) = meta.creation_timestamp {
        fields.insert("creationTimestamp".to_owned(), created.to_string().into());
    }
    let owners: Vec<Value> = meta
        .owner_references
        .iter()
        .map(|owner| json!({"kind": owner.kind.as_str(), "name": owner.name.as_str(), "uid": &*owner.uid}))
        .collect();
    fields.insert("ownerReferences".to_owned(), owners.into());
    Value::Object(fields)
}

fn labels(labels: &Labels) -> Value {
    let fields = labels.iter().map(|(key, value)| (key.to_owned(), value.into()));
    Value::Object(fields.collect())
}

fn service_spec(service: &Service) -> Value {
    let ports: Vec<Value> = service
        .spec
        .ports
        .iter()
        .map(|port| json!({"name": port.name.as_str(), "port": port.port}))
        .collect();
    json!({"selector": labels(&service.spec.selector), "ports": ports})
}

impl Neighbours for Around<'_> {
    fn knows(&self, group: &str, kind: &str, namespace: Option<&str>) -> bool {
        self.asked.borrow_mut().insert(Asked::Known {
            group: group.into(),
            kind: kind.into(),
        });
        let namespace = namespace.unwrap_or_default();
        Kind::find(group, kind).is_some_and(|kind| self.world.sync(kind, namespace) == Sync::Synced)
    }

    fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<Cow<'_, Value>> {
        let known = Kind::find(group, kind);
        let namespace = match known {
            Some(known) if !known.namespaced() => "",
            _ => namespace,
        };
        self.asked.borrow_mut().insert(Asked::One {
            group: group.into(),
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        });
        self.object(&Key::new(known?, namespace, name))
    }

    fn list(&self, group: &str, kind: &str, namespace: Option<&str>) -> Vec<Cow<'_, Value>> {
        let known = Kind::find(group, kind);
        let namespace = namespace.filter(|_| known.is_none_or(Kind::namespaced));
        self.asked.borrow_mut().insert(Asked::All {
            group: group.into(),
            kind: kind.into(),
            namespace: namespace.map(Symbol::from),
        });
        let Some(known) = known else {
            return Vec::new();
        };
        let keys = match namespace {
            Some(namespace) => self.world.keys_in(known, namespace),
            None => self.world.keys(known),
        };
        keys.iter().filter_map(|key| self.object(key)).collect()
    }
}
