//! The facts of an overview: what changed, and what shows that the diagnosis holds.

use ratatui::text::{Line, Span};

use crate::app::theme::Role;
use crate::engine::evidence::{Numbered, Source};
use crate::engine::problem::Problem;
use crate::views::evidence::source_of;
use crate::views::text::escape::clean;
use crate::views::text::width::{ELLIPSIS, pad, width};
use crate::views::text::wrap::Wrap;

use super::{Density, Page};

/// Facts that are shown where the diagnosis names none.
const FACTS: usize = 3;

/// Lines of a fact where there is room, and where there is not.
const FACT_LINES: (usize, usize) = (2, 1);

/// The same for a line of a log: it is the proof, and what it says often stands at its end.
const LOG_LINES: (usize, usize) = (4, 3);

impl Page<'_> {
    /// The diff: what came with one revision, or was written at one time, stands together.
    pub(super) fn changes(&mut self) {
        let changes = self.problem.evidence.iter();
        let changes: Vec<&Numbered> = changes
            .filter(|fact| matches!(fact.evidence.source, Source::Change { .. }))
            .collect();
        for together in changes.chunk_by(|a, b| came_with(a) == came_with(b)) {
            let Some(first) = together.first() else { continue };
            self.blank();
            let when = match first.evidence.time {
                Some(time) if self.view.model.absolute_times => {
                    format!("Changed at {}", self.view.clock.time_to_the_second(time))
                }
                Some(time) => format!("Changed {} ago", self.view.clock.age(time)),
                None => "Changed".to_owned(),
            };
            let (origin, _) = came_with(first);
            let line = self.lines.len();
            self.section(&when);
            if !origin.is_empty() {
                let origin = self.view.span(Role::Dim, &format!("  {origin}"));
                self.beside(line, origin);
            }
            for fact in together {
                self.change(fact);
            }
        }
    }

    /// Puts a text beside a heading, or below it where there is no room.
    pub(super) fn beside(&mut self, heading: usize, text: Span<'static>) {
        let Some(line) = self.lines.get_mut(heading) else {
            return;
        };
        if line.width() + text.width() < self.columns {
            line.spans.push(text);
            return;
        }
        let wrap = Wrap {
            columns: self.prose.saturating_sub(1),
            first: vec![Span::raw("   ")],
            rest: vec![Span::raw("   ")],
        };
        let text = self.view.span(Role::Dim, text.content.trim_start());
        let mut lines = wrap.spans(&[text]);
        self.clip(&mut lines, FACT_LINES);
        self.lines.extend(lines);
    }

    /// `- image: app:1.4` and `+ image: app:1.5` where there is room, else both in one line.
    fn change(&mut self, fact: &Numbered) {
        let Source::Change { what, old, new, .. } = &fact.evidence.source else {
            return;
        };
        let view = self.view;
        let object = if fact.evidence.object == self.problem.owner {
            String::new()
        } else {
            format!("{}: ", fact.evidence.object.short())
        };
        let (minus, plus) = (view.span(Role::Removed, "-"), view.span(Role::Added, "+"));
        let value = |sign: &Span<'static>, role, value: &str| {
            let text = view.span(role, &format!("{object}{what}: "));
            (sign.clone(), vec![text, view.span(Role::Text, value)])
        };
        let sides = match (old, new) {
            (Some(old), Some(new)) if self.density == Density::Roomy => {
                vec![value(&minus, Role::Removed, old), value(&plus, Role::Added, new)]
            }
            (Some(old), Some(new)) => {
                let name = view.span(Role::Added, &format!("{object}{what} "));
                let old = view.span(Role::Removed, old);
                let new = view.span(Role::Text, &format!(" → {new}"));
                vec![(view.span(Role::Added, "~"), vec![name, old, new])]
            }
            (Some(old), None) => vec![value(&minus, Role::Removed, old)],
            (None, Some(new)) => vec![value(&plus, Role::Added, new)],
            (None, None) => {
                let text = view.span(Role::Text, &format!("{object}{}", fact.evidence.text));
                vec![(view.span(Role::Added, "~"), vec![text])]
            }
        };
        let indent = 3 + digits(fact.n) + 1;
        for (place, (sign, text)) in sides.into_iter().enumerate() {
            let number = if place == 0 {
                vec![
                    Span::raw("   "),
                    view.span(Role::Reference, &fact.n.to_string()),
                    Span::raw(" "),
                ]
            } else {
                vec![Span::raw(" ".repeat(indent))]
            };
            let wrap = Wrap {
                columns: self.prose.saturating_sub(1),
                first: number.into_iter().chain([sign, Span::raw(" ")]).collect(),
                rest: vec![Span::raw(" ".repeat(indent + 2))],
            };
            let mut lines = wrap.spans(&text);
            self.clip(&mut lines, FACT_LINES);
            self.lines.extend(lines);
        }
    }

    pub(super) fn why(&mut self, facts: &[&Numbered]) {
        if facts.is_empty() {
            return;
        }
        self.blank();
        self.section("Why");
        let columns = facts.iter().map(|fact| digits(fact.n)).max().unwrap_or(1);
        for fact in facts {
            self.numbered(fact, columns);
        }
    }

    /// Number, kind, the fact itself; its source at the right where there is room, else below.
    fn numbered(&mut self, fact: &Numbered, digits: usize) {
        let view = self.view;
        let evidence = &fact.evidence;
        let indent = 3 + digits + 1 + 8;
        let mut first = vec![
            Span::raw("   "),
            view.span(Role::Reference, &format!("{:>digits$}", fact.n)),
        ];
        first.push(view.span(Role::Dim, &pad(&format!(" {}", evidence.source.kind()), 9)));
        let wrap = Wrap {
            columns: self.columns.saturating_sub(1).min(self.prose + 12),
            first,
            rest: vec![Span::raw(" ".repeat(indent))],
        };
        let room = wrap.columns.saturating_sub(indent);
        let text = match &evidence.source {
            Source::Field { path } => {
                format!("{} {}", shorten_path(path, room / 2), value(&evidence.text))
            }
            Source::Event { .. } | Source::Log { .. } | Source::Change { .. } | Source::Related => {
                evidence.text.to_string()
            }
        };
        let mut lines = wrap.spans(&[view.span(Role::Text, &text)]);
        let most = match &evidence.source {
            Source::Log { .. } => LOG_LINES,
            _ => FACT_LINES,
        };
        self.clip(&mut lines, most);
        let source = source_of(view, fact, false);
        if !source.is_empty() {
            let source_width = width(&source);
            match lines.last_mut() {
                Some(last) if last.width() + source_width + 2 <= wrap.columns => {
                    let fill = wrap.columns - last.width() - source_width;
                    last.spans.push(Span::raw(" ".repeat(fill)));
                    last.spans.push(view.span(Role::Dim, &source));
                }
                // One line a fact: where it comes from stands in the evidence tab.
                _ if self.density == Density::Dense => {}
                _ => {
                    let below = Wrap {
                        first: wrap.rest.clone(),
                        ..wrap
                    };
                    lines.extend(below.spans(&[view.span(Role::Dim, &source)]));
                }
            }
        }
        self.lines.extend(lines);
    }

    /// A few lines of a fact are enough here: the evidence tab shows all of it.
    pub(super) fn clip(&self, lines: &mut Vec<Line<'static>>, (roomy, dense): (usize, usize)) {
        let most = match self.density {
            Density::Roomy => roomy,
            Density::Dense => dense,
        };
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                last.spans.push(self.view.span(Role::Dim, ELLIPSIS));
            }
        }
    }
}

/// The facts that show the diagnosis; the first ones where it names none.
pub(super) fn facts_of_diagnosis(problem: &Problem) -> Vec<&Numbered> {
    let named: Vec<&Numbered> = problem
        .diagnosis
        .why
        .iter()
        .filter_map(|n| problem.fact(*n))
        .collect();
    if named.is_empty() {
        problem.evidence.iter().take(FACTS).collect()
    } else {
        named
    }
}

/// `= true`, whether the sign stands in the text or not.
pub(in crate::views) fn value(text: &str) -> String {
    if text.starts_with('=') {
        text.to_owned()
    } else {
        format!("= {text}")
    }
}

/// `spec…readOnlyRootFilesystem` where the whole path does not fit.
pub(in crate::views) fn shorten_path(path: &str, columns: usize) -> String {
    let path = clean(path);
    if width(&path) <= columns {
        return path.into_owned();
    }
    let (first, _) = path.split_once('.').unwrap_or((&path, ""));
    let mut end = "";
    // As many of the last steps as fit, at least one.
    for (at, _) in path.rmatch_indices('.') {
        let candidate = path.get(at + 1..).unwrap_or_default();
        if !end.is_empty() && width(first) + 1 + width(candidate) > columns {
            break;
        }
        end = candidate;
    }
    format!("{first}…{end}")
}

/// What changes have in common that came together: where they come from, and when.
fn came_with(fact: &Numbered) -> (&str, Option<jiff::Timestamp>) {
    let origin = match &fact.evidence.source {
        Source::Change { origin, .. } => origin,
        _ => "",
    };
    (origin, fact.evidence.time)
}

fn digits(n: u32) -> usize {
    n.to_string().len()
}
