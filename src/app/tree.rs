//! The tree of problems: rows flattened in the model, so that a frame costs what is visible.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::object::{ObjectRef, Text};
use crate::engine::problem::{Member, Problem};

use super::filter::Filter;

/// Rows from which on the worst problem is shown unfolded to begin with.
const ROOM_TO_UNFOLD: usize = 14;

/// What a row shows of its problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The problem: severity, title, count, age.
    Problem,
    /// Where it is: namespace and owner. Not a place for the cursor.
    Place,
    /// A finding and its object, by its index in the problem.
    Member {
        /// The index in [`Problem::members`].
        index: usize,
        /// Whether it is the last of its problem.
        last: bool,
    },
}

/// A row of the tree.
#[derive(Clone, Debug)]
pub struct Row {
    /// The problem that it belongs to.
    pub problem: Arc<Problem>,
    /// What it shows.
    pub part: Part,
}

impl Row {
    /// The finding of a member's row.
    pub fn member(&self) -> Option<&Member> {
        match self.part {
            Part::Member { index, .. } => self.problem.members.get(index),
            Part::Problem | Part::Place => None,
        }
    }

    /// The object that the row is about.
    pub fn object(&self) -> &ObjectRef {
        match self.member().or_else(|| self.problem.root()) {
            Some(member) => &member.finding.object,
            None => &self.problem.owner,
        }
    }
}

/// The rows, the cursor and what is unfolded.
///
/// The cursor and the scroll position hold on to ids, never to row numbers: a new snapshot may insert, remove and
/// reorder rows, but the row under the cursor stays where it is on the screen.
#[derive(Debug, Default)]
pub struct Tree {
    rows: Vec<Row>,
    selected: usize,
    top: usize,
    height: usize,
    unfolded: BTreeSet<Text>,
    /// Whether the person has touched a key. Until then the cursor stays on the worst problem while kinds are being
    /// read.
    touched: bool,
    /// Whether problems alone are shown: beside a conversation there is no room for more.
    flat: bool,
    shown: usize,
}

impl Tree {
    /// All rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How many problems pass the filter.
    pub const fn shown(&self) -> usize {
        self.shown
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.selected)
    }

    /// The rows that are visible, each with whether the cursor is on it.
    pub fn visible(&self) -> impl Iterator<Item = (&Row, bool)> {
        self.rows
            .iter()
            .enumerate()
            .skip(self.top)
            .take(self.height)
            .map(|(index, row)| (row, index == self.selected))
    }

    /// How many rows lie above and below what is visible.
    pub fn hidden(&self) -> (usize, usize) {
        (self.top, self.rows.len().saturating_sub(self.top + self.height))
    }

    /// Whether the problem is unfolded.
    pub fn is_unfolded(&self, problem: &Problem) -> bool {
        self.unfolded.iter().any(|id| problem.answers_to(id))
    }

    /// The number of rows that fit on the screen.
    pub fn set_height(&mut self, height: usize) {
        self.height = height;
        self.keep_visible();
    }

    /// A key was touched: from now on nothing but keys moves the cursor to another problem.
    pub const fn touch(&mut self) {
        self.touched = true;
    }

    /// Shows problems alone, or all rows again. Takes effect with the next [`Tree::set_problems`].
    pub const fn set_flat(&mut self, flat: bool) {
        self.flat = flat;
    }

    /// Takes the problems of a new snapshot, or of a changed filter.
    pub fn set_problems(&mut self, problems: &[Arc<Problem>], filter: &Filter, follow_worst: bool) {
        let anchor = self.selected().cloned();
        let line = self.selected.saturating_sub(self.top);
        self.follow_ids(problems);
        let on_worst = follow_worst && !self.touched;
        if on_worst {
            self.unfolded.clear();
            let first = problems.first().filter(|_| self.height >= ROOM_TO_UNFOLD);
            self.unfolded.extend(first.map(|problem| Arc::clone(&problem.id)));
        }
        self.build(problems, filter);
        if on_worst {
            self.selected = 0;
            self.top = 0;
            return self.keep_visible();
        }
        match anchor.as_ref().and_then(|row| self.find(row)) {
            Some(found) => {
                self.selected = found;
                self.top = found.saturating_sub(line);
            }
            // Gone: what took its place is nearest.
            None => self.selected = self.selected.min(self.rows.len().saturating_sub(1)),
        }
        self.step_off_place(true);
        self.keep_visible();
    }

    /// Moves the cursor by so many rows.
    pub fn move_by(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
        self.step_off_place(by < 0);
        self.keep_visible();
    }

    /// Moves the cursor by so many screens.
    pub fn page(&mut self, pages: isize) {
        let height = isize::try_from(self.height.max(2) - 1).unwrap_or(1);
        self.move_by(pages * height);
    }

    /// Moves the cursor to the first row.
    pub fn first(&mut self) {
        self.move_by(isize::MIN);
    }

    /// Moves the cursor to the last row.
    pub fn last(&mut self) {
        self.selected = self.rows.len().saturating_sub(1);
        self.keep_visible();
    }

    /// Moves the cursor to the next problem, or to the one before.
    pub fn next_problem(&mut self, forward: bool) {
        let is_problem = |(_, row): &(usize, &Row)| row.part == Part::Problem;
        let found = if forward {
            self.rows
                .iter()
                .enumerate()
                .skip(self.selected + 1)
                .find(is_problem)
        } else {
            self.rows.iter().enumerate().take(self.selected).rfind(is_problem)
        };
        if let Some((index, _)) = found {
            self.selected = index;
            self.keep_visible();
        }
    }

    /// Moves the cursor to the row that is so many lines below the top of the screen.
    pub fn select_line(&mut self, line: usize) {
        let row = self.top + line;
        if row < self.rows.len() {
            self.selected = row;
            self.step_off_place(true);
            self.keep_visible();
        }
    }

    /// Moves the cursor to the problem that answers to that id.
    pub fn select(&mut self, id: &str) -> bool {
        let found = self
            .rows
            .iter()
            .position(|row| row.part == Part::Problem && row.problem.answers_to(id));
        if let Some(index) = found {
            self.selected = index;
            self.keep_visible();
        }
        found.is_some()
    }

    /// Moves the cursor to the row of an object: of the problem that it is about, or of its finding there.
    pub fn select_object(&mut self, object: &ObjectRef, problems: &[Arc<Problem>], filter: &Filter) -> bool {
        let fails = |problem: &&Arc<Problem>| {
            let mut members = problem.members.iter();
            problem.owner == *object || members.any(|member| member.finding.object == *object)
        };
        let Some(problem) = problems.iter().find(fails) else {
            return false;
        };
        if !self.select(&problem.id) {
            return false;
        }
        if problem.owner != *object {
            self.set_unfolded(problem, true, problems, filter);
            let is_row = |row: &Row| {
                row.member()
                    .is_some_and(|member| member.finding.object == *object)
            };
            if let Some(index) = self.rows.iter().position(is_row) {
                self.selected = index;
                self.keep_visible();
            }
        }
        true
    }

    /// Folds the problem under the cursor, or unfolds it. Folding puts the cursor on the problem.
    pub fn toggle(&mut self, problems: &[Arc<Problem>], filter: &Filter) {
        let Some(problem) = self.selected().map(|row| Arc::clone(&row.problem)) else {
            return;
        };
        let unfold = !self.is_unfolded(&problem);
        self.set_unfolded(&problem, unfold, problems, filter);
    }

    /// Folds or unfolds the problem under the cursor.
    pub fn fold(&mut self, unfold: bool, problems: &[Arc<Problem>], filter: &Filter) {
        let Some(problem) = self.selected().map(|row| Arc::clone(&row.problem)) else {
            return;
        };
        if self.is_unfolded(&problem) != unfold {
            self.set_unfolded(&problem, unfold, problems, filter);
        }
    }

    fn set_unfolded(
        &mut self,
        problem: &Arc<Problem>,
        unfold: bool,
        problems: &[Arc<Problem>],
        filter: &Filter,
    ) {
        if unfold {
            self.unfolded.insert(Arc::clone(&problem.id));
        } else {
            self.unfolded.retain(|id| !problem.answers_to(id));
            self.select(&Arc::clone(&problem.id));
        }
        self.set_problems(problems, filter, false);
    }

    /// Ids change when a problem gets a better root; what was unfolded stays so under the new id.
    fn follow_ids(&mut self, problems: &[Arc<Problem>]) {
        if self.unfolded.is_empty() {
            return;
        }
        let unfolded = problems
            .iter()
            .filter(|problem| self.unfolded.contains(&problem.id) || self.is_unfolded(problem))
            .map(|problem| Arc::clone(&problem.id))
            .collect();
        self.unfolded = unfolded;
    }

    fn build(&mut self, problems: &[Arc<Problem>], filter: &Filter) {
        self.rows.clear();
        self.shown = 0;
        for problem in problems.iter().filter(|problem| filter.matches(problem)) {
            self.shown += 1;
            self.rows.push(Row {
                problem: Arc::clone(problem),
                part: Part::Problem,
            });
            if self.flat || !self.unfolded.contains(&problem.id) {
                continue;
            }
            self.rows.push(Row {
                problem: Arc::clone(problem),
                part: Part::Place,
            });
            let last = problem.members.len().saturating_sub(1);
            self.rows.extend((0..problem.members.len()).map(|index| Row {
                problem: Arc::clone(problem),
                part: Part::Member {
                    index,
                    last: index == last,
                },
            }));
        }
    }

    /// The row that shows what `old` showed.
    fn find(&self, old: &Row) -> Option<usize> {
        let member = old.member();
        if let Some(member) = member {
            let same = |row: &Row| row.member().is_some_and(|other| other.id == member.id);
            if let Some(index) = self.rows.iter().position(same) {
                return Some(index);
            }
        }
        let problems = || {
            self.rows
                .iter()
                .enumerate()
                .filter(|(_, row)| row.part == Part::Problem)
        };
        problems()
            .find(|(_, row)| row.problem.id == old.problem.id)
            .or_else(|| problems().find(|(_, row)| row.problem.answers_to(&old.problem.id)))
            .or_else(|| problems().find(|(_, row)| old.problem.answers_to(&row.problem.id)))
            .map(|(index, _)| index)
    }

    fn step_off_place(&mut self, up: bool) {
        if self.selected().is_some_and(|row| row.part == Part::Place) {
            // A place has its problem above it and at least one member below it.
            self.selected = if up { self.selected - 1 } else { self.selected + 1 };
            self.selected = self.selected.min(self.rows.len().saturating_sub(1));
        }
    }

    fn keep_visible(&mut self) {
        if self.height == 0 {
            return;
        }
        let last_top = self.rows.len().saturating_sub(self.height);
        let lowest = (self.selected + 1).saturating_sub(self.height);
        self.top = self.top.clamp(lowest, self.selected.max(lowest)).min(last_top);
    }
}
