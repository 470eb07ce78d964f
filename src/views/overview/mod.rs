//! What a problem is, why we think so, and what to do: the first three lines answer what, since when and how sure.

mod actions;
mod blocks;
mod facts;
mod placement;

use std::fmt::Write as _;

use ratatui::text::{Line, Span};

use crate::app::detail::Loaded;
use crate::app::model::Model;
use crate::app::theme::Role;
use crate::engine::evidence::Numbered;
use crate::engine::finding::Severity;
use crate::engine::object::ObjectRef;
use crate::engine::problem::{Confidence, Member, Problem, Role as Part, State, SuggestedCommand};

use super::View;
use super::number::count;
use super::text::width::width;
use super::text::wrap::{PROSE, Wrap};
use facts::facts_of_diagnosis;

pub(super) use facts::{shorten_path, value};

/// The commands that are offered, each with its number: those that let a pod have a node, then those of the diagnosis.
/// In read-only mode those that change the cluster are left out; the others keep their numbers. While it is looked
/// where a pod could run there are none, for a number must not change its meaning under a finger.
pub fn commands<'a>(
    model: &'a Model,
    problem: &'a Problem,
) -> impl Iterator<Item = (u32, &'a SuggestedCommand)> + use<'a> {
    let read_only = model.setting.read_only;
    let placement = model.placement_of(problem);
    let placed = placement.and_then(Loaded::ready).and_then(Option::as_ref);
    let placed = placed.map_or(&[][..], |placed| &placed.commands);
    let awaited = placement.is_some_and(|placement| matches!(placement, Loaded::Waiting { .. }));
    let known = if awaited {
        &[][..]
    } else {
        &*problem.diagnosis.commands
    };
    (1..)
        .zip(placed.iter().chain(known))
        .filter(move |(_, command)| !(read_only && command.mutates))
}

/// The whole text at a width.
pub(super) fn lines(view: View<'_>, columns: usize, rows: usize) -> Vec<Line<'static>> {
    let roomy = page(view, columns, Density::Roomy);
    let needed = roomy
        .iter()
        .position(|line| is_section(line, FOLLOWS))
        .unwrap_or(roomy.len());
    // What to do belongs on the first screen.
    if needed > rows {
        page(view, columns, Density::Dense)
    } else {
        roomy
    }
}

/// How much room facts and gaps get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Density {
    /// Two lines a fact, a blank line between the parts.
    Roomy,
    /// One line a fact.
    Dense,
}

/// The heading of what stands last, and may be below the first screen.
const FOLLOWS: &str = "Follows";

fn is_section(line: &Line<'_>, name: &str) -> bool {
    line.spans.last().is_some_and(|span| span.content == name)
}

fn page(view: View<'_>, columns: usize, density: Density) -> Vec<Line<'static>> {
    let Some(row) = view.model.tree.selected() else {
        return Vec::new();
    };
    let page = Page {
        density,
        view,
        problem: &row.problem,
        columns,
        prose: columns.min(usize::from(PROSE)),
        lines: Vec::new(),
    };
    match row.member() {
        Some(member) if member.role != Part::Root => page.of_member(member),
        Some(_) | None => page.of_problem(),
    }
}

struct Page<'a> {
    density: Density,
    view: View<'a>,
    problem: &'a Problem,
    columns: usize,
    prose: usize,
    lines: Vec<Line<'static>>,
}

impl Page<'_> {
    fn of_problem(mut self) -> Vec<Line<'static>> {
        let problem = self.problem;
        let (sign, role) = match problem.state {
            State::Healed(_) => ("✓", Role::Healed),
            State::Active => sign(problem.severity),
        };
        let sure = if problem.provisional {
            "provisional".to_owned()
        } else {
            problem.diagnosis.confidence.name().to_owned()
        };
        let sure_role = match problem.diagnosis.confidence {
            Confidence::Certain if !problem.provisional => Role::Bold,
            Confidence::Certain | Confidence::Likely | Confidence::Possible => Role::Dim,
        };
        self.heading(sign, role, &problem.title, Some((&sure, sure_role)));
        self.where_and_when();
        self.cause();
        self.changes();
        self.why(&facts_of_diagnosis(problem));
        if let Some(Loaded::Ready(Some(placed))) = self.view.model.placement_of(problem) {
            self.placement(placed);
        }
        self.actions();
        self.hits();
        self.lines
    }

    fn of_member(mut self, member: &Member) -> Vec<Line<'static>> {
        let finding = &member.finding;
        let (sign, role) = match member.healed {
            Some(_) => ("✓", Role::Healed),
            None => sign(finding.severity),
        };
        let title = format!("{}: {}", finding.object.name, finding.title);
        self.heading(sign, role, &title, None);
        let mut place = object_path(&finding.object);
        if let Some(container) = &finding.container {
            let _ = write!(place, " · container {container}");
        }
        if finding.count > 1 {
            let _ = write!(place, " · {} times", finding.count);
        }
        if let Some(since) = finding.since {
            place.push_str(&self.since(since));
        }
        if let Some(at) = member.healed {
            let _ = write!(place, " · healed {}", self.view.clock.time(at));
        }
        self.dim_line(&place);
        if !finding.message.is_empty() {
            self.blank();
            self.prose(&finding.message, Role::Text);
        }
        let facts: Vec<&Numbered> = member
            .evidence
            .iter()
            .filter_map(|n| self.problem.fact(*n))
            .collect();
        self.why(&facts);
        self.blank();
        let relation = match member.role {
            Part::Symptom => "Follows from",
            Part::Equal => "Fails as the others do",
            Part::Root => "Cause",
        };
        self.section(relation);
        let title = self.problem.title.clone();
        self.indented(&title, Role::Text);
        self.actions();
        self.lines
    }

    fn heading(&mut self, sign: &str, role: Role, title: &str, sure: Option<(&str, Role)>) {
        let view = self.view;
        let sure_width = sure.map_or(0, |(sure, _)| width(sure) + 2);
        let wrap = Wrap {
            columns: self.columns.saturating_sub(1),
            first: vec![view.span(role, sign), Span::raw(" ")],
            rest: vec![Span::raw("  ")],
        };
        // The first line leaves room for how sure it is, where the title fits beside it.
        let narrow = Wrap {
            columns: wrap.columns.saturating_sub(sure_width),
            ..wrap.clone()
        };
        let title = [view.span(Role::Bold, title)];
        let mut lines = narrow.spans(&title);
        if lines.len() > 2 {
            lines = wrap.spans(&title);
        } else if let (Some((sure, role)), Some(first)) = (sure, lines.first_mut()) {
            let fill = self.columns.saturating_sub(first.width() + width(sure) + 1);
            first.spans.push(Span::raw(" ".repeat(fill)));
            first.spans.push(view.span(role, sure));
            return self.lines.extend(lines);
        }
        self.lines.extend(lines);
        if let Some((sure, role)) = sure {
            self.lines
                .push(Line::from(vec![Span::raw("  "), view.span(role, sure)]));
        }
    }

    /// `Deployment shop/checkout · 3 pods · since 10:21, 4m`.
    fn where_and_when(&mut self) {
        let problem = self.problem;
        let mut place = object_path(&problem.owner);
        if problem.count > 1 {
            let kind = problem
                .root()
                .map_or("", |root| &*root.finding.object.kind)
                .to_lowercase();
            place.push_str(" · ");
            place.push_str(&count(u64::from(problem.count), &kind, &format!("{kind}s")));
        }
        if let Some(since) = problem.since {
            place.push_str(&self.since(since));
        }
        if let State::Healed(at) = problem.state {
            let _ = write!(place, " · healed {}", self.view.clock.time(at));
        }
        if let Some(at) = problem.root_healed() {
            let _ = write!(place, " · cause healed {}", self.view.clock.time(at));
        }
        self.dim_line(&place);
        if problem.culprit != problem.owner {
            let culprit = format!("heals with {}", object_path(&problem.culprit));
            self.dim_line(&culprit);
        }
    }

    fn since(&self, since: jiff::Timestamp) -> String {
        let clock = self.view.clock;
        if self.view.model.absolute_times {
            format!(" · since {}", clock.time_to_the_second(since))
        } else {
            format!(" · since {}, {}", clock.time(since), clock.age(since))
        }
    }

    fn cause(&mut self) {
        let diagnosis = &self.problem.diagnosis;
        let cause = if diagnosis.cause.is_empty() {
            self.problem
                .root()
                .map(|root| root.finding.message.clone())
                .unwrap_or_default()
        } else {
            diagnosis.cause.clone()
        };
        if !cause.is_empty() {
            self.blank();
            self.prose(&cause, Role::Text);
        }
    }
}

const fn sign(severity: Severity) -> (&'static str, Role) {
    let role = match severity {
        Severity::Critical => Role::Critical,
        Severity::Warning => Role::Warning,
        Severity::Info => Role::Info,
    };
    (severity.sign(), role)
}

/// `Deployment shop/checkout`.
fn object_path(object: &ObjectRef) -> String {
    if object.namespace.is_empty() {
        format!("{} {}", object.kind, object.name)
    } else {
        format!("{} {}/{}", object.kind, object.namespace, object.name)
    }
}
