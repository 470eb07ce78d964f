//! Draws a log.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::app::logs::{Layout, LogPane, LogRow, SourceId, SourceState, Visible, evidence_mark};
use crate::app::theme::{Role, Theme};

use super::number::grouped;
use super::text::width::{pad, skip, truncate, truncate_middle, width};
use super::text::wrap::Wrap;

/// What a log is drawn with.
#[derive(Clone, Copy, Debug)]
pub struct LogView<'a> {
    /// The pane.
    pub pane: &'a LogPane,
    /// What its first line says before the state: `shop/checkout · web · 3 pods · previous + current`.
    pub title: &'a str,
    /// What it looks like.
    pub theme: &'a Theme,
    /// The person's time zone.
    pub zone: &'a TimeZone,
    /// Whether it has the keyboard.
    pub focused: bool,
}

impl LogView<'_> {
    /// Rows of the header; the pane itself must be told the rest by [`LogPane::resize`].
    pub const HEADER: u16 = 1;

    /// Draws into `area`, at a cost of what is visible.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let columns = usize::from(area.width);
        let mut rows = area.rows();
        if let Some(header) = rows.next() {
            buffer.set_line(header.x, header.y, &self.header(columns), area.width);
        }
        if self.pane.is_empty() {
            if let Some(row) = rows.next() {
                buffer.set_line(row.x, row.y, &self.emptiness(columns), area.width);
            }
            return;
        }
        let layout = self.pane.layout();
        for visible in self.pane.visible() {
            for line in self.row(&visible, layout, columns) {
                let Some(row) = rows.next() else { return };
                buffer.set_line(row.x, row.y, &line, area.width);
            }
        }
    }

    fn header(&self, columns: usize) -> Line<'static> {
        let theme = self.theme;
        let dim = theme.style(Role::Dim);
        let pane = self.pane;
        let mut state = Vec::new();
        if pane.searched().is_active() {
            let hits = grouped(pane.searched().hits().len() as u64);
            let place = pane
                .hit()
                .map_or_else(|| hits.clone(), |hit| format!("{hit} of {hits}"));
            state.push(Span::raw(format!("/{} {place}  ", pane.searched().pattern())));
        }
        if pane.keeps_matches() {
            state.push(Span::raw("matches only  "));
        }
        if pane.keeps_errors() {
            state.push(Span::raw("errors only  "));
        }
        if pane.follows() {
            state.push(Span::styled("▸ follow  ", dim));
        } else {
            state.push(Span::raw("‖ paused  "));
            if pane.arrived() > 0 {
                let new = format!("+{} new  ", grouped(pane.arrived()));
                state.push(Span::styled(new, theme.style(Role::Bold)));
            }
        }
        let (lines, dropped) = pane.counts();
        state.push(Span::styled(count(pane.len(), lines, dropped), dim));
        let right: usize = state.iter().map(Span::width).sum();
        let room = columns.saturating_sub(right + 2);
        let role = if self.focused { Role::Accent } else { Role::Bold };
        let mut spans = vec![Span::styled(
            pad(&format!(" {}", super::text::escape::clean(self.title)), room),
            theme.style(role),
        )];
        spans.push(Span::raw(" "));
        spans.extend(state);
        Line::from(spans)
    }

    /// What stands there while there is no line: why.
    fn emptiness(&self, columns: usize) -> Line<'static> {
        let sources = self.pane.sources();
        let (lines, _) = self.pane.counts();
        let failed = sources.iter().find_map(|(_, state)| match state {
            SourceState::Failed(reason) => Some(reason),
            _ => None,
        });
        let loading = sources
            .iter()
            .filter(|(_, state)| *state == SourceState::Loading)
            .count();
        let (text, role) = if lines > 0 {
            (
                "No line passes the filter. e shows all lines, \\ all matches.".to_owned(),
                Role::Dim,
            )
        } else if loading > 0 {
            let read = sources.len() - loading;
            (format!("reading logs {read} of {}", sources.len()), Role::Dim)
        } else if let Some(reason) = failed {
            (super::text::escape::clean(reason).into_owned(), Role::Error)
        } else {
            (
                "The log is empty: the container wrote nothing.".to_owned(),
                Role::Dim,
            )
        };
        let text = truncate(&text, columns.saturating_sub(2)).into_owned();
        Line::from(vec![Span::raw("  "), Span::styled(text, self.theme.style(role))])
    }

    fn row(&self, visible: &Visible<'_>, layout: Layout, columns: usize) -> Vec<Line<'static>> {
        let theme = self.theme;
        let bar = match (visible.selected, self.focused) {
            (true, true) => Span::styled("▌", theme.style(Role::Accent)),
            (true, false) => Span::styled("▌", theme.style(Role::Dim)),
            (false, _) => Span::raw(" "),
        };
        match visible.row {
            LogRow::Restart { source, .. } => {
                let of = if layout.label > 0 {
                    format!("{} ", self.pane.label(*source))
                } else {
                    String::new()
                };
                let text = format!(" ═══ {of}{} ═══", visible.row.text());
                let text = truncate(&text, columns.saturating_sub(1)).into_owned();
                vec![Line::from(vec![bar, Span::styled(text, theme.style(Role::Dim))])]
            }
            LogRow::Line {
                source,
                time,
                text,
                error,
                evidence,
            } => {
                let mut first = vec![bar.clone()];
                first.extend(self.before(*source, *time, layout));
                if *error {
                    first.push(Span::styled("▲ ", theme.style(Role::Warning)));
                }
                let before: usize = first.iter().map(|span| width(&span.content)).sum();
                let mut words = self.words(text, visible.selected);
                let mark = evidence.map(|n| Span::styled(evidence_mark(n), theme.style(Role::Reference)));
                let taken = before + mark.as_ref().map_or(0, |mark| width(&mark.content));
                // What fits needs no wrapping, and most lines do.
                if layout.wrap && taken + width(text) > columns {
                    words.extend(mark);
                    let rest = vec![bar, Span::raw(" ".repeat(before - 1))];
                    return Wrap { columns, first, rest }.spans(&words);
                }
                first.extend(cut(words, layout.left, columns.saturating_sub(taken)));
                first.extend(mark);
                vec![Line::from(first)]
            }
        }
    }

    /// What stands before the text: the source and the time.
    fn before(&self, source: SourceId, time: Option<Timestamp>, layout: Layout) -> Vec<Span<'static>> {
        let dim = self.theme.style(Role::Dim);
        let mut spans = Vec::new();
        if layout.label > 0 {
            let label = self.pane.label(source);
            let label = pad(&truncate_middle(&label, layout.label), layout.label);
            spans.push(Span::styled(label, dim));
            spans.push(Span::styled(" │ ", self.theme.style(Role::Divider)));
        } else {
            spans.push(Span::raw(" "));
        }
        if layout.times {
            let clock = time.map_or_else(String::new, |time| {
                time.to_zoned(self.zone.clone())
                    .strftime("%H:%M:%S%.3f")
                    .to_string()
            });
            spans.push(Span::styled(format!("{clock:<12}  "), dim));
        }
        spans
    }

    /// The text with what was searched for in it.
    fn words(&self, text: &str, selected: bool) -> Vec<Span<'static>> {
        let base = if selected {
            self.theme.style(Role::Selection)
        } else {
            self.theme.style(Role::Text)
        };
        let mut spans = Vec::new();
        let mut done = 0;
        for hit in self.pane.searched().ranges(text) {
            push(&mut spans, text.get(done..hit.start), base);
            push(
                &mut spans,
                text.get(hit.clone()),
                base.add_modifier(Modifier::REVERSED),
            );
            done = hit.end;
        }
        push(&mut spans, text.get(done..), base);
        spans
    }
}

fn push(spans: &mut Vec<Span<'static>>, text: Option<&str>, style: Style) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        spans.push(Span::styled(text.to_owned(), style));
    }
}

/// `12,310 lines`, and what of them is not shown or no longer here.
fn count(shown: usize, lines: usize, dropped: u64) -> String {
    let total = grouped(lines as u64);
    let noun = if lines == 1 { "line" } else { "lines" };
    let count = if shown == lines {
        format!("{total} {noun}")
    } else {
        format!("{} of {total} {noun}", grouped(shown as u64))
    };
    match dropped {
        0 => count,
        dropped => format!("{count}, {} older dropped", grouped(dropped)),
    }
}

/// The spans from column `left` on, at most `columns` wide.
fn cut(spans: Vec<Span<'static>>, left: usize, columns: usize) -> Vec<Span<'static>> {
    let total: usize = spans.iter().map(|span| width(&span.content)).sum();
    if left == 0 && total <= columns {
        return spans;
    }
    let mut kept = Vec::new();
    let mut to_skip = left;
    let mut room = columns;
    for span in spans {
        let columns = width(&span.content);
        if to_skip >= columns {
            to_skip -= columns;
            continue;
        }
        let rest = skip(&span.content, to_skip).into_owned();
        to_skip = 0;
        let shown = truncate(&rest, room).into_owned();
        room -= width(&shown);
        let whole = shown == rest;
        kept.push(Span::styled(shown, span.style));
        if !whole || room == 0 {
            break;
        }
    }
    kept
}
