//! Parts of the world that an answer may rest on, and what a change does to them.

use super::index::owner;
use super::{Delta, World};
use crate::engine::kinds::{Meta, OwnerRef};
use crate::engine::object::{Key, Kind, Symbol};

/// A part of the world: when it changes, what was found in it is to be looked for anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// An object: whether it is there, and all that it says.
    Object(Key),
    /// Objects of a kind, in a namespace or everywhere: which there are, and all that they say.
    Objects(Kind, Option<Symbol>),
    /// Which objects name this one as an owner.
    Children(Key),
    /// Which labels the objects of a kind have in a namespace: by them they are selected.
    Labels(Kind, Symbol),
    /// What is known of the past of an object.
    History(Key),
}

impl Part {
    /// The parts that an object belongs to, whatever changed about it.
    pub fn of(key: &Key) -> [Self; 3] {
        [
            Self::Object(key.clone()),
            Self::Objects(key.kind, Some(key.namespace.clone())),
            Self::Objects(key.kind, None),
        ]
    }
}

impl World {
    /// The parts that a change is going to alter besides those of [`Part::of`]. There are none for most changes: a status
    /// says nothing of owners and labels.
    pub fn ties(&self, delta: &Delta) -> Vec<Part> {
        let whole = |key: &Key, meta: &Meta| -> Vec<Part> {
            let labels = Part::Labels(key.kind, key.namespace.clone());
            owners(meta, &[]).chain([labels]).collect()
        };
        if let Delta::History(key, _) = delta {
            return vec![Part::History(key.clone())];
        }
        let Delta::Upsert(object) = delta else {
            let leaving = self.leaving(delta);
            let known = leaving.iter().filter_map(|key| Some((key, self.meta(key)?)));
            return known.flat_map(|(key, meta)| whole(key, meta)).collect();
        };
        let (key, new) = (object.key(), object.meta());
        let Some(old) = self.meta(&key) else {
            return whole(&key, new);
        };
        let mut parts: Vec<Part> = owners(old, &new.owner_references)
            .chain(owners(new, &old.owner_references))
            .collect();
        if old.labels != new.labels {
            parts.push(Part::Labels(key.kind, key.namespace));
        }
        parts
    }
}

/// The owners of an object that are not among those others.
fn owners<'a>(meta: &'a Meta, others: &'a [OwnerRef]) -> impl Iterator<Item = Part> + use<'a> {
    let own = meta
        .owner_references
        .iter()
        .filter(|owner| !others.contains(owner));
    own.filter_map(|reference| owner(reference, &meta.namespace).map(Part::Children))
}
