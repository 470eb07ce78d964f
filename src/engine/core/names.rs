//! Finds objects by a part of their name.

use super::Core;
use crate::engine::named::is_kind;
use crate::engine::object::{Key, Kind, ObjectRef};

/// So many names are given: nobody reads more, and one more letter tells them apart.
const MOST: usize = 50;

impl Core {
    /// The watched objects whose name holds what was typed: `cart`, `shop/cart`, `deploy/cart`. Whole names first,
    /// then those that begin with it, then the rest; in order of kind and name.
    pub fn names(&self, typed: &str) -> Vec<ObjectRef> {
        let typed = typed.trim().to_lowercase();
        let (kind, rest) = match typed.split_once('/') {
            Some((kind, rest)) if Kind::ALL.iter().any(|one| is_kind(kind, one.name())) => (Some(kind), rest),
            _ => (None, typed.as_str()),
        };
        if typed.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(u8, Key)> = Kind::ALL
            .iter()
            // Nobody goes to an event: they are shown with what they are about.
            .filter(|one| **one != Kind::Event && kind.is_none_or(|word| is_kind(word, one.name())))
            .flat_map(|one| self.world.keys(*one))
            .filter_map(|key| Some((rank(&key, rest)?, key)))
            .collect();
        found.sort_unstable();
        found
            .into_iter()
            .take(MOST)
            .map(|(_, key)| key.object())
            .collect()
    }
}

/// How well a key fits what was typed; `None` where it does not.
fn rank(key: &Key, typed: &str) -> Option<u8> {
    // Names of the API are in lower case.
    if typed.is_empty() || *key.name == *typed {
        Some(0)
    } else if key.name.starts_with(typed) {
        Some(1)
    } else if key.name.contains(typed) {
        Some(2)
    } else if typed.contains('/') && format!("{}/{}", key.namespace, key.name).contains(typed) {
        Some(1)
    } else {
        None
    }
}
