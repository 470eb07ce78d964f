//! Facts as Markdown.

use std::fmt::Write;

use jiff::Timestamp;

use crate::engine::evidence::{Numbered, Source};

pub(super) fn fact_line(fact: &Numbered) -> String {
    let evidence = &fact.evidence;
    let place = match &evidence.source {
        Source::Field { path } | Source::Change { path, .. } => plain(path),
        Source::Event { reason, .. } => plain(reason),
        Source::Log {
            container, previous, ..
        } => {
            format!(
                "{}{}",
                plain(container),
                if *previous { ", the instance before" } else { "" }
            )
        }
        Source::Related => String::new(),
    };
    let colon = if evidence.text.starts_with('=') { "" } else { ":" };
    format!(
        "- [{}] {} {} {place}{colon} {}{}",
        fact.n,
        evidence.source.kind(),
        plain(&evidence.object.path()),
        time(evidence.time),
        plain(&evidence.sentence())
    )
}

pub(super) fn numbers(numbers: &[u32]) -> String {
    numbers.iter().fold(String::new(), |mut text, n| {
        let _ = write!(text, "[{n}]");
        text
    })
}

pub(super) fn time(time: Option<Timestamp>) -> String {
    time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ ").to_string())
        .unwrap_or_default()
}

/// Text of the cluster as one line of Markdown that means nothing but itself: a log line must not become a link, a
/// heading or a command that the chat offers to copy.
pub(super) fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        if letter.is_control() {
            line.push(' ');
            continue;
        }
        if "\\`*_[]<>#|~&!".contains(letter) {
            line.push('\\');
        }
        line.push(letter);
    }
    line
}
