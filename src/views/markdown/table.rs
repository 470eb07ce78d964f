//! Tables: real columns, shrunk to what fits.

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};
use ratatui::text::{Line, Span};

use crate::app::theme::Role;
use crate::views::text::width::width;
use crate::views::text::wrap::Wrap;

use super::Page;
use super::inline::Inline;

/// Columns between two columns.
const GAP: usize = 2;

/// A column is not shrunk below this.
const NARROWEST: usize = 5;

type Cell = Vec<Span<'static>>;

/// A table as read.
pub(super) struct Table {
    alignments: Vec<Alignment>,
    head: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Reads up to the table's end.
    pub(super) fn read<'e>(
        events: &mut impl Iterator<Item = Event<'e>>,
        alignments: Vec<Alignment>,
        page: Page<'_>,
    ) -> Self {
        let mut table = Self {
            alignments,
            head: Vec::new(),
            rows: Vec::new(),
        };
        let mut row = Vec::new();
        let mut cell = Inline::new(page);
        for event in events {
            match event {
                Event::End(TagEnd::Table) => break,
                Event::Start(Tag::TableHead) => cell = Inline::heading(page, false),
                Event::End(TagEnd::TableHead) => {
                    table.head = std::mem::take(&mut row);
                    cell = Inline::new(page);
                }
                Event::Start(Tag::TableRow | Tag::TableCell) => {}
                Event::End(TagEnd::TableRow) => table.rows.push(std::mem::take(&mut row)),
                Event::End(TagEnd::TableCell) => row.push(cell.take().into_iter().flatten().collect()),
                other => cell.event(other),
            }
        }
        table
    }

    /// Lays it out in at most `columns`; where not even narrow columns fit, as a list of records.
    pub(super) fn lines(&self, columns: usize, page: Page<'_>) -> Vec<Line<'static>> {
        let mut widths: Vec<usize> = vec![0; self.head.len()];
        for row in std::iter::once(&self.head).chain(&self.rows) {
            for (column, cell) in widths.iter_mut().zip(row) {
                *column = (*column).max(cell_width(cell));
            }
        }
        let gaps = GAP * widths.len().saturating_sub(1);
        let Some(room) = columns.checked_sub(gaps) else {
            return self.records(columns, page);
        };
        if !shrink(&mut widths, room) {
            return self.records(columns, page);
        }
        let mut lines = self.row(&self.head, &widths);
        let rule = "─".repeat(widths.iter().sum::<usize>() + gaps);
        lines.push(Line::styled(rule, page.theme.style(Role::Divider)));
        for row in &self.rows {
            lines.extend(self.row(row, &widths));
        }
        lines
    }

    fn row(&self, row: &[Cell], widths: &[usize]) -> Vec<Line<'static>> {
        let cells: Vec<Vec<Line<'static>>> = row
            .iter()
            .zip(widths)
            .map(|(cell, columns)| Wrap::at((*columns).max(1)).spans(cell))
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let line = |nth: usize| {
            let mut spans: Vec<Span<'static>> = Vec::new();
            let mut owed = 0;
            for ((cell, columns), alignment) in cells.iter().zip(widths).zip(&self.alignments) {
                let text = cell.get(nth).map_or(&[][..], |line| &line.spans);
                let free = columns.saturating_sub(cell_width(text));
                let before = match alignment {
                    Alignment::Right => free,
                    Alignment::Center => free / 2,
                    Alignment::None | Alignment::Left => 0,
                };
                if !text.is_empty() && owed + before > 0 {
                    spans.push(Span::raw(" ".repeat(owed + before)));
                    owed = 0;
                }
                spans.extend(text.iter().cloned());
                // Blanks are written when something follows them: lines have no tail of blanks.
                owed += free - if text.is_empty() { 0 } else { before } + GAP;
            }
            Line::from(spans)
        };
        (0..height).map(line).collect()
    }

    fn records(&self, columns: usize, page: Page<'_>) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        for row in &self.rows {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            for (name, cell) in self.head.iter().zip(row) {
                let mut spans = name.clone();
                spans.push(Span::styled(": ", page.theme.style(Role::Dim)));
                spans.extend(cell.iter().cloned());
                lines.extend(Wrap::at(columns).hanging(2).spans(&spans));
            }
        }
        lines
    }
}

fn cell_width(cell: &[Span<'_>]) -> usize {
    cell.iter().map(|span| width(&span.content)).sum()
}

/// Takes columns from the widest until all fit in `room`; `false` where they cannot.
fn shrink(widths: &mut [usize], room: usize) -> bool {
    loop {
        let total: usize = widths.iter().sum();
        if total <= room {
            return true;
        }
        let widest = widths.iter_mut().max();
        match widest {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => return false,
        }
    }
}
