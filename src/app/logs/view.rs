//! The way through a log: what is shown, the selected line, scrolling.

use crate::app::keymap::Action;

use super::layout::{Layout, height};
use super::search::Search;
use super::{LineId, LogPane, LogRow};

/// Columns that Left and Right move.
const STEP: usize = 16;

/// A row on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visible<'a> {
    /// Its id.
    pub id: LineId,
    /// The row.
    pub row: &'a LogRow,
    /// Whether it is the selected one. While following none is shown as such.
    pub selected: bool,
}

impl LogPane {
    /// The pane's own rows and columns, its header not counted. Told before keys are handled and after each resize.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        self.height = usize::from(rows).max(1);
        self.columns = usize::from(columns);
        self.reveal();
    }

    /// Handles an action of [`crate::app::keymap::Focus::Logs`]; `false` where it is none of the pane's own.
    pub fn update(&mut self, action: Action) -> bool {
        let page = self.height.saturating_sub(1).max(1);
        match action {
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::PageUp => self.step(-(page as isize)),
            Action::PageDown => self.step(page as isize),
            Action::Top => self.step(isize::MIN),
            Action::Bottom => self.set_follow(true),
            Action::Follow => self.set_follow(!self.follow),
            Action::Left => self.left = self.left.saturating_sub(STEP),
            Action::Right if !self.wrap => self.left += STEP,
            Action::Right => {}
            Action::Wrap => {
                self.wrap = !self.wrap;
                self.left = 0;
                self.reveal();
            }
            Action::Times => self.times = !self.times,
            Action::NextMatch => self.next(true),
            Action::PreviousMatch => self.next(false),
            Action::KeepMatches => self.keep(self.search.is_active() && !self.keep_matches, self.errors_only),
            Action::ErrorsOnly => self.keep(self.keep_matches, !self.errors_only),
            _ => return false,
        }
        true
    }

    /// Searches and goes to the nearest hit from the selected line on; an empty text ends the search.
    pub fn search(&mut self, pattern: &str) {
        let ids = (self.first..).map(LineId);
        self.search = Search::new(pattern, ids.zip(&self.rows));
        if self.keep_matches {
            self.keep(self.search.is_active(), self.errors_only);
        }
        let selected = self.selected().is_some_and(|(_, row)| self.search.matches(row));
        if self.search.is_active() && !selected {
            self.next(true);
        }
    }

    /// Goes to the line that is evidence `n`; `false` where it is not (yet) here.
    pub fn go_to_evidence(&mut self, n: u32) -> bool {
        let Some(line) = self.marks.get(&n).and_then(|mark| mark.line) else {
            return false;
        };
        let Some(passes) = self.row(line).map(|row| self.passes(row)) else {
            return false;
        };
        if !passes {
            self.keep(false, false);
        }
        self.select(line);
        // What led to it is worth more than what came after.
        let context = self.height * 2 / 3;
        if let Some(index) = self.index_of(line) {
            self.top = self.id_at(index.saturating_sub(context)).unwrap_or(line);
        }
        self.reveal();
        true
    }

    /// The selected line: the last one while following.
    pub fn selected(&self) -> Option<(LineId, &LogRow)> {
        let last = self.len().checked_sub(1)?;
        let index = match self.cursor.filter(|_| !self.follow) {
            Some(id) => self.index_from(id).min(last),
            None => last,
        };
        let id = self.id_at(index)?;
        Some((id, self.row(id)?))
    }

    /// Whether the end stays in sight.
    pub const fn follows(&self) -> bool {
        self.follow
    }

    /// Rows that came since it does not.
    pub const fn arrived(&self) -> u64 {
        self.arrived
    }

    /// How many rows are shown, screen or not.
    pub fn len(&self) -> usize {
        self.kept
            .as_ref()
            .map_or(self.rows.len(), std::collections::VecDeque::len)
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Which of the hits the selected line is, from 1, for `3 of 17`.
    pub fn hit(&self) -> Option<usize> {
        let (selected, _) = self.selected()?;
        self.search
            .hits()
            .binary_search(&selected)
            .ok()
            .map(|before| before + 1)
    }

    /// The rows on the screen, from the top. Costs what is visible.
    pub fn visible(&self) -> Vec<Visible<'_>> {
        let layout = self.layout();
        let start = self.start(layout);
        let selected = self.selected().map(|(id, _)| id).filter(|_| !self.follow);
        let mut used = 0;
        let mut rows = Vec::new();
        for index in start..self.len() {
            if used >= self.height {
                break;
            }
            let Some((id, row)) = self.id_at(index).and_then(|id| Some((id, self.row(id)?))) else {
                break;
            };
            used += height(row, layout);
            rows.push(Visible {
                id,
                row,
                selected: selected == Some(id),
            });
        }
        rows
    }

    /// The index of the row at the top.
    fn start(&self, layout: Layout) -> usize {
        let last = self.len().saturating_sub(1);
        if self.follow {
            self.fitting_above(last, layout)
        } else {
            self.index_from(self.top).min(last)
        }
    }

    /// The first row with which row `bottom` is still in sight.
    fn fitting_above(&self, bottom: usize, layout: Layout) -> usize {
        let mut used = 0;
        let mut start = bottom;
        for index in (0..=bottom).rev() {
            let row = self.id_at(index).and_then(|id| self.row(id));
            used += row.map_or(1, |row| height(row, layout));
            if used > self.height && index < bottom {
                break;
            }
            start = index;
        }
        start
    }

    /// Moves the top as little as brings the selected line into sight.
    fn reveal(&mut self) {
        let Some(cursor) = self.cursor.filter(|_| !self.follow) else {
            return;
        };
        let layout = self.layout();
        let at = self.index_from(cursor);
        let top = self
            .index_from(self.top)
            .min(at)
            .max(self.fitting_above(at, layout));
        self.top = self.id_at(top).unwrap_or(self.top);
    }

    fn set_follow(&mut self, follow: bool) {
        if follow {
            self.follow = true;
            self.arrived = 0;
            self.cursor = None;
        } else if let Some((id, _)) = self.selected() {
            self.select(id);
        }
    }

    /// Selects a row; it no longer follows.
    fn select(&mut self, id: LineId) {
        if self.follow {
            let top = self.start(self.layout());
            self.top = self.id_at(top).unwrap_or(id);
            self.arrived = 0;
        }
        self.follow = false;
        self.cursor = Some(id);
        self.reveal();
    }

    fn step(&mut self, rows: isize) {
        let Some((selected, _)) = self.selected() else {
            return;
        };
        let last = self.len().saturating_sub(1);
        let at = self.index_from(selected);
        let to = at.saturating_add_signed(rows).min(last);
        if self.follow && to >= at {
            return;
        }
        if let Some(id) = self.id_at(to) {
            self.select(id);
        }
    }

    /// To the next hit, or the next error line without a search; around the end.
    fn next(&mut self, forward: bool) {
        let Some((selected, _)) = self.selected() else {
            return;
        };
        let shown = |id: &LineId| self.row(*id).is_some_and(|row| self.passes(row));
        let found = if self.search.is_active() {
            let hits = self.search.hits().iter().copied().filter(shown);
            nearest(hits, selected, forward)
        } else {
            let rows = self.rows.iter().enumerate();
            let errors = rows.filter(|(_, row)| row.is_error());
            let errors = errors.map(|(index, _)| LineId(self.first + index as u64));
            nearest(errors.filter(shown), selected, forward)
        };
        if let Some(id) = found {
            self.select(id);
        }
    }

    /// Changes what is kept. The selected line stays, or the nearest above it that does.
    fn keep(&mut self, matches: bool, errors: bool) {
        let selected = self.selected().map(|(id, _)| id);
        self.keep_matches = matches;
        self.errors_only = errors;
        self.kept = (matches || errors).then(|| {
            let ids = (self.first..).map(LineId).zip(&self.rows);
            ids.filter(|(_, row)| self.passes(row))
                .map(|(id, _)| id)
                .collect()
        });
        if let Some(selected) = selected.filter(|_| !self.follow) {
            let nearest = self.id_at(self.index_from(selected));
            self.cursor = nearest;
            self.reveal();
        }
    }

    fn id_at(&self, index: usize) -> Option<LineId> {
        match &self.kept {
            Some(kept) => kept.get(index).copied(),
            None => (index < self.rows.len()).then(|| LineId(self.first + index as u64)),
        }
    }

    fn index_of(&self, id: LineId) -> Option<usize> {
        let index = self.index_from(id);
        (self.id_at(index) == Some(id)).then_some(index)
    }

    /// The index of a row, or of the nearest shown one: a row may have been dropped or filtered out.
    fn index_from(&self, id: LineId) -> usize {
        match &self.kept {
            Some(kept) => {
                let after = kept.partition_point(|kept| *kept <= id);
                after.saturating_sub(1)
            }
            None => usize::try_from(id.0.saturating_sub(self.first)).unwrap_or(usize::MAX),
        }
    }
}

/// The id after (or before) `from` among ascending ones, around the end.
fn nearest(
    mut ids: impl DoubleEndedIterator<Item = LineId> + Clone,
    from: LineId,
    forward: bool,
) -> Option<LineId> {
    if forward {
        let first = ids.clone().next();
        ids.find(|id| *id > from).or(first)
    } else {
        let last = ids.clone().next_back();
        ids.rfind(|id| *id < from).or(last)
    }
}
