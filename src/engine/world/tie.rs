//! What ties objects to each other, and what a change does to it.

use super::index::owner;
use super::{Delta, World};
use crate::engine::kinds::{Meta, OwnerRef};
use crate::engine::object::{Key, Kind, Symbol};

/// Something that a change alters besides the object itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Which objects name that one as an owner.
    Owner(Key),
    /// By which labels objects of that kind in that namespace can be selected.
    Labels(Kind, Symbol),
}

impl World {
    /// The ties that a change is going to alter. Empty for most changes: a status says nothing of owners and labels.
    pub fn ties(&self, delta: &Delta) -> Vec<Tie> {
        let Delta::Upsert(object) = delta else {
            let leaving = self.leaving(delta);
            let metas = leaving.iter().filter_map(|key| self.meta(key));
            return metas.flat_map(|meta| owners(meta, &[])).collect();
        };
        let key = object.key();
        let new = object.meta();
        let Some(old) = self.meta(&key) else {
            return owners(new, &[]).collect();
        };
        let mut ties: Vec<Tie> = owners(old, &new.owner_references)
            .chain(owners(new, &old.owner_references))
            .collect();
        if old.labels != new.labels {
            ties.push(Tie::Labels(key.kind, key.namespace));
        }
        ties
    }
}

/// The owners of an object that are not among those others.
fn owners<'a>(meta: &'a Meta, others: &'a [OwnerRef]) -> impl Iterator<Item = Tie> + use<'a> {
    let own = meta
        .owner_references
        .iter()
        .filter(|owner| !others.contains(owner));
    own.filter_map(|reference| owner(reference, &meta.namespace).map(Tie::Owner))
}
