//! What is known about a problem.

use super::lines::{self, when};
use super::plan::Section;
use crate::engine::age::Age;
use crate::engine::evidence::dossier::Dossier;
use crate::engine::problem::{Problem, Role, State};

/// The problem itself: always there.
pub(super) fn what(dossier: &Dossier, problem: &Problem) -> Section {
    let mut section = Section::new(|_, _| "## Problem".to_owned());
    section.must(problem.title.to_string());
    let state = match problem.state {
        State::Active => match problem.root_healed() {
            Some(at) => format!(
                "the cause healed at {}, what followed from it has not ended",
                when(at)
            ),
            None => "active".to_owned(),
        },
        State::Healed(at) => format!("healed at {}", when(at)),
    };
    section.must(format!("severity: {}, {state}", problem.severity));
    if let Some(since) = problem.since {
        section.must(format!(
            "since: {} ({} ago)",
            when(since),
            Age::of(dossier.at, since).text()
        ));
    }
    section.must(format!("about: {}", problem.owner));
    if problem.culprit != problem.owner {
        section.must(format!("to be changed: {}", problem.culprit));
    }
    if problem.count > 1 {
        section.must(format!("failing alike: {}", problem.count));
    }
    if problem.provisional {
        section.must("provisional: the cluster is still being read, a deeper cause may show".to_owned());
    }
    if !problem.unknown_cause.is_empty() {
        let kinds: Vec<&str> = problem.unknown_cause.iter().map(|kind| kind.name()).collect();
        section.must(format!(
            "unknown: a deeper cause may lie in what may not be read: {}",
            kinds.join(", ")
        ));
    }
    section.must(super::cluster(dossier));
    section
}

/// From the root to what follows from it.
pub(super) fn chain(dossier: &Dossier, problem: &Problem) -> Section {
    let mut section =
        Section::new(|shown, total| format!("## Causal chain{}", lines::of(shown, total, "findings")));
    for (index, member) in problem.members.iter().enumerate() {
        let finding = &member.finding;
        let role = match member.role {
            Role::Root => "root",
            Role::Equal => "alike",
            Role::Symptom => "follows",
        };
        let numbers = lines::numbers(&member.evidence);
        let container = finding
            .container
            .as_ref()
            .map(|name| format!(" container {name}"))
            .unwrap_or_default();
        let healed = member
            .healed
            .map(|at| format!(", healed at {}", when(at)))
            .unwrap_or_default();
        let line = format!(
            "{role}{healed}: {}{container} {}: {} {numbers}",
            finding.object, finding.code, finding.title
        );
        match member.role {
            Role::Root => {
                section.must(line.trim_end().to_owned());
                if !finding.message.is_empty() {
                    section.line(1, format!("  {}", finding.message));
                }
            }
            Role::Symptom => section.line(2, line.trim_end().to_owned()),
            // The first replicas say what the others would.
            Role::Equal => section.line(if index < 4 { 3 } else { 9 }, line.trim_end().to_owned()),
        }
    }
    if dossier.owners.len() > 1 {
        let path: Vec<String> = dossier.owners.iter().map(ToString::to_string).collect();
        section.line(2, format!("owned by: {}", path.join(" -> ")));
    }
    section
}

pub(super) fn evidence(problem: &Problem) -> Section {
    let mut section = Section::new(|shown, total| format!("## Evidence{}", lines::of(shown, total, "facts")));
    let roots: Vec<u32> = problem
        .root()
        .map(|root| root.evidence.clone())
        .unwrap_or_default();
    let why = &problem.diagnosis.why;
    for fact in &problem.evidence {
        let rank = if why.contains(&fact.n) || roots.contains(&fact.n) {
            1
        } else {
            3
        };
        section.line(rank, lines::fact(fact));
    }
    section
}

pub(super) fn playbook(problem: &Problem) -> Section {
    let diagnosis = &problem.diagnosis;
    let confidence = diagnosis.confidence.name();
    let mut section = Section::new(move |_, _| {
        format!("## What a playbook says ({confidence}; check it against the evidence)")
    });
    if diagnosis.cause.is_empty() {
        return section;
    }
    let why = lines::numbers(&diagnosis.why);
    section.line(
        1,
        format!("cause: {} {why}", diagnosis.cause).trim_end().to_owned(),
    );
    if !diagnosis.fix.is_empty() {
        section.line(1, format!("fix: {}", diagnosis.fix));
    }
    for command in &diagnosis.commands {
        let effect = if command.mutates { "changes" } else { "reads" };
        section.line(2, format!("{effect}: {}", command.command));
    }
    section
}
