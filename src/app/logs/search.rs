//! Search in a log.

use std::collections::VecDeque;

use regex::{Regex, RegexBuilder};

use super::{LineId, LogRow};

/// A text that is searched, and the rows that have it. Upper and lower case are the same unless it has upper case.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pattern: String,
    expression: Option<Regex>,
    hits: VecDeque<LineId>,
}

impl Search {
    pub(super) fn new<'r>(pattern: &str, rows: impl Iterator<Item = (LineId, &'r LogRow)>) -> Self {
        let ignore_case = !pattern.chars().any(char::is_uppercase);
        // Literally: brackets and dots are in every line of a log.
        let expression = RegexBuilder::new(&regex::escape(pattern))
            .case_insensitive(ignore_case)
            .build()
            .ok()
            .filter(|_| !pattern.is_empty());
        let mut search = Self {
            pattern: pattern.to_owned(),
            expression,
            hits: VecDeque::new(),
        };
        if search.is_active() {
            search.hits = rows
                .filter(|(_, row)| search.matches(row))
                .map(|(id, _)| id)
                .collect();
        }
        search
    }

    /// Whether anything is searched.
    pub const fn is_active(&self) -> bool {
        self.expression.is_some()
    }

    /// What is searched.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The rows that have it, oldest first.
    pub const fn hits(&self) -> &VecDeque<LineId> {
        &self.hits
    }

    /// Where a text has it, as byte ranges.
    pub fn ranges(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let expression = self.expression.as_ref();
        expression.map_or_else(Vec::new, |expression| {
            expression.find_iter(text).map(|hit| hit.range()).collect()
        })
    }

    /// Whether a row has it.
    pub fn matches(&self, row: &LogRow) -> bool {
        match (&self.expression, row) {
            (Some(expression), LogRow::Line { text, .. }) => expression.is_match(text),
            _ => false,
        }
    }

    pub(super) fn arrived(&mut self, id: LineId, row: &LogRow) {
        if self.matches(row) {
            self.hits.push_back(id);
        }
    }

    pub(super) fn dropped(&mut self, id: LineId) {
        if self.hits.front() == Some(&id) {
            self.hits.pop_front();
        }
    }
}
