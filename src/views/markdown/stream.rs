//! Markdown that is still coming.

use pulldown_cmark::{Event, Parser};
use ratatui::text::Line;

use crate::views::text::escape::clean_lines;

use super::code::Painted;
use super::{Page, block};

/// Renders a growing text: blocks that are complete are rendered once, only the open last one again with each delta.
/// A new width or theme, a changed beginning or a new command renders everything again.
#[derive(Clone, Debug, Default)]
pub struct StreamingMarkdown {
    /// The text whose blocks are complete.
    committed: String,
    /// All lines; of the first `complete` the block is complete.
    lines: Vec<Line<'static>>,
    complete: usize,
    rendered_for: Option<(u16, String, usize)>,
    /// The code in the open block.
    painted: Painted,
}

impl StreamingMarkdown {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lines of `text`, the whole text so far. While it is `open`, emphasis and code that were begun and not yet
    /// ended look as they will.
    pub fn render(&mut self, text: &str, open: bool, page: Page<'_>) -> &[Line<'static>] {
        let page_key = (page.columns, page.theme.name().to_owned(), page.commands.len());
        if self.rendered_for.as_ref() != Some(&page_key) || !text.starts_with(&self.committed) {
            *self = Self {
                rendered_for: Some(page_key),
                ..Self::default()
            };
        }
        self.lines.truncate(self.complete);
        let tail = text.get(self.committed.len()..).unwrap_or_default();
        let split = last_block(tail);
        let (complete, last) = tail.split_at(split);
        if !complete.is_empty() {
            self.append(&block::document(
                &clean_lines(complete),
                page,
                &mut Painted::default(),
            ));
            self.complete = self.lines.len();
            self.committed.push_str(complete);
        }
        let cleaned = clean_lines(last);
        let shown = if open { closed(&cleaned).into() } else { cleaned };
        let rendered = block::document(&shown, page, &mut self.painted);
        self.append(&rendered);
        &self.lines
    }

    /// What was rendered last.
    pub fn lines(&self) -> &[Line<'static>] {
        &self.lines
    }

    /// How many of the lines, from the first on, no later text will change.
    pub const fn complete(&self) -> usize {
        self.complete
    }

    fn append(&mut self, block: &[Line<'static>]) {
        if !self.lines.is_empty() && !block.is_empty() {
            self.lines.push(Line::default());
        }
        self.lines.extend_from_slice(block);
    }
}

/// Where the last top-level block begins, which later text may still change. Only whole lines count: what a line is
/// can turn with its last letter.
fn last_block(text: &str) -> usize {
    let whole_lines = text.rfind('\n').map_or(0, |newline| newline + 1);
    let text = text.get(..whole_lines).unwrap_or_default();
    let mut depth = 0_usize;
    let mut last = 0;
    for (event, range) in Parser::new_ext(text, block::options()).into_offset_iter() {
        match event {
            Event::Start(_) => {
                if depth == 0 {
                    last = range.start;
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Rule if depth == 0 => last = range.start,
            _ => {}
        }
    }
    // Its indent belongs to it.
    let before = text.get(..last).unwrap_or_default();
    before.rfind('\n').map_or(0, |newline| newline + 1)
}

/// The open block with what was begun in it ended: `**bo` is bold at once, a lone `**` is nothing yet.
fn closed(block: &str) -> String {
    let trimmed = block.trim_start();
    if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
        return unfinished_fence_removed(block);
    }
    let text = block.trim_end_matches('\n');
    let begun = text.trim_end_matches(['*', '`', '_']);
    // Marks at the end that follow a blank open something of which nothing has come.
    let text = if begun.is_empty() || begun.ends_with([' ', '\n', '(']) {
        begun
    } else {
        text
    };
    let mut closed = text.to_owned();
    if text.matches('`').count() % 2 == 1 {
        closed.push('`');
    } else if text.matches("**").count() % 2 == 1 {
        closed.push_str(if text.ends_with('*') && !text.ends_with("**") {
            "*"
        } else {
            "**"
        });
    }
    closed
}

/// A closing fence of which only one or two marks have come is not yet code.
fn unfinished_fence_removed(block: &str) -> String {
    match block.rsplit_once('\n') {
        Some((before, "`" | "``" | "~" | "~~")) => format!("{before}\n"),
        _ => block.to_owned(),
    }
}
