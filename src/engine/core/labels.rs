//! Which objects have some labels.

use std::collections::BTreeSet;

use super::Core;
use crate::engine::kinds::Selector;
use crate::engine::object::ObjectRef;

impl Core {
    /// Those of some objects that a selector selects. One that does not exist has no labels.
    pub fn labelled(&self, selector: &Selector, objects: Vec<ObjectRef>) -> BTreeSet<ObjectRef> {
        let labels = |object: &ObjectRef| Some(&self.world.meta(&object.key()?)?.labels);
        objects
            .into_iter()
            .filter(|object| labels(object).is_some_and(|labels| selector.matches(labels)))
            .collect()
    }
}
