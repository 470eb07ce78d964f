//! The pane beside the tree: one of its tabs, and the line that names them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::detail::{Loaded, Tab};
use crate::app::layout::Layout;
use crate::app::model::{Model, Pane};
use crate::app::theme::Role;
use crate::engine::object::Text;

use super::logs::LogView;
use super::text::wrap::{PROSE, Wrap};
use super::{View, events, evidence, object, overview, write_lines};

/// Lines above the text of a tab that is not the overview.
pub const HEADING: u16 = 1;

pub(super) fn draw(view: View<'_>, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.detail_text();
    let model = view.model;
    if area.is_empty() || (model.selected_problem().is_none() && model.visit.is_none()) {
        return;
    }
    tabs(view, layout.tabs(), buffer);
    let shown = model.detail.scroll + usize::from(area.height);
    match model.detail.tab {
        Tab::Overview => {
            let lines = overview::lines(view, usize::from(area.width), usize::from(area.height));
            more(view, lines.len().saturating_sub(shown), layout.tabs(), buffer);
            write_lines(lines.into_iter().skip(model.detail.scroll), area, buffer);
        }
        Tab::Evidence => evidence::draw(view, area, buffer),
        Tab::Events => {
            let lines = events::draw(view, area, buffer);
            let shown = shown.saturating_sub(usize::from(HEADING));
            more(view, lines.saturating_sub(shown), layout.tabs(), buffer);
        }
        Tab::Logs => logs(view, area, buffer),
        Tab::Yaml => object::draw(view, area, buffer),
        Tab::Chat => {}
    }
}

/// Says at the end of the line of tabs that there are more lines below.
fn more(view: View<'_>, below: usize, area: Rect, buffer: &mut Buffer) {
    if below > 0 && area.width >= 56 {
        let line = Line::from(view.span(Role::Dim, &format!("↓ {below} more")));
        let inner = Rect {
            width: area.width.saturating_sub(1),
            ..area
        };
        super::write_right(&line, inner, buffer);
    }
}

/// How far the text of the tab can be scrolled.
pub fn last_scroll(model: &Model) -> usize {
    let Some(area) = model.layout().map(|layout| layout.detail_text()) else {
        return 0;
    };
    let clock = model.clock();
    let view = View { model, clock: &clock };
    let width = usize::from(area.width);
    let (lines, heading) = match model.detail.tab {
        Tab::Overview => (overview::lines(view, width, usize::from(area.height)).len(), 0),
        Tab::Events => (events::lines(view, width).len(), HEADING),
        Tab::Evidence | Tab::Logs | Tab::Yaml | Tab::Chat => (0, 0),
    };
    lines.saturating_sub(usize::from(area.height.saturating_sub(heading)))
}

fn logs(view: View<'_>, area: Rect, buffer: &mut Buffer) {
    let Some(logs) = &view.model.detail.logs else {
        return;
    };
    if logs.pane.sources().is_empty() {
        let line = "No container of this problem fails: there is no log that tells of it.";
        return message(view, line, Role::Dim, area, buffer);
    }
    LogView {
        pane: &logs.pane,
        title: &logs.title,
        theme: &view.model.setting.theme,
        zone: &view.model.setting.zone,
        focused: view.has_focus(Pane::Detail),
    }
    .draw(area, buffer);
}

/// Writes the line above the text of a tab, and gives the place below it.
pub(super) fn heading(view: View<'_>, text: &str, area: Rect, buffer: &mut Buffer) -> Rect {
    let line = Line::from(view.span(Role::Dim, text));
    buffer.set_line(area.x + 1, area.y, &line, area.width.saturating_sub(1));
    Rect {
        y: area.y + HEADING,
        height: area.height.saturating_sub(HEADING),
        ..area
    }
}

/// Says what one waits for, in the place where it will stand.
pub(super) fn waiting(view: View<'_>, what: &str, since: jiff::Timestamp, area: Rect, buffer: &mut Buffer) {
    let (seconds, _) = view.clock.spin(since);
    // What comes at once needs no count.
    let line = if seconds == 0 {
        format!("{what} …")
    } else {
        format!("{what} … {seconds} s   esc ends it")
    };
    message(view, &line, Role::Dim, area, buffer);
}

/// One line in place of the text, wrapped.
pub(super) fn message(view: View<'_>, line: &str, role: Role, area: Rect, buffer: &mut Buffer) {
    let columns = area.width.saturating_sub(1).min(PROSE);
    let spans = [view.span(role, line)];
    let below = Rect {
        x: area.x + 1,
        y: area.y + u16::from(area.height > 3),
        width: area.width.saturating_sub(1),
        height: area.height.saturating_sub(u16::from(area.height > 3)),
    };
    write_lines(Wrap::at(usize::from(columns)).spans(&spans), below, buffer);
}

/// What stands in place of something that is not there yet, or will not come; `None` where it is there.
pub(super) fn stand_in<T>(loaded: &Loaded<T>) -> Option<Result<jiff::Timestamp, Text>> {
    match loaded {
        Loaded::Not | Loaded::Ready(_) => None,
        Loaded::Waiting { since, .. } => Some(Ok(*since)),
        Loaded::Failed(line) => Some(Err(line.clone())),
    }
}

fn tabs(view: View<'_>, area: Rect, buffer: &mut Buffer) {
    let open = view.model.detail.tab;
    let mut spans = vec![Span::raw(if area.width < 56 { "" } else { "  " })];
    let gap = if area.width < 56 { " " } else { "  " };
    for tab in view.model.tabs().iter().copied() {
        let role = match (tab == open, view.has_focus(Pane::Detail)) {
            (true, true) => Role::Accent,
            (true, false) => Role::Bold,
            (false, _) => Role::Dim,
        };
        spans.push(view.span(role, tab.name()));
        spans.push(Span::raw(gap));
    }
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
}
