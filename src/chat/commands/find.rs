//! From Markdown to commands.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::Found;
use super::classify::{class, is_assignment};
use super::shell::{self, Line};

/// Languages of fenced blocks that hold commands; a block without one may too.
const SHELLS: &[&str] = &[
    "",
    "bash",
    "sh",
    "shell",
    "zsh",
    "console",
    "shell-session",
    "terminal",
    "text",
    "kubectl",
];

/// Verbs that are complete by themselves: in running text others name a command, they are none.
const COMPLETE: &[&str] = &[
    "version",
    "cluster-info",
    "api-resources",
    "api-versions",
    "events",
];

/// Longer ones are no commands to copy.
const LONGEST: usize = 16 * 1024;

/// The commands of an answer, in order, each once.
pub fn find(markdown: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut block: Option<String> = None;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => info.split([' ', ',', '{']).next().unwrap_or_default(),
                    CodeBlockKind::Indented => "",
                };
                if SHELLS.contains(&language.to_ascii_lowercase().as_str()) {
                    block = Some(String::new());
                }
            }
            Event::Text(text) => {
                if let Some(block) = &mut block {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                for (command, line) in block.take().as_deref().map(units).unwrap_or_default() {
                    add(&mut found, &command, &line);
                }
            }
            Event::Code(span) => {
                let line = shell::split(&span);
                let mut words = line.commands().next().unwrap_or_default().into_iter();
                let is_kubectl = words.next() == Some("kubectl");
                let verb = words.next().unwrap_or_default();
                if is_kubectl && (words.next().is_some() || COMPLETE.contains(&verb)) {
                    add(&mut found, span.trim(), &line);
                }
            }
            _ => {}
        }
    }
    found
}

fn add(found: &mut Vec<Found>, command: &str, line: &Line) {
    if command.len() > LONGEST
        || command.contains(is_deceptive)
        || found.iter().any(|known| *known.command == *command)
    {
        return;
    }
    let class = class(line);
    found.push(Found {
        command: command.into(),
        mutates: class.mutates,
        flags: class.flags,
    });
}

/// Letters that make a line look other than it is: control characters, changes of direction, invisible ones.
fn is_deceptive(letter: char) -> bool {
    (letter.is_control() && !matches!(letter, '\n' | '\t'))
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The commands of a block with their parts: physical lines that a backslash, an open quote or a here-document joins.
fn units(block: &str) -> Vec<(String, Line)> {
    let mut units = Vec::new();
    let mut lines = block.lines();
    while let Some(first) = lines.next() {
        let mut text = without_prompt(first).to_owned();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let mut line = shell::split(&text);
        while line.open {
            let Some(next) = lines.next() else { break };
            match text.strip_suffix('\\') {
                // Outside of quotes a joined line reads better as one.
                Some(before) if !shell::split(before).open => {
                    text = format!(
                        "{} {}",
                        before.trim_end(),
                        next.trim_start().trim_start_matches("> ")
                    );
                }
                _ => {
                    text.push('\n');
                    text.push_str(next);
                }
            }
            line = shell::split(&text);
        }
        if let Some(comment) = line.comment {
            text.truncate(comment);
        }
        let mut text = text.trim().to_owned();
        if let Some(end) = line.here_document().map(str::to_owned) {
            for next in lines.by_ref() {
                text.push('\n');
                text.push_str(next);
                if next.trim() == end {
                    break;
                }
            }
        }
        if runs_kubectl(&line) {
            units.push((text, line));
        }
    }
    units
}

fn without_prompt(line: &str) -> &str {
    let line = line.trim();
    ["$ ", "% ", "❯ "]
        .into_iter()
        .find_map(|prompt| line.strip_prefix(prompt))
        .unwrap_or(line)
        .trim_start()
}

/// Whether kubectl is what one of the line's commands runs.
fn runs_kubectl(line: &Line) -> bool {
    line.commands().any(|words| {
        let mut words = words.into_iter().skip_while(|word| is_assignment(word));
        words.next() == Some("kubectl") && words.next().is_some()
    })
}
