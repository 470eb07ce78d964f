//! What to do about a problem, and what it breaks.

use ratatui::text::Span;

use crate::app::detail::Loaded;
use crate::app::theme::Role;
use crate::engine::problem::{Member, SuggestedCommand};
use crate::views::markdown::circled;
use crate::views::text::width::width;
use crate::views::text::wrap::Wrap;
use crate::views::tree::short_kind;

use super::{FOLLOWS, Page, commands};

/// Things that are named as following from a problem.
const HITS: usize = 4;

impl Page<'_> {
    pub(super) fn actions(&mut self) {
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
        let placement = self.view.model.placement_of(problem);
        let placed = placement.and_then(Loaded::ready).and_then(Option::as_ref);
        if let Some(change) = placed.and_then(|placed| placed.table.change.as_ref()) {
            self.indented(&format!("Smallest change: {change}."), Role::Text);
        }
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
    pub(super) fn hits(&mut self) {
        let symptoms: Vec<&Member> = self.problem.symptoms().collect();
        if symptoms.is_empty() {
            return;
        }
        self.blank();
        self.section(FOLLOWS);
        for member in symptoms.iter().take(HITS) {
            let finding = &member.finding;
            let healed = if member.healed.is_some() { "✓ " } else { "" };
            let line = format!(
                "{healed}{} {}  {}",
                short_kind(&finding.object.kind),
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
}
