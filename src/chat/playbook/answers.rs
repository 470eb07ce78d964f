//! An answer a topic, about a problem.

use std::fmt::Write;

use super::lines::{fact_line, numbers, plain, time};
use crate::chat::seed::count;
use crate::engine::age::Age;
use crate::engine::evidence::Numbered;
use crate::engine::evidence::Source;
use crate::engine::evidence::dossier::{ContainerLog, Dossier};
use crate::engine::evidence::events::{Folded, folded};
use crate::engine::problem::{Confidence, Problem};

/// Events that an answer shows.
const EVENTS: usize = 12;

/// Rows of nodes that an answer shows.
const NODES: usize = 8;

/// Lines of log that an answer shows of a container.
const LOG_LINES: usize = 8;

pub(super) fn why(problem: &Problem) -> String {
    let diagnosis = &problem.diagnosis;
    let mut text = format!(
        "**{}** {} ({})\n",
        plain(&diagnosis.cause),
        numbers(&diagnosis.why),
        diagnosis.confidence.name()
    );
    let shown: Vec<&Numbered> = diagnosis.why.iter().filter_map(|n| problem.fact(*n)).collect();
    if !shown.is_empty() {
        text.push_str("\n**Why**\n\n");
        for fact in shown {
            let _ = writeln!(text, "{}", fact_line(fact));
        }
    }
    text
}

/// The images that run here and are like one that cannot be pulled, if it is about one; else nothing.
pub(super) fn images(dossier: &Dossier) -> String {
    let images = dossier.images.iter();
    let names: Vec<String> = images.map(|one| plain(&one.image)).collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!("**Running here, of a like name**: {}\n\n", names.join(", ")),
    }
}

/// Where the pod could run, if it is about one that no node takes; else nothing.
pub(super) fn nodes(dossier: &Dossier) -> String {
    let Some(placed) = &dossier.placed else {
        return String::new();
    };
    let table = &placed.table;
    let mut text = format!("**Nodes**: {}\n\n", plain(&table.heading()));
    for row in table.rows.iter().take(NODES) {
        let _ = writeln!(text, "- {}: {}", plain(&row.who()), plain(&row.why()));
    }
    if let Some(change) = &table.change {
        let _ = writeln!(text, "\n**Smallest change**: {}", plain(&change.to_string()));
    }
    text.push('\n');
    text
}

pub(super) fn fix(problem: &Problem) -> String {
    let diagnosis = &problem.diagnosis;
    if diagnosis.fix.is_empty() && diagnosis.commands.is_empty() {
        return "**Fix**: the playbook knows none for this. Look at the evidence.\n".to_owned();
    }
    let docs = diagnosis.docs.as_ref().map(|docs| format!("More: {docs}\n\n"));
    format!(
        "**Fix**: {}\n\n{}{}",
        plain(&diagnosis.fix),
        docs.unwrap_or_default(),
        commands(problem)
    )
}

/// The commands, in a block from which the chat numbers them.
pub(super) fn commands(problem: &Problem) -> String {
    let commands = &problem.diagnosis.commands;
    if commands.is_empty() {
        return "The playbook has no commands for this.\n".to_owned();
    }
    let mut text = String::from("```bash\n");
    let mut effect = None;
    for command in commands {
        if effect != Some(command.mutates) {
            effect = Some(command.mutates);
            text.push_str(if command.mutates {
                "# changes the cluster\n"
            } else {
                "# only reads\n"
            });
        }
        let _ = writeln!(text, "{}", command.command);
    }
    text.push_str("```\n");
    text
}

pub(super) fn logs(dossier: &Dossier) -> String {
    let mut text = String::new();
    for log in &dossier.logs {
        text.push_str(&log_part(log));
    }
    if text.is_empty() {
        "No log was read: no container of it has failed or runs, or its logs could not be read.\n".to_owned()
    } else {
        text
    }
}

fn log_part(log: &ContainerLog) -> String {
    let digest = &log.digest;
    let which = if log.previous { ", the instance before" } else { "" };
    let mut text = format!(
        "**Log of {} container {}{which}**, {} lines read:\n\n",
        log.pod.path(),
        log.container,
        count(digest.lines)
    );
    let errors: Vec<_> = digest
        .patterns
        .iter()
        .filter(|pattern| pattern.weight > 0)
        .take(LOG_LINES)
        .collect();
    for pattern in &errors {
        let times = if pattern.count > 1 {
            format!("{}x ", count(u64::from(pattern.count)))
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "- {times}{}{}",
            time(pattern.line.time),
            plain(&pattern.line.text)
        );
    }
    if errors.is_empty() {
        text.push_str("No line of it looks like an error. Its last lines:\n\n");
        for line in digest.tail.iter().rev().take(LOG_LINES).rev() {
            let _ = writeln!(text, "- {}{}", time(line.time), plain(&line.text));
        }
    }
    text.push('\n');
    text
}

pub(super) fn events(dossier: &Dossier) -> String {
    let events = folded(&dossier.events);
    if events.is_empty() {
        return "There are no events about it. Events are kept for an hour.\n".to_owned();
    }
    let mut text = format!(
        "**Events**, the last {} of {}:\n\n",
        events.len().min(EVENTS),
        events.len()
    );
    for Folded { event, count, others } in events.iter().rev().take(EVENTS).rev() {
        let times = if *count > 1 {
            format!(" ({count}x)")
        } else {
            String::new()
        };
        let others = match others {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let sign = if event.warning { "⚠ " } else { "" };
        let _ = writeln!(
            text,
            "- {sign}{}{} {}{others}{times}: {}",
            time(event.last),
            plain(&event.reason),
            event.object.short(),
            plain(&event.message)
        );
    }
    text
}

pub(super) fn changes(problem: &Problem) -> String {
    let mut text = String::new();
    for fact in &problem.evidence {
        if matches!(fact.evidence.source, Source::Change { .. }) {
            let _ = writeln!(text, "{}", fact_line(fact));
        }
    }
    if text.is_empty() {
        "No change is known that goes with this problem: the revision before is not there any more, or nothing was rolled out.\n".to_owned()
    } else {
        format!("**Changed**\n\n{text}")
    }
}

pub(super) fn since(dossier: &Dossier, problem: &Problem) -> String {
    match problem.since {
        Some(since) => {
            let ago = Age::of(dossier.at, since).spaced();
            format!(
                "Since {}: {ago} when this chat was opened.\n",
                time(Some(since)).trim_end()
            )
        }
        None => "Since when is not known: nothing in the cluster says it.\n".to_owned(),
    }
}

pub(super) fn affected(problem: &Problem) -> String {
    let mut text = String::new();
    if problem.count > 1 {
        let _ = writeln!(text, "{} objects fail alike.\n", problem.count);
    }
    for member in problem.symptoms() {
        let finding = &member.finding;
        let healed = if member.healed.is_some() { "healed: " } else { "" };
        let _ = writeln!(
            text,
            "- {}: {healed}{} {}",
            finding.object.path(),
            plain(&finding.title),
            numbers(&member.evidence)
        );
    }
    if text.is_empty() {
        format!(
            "Nothing that is watched follows from it. It is about {}.\n",
            problem.owner.path()
        )
    } else {
        format!("**What follows from it**\n\n{text}")
    }
}

pub(super) fn sure(problem: &Problem) -> String {
    let diagnosis = &problem.diagnosis;
    let meaning = match diagnosis.confidence {
        Confidence::Certain => "the evidence says it in so many words",
        Confidence::Likely => "the evidence points at it",
        Confidence::Possible => "it is one of several causes that fit",
    };
    format!(
        "{}: {meaning} {}.\n",
        diagnosis.confidence.name(),
        numbers(&diagnosis.why)
    )
}

pub(super) fn gaps(dossier: &Dossier) -> String {
    let mut text = String::new();
    for gap in dossier.coverage.gaps() {
        let _ = writeln!(text, "- {} {}: {}", gap.what, gap.kind, plain(&gap.detail));
    }
    if text.is_empty() {
        "Everything that was looked for could be looked at.\n".to_owned()
    } else {
        format!("**Could not look at**\n\n{text}")
    }
}

pub(super) fn no_model() -> String {
    "No model is configured, so this is the playbook: it knows answers, not language. It can tell: why, logs, events, \
what changed, since when, what is affected, how sure it is, what could not be seen, how to fix it, commands.\n\n\
For a conversation set `K8STUI_BASE_URL` to any OpenAI-compatible endpoint, such as a local one at \
`http://localhost:11434/v1`, with `K8STUI_MODEL` and, where it wants one, `K8STUI_API_KEY`.\n"
        .to_owned()
}
