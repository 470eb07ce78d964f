//! Who read what: when something changes, those are asked again whose answer rests on it, and nobody else.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;

/// Which readers (`W`) read what (`R`), and whose answer may have changed since.
#[derive(Debug)]
pub struct Readers<R, W> {
    of: HashMap<R, HashSet<W>>,
    reads: HashMap<W, HashSet<R>>,
    stale: BTreeSet<W>,
}

impl<R, W> Default for Readers<R, W> {
    fn default() -> Self {
        Self {
            of: HashMap::new(),
            reads: HashMap::new(),
            stale: BTreeSet::new(),
        }
    }
}

impl<R: Clone + Eq + Hash, W: Clone + Eq + Hash + Ord> Readers<R, W> {
    /// Something changed: whoever read it is to be asked again.
    pub fn fire(&mut self, read: &R) {
        if let Some(readers) = self.of.get(read) {
            self.stale.extend(readers.iter().cloned());
        }
    }

    /// Whether anybody has read anything: most of what changes in a healthy cluster was read by nobody.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Whether anybody is to be asked again.
    pub fn has_stale(&self) -> bool {
        !self.stale.is_empty()
    }

    /// Those who are to be asked again.
    pub fn take_stale(&mut self) -> BTreeSet<W> {
        std::mem::take(&mut self.stale)
    }

    /// What a reader has read this time, in the place of what it read before.
    pub fn set(&mut self, reader: &W, reads: HashSet<R>) {
        if self.reads.get(reader).is_some_and(|known| *known == reads) {
            return;
        }
        self.forget(reader);
        if reads.is_empty() {
            return;
        }
        for read in &reads {
            self.of.entry(read.clone()).or_default().insert(reader.clone());
        }
        self.reads.insert(reader.clone(), reads);
    }

    /// A reader that is no more.
    pub fn forget(&mut self, reader: &W) {
        for read in self.reads.remove(reader).into_iter().flatten() {
            if let Some(readers) = self.of.get_mut(&read) {
                readers.remove(reader);
                if readers.is_empty() {
                    self.of.remove(&read);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_are_asked_again_who_read_what_changed_the_last_time() {
        let mut readers: Readers<&str, u8> = Readers::default();
        readers.set(&1, HashSet::from(["a", "b"]));
        readers.set(&2, HashSet::from(["b"]));
        readers.fire(&"a");
        assert_eq!(readers.take_stale(), BTreeSet::from([1]));
        assert!(!readers.has_stale());
        readers.set(&1, HashSet::from(["c"]));
        readers.fire(&"a");
        readers.fire(&"b");
        assert_eq!(readers.take_stale(), BTreeSet::from([2]));
        readers.forget(&2);
        readers.fire(&"b");
        readers.forget(&1);
        assert!(!readers.has_stale() && readers.is_empty());
    }
}
