//! The text of `analyze`: for people, in a terminal or a file. No colour, so that it is the same in both.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::analyze::Docs;
use crate::engine::age::Age;
use crate::engine::coverage::Status;
use crate::engine::evidence::Source;
use crate::engine::finding::Severity;
use crate::engine::problem::{Problem, State};
use crate::engine::snapshot::{Connection, Snapshot};
use crate::views::text::escape::clean;
use crate::views::text::wrap::wrap;

/// Prose is wrapped at this many columns.
const WIDTH: usize = 100;

/// Renders the problems that are shown.
pub fn render(snapshot: &Snapshot, shown: &[&Problem], docs: &Docs) -> String {
    let mut text = String::new();
    let count = |severity| {
        shown
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    let cluster = &snapshot.cluster;
    let place = match &cluster.connection {
        Connection::Files { name, at } => format!("{name}  as of {at}"),
        _ => cluster.context.to_string(),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{}  {}  {} objects of {} kinds   ✖ {}  ⚠ {}  {} pods healthy",
        clean(&place),
        clean(&cluster.server_version),
        snapshot.objects,
        snapshot.kinds,
        count(Severity::Critical),
        count(Severity::Warning),
        snapshot.healthy,
    );
    let active = snapshot
        .problems
        .iter()
        .filter(|problem| problem.state == State::Active && problem.severity > Severity::Info)
        .count();
    if active == 0 && shown.is_empty() {
        text.push_str("\nNothing is failing.\n");
    } else if shown.is_empty() {
        let _ = writeln!(
            text,
            "\nNothing of what was asked for is failing; {active} other problems are not shown."
        );
    }
    for problem in shown {
        text.push('\n');
        problem_text(&mut text, snapshot, problem, docs);
    }
    let gaps: Vec<String> = snapshot
        .coverage
        .gaps()
        .filter(|gap| gap.status != Status::Off)
        .map(|gap| {
            let place = if gap.namespace.is_empty() { "" } else { " " };
            format!("{}{place}{}: {}", gap.kind, gap.namespace, gap.detail)
        })
        .collect();
    if !gaps.is_empty() {
        let _ = writeln!(text, "\nCould not look at:");
        for gap in gaps {
            let _ = writeln!(text, "  {}", clean(&gap));
        }
    }
    let off: Vec<&str> = snapshot
        .coverage
        .entries
        .iter()
        .filter(|entry| entry.status == Status::Off)
        .map(|entry| &*entry.kind)
        .collect();
    if !off.is_empty() {
        let _ = writeln!(
            text,
            "\nSwitched off (k8stui filters): {}",
            clean(&off.join(", "))
        );
    }
    if matches!(cluster.connection, Connection::Files { .. }) {
        not_in_the_files(&mut text, snapshot);
    }
    text
}

/// Of what files do not hold nothing can be said: neither that it is well nor that it is not there.
fn not_in_the_files(text: &mut String, snapshot: &Snapshot) {
    let absent = |what: &str| {
        let entries = snapshot.coverage.entries.iter();
        let of = entries.filter(|entry| &*entry.what == what && entry.status == Status::Absent);
        of.map(|entry| entry.kind.to_string()).collect::<BTreeSet<_>>()
    };
    let mut names: Vec<String> = absent("kind").into_iter().collect();
    if !absent("logs").is_empty() {
        names.push("logs".to_owned());
    }
    if names.is_empty() {
        return;
    }
    let lines = wrap(&clean(&names.join(", ")), WIDTH - 2);
    let _ = writeln!(text, "\nNot in the files:");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

fn problem_text(text: &mut String, snapshot: &Snapshot, problem: &Problem, docs: &Docs) {
    let times = if problem.count > 1 {
        format!("  ×{}", problem.count)
    } else {
        String::new()
    };
    let since = problem
        .since
        .map(|since| format!("  {}", Age::of(snapshot.at, since).text()))
        .unwrap_or_default();
    let _ = writeln!(
        text,
        "{} {}{times}{since}",
        problem.severity.sign(),
        clean(&problem.title)
    );
    let _ = writeln!(
        text,
        "  {}   {}   id {}",
        clean(&problem.owner.to_string()),
        problem.diagnosis.confidence.name(),
        problem.id
    );
    if let Some(at) = problem.root_healed() {
        let healed = format!(
            "healed {} ago; what followed from it has not ended",
            Age::of(snapshot.at, at).text()
        );
        paragraph(text, "✓", &healed);
    }
    paragraph(text, "cause", &problem.diagnosis.cause);
    for (place, n) in problem.diagnosis.why.iter().enumerate() {
        let Some(fact) = problem.fact(*n) else { continue };
        let label = if place == 0 { "why" } else { "" };
        let evidence = &fact.evidence;
        let said = match &evidence.source {
            Source::Field { path } => format!("{path} = {}", evidence.text),
            Source::Change { .. } => format!("{}: {}", evidence.object.short(), evidence.sentence()),
            Source::Event { reason, count } if *count > 1 => format!("{reason} ×{count}: {}", evidence.text),
            Source::Event { reason, .. } => format!("{reason}: {}", evidence.text),
            Source::Log {
                container, previous, ..
            } => {
                let instance = if *previous { "previous" } else { "current" };
                format!("{} ({container}, {instance})", evidence.text)
            }
            Source::Related => format!("{}: {}", evidence.object, evidence.text),
        };
        let _ = writeln!(
            text,
            "  {label:<7}[{n}] {:<7} {}",
            evidence.source.kind(),
            one_line(&said)
        );
    }
    if let Some(doc) = problem.root().and_then(|root| docs.get(&root.id)) {
        paragraph(text, "doc", &format!("{}: {}", doc.path, doc.text));
    }
    paragraph(text, "fix", &problem.diagnosis.fix);
    paragraph(
        text,
        "docs",
        problem.diagnosis.docs.as_deref().unwrap_or_default(),
    );
    for (place, command) in problem.diagnosis.commands.iter().enumerate() {
        let label = if place == 0 { "do" } else { "" };
        let sign = if command.mutates { "⚠" } else { "✓" };
        let _ = writeln!(text, "  {label:<7}{sign} {}", clean(&command.command));
    }
    for member in problem.symptoms() {
        let finding = &member.finding;
        let _ = writeln!(
            text,
            "  └─ {}  {}",
            clean(&finding.object.to_string()),
            clean(&finding.title)
        );
    }
}

fn paragraph(text: &mut String, label: &str, prose: &str) {
    if prose.is_empty() {
        return;
    }
    let lines = wrap(&clean(prose), WIDTH - 9);
    for (place, line) in lines.iter().enumerate() {
        let label = if place == 0 { label } else { "" };
        let _ = writeln!(text, "  {label:<7}{line}");
    }
}

fn one_line(said: &str) -> String {
    clean(said).lines().collect::<Vec<_>>().join(" ")
}
