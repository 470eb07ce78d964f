//! Blocks: paragraphs, headings, lists, quotations.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream};
use ratatui::text::{Line, Span};

use crate::app::theme::Role;
use crate::views::text::width::width;
use crate::views::text::wrap::{PROSE, Wrap};

use super::Page;
use super::code::{self, Fence};
use super::inline::Inline;
use super::table::Table;

/// What of Markdown is read.
pub(super) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// Quotations and lists inside each other deeper than this are not indented further.
const DEEPEST: usize = 8;

/// Columns that an indent must leave for text, or it is left out.
const NARROWEST: usize = 12;

type Block = Vec<Line<'static>>;

/// Lays out a harmless text.
pub(super) fn document(text: &str, page: Page<'_>) -> Vec<Line<'static>> {
    let events = TextMergeStream::new(Parser::new_ext(text, options()));
    let mut layout = Layout {
        events,
        page,
        depth: 0,
    };
    let columns = usize::from(page.columns).max(1);
    separated(layout.blocks(columns))
}

/// One blank line between two blocks.
pub(super) fn separated(blocks: Vec<Block>) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for block in blocks.into_iter().filter(|block| !block.is_empty()) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(block);
    }
    lines
}

struct Layout<'a, I: Iterator<Item = Event<'a>>> {
    events: I,
    page: Page<'a>,
    depth: usize,
}

impl<'a, I: Iterator<Item = Event<'a>>> Layout<'a, I> {
    /// The blocks up to the end of the one that is open.
    fn blocks(&mut self, columns: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        // Text of a tight list stands in its item without a paragraph around it.
        let mut loose = Inline::new(self.page);
        // Containers too deep to be laid out, of which the end is still to come.
        let mut skipped = 0_usize;
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::Item) if self.depth >= DEEPEST => {
                    self.flush(&mut loose, &mut blocks, columns);
                    skipped += 1;
                }
                Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) if skipped > 0 => {
                    self.flush(&mut loose, &mut blocks, columns);
                    skipped -= 1;
                }
                Event::Start(Tag::Paragraph | Tag::HtmlBlock) => {}
                Event::End(TagEnd::Paragraph | TagEnd::HtmlBlock) => {
                    self.flush(&mut loose, &mut blocks, columns)
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    self.flush(&mut loose, &mut blocks, columns);
                    loose = Inline::heading(self.page, level <= HeadingLevel::H2);
                }
                Event::End(TagEnd::Heading(_)) => {
                    self.flush(&mut loose, &mut blocks, columns);
                    loose = Inline::new(self.page);
                }
                Event::Start(Tag::BlockQuote(_)) => {
                    self.flush(&mut loose, &mut blocks, columns);
                    blocks.push(self.quote(columns));
                }
                Event::Start(Tag::List(first)) => {
                    self.flush(&mut loose, &mut blocks, columns);
                    blocks.push(self.list(first, columns));
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    self.flush(&mut loose, &mut blocks, columns);
                    blocks.push(self.code(&kind, columns));
                }
                Event::Start(Tag::Table(alignments)) => {
                    self.flush(&mut loose, &mut blocks, columns);
                    let table = Table::read(&mut self.events, alignments, self.page);
                    blocks.push(table.lines(columns, self.page));
                }
                Event::Rule => {
                    self.flush(&mut loose, &mut blocks, columns);
                    let rule = "─".repeat(columns.min(usize::from(PROSE)));
                    blocks.push(vec![Line::styled(rule, self.page.theme.style(Role::Divider))]);
                }
                Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) => break,
                other => loose.event(other),
            }
        }
        self.flush(&mut loose, &mut blocks, columns);
        blocks
    }

    fn flush(&self, inline: &mut Inline<'_>, blocks: &mut Vec<Block>, columns: usize) {
        let columns = columns.min(usize::from(PROSE));
        let block: Block = inline
            .take()
            .into_iter()
            .flat_map(|spans| Wrap::at(columns).spans(&spans))
            .collect();
        if !block.is_empty() {
            blocks.push(block);
        }
    }

    fn quote(&mut self, columns: usize) -> Block {
        let bar = Span::styled("▏ ", self.page.theme.style(Role::Divider));
        let room = inside(columns, width(&bar.content));
        self.depth += 1;
        let lines = separated(self.blocks(room.unwrap_or(columns)));
        self.depth -= 1;
        match room {
            Some(_) => indented(lines, &bar, &bar),
            None => lines,
        }
    }

    fn list(&mut self, first: Option<u64>, columns: usize) -> Block {
        let mut items: Vec<(String, Vec<Block>)> = Vec::new();
        let mut number = first;
        self.depth += 1;
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::Item) => {
                    let bullet = number.map_or_else(|| "• ".to_owned(), |number| format!("{number}. "));
                    number = number.map(|number| number.saturating_add(1));
                    let room = inside(columns, width(&bullet)).unwrap_or(columns);
                    let blocks = self.blocks(room);
                    items.push((bullet, blocks));
                }
                Event::End(TagEnd::List(_)) => break,
                _ => {}
            }
        }
        self.depth -= 1;
        let airy = items
            .iter()
            .any(|(_, blocks)| blocks.len() > 1 && blocks.iter().any(|block| block.len() > 2));
        let mut lines = Vec::new();
        for (bullet, blocks) in items {
            if airy && !lines.is_empty() {
                lines.push(Line::default());
            }
            let block = if airy {
                separated(blocks)
            } else {
                blocks.into_iter().flatten().collect()
            };
            let hanging = width(&bullet);
            match inside(columns, hanging) {
                Some(_) => {
                    let rest = Span::raw(" ".repeat(hanging));
                    let first = Span::styled(bullet, self.page.theme.style(Role::Dim));
                    lines.extend(indented(block, &first, &rest));
                }
                None => lines.extend(block),
            }
        }
        lines
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>, columns: usize) -> Block {
        let mut text = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::End(TagEnd::CodeBlock) => break,
                _ => {}
            }
        }
        let info = match kind {
            CodeBlockKind::Fenced(info) => info.as_ref(),
            CodeBlockKind::Indented => "",
        };
        code::lines(&Fence { info, text: &text }, columns, self.page)
    }
}

/// The columns inside an indent, `None` where it would leave too few.
fn inside(columns: usize, indent: usize) -> Option<usize> {
    columns.checked_sub(indent).filter(|left| *left >= NARROWEST)
}

fn indented(block: Block, first: &Span<'static>, rest: &Span<'static>) -> Block {
    let mut lines = block;
    if lines.is_empty() {
        lines.push(Line::default());
    }
    for (nth, line) in lines.iter_mut().enumerate() {
        let before = if nth == 0 { first } else { rest };
        if nth == 0 || !line.spans.is_empty() || before.content.trim() != "" {
            line.spans.insert(0, before.clone());
        }
    }
    lines
}
