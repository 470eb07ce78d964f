//! Every fact of a problem, numbered, with its source.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::model::{Model, Pane};
use crate::app::theme::Role;
use crate::engine::evidence::{Numbered, Source};
use crate::engine::problem::Problem;

use super::overview::{shorten_path, value};
use super::text::width::pad;
use super::text::wrap::Wrap;
use super::{View, detail, write_lines};

/// The facts that are listed: all of a problem, or those of the selected finding.
pub fn shown<'a>(model: &Model, problem: &'a Problem) -> Vec<&'a Numbered> {
    let of_finding = model
        .tree
        .selected()
        .and_then(|row| row.member())
        .map(|member| &member.evidence);
    problem
        .evidence
        .iter()
        .filter(|fact| of_finding.is_none_or(|numbers| numbers.contains(&fact.n)))
        .collect()
}

/// The scroll position at which the fact under the cursor is visible as a whole, nearest to the present one.
pub fn scroll_to_cursor(model: &Model, height: usize) -> usize {
    let Some(area) = model.layout().map(|layout| layout.detail_text()) else {
        return 0;
    };
    let clock = model.clock();
    let view = View { model, clock: &clock };
    let (mut above, mut fact, mut all) = (0, 0, 0);
    for (n, lines) in blocks(view, usize::from(area.width)) {
        if n < model.detail.fact {
            above += lines.len();
        } else if n == model.detail.fact {
            fact = lines.len();
        }
        all += lines.len();
    }
    let lowest = (above + fact).saturating_sub(height);
    let scroll = model.detail.scroll.clamp(lowest.min(above), above);
    scroll.min(all.saturating_sub(height))
}

pub(super) fn draw(view: View<'_>, area: Rect, buffer: &mut Buffer) {
    let Some(problem) = view.model.selected_problem() else {
        return;
    };
    let n = shown(view.model, problem).len();
    let heading = format!(
        "{} · {}",
        problem.owner.name,
        super::number::count(n as u64, "fact", "facts")
    );
    let below = detail::heading(view, &heading, area, buffer);
    let lines = blocks(view, usize::from(area.width))
        .into_iter()
        .flat_map(|(_, lines)| lines);
    write_lines(lines.skip(view.model.detail.scroll), below, buffer);
}

/// The lines of each fact.
fn blocks(view: View<'_>, columns: usize) -> Vec<(u32, Vec<Line<'static>>)> {
    let Some(problem) = view.model.selected_problem() else {
        return Vec::new();
    };
    let facts = shown(view.model, problem);
    let digits = facts.last().map_or(1, |fact| fact.n.to_string().len());
    facts
        .into_iter()
        .map(|fact| (fact.n, block(view, fact, digits, columns)))
        .collect()
}

fn block(view: View<'_>, fact: &Numbered, digits: usize, columns: usize) -> Vec<Line<'static>> {
    let selected = view.model.detail.fact == fact.n;
    let bar = match (selected, view.has_focus(Pane::Detail)) {
        (true, true) => view.span(Role::Accent, "▌"),
        (true, false) => view.span(Role::Dim, "▌"),
        (false, _) => Span::raw(" "),
    };
    let indent = 1 + digits + 1 + 8;
    let wrap = Wrap {
        columns: columns.saturating_sub(1),
        first: vec![
            bar,
            view.span(Role::Reference, &format!("{:>digits$}", fact.n)),
            view.span(Role::Dim, &pad(&format!(" {}", fact.evidence.source.kind()), 9)),
        ],
        rest: vec![Span::raw(" ".repeat(indent))],
    };
    let mut lines = wrap.spans(&[view.span(Role::Dim, &source_of(view, fact, true))]);
    let below = Wrap {
        first: wrap.rest.clone(),
        ..wrap
    };
    let role = if selected { Role::Selection } else { Role::Text };
    let text = match &fact.evidence.source {
        Source::Field { path } => {
            let path = shorten_path(path, columns.saturating_sub(indent + 1));
            format!("{path} {}", value(&fact.evidence.text))
        }
        Source::Event { .. } | Source::Log { .. } | Source::Change { .. } | Source::Related => {
            fact.evidence.text.to_string()
        }
    };
    lines.extend(below.spans(&[view.span(role, &text)]));
    if let Source::Change { path, .. } = &fact.evidence.source {
        let path = shorten_path(path, columns.saturating_sub(indent + 1));
        lines.extend(below.spans(&[view.span(Role::Dim, &path)]));
    }
    lines.push(Line::default());
    lines
}

/// Where a fact comes from: short where the object is plain from what stands around it, else in full.
pub(super) fn source_of(view: View<'_>, fact: &Numbered, full: bool) -> String {
    let evidence = &fact.evidence;
    let mut parts: Vec<String> = Vec::new();
    if full {
        parts.push(evidence.object.path());
    }
    match &evidence.source {
        Source::Field { .. } => {}
        Source::Change { origin, .. } => {
            parts.extend((!origin.is_empty()).then(|| origin.to_string()));
        }
        Source::Related => {
            if !full {
                parts.push(evidence.object.short());
            }
        }
        Source::Event { reason, count } => {
            if full {
                parts.push(reason.to_string());
            }
            if *count > 1 {
                parts.push(format!("×{count}"));
            }
        }
        Source::Log {
            container, previous, ..
        } => {
            parts.push(container.to_string());
            if *previous {
                parts.push("previous".to_owned());
            }
        }
    }
    if let Some(time) = evidence.time {
        let is_event = matches!(evidence.source, Source::Event { .. });
        if is_event && !view.model.absolute_times {
            parts.push(format!("{} ago", view.clock.age(time)));
        } else {
            parts.push(view.clock.time_to_the_second(time));
        }
    }
    let separator = if full { " · " } else { ", " };
    parts.join(separator)
}
