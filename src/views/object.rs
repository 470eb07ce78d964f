//! An object as highlighted YAML.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::model::Pane;
use crate::app::theme::Role;

use super::{View, detail, write_right};

pub(super) fn draw(view: View<'_>, area: Rect, buffer: &mut Buffer) {
    let pane = &view.model.detail.yaml;
    match detail::stand_in(&pane.document) {
        Some(Ok(since)) => {
            let name = pane
                .object
                .as_ref()
                .map(crate::engine::object::ObjectRef::path)
                .unwrap_or_default();
            return detail::waiting(view, &format!("reading {name}"), since, area, buffer);
        }
        Some(Err(line)) => return detail::message(view, &line, Role::Error, area, buffer),
        None => {}
    }
    let (Some(document), Some(object)) = (pane.document.ready(), &pane.object) else {
        return;
    };
    let heading = Rect {
        height: 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    let title = Line::from(vec![view.span(Role::Dim, &format!(" {}", object.path()))]);
    buffer.set_line(heading.x, heading.y, &title, heading.width);
    let place = format!("{} of {}", pane.line + 1, document.lines().len());
    let place = match pane.search.as_str() {
        "" => place,
        search => format!("/{search}   {place}"),
    };
    write_right(&Line::from(view.span(Role::Dim, &place)), heading, buffer);

    let below = Rect {
        y: area.y + detail::HEADING,
        height: area.height.saturating_sub(detail::HEADING),
        ..area
    };
    let marked = pane
        .field
        .as_ref()
        .and_then(|(path, n)| Some((document.find(path)?, *n)));
    let mut code = pane.code.borrow_mut();
    let Some(code) = code.as_mut() else { return };
    let lines = code.window(pane.top, usize::from(below.height), &view.model.setting.theme);
    for ((line, index), y) in lines.into_iter().zip(pane.top..).zip(below.top()..below.bottom()) {
        let left = u16::try_from(pane.left).unwrap_or(u16::MAX);
        let text = Rect {
            x: below.x + 2,
            y,
            width: below.width.saturating_sub(2),
            height: 1,
        };
        scrolled(&line, left, text, buffer);
        if index == pane.line {
            let role = if view.has_focus(Pane::Detail) {
                Role::Accent
            } else {
                Role::Dim
            };
            buffer.set_string(below.x, y, "▌", view.style(role));
        }
        if let Some((_, n)) = marked.filter(|(line, _)| *line == index) {
            let used = u16::try_from(line.width())
                .unwrap_or(u16::MAX)
                .saturating_sub(left);
            let x = text.x.saturating_add(used).saturating_add(2);
            if x + 4 < text.right() {
                buffer.set_string(x, y, format!("← {n}"), view.style(Role::Reference));
            }
        }
    }
}

/// A line without its first `left` columns.
fn scrolled(line: &Line<'_>, left: u16, area: Rect, buffer: &mut Buffer) {
    let mut skipped = usize::from(left);
    let mut x = area.x;
    for span in &line.spans {
        let columns = span.width();
        let text = super::text::width::skip(&span.content, skipped.min(columns));
        skipped = skipped.saturating_sub(columns);
        let room = usize::from(area.right().saturating_sub(x));
        let (end, _) = buffer.set_stringn(x, area.y, &text, room, span.style);
        x = end;
    }
}
