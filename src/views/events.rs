//! What the cluster said about a problem's objects, newest first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::theme::Role;
use crate::engine::evidence::dossier::EventLine;
use crate::engine::evidence::{Numbered, Source};

use super::number::count;
use super::text::escape::clean;
use super::text::width::{pad, pad_start, truncate_middle, width};
use super::text::wrap::Wrap;
use super::{View, detail, write_lines};

/// Columns of an age and of a count.
const AGE: usize = 5;
const TIMES: usize = 6;

/// Columns from which on an event begins with all of its columns in one line.
const ONE_LINE: usize = 100;

/// Draws them; returns how many lines they have.
pub(super) fn draw(view: View<'_>, area: Rect, buffer: &mut Buffer) -> usize {
    let events = &view.model.detail.events;
    match detail::stand_in(events) {
        Some(Ok(since)) => detail::waiting(view, "looking up events", since, area, buffer),
        Some(Err(line)) => detail::message(view, &line, Role::Error, area, buffer),
        None => {}
    }
    let Some(events) = events.ready() else { return 0 };
    if events.is_empty() {
        let line = "No events about these objects: the cluster keeps them for an hour by default.";
        detail::message(view, line, Role::Dim, area, buffer);
        return 0;
    }
    let heading = format!(
        "{} · {} about its objects, newest first",
        match (&view.model.visit, view.model.selected_problem()) {
            (Some(object), _) => &object.name,
            (None, Some(problem)) => &problem.owner.name,
            (None, None) => "",
        },
        count(events.len() as u64, "event", "events")
    );
    let below = detail::heading(view, &heading, area, buffer);
    let lines = lines(view, usize::from(area.width));
    let all = lines.len();
    write_lines(lines.into_iter().skip(view.model.detail.scroll), below, buffer);
    all
}

/// All events at a width.
pub(super) fn lines(view: View<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(events) = view.model.detail.events.ready() else {
        return Vec::new();
    };
    // The columns are as wide as what stands in them, within reason.
    let most =
        |of: &dyn Fn(&EventLine) -> usize, limit: usize| events.iter().map(of).max().unwrap_or(0).min(limit);
    let reason = most(&|event| width(&clean(&event.reason)), 20);
    let object = most(&|event| width(&clean(&event.object.name)), (columns / 4).max(12));
    events
        .iter()
        .rev()
        .flat_map(|event| line(view, event, columns, reason, object))
        .collect()
}

fn line(
    view: View<'_>,
    event: &EventLine,
    columns: usize,
    reason: usize,
    object: usize,
) -> Vec<Line<'static>> {
    let age = event.last.map(|last| view.clock.age(last)).unwrap_or_default();
    let times = if event.count > 1 {
        format!("×{}", event.count)
    } else {
        String::new()
    };
    let (sign, role) = if event.warning {
        ("⚠", Role::Warning)
    } else {
        ("•", Role::Dim)
    };
    let name = clean(&event.object.name);
    let named = fact_of(view, event).map_or_else(String::new, |n| format!(" [{n}]"));
    let mut first = vec![
        view.span(view.age_role(), &pad_start(&age, AGE)),
        view.span(Role::Dim, &pad_start(&times, TIMES)),
        Span::raw(" "),
        view.span(role, sign),
        Span::raw(" "),
    ];
    let indent = |spans: &[Span<'static>]| vec![Span::raw(" ".repeat(spans.iter().map(Span::width).sum()))];
    let message = [view.span(Role::Text, &event.message)];
    // In a narrow pane columns would leave no room for the sentence: it stands below.
    if columns < ONE_LINE {
        let rest = indent(&first);
        first.push(view.span(Role::Bold, &event.reason));
        first.push(view.span(Role::Reference, &named));
        first.push(Span::raw("  "));
        let room = columns.saturating_sub(first.iter().map(Span::width).sum::<usize>() + 1);
        first.push(view.span(Role::Dim, &truncate_middle(&name, room)));
        let wrap = Wrap {
            columns: columns.saturating_sub(1),
            first: rest.clone(),
            rest,
        };
        let mut lines = vec![Line::from(first)];
        lines.extend(wrap.spans(&message));
        return lines;
    }
    let shown = clean(&event.reason);
    let fill = (reason + 6).saturating_sub(width(&shown) + width(&named));
    first.push(view.span(Role::Bold, &shown));
    first.push(view.span(Role::Reference, &named));
    first.push(Span::raw(" ".repeat(fill)));
    first.push(view.span(Role::Dim, &pad(&truncate_middle(&name, object), object + 2)));
    let wrap = Wrap {
        columns: columns.saturating_sub(1),
        rest: indent(&first),
        first,
    };
    wrap.spans(&message)
}

/// The number of the fact that an event is.
fn fact_of(view: View<'_>, event: &EventLine) -> Option<u32> {
    let problem = view.model.selected_problem()?;
    let is_it = |fact: &&Numbered| match &fact.evidence.source {
        Source::Event { reason, .. } => {
            *reason == event.reason
                && fact.evidence.object.path() == event.object.path()
                && event.message.starts_with(&*fact.evidence.text)
        }
        Source::Field { .. } | Source::Log { .. } | Source::Change { .. } | Source::Related => false,
    };
    problem.evidence.iter().find(is_it).map(|fact| fact.n)
}
