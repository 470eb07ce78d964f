//! Which problems are shown: whole problems are hidden, after their causes were found.

use std::sync::Arc;

use super::Core;
use crate::engine::coverage::{Entry, Status};
use crate::engine::filter::{self, Filter};
use crate::engine::object::Text;
use crate::engine::problem::Problem;

/// What is not shown.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// Problems that are wholly in one of these namespaces.
    namespaces: Vec<Text>,
    /// Problems that are wholly of these parts.
    filters: Vec<Filter>,
}

impl Hidden {
    fn hides(&self, problem: &Problem) -> bool {
        let excluded = problem
            .members
            .iter()
            .all(|member| self.namespaces.contains(&member.finding.object.namespace));
        excluded || filter::hide(&self.filters, problem)
    }
}

impl Core {
    /// Hides problems that are wholly in one of these namespaces.
    pub fn exclude(&mut self, namespaces: Vec<Text>) {
        self.hidden.namespaces = namespaces;
    }

    /// Hides problems that are wholly of these parts, which are switched off, and says so in the coverage.
    pub fn switch_off(&mut self, filters: Vec<Filter>) {
        if filters.iter().any(Filter::is_log) {
            self.read_logs = false;
        }
        self.hidden.filters = filters;
    }

    /// The problems that are shown.
    pub(super) fn shown(&self) -> Vec<Arc<Problem>> {
        self.problems
            .all()
            .iter()
            .filter(|problem| !self.hidden.hides(problem))
            .cloned()
            .collect()
    }

    /// What is switched off is no more than not looked at.
    pub(super) fn switched_off(&self) -> impl Iterator<Item = Entry> {
        self.hidden.filters.iter().map(|filter| Entry {
            cluster: self.info.id.clone(),
            what: "analyzer".into(),
            group: "".into(),
            kind: filter.name().into(),
            namespace: "".into(),
            status: Status::Off,
            objects: 0,
            detail: format!("switched off; k8stui filters add {filter} switches it on").into(),
        })
    }
}
