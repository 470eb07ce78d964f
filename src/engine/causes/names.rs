//! The ids that the problems of a moment go by.

use std::collections::HashMap;

use crate::engine::object::Text;
use crate::engine::problem::Problem;

/// How many problems go by each id, and by each alias.
#[derive(Debug, Default)]
pub struct Names {
    ids: HashMap<Text, usize>,
    aliases: HashMap<Text, usize>,
}

impl Names {
    /// A problem is there.
    pub fn add(&mut self, problem: &Problem) {
        *self.ids.entry(problem.id.clone()).or_default() += 1;
        for alias in &problem.aliases {
            *self.aliases.entry(alias.clone()).or_default() += 1;
        }
    }

    /// A problem is gone.
    pub fn remove(&mut self, problem: &Problem) {
        less(&mut self.ids, &problem.id);
        for alias in &problem.aliases {
            less(&mut self.aliases, alias);
        }
    }

    /// Whether a problem has that id.
    pub fn is_id(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// Whether one of them is what became of `old`.
    pub fn has(&self, old: &Problem) -> bool {
        self.is_id(&old.id)
            || self.aliases.contains_key(&old.id)
            || old.aliases.iter().any(|alias| self.is_id(alias))
    }
}

fn less(counts: &mut HashMap<Text, usize>, name: &Text) {
    if let Some(count) = counts.get_mut(name) {
        *count -= 1;
        if *count == 0 {
            counts.remove(name);
        }
    }
}
