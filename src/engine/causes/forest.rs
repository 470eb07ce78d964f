//! What hangs on what: from each group to the one that it follows from, and so up to a root.

use std::collections::{BTreeMap, BTreeSet};

use super::groups::GroupKey;

/// Groups and what each hangs on, with the trees that this makes.
#[derive(Debug, Default)]
pub struct Forest {
    /// From a group to the one that it follows from.
    causes: BTreeMap<GroupKey, GroupKey>,
    /// From a group to those that follow from it.
    effects: BTreeMap<GroupKey, BTreeSet<GroupKey>>,
    /// The root of each group.
    roots: BTreeMap<GroupKey, GroupKey>,
    /// All that hangs on a root, the root included.
    trees: BTreeMap<GroupKey, BTreeSet<GroupKey>>,
    /// Those whose root is to be found anew.
    loose: BTreeSet<GroupKey>,
    /// Roots whose tree lost a group that is no more.
    shaken: BTreeSet<GroupKey>,
}

impl Forest {
    /// What a group hangs on.
    pub fn cause(&self, key: &GroupKey) -> Option<&GroupKey> {
        self.causes.get(key)
    }

    /// The groups that hang on a group.
    pub fn effects(&self, key: &GroupKey) -> impl Iterator<Item = &GroupKey> {
        self.effects.get(key).into_iter().flatten()
    }

    /// Whether anything hangs on a group.
    pub fn has_effects(&self, key: &GroupKey) -> bool {
        self.effects.contains_key(key)
    }

    /// The groups of the tree with this root, in order.
    pub fn tree(&self, root: &GroupKey) -> impl Iterator<Item = &GroupKey> {
        self.trees.get(root).into_iter().flatten()
    }

    /// All roots.
    pub fn roots(&self) -> impl Iterator<Item = &GroupKey> {
        self.trees.keys()
    }

    /// The root of a group, as of the last [`Forest::settle`].
    pub fn root_of(&self, key: &GroupKey) -> Option<&GroupKey> {
        self.roots.get(key)
    }

    /// Hangs a group on its cause, or on nothing.
    pub fn hang(&mut self, key: &GroupKey, cause: Option<GroupKey>) {
        if !self.roots.contains_key(key) {
            self.loose.insert(key.clone());
        }
        if self.causes.get(key) == cause.as_ref() {
            return;
        }
        self.loose.insert(key.clone());
        self.unhang(key);
        if let Some(cause) = cause {
            let effects = self.effects.entry(cause.clone()).or_default();
            effects.insert(key.clone());
            self.causes.insert(key.clone(), cause);
        }
    }

    fn unhang(&mut self, key: &GroupKey) {
        let Some(cause) = self.causes.remove(key) else {
            return;
        };
        if let Some(effects) = self.effects.get_mut(&cause) {
            effects.remove(key);
            if effects.is_empty() {
                self.effects.remove(&cause);
            }
        }
    }

    /// Takes out a group that is no more. What hung on it hangs on nothing.
    pub fn fell(&mut self, key: &GroupKey) {
        self.unhang(key);
        for effect in self.effects.remove(key).into_iter().flatten() {
            self.causes.remove(&effect);
            self.loose.insert(effect);
        }
        self.loose.remove(key);
        if let Some(root) = self.roots.remove(key) {
            self.leave(key, &root);
            self.shaken.insert(root);
        }
    }

    fn leave(&mut self, key: &GroupKey, root: &GroupKey) {
        if let Some(tree) = self.trees.get_mut(root) {
            tree.remove(key);
            if tree.is_empty() {
                self.trees.remove(root);
            }
        }
    }

    /// Finds the roots of what was hung elsewhere, and of all that hangs on it. Gives every root whose tree lost or
    /// gained a group; some may be roots no more.
    pub fn settle(&mut self) -> BTreeSet<GroupKey> {
        let mut open: Vec<GroupKey> = std::mem::take(&mut self.loose).into_iter().collect();
        let mut loose: BTreeSet<GroupKey> = open.iter().cloned().collect();
        while let Some(key) = open.pop() {
            for effect in self.effects.get(&key).into_iter().flatten() {
                if loose.insert(effect.clone()) {
                    open.push(effect.clone());
                }
            }
        }
        let mut shaken = std::mem::take(&mut self.shaken);
        for key in loose {
            let root = self.search(&key).clone();
            if let Some(old) = self.roots.insert(key.clone(), root.clone()) {
                self.leave(&key, &old);
                shaken.insert(old);
            }
            self.trees.entry(root.clone()).or_default().insert(key);
            shaken.insert(root);
        }
        shaken
    }

    /// The group at the end of the chain of causes. Rules may form a ring (two groups that explain each other);
    /// then its smallest member is the root, whoever asks.
    fn search<'a>(&'a self, key: &'a GroupKey) -> &'a GroupKey {
        let mut seen = vec![key];
        let mut at = key;
        while let Some(next) = self.causes.get(at) {
            if let Some(start) = seen.iter().position(|one| *one == next) {
                let ring = seen.get(start..).unwrap_or_default();
                return ring.iter().copied().min().unwrap_or(key);
            }
            seen.push(next);
            at = next;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::object::ObjectRef;

    fn key(name: &str) -> GroupKey {
        GroupKey {
            owner: ObjectRef::new("v1", "Pod", "shop", name),
            code: "Code".into(),
            subject: "".into(),
            kind: "".into(),
        }
    }

    fn trees(forest: &Forest) -> Vec<String> {
        let names = |root| {
            let names = forest.tree(root).map(|key| key.owner.name.to_string());
            names.collect::<Vec<_>>().join(" ")
        };
        forest
            .roots()
            .map(|root| format!("{}: {}", root.owner.name, names(root)))
            .collect()
    }

    fn settled(forest: &mut Forest) -> String {
        let shaken = forest.settle();
        let names = shaken.iter().map(|key| key.owner.name.to_string());
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_the_trees_that_a_change_touches_are_shaken() {
        let mut forest = Forest::default();
        for (one, cause) in [
            ("a", None),
            ("b", Some("a")),
            ("c", Some("b")),
            ("x", None),
            ("y", Some("x")),
        ] {
            forest.hang(&key(one), cause.map(key));
        }
        assert_eq!(settled(&mut forest), "a x");
        assert_eq!(trees(&forest), ["a: a b c", "x: x y"]);
        forest.hang(&key("b"), Some(key("x")));
        assert_eq!(settled(&mut forest), "a x", "with all that hangs on it");
        assert_eq!(trees(&forest), ["a: a", "x: b c x y"]);
        forest.hang(&key("y"), Some(key("x")));
        assert_eq!(settled(&mut forest), "", "it hung there before");
        forest.fell(&key("b"));
        assert_eq!(settled(&mut forest), "c x");
        assert_eq!(trees(&forest), ["a: a", "c: c", "x: x y"]);
        forest.fell(&key("x"));
        assert_eq!(settled(&mut forest), "x y");
        assert_eq!(trees(&forest), ["a: a", "c: c", "y: y"]);
    }

    proptest! {
        /// However groups are hung, hung elsewhere and felled, rings included: the trees are those that one look at
        /// what hangs on what would make, and every group is in one of them.
        #[test]
        fn step_by_step_is_what_one_look_gives(
            steps in proptest::collection::vec((0..8u8, proptest::option::of(0..8u8), any::<bool>(), 0..6u8), 1..60)
        ) {
            let name = |n: u8| key(&format!("g{n}"));
            let (mut forest, mut hung) = (Forest::default(), BTreeMap::new());
            for (one, cause, settles, dice) in steps {
                if dice == 0 {
                    forest.fell(&name(one));
                    hung.remove(&one);
                    for cause in hung.values_mut().filter(|cause| **cause == Some(one)) {
                        *cause = None;
                    }
                } else {
                    // Nothing hangs on what is not there, or on itself.
                    let cause = cause.filter(|cause| *cause != one && hung.contains_key(cause));
                    forest.hang(&name(one), cause.map(name));
                    hung.insert(one, cause);
                }
                if settles {
                    forest.settle();
                }
            }
            forest.settle();
            let mut fresh = Forest::default();
            for (one, cause) in &hung {
                fresh.hang(&name(*one), cause.map(name));
            }
            fresh.settle();
            prop_assert_eq!(trees(&forest), trees(&fresh));
            let members: usize = forest.roots().map(|root| forest.tree(root).count()).sum();
            prop_assert_eq!(members, hung.len());
        }
    }

    #[test]
    fn in_a_ring_the_smallest_is_the_root_and_a_ring_may_open() {
        let mut forest = Forest::default();
        forest.hang(&key("b"), Some(key("a")));
        forest.hang(&key("c"), Some(key("b")));
        forest.hang(&key("a"), Some(key("c")));
        forest.hang(&key("z"), Some(key("b")));
        forest.settle();
        assert_eq!(trees(&forest), ["a: a b c z"]);
        forest.hang(&key("b"), None);
        forest.settle();
        assert_eq!(trees(&forest), ["b: a b c z"]);
    }
}
