//! Views: pure drawing. Each reads the model and writes what is visible into a buffer, at a cost of O(rows on screen).

pub mod ascii;
pub mod chat;
pub mod conversation;
pub mod detail;
mod dialog;
mod empty;
mod events;
pub mod evidence;
mod footer;
mod goto;
mod header;
pub mod help;
pub mod highlight;
pub mod logs;
pub mod markdown;
pub mod number;
mod object;
pub mod overview;
pub mod text;
mod toast;
mod tree;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::clock::Clock;
use crate::app::layout::{Layout, SMALLEST};
use crate::app::model::{Model, Pane, Place};
use crate::app::theme::Role;

use self::text::escape::clean;

/// Draws the model. Returns when the first visible text goes out of date: until then, and until the model changes,
/// another frame would look the same.
pub fn draw(model: &Model, frame: &mut Frame<'_>) -> Option<Timestamp> {
    let clock = model.clock();
    let view = View { model, clock: &clock };
    let area = frame.area();
    if area.as_size() != model.size {
        // Laid out for another size: nothing would stand where it belongs.
        return None;
    }
    let Some(layout) = model.layout() else {
        view.too_small(area, frame.buffer_mut());
        return None;
    };
    let cursor = view.screen(&layout, frame.buffer_mut());
    if model.setting.ascii {
        ascii::fold(frame.buffer_mut());
    }
    if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
    clock.next_change()
}

/// What every view draws from.
#[derive(Clone, Copy)]
struct View<'a> {
    model: &'a Model,
    clock: &'a Clock,
}

impl View<'_> {
    /// Draws everything; returns where the terminal's cursor belongs.
    fn screen(self, layout: &Layout, buffer: &mut Buffer) -> Option<Position> {
        header::draw(self, layout, buffer);
        self.rules(layout, buffer);
        if self.is_one_pane() {
            empty::draw(self, empty::area(layout), buffer);
        } else {
            tree::draw(self, layout, buffer);
            match self.model.place {
                Place::Home => detail::draw(self, layout, buffer),
                Place::Chat => conversation::draw(self, layout, buffer),
            }
        }
        goto::draw(self, layout, buffer);
        let cursor = footer::draw(self, layout, buffer);
        toast::draw(self, layout, buffer);
        match &self.model.overlay {
            Some(overlay) => {
                dialog::draw(self, overlay, buffer);
                None
            }
            None => cursor,
        }
    }

    fn too_small(self, area: Rect, buffer: &mut Buffer) {
        let line = format!(
            "terminal too small ({}x{}, need {}x{})",
            area.width, area.height, SMALLEST.width, SMALLEST.height
        );
        let y = area.y + area.height / 2;
        let wrapped = text::wrap::wrap(&line, usize::from(area.width.max(1)));
        for (line, y) in wrapped.iter().zip(y..area.bottom()) {
            buffer.set_stringn(area.x, y, line, usize::from(area.width), self.style(Role::Text));
        }
    }

    /// The lines between the parts of the screen. They part what has the focus from what has not by nothing but
    /// position: focus is the bar and brightness.
    fn rules(self, layout: &Layout, buffer: &mut Buffer) {
        let style = self.style(Role::Divider);
        for (rule, joint) in [(layout.upper_rule, "┬"), (layout.lower_rule, "┴")] {
            if rule.is_empty() {
                continue;
            }
            buffer.set_string(rule.x, rule.y, "─".repeat(usize::from(rule.width)), style);
            if layout.is_split() && !self.is_one_pane() {
                buffer.set_string(layout.divider.x, rule.y, joint, style);
            }
        }
        if layout.is_split() && !self.is_one_pane() {
            for y in layout.divider.top()..layout.divider.bottom() {
                buffer.set_string(layout.divider.x, y, "│", style);
            }
        }
    }

    /// Whether the panes have given way to one message.
    fn is_one_pane(self) -> bool {
        let model = self.model;
        model.place == Place::Home && model.snapshot.problems.is_empty() && model.visit.is_none()
    }

    fn style(self, role: Role) -> Style {
        self.model.setting.theme.style(role)
    }

    /// A piece of text from wherever, made harmless.
    fn span(self, role: Role, text: &str) -> Span<'static> {
        Span::styled(clean(text).into_owned(), self.style(role))
    }

    fn has_focus(self, pane: Pane) -> bool {
        self.model.pane == pane
    }

    /// The role of ages: those of a lost connection stand still, and look so.
    fn age_role(self) -> Role {
        if self.model.lost_since().is_some() {
            Role::Stale
        } else {
            Role::Dim
        }
    }
}

/// Writes lines from the top of an area; those that do not fit are left out.
fn write_lines<'a>(lines: impl IntoIterator<Item = Line<'a>>, area: Rect, buffer: &mut Buffer) {
    for (line, y) in lines.into_iter().zip(area.top()..area.bottom()) {
        buffer.set_line(area.x, y, &line, area.width);
    }
}

/// Writes a line so that it ends at the right edge of an area's first row.
fn write_right(line: &Line<'_>, area: Rect, buffer: &mut Buffer) {
    let width = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width);
    buffer.set_line(area.right() - width, area.y, line, width);
}
