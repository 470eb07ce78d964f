//! Markdown on standard output: laid out and emphasised on a terminal, plain text in a pipe or a file.

use std::io::{self, IsTerminal, Write};

use crossterm::style::{Attribute, SetAttribute};
use ratatui::style::Modifier;
use ratatui::text::Line;

use crate::app::theme::Theme;
use crate::views::markdown::{Page, StreamingMarkdown};

/// Prints a text that may still be growing, block by block as each is complete.
pub struct Printer {
    markdown: StreamingMarkdown,
    theme: Theme,
    columns: u16,
    emphasis: bool,
    printed: usize,
}

impl Printer {
    /// One for standard output as it is: what reads a pipe gets no attributes, and no command broken at an edge.
    pub fn for_stdout() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let terminal = io::stdout().is_terminal();
        let columns = crossterm::terminal::size().map_or(80, |(columns, _)| columns);
        Self::new(if terminal { columns } else { u16::MAX }, terminal && !dumb)
    }

    fn new(columns: u16, emphasis: bool) -> Self {
        Self {
            markdown: StreamingMarkdown::new(),
            theme: Theme::monochrome(),
            columns,
            emphasis,
            printed: 0,
        }
    }

    /// Prints what is complete of `text`, the whole text so far, and was not printed yet; all of it where it is
    /// `done`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn print(&mut self, text: &str, done: bool, out: &mut impl Write) -> io::Result<()> {
        let page = Page {
            columns: self.columns,
            theme: &self.theme,
            commands: &[],
        };
        let all = self.markdown.render(text, !done, page).len();
        let ready = if done { all } else { self.markdown.complete() };
        let lines = self.markdown.lines().iter();
        for line in lines.take(ready).skip(self.printed) {
            write_line(line, self.emphasis, out)?;
        }
        self.printed = self.printed.max(ready);
        out.flush()
    }
}

fn write_line(line: &Line<'_>, emphasis: bool, out: &mut impl Write) -> io::Result<()> {
    if !emphasis {
        let text: String = line.spans.iter().map(|span| &*span.content).collect();
        return writeln!(out, "{}", text.trim_end());
    }
    for span in &line.spans {
        let modifiers = line.style.patch(span.style).add_modifier;
        let attributes = [
            (Modifier::BOLD, Attribute::Bold),
            (Modifier::DIM, Attribute::Dim),
            (Modifier::ITALIC, Attribute::Italic),
            (Modifier::UNDERLINED, Attribute::Underlined),
        ];
        for (modifier, attribute) in attributes {
            if modifiers.contains(modifier) {
                write!(out, "{}", SetAttribute(attribute))?;
            }
        }
        write!(out, "{}", span.content)?;
        if !modifiers.is_empty() {
            write!(out, "{}", SetAttribute(Attribute::Reset))?;
        }
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "**Cause** a\\_b \\[emerg\\] [1]\n\n- one `x`\n\n```bash\nkubectl -n shop get pods\n```\n";

    fn printed(emphasis: bool, cuts: &[usize]) -> String {
        let mut printer = Printer::new(u16::MAX, emphasis);
        let mut out = Vec::new();
        for cut in cuts {
            printer.print(&TEXT[..*cut], false, &mut out).unwrap();
        }
        printer.print(TEXT, true, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_pipe_gets_text_without_marks_or_escapes() {
        assert_eq!(
            printed(false, &[]),
            "Cause a_b [emerg] [1]\n\n• one x\n\n  kubectl -n shop get pods\n"
        );
    }

    #[test]
    fn a_terminal_gets_emphasis() {
        assert!(printed(true, &[]).starts_with("\x1b[1mCause\x1b[0m a_b [emerg] "));
    }

    #[test]
    fn however_it_comes_it_is_printed_once() {
        let cuts: Vec<usize> = (0..TEXT.len()).collect();
        assert_eq!(printed(false, &cuts), printed(false, &[]));
    }
}
