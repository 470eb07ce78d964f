//! What one may go to, above the line in which it is typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::goto::{GoTo, Target};
use crate::app::layout::Layout;
use crate::app::model::Prompt;
use crate::app::theme::Role;
use crate::engine::problem::State;

use super::number::count;
use super::text::width::{pad, truncate, truncate_middle, width};
use super::{View, write_right};

/// Rows of the list.
const ROWS: u16 = 8;

/// Columns of a kind.
const KIND: usize = 12;

pub(super) fn draw(view: View<'_>, layout: &Layout, buffer: &mut Buffer) {
    let Some(Prompt::GoTo(goto)) = &view.model.prompt else {
        return;
    };
    let bottom = if layout.lower_rule.is_empty() {
        layout.footer.y
    } else {
        layout.lower_rule.y
    };
    let room = bottom.saturating_sub(layout.header.bottom() + layout.upper_rule.height);
    let rows = u16::try_from(goto.targets().len().max(1))
        .unwrap_or(ROWS)
        .min(ROWS)
        .min(room.saturating_sub(2));
    let area = Rect {
        x: layout.footer.x,
        y: bottom.saturating_sub(rows + 1),
        width: layout.footer.width,
        height: rows + 1,
    };
    for y in area.top()..area.bottom() {
        buffer.set_string(area.x, y, " ".repeat(usize::from(area.width)), Style::reset());
    }
    let style = view.style(Role::Divider);
    buffer.set_string(area.x, area.y, "─".repeat(usize::from(area.width)), style);
    if goto.targets().is_empty() {
        let line = if goto.text().contains('/') {
            "nothing known has that name; ⏎ asks the cluster for it"
        } else {
            "nothing has that name"
        };
        buffer.set_line(
            area.x + 3,
            area.y + 1,
            &Line::from(view.span(Role::Dim, line)),
            area.width.saturating_sub(3),
        );
    }
    list(view, goto, area, rows, buffer);
}

fn list(view: View<'_>, goto: &GoTo, area: Rect, rows: u16, buffer: &mut Buffer) {
    let at = goto.selected_index();
    let top = (at + 1).saturating_sub(usize::from(rows));
    let shown = goto.targets().iter().enumerate().skip(top);
    for ((index, target), y) in shown.zip(area.y + 1..area.bottom()) {
        if index == at {
            buffer.set_string(area.x + 1, y, "▌", view.style(Role::Accent));
        }
        let line = Rect {
            x: area.x + 3,
            y,
            width: area.width.saturating_sub(4),
            height: 1,
        };
        row(view, target, index == at, line, buffer);
    }
}

fn row(view: View<'_>, target: &Target, selected: bool, area: Rect, buffer: &mut Buffer) {
    let role = if selected { Role::Bold } else { Role::Text };
    let (kind, name, note) = match target {
        Target::Problem(problem) => (
            match problem.state {
                State::Active => format!("{} problem", problem.severity.sign()),
                State::Healed(_) => "✓ healed".to_owned(),
            },
            problem.title.to_string(),
            problem.id.to_string(),
        ),
        Target::Namespace { name, problems } => (
            "namespace".to_owned(),
            name.to_string(),
            count(*problems as u64, "problem", "problems"),
        ),
        Target::Object(object) => {
            let place = if object.namespace.is_empty() {
                object.name.to_string()
            } else {
                format!("{}/{}", object.namespace, object.name)
            };
            (object.kind.to_string(), place, String::new())
        }
    };
    let room = usize::from(area.width).saturating_sub(KIND + 2);
    let note = if width(&note) + 20 > room { "" } else { &note };
    let name = truncate(&name, room.saturating_sub(width(note) + 2)).into_owned();
    let line = Line::from(vec![
        view.span(Role::Dim, &pad(&truncate_middle(&kind, KIND), KIND)),
        Span::raw("  "),
        view.span(role, &name),
    ]);
    buffer.set_line(area.x, area.y, &line, area.width);
    write_right(&Line::from(view.span(Role::Dim, note)), area, buffer);
}
