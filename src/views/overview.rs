//! What a problem is, why we think so, and what to do: the first three lines answer what, since when and how sure.

use std::fmt::Write as _;

use ratatui::text::{Line, Span};

use crate::app::model::Model;
use crate::app::theme::Role;
use crate::engine::evidence::{Numbered, Source};
use crate::engine::finding::Severity;
use crate::engine::problem::{Confidence, Member, Problem, Role as Part, State, SuggestedCommand};

use super::View;
use super::evidence::source_of;
use super::markdown::circled;
use super::number::count;
use super::text::escape::clean;
use super::text::width::{ELLIPSIS, pad, width};
use super::text::wrap::{PROSE, Wrap};

/// Facts that are shown where the diagnosis names none.
const FACTS: usize = 3;

/// Lines of a fact.
const FACT_LINES: usize = 2;

/// Things that are named as following from a problem.
const HITS: usize = 4;

/// The commands of a diagnosis that are offered, each with its number. In read-only mode those that change the
/// cluster are left out; the others keep their numbers.
pub fn commands<'a>(
    model: &Model,
    problem: &'a Problem,
) -> impl Iterator<Item = (u32, &'a SuggestedCommand)> + use<'a> {
    let read_only = model.setting.read_only;
    (1..)
        .zip(&problem.diagnosis.commands)
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
        self.actions();
        self.hits();
        self.lines
    }

    fn of_member(mut self, member: &Member) -> Vec<Line<'static>> {
        let finding = &member.finding;
        let (sign, role) = sign(finding.severity);
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

    fn changes(&mut self) {
        let changes: Vec<&Numbered> = self
            .problem
            .evidence
            .iter()
            .filter(|fact| matches!(fact.evidence.source, Source::Change { .. }))
            .collect();
        if changes.is_empty() {
            return;
        }
        self.blank();
        let newest = changes.iter().filter_map(|fact| fact.evidence.time).max();
        match newest {
            Some(time) if self.view.model.absolute_times => {
                self.section(&format!(
                    "Changed at {}",
                    self.view.clock.time_to_the_second(time)
                ));
            }
            Some(time) => self.section(&format!("Changed {} ago", self.view.clock.age(time))),
            None => self.section("Changed"),
        }
        for fact in changes {
            self.change(fact);
        }
    }

    fn change(&mut self, fact: &Numbered) {
        let Source::Change { path } = &fact.evidence.source else {
            return;
        };
        let view = self.view;
        let wrap = Wrap {
            columns: self.prose.saturating_sub(1),
            first: vec![
                Span::raw("   "),
                view.span(Role::Reference, &fact.n.to_string()),
                Span::raw(" "),
                view.span(Role::Added, "+"),
                Span::raw(" "),
            ],
            rest: vec![Span::raw(" ".repeat(6 + digits(fact.n)))],
        };
        let path = shorten_path(path, wrap.columns / 2);
        let mut lines = wrap.spans(&[
            view.span(Role::Added, &path),
            view.span(Role::Text, &format!(": {}", fact.evidence.text)),
        ]);
        self.clip(&mut lines);
        self.lines.extend(lines);
    }

    fn why(&mut self, facts: &[&Numbered]) {
        if facts.is_empty() {
            return;
        }
        self.blank();
        self.section("Why");
        for fact in facts {
            self.numbered(fact);
        }
    }

    /// Number, kind, the fact itself; its source at the right where there is room, else below.
    fn numbered(&mut self, fact: &Numbered) {
        let view = self.view;
        let evidence = &fact.evidence;
        let indent = 3 + digits(fact.n) + 1 + 8;
        let mut first = vec![Span::raw("   "), view.span(Role::Reference, &fact.n.to_string())];
        first.push(view.span(Role::Dim, &pad(&format!(" {}", evidence.source.kind()), 9)));
        let wrap = Wrap {
            columns: self.columns.saturating_sub(1).min(self.prose + 12),
            first,
            rest: vec![Span::raw(" ".repeat(indent))],
        };
        let room = wrap.columns.saturating_sub(indent);
        let text = match &evidence.source {
            Source::Field { path } | Source::Change { path } => {
                format!("{} {}", shorten_path(path, room / 2), value(&evidence.text))
            }
            Source::Event { .. } | Source::Log { .. } | Source::Related => evidence.text.to_string(),
        };
        let mut lines = wrap.spans(&[view.span(Role::Text, &text)]);
        self.clip(&mut lines);
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

    /// Two lines of a fact are enough here: the evidence tab shows all of it.
    fn clip(&self, lines: &mut Vec<Line<'static>>) {
        let most = match self.density {
            Density::Roomy => FACT_LINES,
            Density::Dense => 1,
        };
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                last.spans.push(self.view.span(Role::Dim, ELLIPSIS));
            }
        }
    }

    fn actions(&mut self) {
        let problem = self.problem;
        let fix = problem.diagnosis.fix.clone();
        let commands: Vec<(u32, SuggestedCommand)> = commands(self.view.model, problem)
            .map(|(n, command)| (n, command.clone()))
            .collect();
        if fix.is_empty() && commands.is_empty() {
            return;
        }
        self.blank();
        self.section("Do");
        if !fix.is_empty() {
            self.indented(&fix, Role::Text);
        }
        for (n, command) in &commands {
            self.command(*n, command);
        }
    }

    fn command(&mut self, n: u32, command: &SuggestedCommand) {
        let view = self.view;
        let (sign, role, what) = if command.mutates {
            ("⚠", Role::Warning, "changes")
        } else {
            ("✓", Role::Healed, "reads")
        };
        let number = circled(n);
        let indent = 3 + width(&number) + 3;
        let columns = self.columns.saturating_sub(1).min(self.prose + 12);
        let wrap = Wrap {
            columns,
            first: vec![
                Span::raw("   "),
                view.span(Role::Reference, &number),
                Span::raw(" "),
                view.span(role, sign),
                Span::raw(" "),
            ],
            rest: vec![Span::raw(" ".repeat(indent + 2))],
        };
        let mut lines = wrap.spans(&[view.span(Role::Code, &command.command)]);
        // Long ones have no room for the word; the sign says it too.
        if let [only] = lines.as_mut_slice()
            && only.width() + 2 + what.len() <= columns
        {
            let fill = columns - only.width() - what.len();
            only.spans.push(Span::raw(" ".repeat(fill)));
            only.spans.push(view.span(Role::Dim, what));
        }
        self.lines.extend(lines);
    }

    /// What else the problem breaks.
    fn hits(&mut self) {
        let symptoms: Vec<&Member> = self.problem.symptoms().collect();
        if symptoms.is_empty() {
            return;
        }
        self.blank();
        self.section(FOLLOWS);
        for member in symptoms.iter().take(HITS) {
            let finding = &member.finding;
            let line = format!(
                "{} {}  {}",
                super::tree::short_kind(&finding.object.kind),
                finding.object.name,
                finding.title
            );
            self.indented(&line, Role::Dim);
        }
        if symptoms.len() > HITS {
            let more = format!("and {} more", symptoms.len() - HITS);
            self.indented(&more, Role::Dim);
        }
    }

    fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    fn section(&mut self, name: &str) {
        let line = Line::from(vec![Span::raw("  "), self.view.span(Role::Heading, name)]);
        self.lines.push(line);
    }

    fn dim_line(&mut self, text: &str) {
        let wrap = Wrap {
            columns: self.columns.saturating_sub(1),
            first: vec![Span::raw("  ")],
            rest: vec![Span::raw("  ")],
        };
        self.lines.extend(wrap.spans(&[self.view.span(Role::Dim, text)]));
    }

    fn prose(&mut self, text: &str, role: Role) {
        self.paragraph(text, role, 2);
    }

    fn indented(&mut self, text: &str, role: Role) {
        self.paragraph(text, role, 3);
    }

    fn paragraph(&mut self, text: &str, role: Role, indent: usize) {
        let wrap = Wrap {
            columns: self.prose.saturating_sub(1),
            first: vec![Span::raw(" ".repeat(indent))],
            rest: vec![Span::raw(" ".repeat(indent))],
        };
        for paragraph in text.lines() {
            self.lines.extend(wrap.spans(&[self.view.span(role, paragraph)]));
        }
    }
}

/// The facts that show the diagnosis; the first ones where it names none.
fn facts_of_diagnosis(problem: &Problem) -> Vec<&Numbered> {
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

const fn sign(severity: Severity) -> (&'static str, Role) {
    let role = match severity {
        Severity::Critical => Role::Critical,
        Severity::Warning => Role::Warning,
        Severity::Info => Role::Info,
    };
    (severity.sign(), role)
}

/// `Deployment shop/checkout`.
fn object_path(object: &crate::engine::object::ObjectRef) -> String {
    if object.namespace.is_empty() {
        format!("{} {}", object.kind, object.name)
    } else {
        format!("{} {}/{}", object.kind, object.namespace, object.name)
    }
}

/// `= true`, whether the sign stands in the text or not.
pub(super) fn value(text: &str) -> String {
    if text.starts_with('=') {
        text.to_owned()
    } else {
        format!("= {text}")
    }
}

/// `spec…readOnlyRootFilesystem` where the whole path does not fit.
pub(super) fn shorten_path(path: &str, columns: usize) -> String {
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

fn digits(n: u32) -> usize {
    n.to_string().len()
}
