//! The words inside a block: emphasis, code, links, references to evidence.

use pulldown_cmark::{Event, Tag, TagEnd};
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use crate::app::theme::Role;

use super::Page;
use super::code::{circled, command_of};

/// Collects the events of a paragraph.
pub(super) struct Inline<'a> {
    page: Page<'a>,
    base: Style,
    modifiers: Vec<Modifier>,
    /// The addresses of the links that are open.
    links: Vec<Link>,
    /// Lines that the text itself breaks, each as its spans.
    lines: Vec<Vec<Span<'static>>>,
}

struct Link {
    address: String,
    /// Where its words begin in the current line.
    from: usize,
}

impl<'a> Inline<'a> {
    pub(super) fn new(page: Page<'a>) -> Self {
        Self {
            page,
            base: page.theme.style(Role::Text),
            modifiers: Vec::new(),
            links: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// The words of a heading; of the lower ones, in bold alone.
    pub(super) fn heading(page: Page<'a>, high: bool) -> Self {
        let role = if high { Role::Heading } else { Role::Bold };
        Self {
            base: page.theme.style(role),
            ..Self::new(page)
        }
    }

    /// What was collected, a row of spans for each line that the text breaks itself.
    pub(super) fn take(&mut self) -> Vec<Vec<Span<'static>>> {
        self.modifiers.clear();
        self.links.clear();
        std::mem::take(&mut self.lines)
    }

    pub(super) fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) => self.text(&text),
            Event::Html(text) | Event::InlineHtml(text) => {
                self.push(text.trim_end_matches('\n'), self.style());
            }
            Event::Code(code) => self.code(&code),
            Event::SoftBreak => self.push(" ", self.style()),
            Event::HardBreak => self.lines.push(Vec::new()),
            Event::TaskListMarker(done) => self.push(if done { "☑ " } else { "☐ " }, self.style()),
            Event::Start(Tag::Emphasis) => self.modifiers.push(Modifier::ITALIC),
            Event::Start(Tag::Strong) => self.modifiers.push(Modifier::BOLD),
            Event::Start(Tag::Strikethrough) => self.modifiers.push(Modifier::CROSSED_OUT),
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => {
                self.modifiers.pop();
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let from = self.lines.last().map_or(0, Vec::len);
                self.links.push(Link {
                    address: dest_url.into_string(),
                    from,
                });
            }
            Event::End(TagEnd::Link | TagEnd::Image) => self.end_link(),
            _ => {}
        }
    }

    /// Text in which `[2]` and `[1, 3]` name evidence.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(start) = rest.find('[') {
            let (before, from) = rest.split_at(start);
            let Some(length) = reference(from) else {
                let (bracket, after) = from.split_at(1);
                self.push(before, self.style());
                self.push(bracket, self.style());
                rest = after;
                continue;
            };
            let (reference, after) = from.split_at(length);
            self.push(before, self.style());
            self.push(
                reference,
                self.style().patch(self.page.theme.style(Role::Reference)),
            );
            rest = after;
        }
        self.push(rest, self.style());
    }

    fn code(&mut self, code: &str) {
        let style = self.style();
        if let Some(command) = command_of(code, self.page.commands) {
            let number = format!("{}\u{a0}", circled(command.n));
            self.push(&number, style.patch(self.page.theme.style(Role::Reference)));
        }
        self.push(code, style.patch(self.page.theme.style(Role::CodeKey)));
    }

    fn end_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        let style = self.page.theme.style(Role::Reference);
        let mut words = String::new();
        for span in self.lines.iter_mut().flatten().skip(link.from) {
            span.style = span.style.patch(style);
            words.push_str(&span.content);
        }
        let address = link
            .address
            .strip_prefix("mailto:")
            .unwrap_or(&link.address)
            .to_owned();
        if !address.is_empty() && address != words {
            self.push(&format!(" ({address})"), self.page.theme.style(Role::Dim));
        }
    }

    fn style(&self) -> Style {
        self.modifiers
            .iter()
            .fold(self.base, |style, modifier| style.add_modifier(*modifier))
    }

    fn push(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        if self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        if let Some(line) = self.lines.last_mut() {
            line.push(Span::styled(text.to_owned(), style));
        }
    }
}

/// The length of the reference that `text` begins with: `[2]`, `[1, 3]`, `[1-3]`.
fn reference(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let end = inside.find(']')?;
    let numbers = inside.get(..end)?;
    let listed = numbers.split([',', '-', '–']).all(|number| {
        let number = number.trim();
        (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    listed.then_some(end + 2)
}
