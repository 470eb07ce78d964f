//! The text of `analyze`: for people, in a terminal or a file. No colour, so that it is the same in both.

use std::fmt::Write;

use crate::engine::evidence::Source;
use crate::engine::finding::Severity;
use crate::engine::problem::{Problem, State};
use crate::engine::snapshot::Snapshot;
use crate::views::text::escape::clean;
use crate::views::text::wrap::wrap;

/// Prose is wrapped at this many columns.
const WIDTH: usize = 100;

/// Renders the problems that are shown.
pub fn render(snapshot: &Snapshot, shown: &[&Problem]) -> String {
    let mut text = String::new();
    let count = |severity| {
        shown
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    let cluster = &snapshot.cluster;
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{}  {}  {} objects of {} kinds   ✖ {}  ⚠ {}  {} pods healthy",
        clean(&cluster.context),
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
        problem_text(&mut text, snapshot, problem);
    }
    let gaps: Vec<String> = snapshot
        .coverage
        .gaps()
        .map(|gap| format!("{} {}: {}", gap.kind, gap.namespace, gap.detail))
        .collect();
    if !gaps.is_empty() {
        let _ = writeln!(text, "\nCould not look at:");
        for gap in gaps {
            let _ = writeln!(text, "  {}", clean(&gap));
        }
    }
    text
}

fn problem_text(text: &mut String, snapshot: &Snapshot, problem: &Problem) {
    let times = if problem.count > 1 {
        format!("  ×{}", problem.count)
    } else {
        String::new()
    };
    let since = problem
        .since
        .map(|since| format!("  {}", age(snapshot.at, since)))
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
    paragraph(text, "cause", &problem.diagnosis.cause);
    for (place, n) in problem.diagnosis.why.iter().enumerate() {
        let Some(fact) = problem.fact(*n) else { continue };
        let label = if place == 0 { "why" } else { "" };
        let evidence = &fact.evidence;
        let said = match &evidence.source {
            Source::Field { path } | Source::Change { path } => format!("{path} = {}", evidence.text),
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
    paragraph(text, "fix", &problem.diagnosis.fix);
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

fn age(now: jiff::Timestamp, since: jiff::Timestamp) -> String {
    let seconds = now.duration_since(since).as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}
