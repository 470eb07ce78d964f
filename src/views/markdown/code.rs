//! Code blocks, and the numbers of the commands in them.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::theme::{Role, Theme};
use crate::chat::session::ChatCommand;
use crate::views::highlight::{Code, Language};
use crate::views::text::width::width;
use crate::views::text::wrap::{PROSE, Wrap};

use super::Page;

/// A code block as it stands in the text.
pub(super) struct Fence<'a> {
    /// What its fence says of its language.
    pub(super) info: &'a str,
    /// Its lines.
    pub(super) text: &'a str,
}

/// The number of a command as it is shown: a circled one, as far as there are any.
pub fn circled(n: u32) -> String {
    let circle = match n {
        1..=20 => char::from_u32(0x2460 + n - 1),
        21..=35 => char::from_u32(0x3251 + n - 21),
        36..=50 => char::from_u32(0x32b1 + n - 36),
        _ => None,
    };
    circle.map_or_else(|| format!("({n})"), String::from)
}

/// The sign before a command: whether it changes the cluster.
pub fn sign(command: &ChatCommand, theme: &Theme) -> Span<'static> {
    if command.mutates {
        Span::styled("⚠", theme.style(Role::Warning))
    } else {
        Span::styled("✓", theme.style(Role::Healed))
    }
}

/// The word behind a command: whether it changes the cluster.
pub const fn note(command: &ChatCommand) -> &'static str {
    if command.mutates { "changes" } else { "reads" }
}

/// The command that `code` is, whatever its blanks and line continuations.
pub(super) fn command_of<'c>(code: &str, commands: &'c [ChatCommand]) -> Option<&'c ChatCommand> {
    let same = |command: &&ChatCommand| words(code).eq(words(&command.command));
    commands.iter().find(same)
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    let code = code.trim_start();
    let code = code.strip_prefix("$ ").unwrap_or(code);
    code.split_whitespace().filter(|word| *word != "\\")
}

/// Columns before code.
const INDENT: usize = 2;

/// The code blocks of a text that is rendered again and again while it grows, as they were painted last.
#[derive(Clone, Debug, Default)]
pub(super) struct Painted {
    codes: Vec<Code>,
    next: usize,
}

impl Painted {
    /// To the beginning of the text.
    pub(super) fn rewind(&mut self) {
        self.codes.truncate(self.next);
        self.next = 0;
    }

    /// The next code block: only lines that are new are painted.
    fn paint(&mut self, language: Language, text: &str, theme: &Theme) -> Vec<Line<'static>> {
        let known = self
            .codes
            .get(self.next)
            .is_some_and(|code| code.language() == language);
        if !known {
            self.codes.truncate(self.next);
            self.codes.push(Code::new(language, text));
        }
        let code = self.codes.get_mut(self.next);
        self.next += 1;
        code.map_or_else(Vec::new, |code| {
            code.grow(text);
            code.window(0, code.len(), theme)
        })
    }
}

pub(super) fn lines(
    fence: &Fence<'_>,
    columns: usize,
    page: Page<'_>,
    known: &mut Painted,
) -> Vec<Line<'static>> {
    let text = fence.text.trim_end_matches('\n');
    if text.is_empty() {
        return Vec::new();
    }
    let text = without_prompts(text);
    let text = text.as_str();
    let painted = if let Some(language) = language(fence) {
        known.paint(language, text, page.theme)
    } else {
        let style = page.theme.style(Role::Code);
        text.lines()
            .map(|line| Line::styled(line.to_owned(), style))
            .collect()
    };
    let sources: Vec<&str> = text.lines().collect();
    let commands = commands(&sources, page.commands);
    // Lines that are no command stand under the words of those that are.
    let indent = commands
        .iter()
        .flatten()
        .map(|command| columns_of(&mark(command, page.theme)))
        .max()
        .unwrap_or(INDENT);
    let mut lines = Vec::with_capacity(painted.len());
    let mut running = None;
    let marked = commands.iter().zip(continues(&sources));
    for ((painted, source), (command, continued)) in painted.into_iter().zip(&sources).zip(marked) {
        let mut wrap = Wrap::at(columns);
        wrap.first = match command {
            Some(command) => mark(command, page.theme),
            None => vec![Span::raw(" ".repeat(indent))],
        };
        running = command.or(running);
        // What is broken goes on deeper than it began.
        let depth = source.len() - source.trim_start().len();
        wrap.rest = vec![Span::raw(" ".repeat(indent + depth + 2))];
        let mut wrapped = wrap.spans(&painted.spans);
        if let Some((command, last)) = running.take_if(|_| !continued).zip(wrapped.last_mut()) {
            let style = page.theme.style(Role::Dim);
            // Beside the prose, not at the far edge of a wide screen.
            append_right(last, note(command), style, columns.min(usize::from(PROSE)));
        }
        lines.extend(wrapped);
    }
    lines
}

/// The `$ ` before a command is no part of it.
fn without_prompts(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(|line| match line.strip_prefix("$ ") {
            Some(command) if command.starts_with("kubectl ") => command,
            _ => line,
        })
        .collect();
    lines.join("\n")
}

/// A block without a language, or with that of a console, whose lines are commands is a shell's.
fn language(fence: &Fence<'_>) -> Option<Language> {
    Language::of_fence(fence.info).or_else(|| {
        let first = fence.text.trim_start();
        let first = first.strip_prefix("$ ").unwrap_or(first);
        (fence.info.is_empty() && first.starts_with("kubectl ")).then_some(Language::Bash)
    })
}

/// For each line the command that begins there.
fn commands<'c>(lines: &[&str], known: &'c [ChatCommand]) -> Vec<Option<&'c ChatCommand>> {
    let mut begins = vec![None; lines.len()];
    let continues: Vec<bool> = continues(lines).collect();
    let mut start = 0;
    let mut whole = String::new();
    for (index, (line, continues)) in lines.iter().zip(continues).enumerate() {
        whole.push_str(line);
        whole.push('\n');
        if !continues {
            if let Some(begin) = begins.get_mut(start) {
                *begin = command_of(&whole, known);
            }
            whole.clear();
            start = index + 1;
        }
    }
    begins
}

/// For each line whether the next one goes on with it.
fn continues<'l>(lines: &'l [&str]) -> impl Iterator<Item = bool> + 'l {
    lines.iter().map(|line| line.trim_end().ends_with('\\'))
}

/// `  ① ⚠ `.
fn mark(command: &ChatCommand, theme: &Theme) -> Vec<Span<'static>> {
    vec![
        Span::raw(" ".repeat(INDENT)),
        Span::styled(circled(command.n), theme.style(Role::Reference)),
        Span::raw(" "),
        sign(command, theme),
        Span::raw(" "),
    ]
}

fn columns_of(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| width(&span.content)).sum()
}

/// Puts a word at the right edge of a line where there is room for it.
fn append_right(line: &mut Line<'static>, word: &str, style: Style, columns: usize) {
    let Some(gap) = columns
        .checked_sub(columns_of(&line.spans) + width(word))
        .filter(|gap| *gap >= 2)
    else {
        return;
    };
    line.spans.push(Span::raw(" ".repeat(gap)));
    line.spans.push(Span::styled(word.to_owned(), style));
}
