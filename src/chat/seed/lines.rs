//! Facts as single lines.

use std::fmt::Write;

use jiff::Timestamp;

use super::plan::Section;
use crate::engine::analyzers::logs::LogLine;
use crate::engine::evidence::dossier::Dossier;
use crate::engine::evidence::{Numbered, Source};

/// Bytes of a line; a longer one is cut, and says so.
const LONGEST: usize = 1_500;

/// A text of the cluster as one harmless line: ends of lines become `⏎`; control characters, changes of direction
/// and letters that nobody sees (in which words for a model can be hidden) are gone.
pub(super) fn shown(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut quotes = 0;
    for letter in text.trim_end().chars() {
        quotes = if letter == '`' { quotes + 1 } else { 0 };
        match letter {
            // Fences are longer than what they hold.
            '`' if quotes > 8 => {}
            '\n' => line.push_str(" ⏎ "),
            '\t' => line.push(' '),
            letter if letter.is_control() || is_unseen(letter) => {}
            letter => line.push(letter),
        }
    }
    if line.len() > LONGEST {
        let whole = line.len();
        let end = (0..=LONGEST)
            .rev()
            .find(|end| line.is_char_boundary(*end))
            .unwrap_or(0);
        line.truncate(end);
        let _ = write!(line, " … (cut, {} bytes)", count(whole as u64));
    }
    line
}

const fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `12,310`.
pub(in crate::chat) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// ` (5 of 12 events)` where not all are shown.
pub(super) fn of(shown: usize, total: usize, what: &str) -> String {
    if shown == total {
        String::new()
    } else {
        format!(" ({} of {} {what})", count(shown as u64), count(total as u64))
    }
}

/// A time to the second.
pub(super) fn when(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `[1] log Pod/shop/web container nginx, instance before: …`.
pub(super) fn fact(fact: &Numbered) -> String {
    let evidence = &fact.evidence;
    let place = match &evidence.source {
        Source::Field { path } | Source::Change { path, .. } => format!(" {path}"),
        Source::Event { reason, count: 0 | 1 } => format!(" {reason}"),
        Source::Event { reason, count: times } => format!(" {reason} ({}x)", count(u64::from(*times))),
        Source::Log {
            container, previous, ..
        } => {
            let which = if *previous { ", the instance before" } else { "" };
            format!(" container {container}{which}")
        }
        Source::Related => String::new(),
    };
    let time = evidence
        .time
        .map(|time| format!(" at {}", when(time)))
        .unwrap_or_default();
    // `= value` of a field reads on by itself.
    let colon = if evidence.text.starts_with('=') { "" } else { ":" };
    format!(
        "[{}] {} {}{place}{time}{colon} {}",
        fact.n,
        evidence.source.kind(),
        evidence.object,
        evidence.sentence()
    )
}

/// A container's log: the patterns, most error-like first, then its last lines.
pub(super) fn log(dossier: &Dossier, index: usize) -> Option<Section> {
    let log = dossier.logs.get(index)?;
    let digest = &log.digest;
    if digest.patterns.is_empty() && digest.tail.is_empty() {
        return None;
    }
    let name = format!(
        "## Log of {} container {}{}",
        log.pod,
        log.container,
        if log.previous { ", the instance before" } else { "" }
    );
    let (read, cut) = (digest.lines, digest.cut);
    let mut section = Section::new(move |shown, _| {
        let more = if cut { "; there was more than was read" } else { "" };
        format!(
            "{name}: {} lines read, {} shown{more}",
            count(read),
            count(shown as u64)
        )
    });
    // Of several containers the first is the one that failed; the others come after its error lines.
    let behind = u8::try_from(index.min(2)).unwrap_or(2);
    // A log that is all there needs no digest: the evidence above says which of its lines is the error.
    let whole = digest.lines <= digest.tail.len() as u64;
    let patterns = if whole { &[] } else { digest.patterns.as_slice() };
    for (at, pattern) in patterns.iter().enumerate() {
        let rank = match (pattern.weight > 0, at) {
            (true, 0) => 1,
            (true, 1..8) => 2,
            (true, _) => 4,
            (false, 0..10) => 5,
            (false, _) => 7,
        };
        let times = if pattern.count > 1 {
            format!("{}x ", count(u64::from(pattern.count)))
        } else {
            String::new()
        };
        section.line(rank + behind, format!("{times}{}", line(&pattern.line)));
        for follow in pattern.follow.iter().take(20) {
            section.line(rank + behind + 1, format!("    {follow}"));
        }
    }
    let total = digest.tail.len();
    for (at, last) in digest.tail.iter().enumerate() {
        let rank = match total - at {
            _ if whole => 1,
            0..=10 => 4,
            _ => 7,
        };
        let text = if at == 0 && !whole {
            format!("last lines: {}", line(last))
        } else {
            line(last)
        };
        section.line(rank + behind, text);
    }
    Some(section)
}

fn line(line: &LogLine) -> String {
    line.time.map_or_else(
        || line.text.to_string(),
        |time| format!("{} {}", when(time), line.text),
    )
}

/// `[1][4]`.
pub(super) fn numbers(numbers: &[u32]) -> String {
    numbers.iter().fold(String::new(), |mut text, n| {
        let _ = write!(text, "[{n}]");
        text
    })
}
