//! Labels that are nearly those of a selector.

use crate::engine::analyzers::alike::unlike;
use crate::engine::kinds::{Labels, Pod};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// A pod that was probably meant.
pub(in crate::engine::analyzers) struct Near {
    pub pod: Key,
    /// What the selector asks for and the pod has not.
    pub wanted: Vec<(String, String)>,
    /// What the pod has instead.
    pub has: Vec<(String, String)>,
}

impl Near {
    pub fn wanted_words(&self) -> String {
        words(
            self.wanted
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str())),
        )
    }
    /// Whether only values differ.
    pub fn same_keys(&self) -> bool {
        self.wanted
            .iter()
            .map(|(key, _)| key)
            .eq(self.has.iter().map(|(key, _)| key))
    }
    pub fn has_words(&self) -> String {
        words(self.has.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }
}

/// `app=web, tier=front`.
pub(in crate::engine::analyzers) fn words<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    labels
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The pod of a namespace whose labels come nearest to a selector, if they come near at all: a value that is alike
/// under the same key, or the same value under a key that is alike.
pub(in crate::engine::analyzers) fn find(world: &World, namespace: &str, selector: &Labels) -> Option<Near> {
    world
        .in_namespace::<Pod>(namespace)
        .filter(|pod| !matches!(pod.status.phase.as_str(), "Succeeded" | "Failed"))
        .filter_map(|pod| Some((score(selector, &pod.metadata.labels)?, pod)))
        // Of equals the first by name, so that the title stays.
        .min_by_key(|((distance, _), pod)| (*distance, pod.metadata.name.clone()))
        .map(|((_, differences), pod)| Near {
            pod: Key::new(Kind::Pod, namespace, &pod.metadata.name),
            wanted: differences.iter().map(|one| one.wanted.clone()).collect(),
            has: differences.into_iter().map(|one| one.has).collect(),
        })
}

struct Difference {
    wanted: (String, String),
    has: (String, String),
}

fn score(selector: &Labels, labels: &Labels) -> Option<(usize, Vec<Difference>)> {
    let mut distance = 0;
    let mut differences = Vec::new();
    for (key, value) in selector.iter() {
        if labels.get(key) == Some(value) {
            continue;
        }
        let under_key = labels.get(key).map(|has| (unlike(value, has), key, has));
        let under_other = labels
            .iter()
            .filter(|(_, has)| *has == value)
            .map(|(other, has)| (unlike(key, other).map(|far| far + 1), other, has));
        let (far, has_key, has) = under_key
            .into_iter()
            .chain(under_other)
            .filter_map(|(far, key, has)| Some((far?, key, has)))
            .min_by_key(|(far, ..)| *far)?;
        distance += 1 + far;
        differences.push(Difference {
            wanted: (key.to_owned(), value.to_owned()),
            has: (has_key.to_owned(), has.to_owned()),
        });
    }
    Some((distance, differences))
}
