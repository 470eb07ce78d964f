//! What is known about a cluster as a whole.

use super::lines::{self, count};
use super::plan::Section;
use crate::engine::age::Age;
use crate::engine::evidence::dossier::{Dossier, Overview};
use crate::engine::problem::State;

/// The question that such a seed ends with.
pub(super) const QUESTION: &str = "\
## Question
How does this cluster stand, what is to be mended first, and do any of these problems have one cause in common?
";

/// Problems that are there however small the budget.
const ALWAYS: usize = 10;

pub(super) fn what(dossier: &Dossier, overview: &Overview) -> Section {
    let mut section = Section::new(|_, _| "## Cluster".to_owned());
    section.must(super::cluster(dossier));
    section.must(format!(
        "watched: {} objects of {} kinds; {} pods are in no problem",
        count(overview.objects),
        overview.kinds,
        count(overview.healthy)
    ));
    section
}

/// Its problems, worst first, each with what the playbook says of it.
pub(super) fn problems(dossier: &Dossier, overview: &Overview) -> Section {
    let mut section = Section::new(|shown, total| {
        format!(
            "## Problems, worst first, with what a playbook says{}",
            lines::of(shown, total, "lines")
        )
    });
    if overview.problems.is_empty() {
        section.must("none: nothing is failing".to_owned());
    }
    for (index, problem) in overview.problems.iter().enumerate() {
        let late = u8::try_from(index / ALWAYS).unwrap_or(u8::MAX).min(5);
        let times = if problem.count > 1 {
            format!(" {}x", problem.count)
        } else {
            String::new()
        };
        let since = problem
            .since
            .map(|since| format!(", for {}", Age::of(dossier.at, since).text()))
            .unwrap_or_default();
        let healed = if problem.state == State::Active {
            ""
        } else {
            ", healed"
        };
        let follow = match problem.symptoms().count() {
            0 => String::new(),
            1 => ", 1 thing follows from it".to_owned(),
            more => format!(", {more} things follow from it"),
        };
        let line = format!(
            "{} {}:{times} {}{since}{healed}{follow}",
            problem.severity, problem.owner, problem.title
        );
        if index < ALWAYS {
            section.must(line);
        } else {
            section.line(late, line);
        }
        let diagnosis = &problem.diagnosis;
        section.line(
            2 + late,
            format!("  cause ({}): {}", diagnosis.confidence.name(), diagnosis.cause),
        );
        section.line(4 + late, format!("  fix: {}", diagnosis.fix));
        if let Some(command) = diagnosis.commands.first() {
            section.line(4 + late, format!("  first command: {}", command.command));
        }
    }
    section
}
