//! Lists that many objects repeat: all pods of a template have the same containers.

use std::fmt;
use std::hash::Hash;
use std::ops::Deref;

use internment::ArcIntern;
use serde::{Deserialize, Deserializer};

/// A list that is stored once for the whole process, however many objects have it, and freed with its last user. It
/// costs its owner one pointer; comparing two is comparing two pointers.
#[derive(PartialEq, Eq, Hash)]
pub struct Interned<T: Eq + Hash + Send + Sync + 'static>(Option<ArcIntern<Box<[T]>>>);

impl<T: Eq + Hash + Send + Sync> From<Vec<T>> for Interned<T> {
    fn from(list: Vec<T>) -> Self {
        Self((!list.is_empty()).then(|| ArcIntern::new(list.into_boxed_slice())))
    }
}

impl<T: Eq + Hash + Send + Sync> Deref for Interned<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |list| list)
    }
}

impl<'a, T: Eq + Hash + Send + Sync> IntoIterator for &'a Interned<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

// By hand: derived ones would ask `T` for them, which a shared list does not need.
impl<T: Eq + Hash + Send + Sync> Clone for Interned<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Eq + Hash + Send + Sync> Default for Interned<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Eq + Hash + Send + Sync + fmt::Debug> fmt::Debug for Interned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

// By content, not by pointer: what is printed is ordered, and the order must not depend on memory.
impl<T: Eq + Hash + Send + Sync + Ord> Ord for Interned<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        if self == other {
            return std::cmp::Ordering::Equal;
        }
        (**self).cmp(&**other)
    }
}

impl<T: Eq + Hash + Send + Sync + Ord> PartialOrd for Interned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// `null` is the empty list.
impl<'de, T: Eq + Hash + Send + Sync + Deserialize<'de>> Deserialize<'de> for Interned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Vec<T>>::deserialize(deserializer)?
            .unwrap_or_default()
            .into())
    }
}
