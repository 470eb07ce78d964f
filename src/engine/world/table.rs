//! The objects of one kind.

use std::collections::BTreeMap;

use crate::engine::kinds::Watched;
use crate::engine::object::{Symbol, Text};

/// The objects of one kind, in order of namespace and name.
#[derive(Debug)]
pub struct Table<T> {
    // Boxed: a node of the map is half empty, and an object inline would be so ten times over.
    namespaces: BTreeMap<Symbol, BTreeMap<Text, Box<T>>>,
    len: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            namespaces: BTreeMap::new(),
            len: 0,
        }
    }
}

impl<T: Watched> Table<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// How many there are in a namespace.
    pub fn len_in(&self, namespace: &str) -> usize {
        self.namespaces
            .get(&Symbol::from(namespace))
            .map_or(0, BTreeMap::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// An object.
    pub fn get(&self, namespace: &str, name: &str) -> Option<&T> {
        self.namespaces
            .get(&Symbol::from(namespace))?
            .get(name)
            .map(AsRef::as_ref)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.namespaces
            .values()
            .flat_map(BTreeMap::values)
            .map(AsRef::as_ref)
    }

    /// All of a namespace.
    pub fn in_namespace<'a>(&'a self, namespace: &str) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.namespaces
            .get(&Symbol::from(namespace))
            .into_iter()
            .flat_map(BTreeMap::values)
            .map(AsRef::as_ref)
    }

    /// Where they are.
    pub fn keys(&self) -> impl Iterator<Item = (&Symbol, &Text)> {
        self.namespaces
            .iter()
            .flat_map(|(namespace, objects)| objects.keys().map(move |name| (namespace, name)))
    }

    pub(super) fn insert(&mut self, object: Box<T>) -> Option<Box<T>> {
        let meta = object.meta();
        let (namespace, name) = (meta.namespace.clone(), meta.name.clone());
        let old = self.namespaces.entry(namespace).or_default().insert(name, object);
        self.len += usize::from(old.is_none());
        old
    }

    pub(super) fn remove(&mut self, namespace: &Symbol, name: &str) -> Option<Box<T>> {
        let objects = self.namespaces.get_mut(namespace)?;
        let old = objects.remove(name);
        if objects.is_empty() {
            self.namespaces.remove(namespace);
        }
        self.len -= usize::from(old.is_some());
        old
    }
}
