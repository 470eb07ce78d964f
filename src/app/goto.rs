//! The line that goes to anything by a part of its name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::object::{ObjectRef, Text};
use crate::engine::problem::Problem;
use crate::engine::snapshot::Snapshot;

use super::filter::Filter;
use super::message::RequestId;

/// Problems that are offered: objects must have room beside them.
const PROBLEMS: usize = 20;

/// Letters of a problem's id from which on it is found by them.
const ID: usize = 3;

/// Something to go to.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A problem.
    Problem(Arc<Problem>),
    /// The problems of a namespace.
    Namespace {
        /// Its name.
        name: Text,
        /// How many there are.
        problems: usize,
    },
    /// An object.
    Object(ObjectRef),
}

impl Target {
    /// What it is called: typed, it is found by this.
    pub fn name(&self) -> String {
        match self {
            Self::Problem(problem) => problem.id.to_string(),
            Self::Namespace { name, .. } => name.to_string(),
            Self::Object(object) => object.path(),
        }
    }
}

/// What was typed, and what it may mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GoTo {
    text: String,
    /// The request whose names are taken.
    pub request: Option<RequestId>,
    objects: Vec<ObjectRef>,
    targets: Vec<Target>,
    selected: usize,
}

impl GoTo {
    /// Nothing typed yet.
    pub fn new(snapshot: &Snapshot) -> Self {
        let mut goto = Self::default();
        goto.find(snapshot);
        goto
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Replaces what is typed.
    pub fn set_text(&mut self, text: String, snapshot: &Snapshot) {
        if text != self.text {
            self.text = text;
            self.selected = 0;
            // Names that no longer fit go at once; those that fit come with the reply.
            let typed = self.text.to_lowercase();
            self.objects
                .retain(|object| object.path().to_lowercase().contains(&typed));
            self.find(snapshot);
        }
    }

    /// Takes the names of objects that the engine knows.
    pub fn take(&mut self, objects: Vec<ObjectRef>, snapshot: &Snapshot) {
        self.objects = objects;
        self.find(snapshot);
    }

    /// What it may mean, best first.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The index of the one under the cursor.
    pub const fn selected_index(&self) -> usize {
        self.selected
    }

    /// The one under the cursor.
    pub fn selected(&self) -> Option<&Target> {
        self.targets.get(self.selected)
    }

    /// Moves the cursor.
    pub fn move_by(&mut self, by: isize) {
        let last = self.targets.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }

    fn find(&mut self, snapshot: &Snapshot) {
        let filter = Filter::new(&self.text);
        let typed = self.text.trim().to_lowercase();
        let is_id = |problem: &Problem| typed.len() >= ID && problem.id.starts_with(&typed);
        let problems = snapshot
            .problems
            .iter()
            .filter(|problem| filter.matches(problem) || is_id(problem));
        let mut namespaces: BTreeMap<&Text, usize> = BTreeMap::new();
        for problem in &snapshot.problems {
            let namespace = &problem.owner.namespace;
            if !typed.is_empty() && !namespace.is_empty() && namespace.starts_with(&typed) {
                *namespaces.entry(namespace).or_default() += 1;
            }
        }
        self.targets = namespaces
            .into_iter()
            .map(|(name, problems)| Target::Namespace {
                name: name.clone(),
                problems,
            })
            .chain(problems.take(PROBLEMS).cloned().map(Target::Problem))
            .chain(self.objects.iter().cloned().map(Target::Object))
            .collect();
        self.move_by(0);
    }
}
