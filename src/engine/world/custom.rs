//! Custom resources of the world.

use std::collections::BTreeMap;

use crate::engine::custom_kind::CustomKind;
use crate::engine::kinds::CustomResource;
use crate::engine::object::{Key, Kind, Symbol, Text};

/// Custom resources, by kind, in order of namespace and name.
#[derive(Debug, Default)]
pub struct Customs(BTreeMap<CustomKind, BTreeMap<(Symbol, Text), Box<CustomResource>>>);

impl Customs {
    pub fn get(&self, kind: CustomKind, namespace: &Symbol, name: &Text) -> Option<&CustomResource> {
        self.0
            .get(&kind)?
            .get(&(namespace.clone(), name.clone()))
            .map(AsRef::as_ref)
    }

    pub fn of_kind(&self, kind: CustomKind) -> impl Iterator<Item = &CustomResource> {
        self.0
            .get(&kind)
            .into_iter()
            .flat_map(BTreeMap::values)
            .map(AsRef::as_ref)
    }

    pub fn keys(&self, kind: CustomKind) -> Vec<Key> {
        self.0
            .get(&kind)
            .into_iter()
            .flat_map(BTreeMap::keys)
            .map(|(namespace, name)| Key {
                kind: Kind::Custom(kind),
                namespace: namespace.clone(),
                name: name.clone(),
            })
            .collect()
    }

    pub fn kinds(&self) -> impl Iterator<Item = CustomKind> {
        self.0.keys().copied()
    }

    pub fn len(&self, kind: CustomKind) -> usize {
        self.0.get(&kind).map_or(0, BTreeMap::len)
    }

    pub fn insert(&mut self, object: Box<CustomResource>) -> Option<Box<CustomResource>> {
        let place = (object.metadata.namespace.clone(), object.metadata.name.clone());
        self.0.entry(object.kind).or_default().insert(place, object)
    }

    pub fn remove(&mut self, kind: CustomKind, key: &Key) -> Option<Box<CustomResource>> {
        let objects = self.0.get_mut(&kind)?;
        let old = objects.remove(&(key.namespace.clone(), key.name.clone()));
        if objects.is_empty() {
            self.0.remove(&kind);
        }
        old
    }
}
