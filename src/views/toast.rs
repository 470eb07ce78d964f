//! A line that goes away by itself, above the footer; and why the connection is lost, for as long as it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::layout::Layout;
use crate::app::model::{Model, Place};
use crate::app::theme::Role;
use crate::engine::snapshot::Connection;

use super::View;
use super::text::escape::clean;
use super::text::width::truncate;

pub(super) fn draw(view: View<'_>, layout: &Layout, buffer: &mut Buffer) {
    let in_footer = layout.lower_rule.is_empty();
    let area = if in_footer {
        layout.footer
    } else {
        layout.lower_rule
    };
    if let Some(toast) = &view.model.toast {
        view.clock.ends_at(toast.until);
        let (role, sign) = if toast.error {
            (Role::Error, "✖")
        } else {
            (Role::Healed, "✓")
        };
        line(view, role, &format!("{sign} {}", toast.text), area, buffer);
    } else if let Some(why) = lost(view.model)
        && !(in_footer && view.model.place == Place::Chat)
    {
        line(view, Role::Error, why, area, buffer);
    }
}

/// Why the connection is lost, where that is not said elsewhere.
fn lost(model: &Model) -> Option<&str> {
    match &model.snapshot.cluster.connection {
        Connection::Lost { why, .. }
            if !(model.snapshot.objects == 0 && model.snapshot.problems.is_empty()) =>
        {
            Some(why)
        }
        Connection::Lost { .. }
        | Connection::Connecting
        | Connection::Reading { .. }
        | Connection::Files { .. }
        | Connection::Live => None,
    }
}

fn line(view: View<'_>, role: Role, text: &str, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width).saturating_sub(4);
    let text = clean(text);
    let shown = truncate(&text, room).into_owned();
    let line = Line::from(vec![
        Span::raw(" "),
        Span::styled(shown, view.style(role)),
        Span::raw(" "),
    ]);
    let columns = u16::try_from(line.width()).unwrap_or(area.width).min(area.width);
    let area = Rect {
        x: area.x + u16::from(area.width > columns),
        width: columns,
        height: 1,
        ..area
    };
    // What lies under it must not shine through.
    buffer.set_string(
        area.x,
        area.y,
        " ".repeat(usize::from(columns)),
        ratatui::style::Style::reset(),
    );
    buffer.set_line(area.x, area.y, &line, columns);
}
