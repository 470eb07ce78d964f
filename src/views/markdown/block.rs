//! Blocks: paragraphs, headings, lists, quotations.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream};
use ratatui::text::{Line, Span};

use crate::app::theme::Role;
use crate::views::text::width::width;
use crate::views::text::wrap::{PROSE, Wrap};

use super::Page;
use super::code::{self, Fence, Painted};
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

/// A block, laid out.
struct Block {
    lines: Vec<Line<'static>>,
    /// It is a list: under the words of its item it needs no blank line.
    is_list: bool,
}

impl From<Vec<Line<'static>>> for Block {
    fn from(lines: Vec<Line<'static>>) -> Self {
        Self {
            lines,
            is_list: false,
        }
    }
}

/// Lays out a harmless text. `painted` knows the code blocks of an earlier form of it.
pub(super) fn document(text: &str, page: Page<'_>, painted: &mut Painted) -> Vec<Line<'static>> {
    painted.rewind();
    let events = TextMergeStream::new(Parser::new_ext(text, options()));
    let mut layout = Layout {
        events,
        page,
        painted,
        depth: 0,
    };
    let columns = usize::from(page.columns).max(1);
    separated(layout.blocks(columns), false)
}

/// One blank line between two blocks; inside an item of a list, none before a list.
fn separated(blocks: Vec<Block>, in_item: bool) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for block in blocks.into_iter().filter(|block| !block.lines.is_empty()) {
        let needs_air = !in_item || !block.is_list;
        if needs_air && !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(block.lines);
    }
    lines
}

struct Layout<'a, 'p, I: Iterator<Item = Event<'a>>> {
    events: I,
    page: Page<'a>,
    painted: &'p mut Painted,
    depth: usize,
}

impl<'a, I: Iterator<Item = Event<'a>>> Layout<'a, '_, I> {
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
                    Self::flush(&mut loose, &mut blocks, columns);
                    skipped += 1;
                }
                Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) if skipped > 0 => {
                    Self::flush(&mut loose, &mut blocks, columns);
                    skipped -= 1;
                }
                Event::Start(Tag::Paragraph | Tag::HtmlBlock) => {}
                Event::End(TagEnd::Paragraph | TagEnd::HtmlBlock) => {
                    Self::flush(&mut loose, &mut blocks, columns);
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    Self::flush(&mut loose, &mut blocks, columns);
                    loose = Inline::heading(self.page, level <= HeadingLevel::H2);
                }
                Event::End(TagEnd::Heading(_)) => {
                    Self::flush(&mut loose, &mut blocks, columns);
                    loose = Inline::new(self.page);
                }
                Event::Start(Tag::BlockQuote(_)) => {
                    Self::flush(&mut loose, &mut blocks, columns);
                    blocks.push(self.quote(columns).into());
                }
                Event::Start(Tag::List(first)) => {
                    Self::flush(&mut loose, &mut blocks, columns);
                    blocks.push(Block {
                        lines: self.list(first, columns),
                        is_list: true,
                    });
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    Self::flush(&mut loose, &mut blocks, columns);
                    blocks.push(self.code(&kind, columns).into());
                }
                Event::Start(Tag::Table(alignments)) => {
                    Self::flush(&mut loose, &mut blocks, columns);
                    let table = Table::read(&mut self.events, alignments, self.page);
                    blocks.push(table.lines(columns, self.page).into());
                }
                Event::Rule => {
                    Self::flush(&mut loose, &mut blocks, columns);
                    let rule = "─".repeat(columns.min(usize::from(PROSE)));
                    blocks.push(vec![Line::styled(rule, self.page.theme.style(Role::Divider))].into());
                }
                Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) => break,
                other => loose.event(other),
            }
        }
        Self::flush(&mut loose, &mut blocks, columns);
        blocks
    }

    fn flush(inline: &mut Inline<'_>, blocks: &mut Vec<Block>, columns: usize) {
        let columns = columns.min(usize::from(PROSE));
        let lines: Vec<Line<'static>> = inline
            .take()
            .into_iter()
            .flat_map(|spans| Wrap::at(columns).spans(&spans))
            .collect();
        if !lines.is_empty() {
            blocks.push(lines.into());
        }
    }

    fn quote(&mut self, columns: usize) -> Vec<Line<'static>> {
        let bar = Span::styled("▏ ", self.page.theme.style(Role::Divider));
        let columns = columns.min(usize::from(PROSE));
        let room = inside(columns, width(&bar.content));
        self.depth += 1;
        let lines = separated(self.blocks(room.unwrap_or(columns)), false);
        self.depth -= 1;
        match room {
            Some(_) => indented(lines, &bar, &bar),
            None => lines,
        }
    }

    fn list(&mut self, first: Option<u64>, columns: usize) -> Vec<Line<'static>> {
        let columns = columns.min(usize::from(PROSE));
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
        // Items of several paragraphs need air between them.
        let airy = items
            .iter()
            .any(|(_, blocks)| blocks.iter().filter(|block| !block.is_list).count() > 1);
        let mut lines = Vec::new();
        for (bullet, blocks) in items {
            if airy && !lines.is_empty() {
                lines.push(Line::default());
            }
            let block = separated(blocks, true);
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

    fn code(&mut self, kind: &CodeBlockKind<'_>, columns: usize) -> Vec<Line<'static>> {
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
        code::lines(&Fence { info, text: &text }, columns, self.page, self.painted)
    }
}

/// The columns inside an indent, `None` where it would leave too few.
fn inside(columns: usize, indent: usize) -> Option<usize> {
    columns.checked_sub(indent).filter(|left| *left >= NARROWEST)
}

fn indented(
    mut lines: Vec<Line<'static>>,
    first: &Span<'static>,
    rest: &Span<'static>,
) -> Vec<Line<'static>> {
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
