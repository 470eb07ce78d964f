//! Labels that are nearly those of a selector.

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

/// How much two words differ; `None` if they have nothing to do with each other.
pub(in crate::engine::analyzers) fn unlike(a: &str, b: &str) -> Option<usize> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return None;
    }
    if long.contains(short) {
        return Some(1);
    }
    if is_short_for(short, long) {
        return Some(2);
    }
    let edits = edits(a, b);
    // `database` for `db`: a common beginning or end of some length counts too.
    let parts_shared = a
        .split(['-', '_', '.', '/'])
        .any(|part| part.len() > 2 && b.split(['-', '_', '.', '/']).any(|other| other == part));
    (edits * 3 <= long.len() || parts_shared).then_some(edits.max(1))
}

/// Whether a word of two or three letters is short for a long one: `db` for `database`.
fn is_short_for(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    (2..=3).contains(&short.len())
        && long.len() >= 6
        && short.chars().next() == long.chars().next()
        && short.chars().all(|letter| rest.any(|one| one == letter))
}

/// Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (slot, cb) in row.iter_mut().skip(1).zip(&b) {
            let best = (diagonal + usize::from(ca != *cb)).min(left + 1).min(*slot + 1);
            diagonal = *slot;
            *slot = best;
            left = best;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_alike() {
        for (a, b, alike) in [
            ("shop-web", "web", true),
            ("orders-database", "orders-db", true),
            ("sesion-store", "session-store", true),
            ("database", "cache", false),
            ("database", "db", true),
            ("ledger", "db", false),
            ("", "x", false),
            ("frontend", "frontned", true),
        ] {
            assert_eq!(unlike(a, b).is_some(), alike, "{a} {b}");
        }
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}
