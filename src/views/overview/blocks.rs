//! What an overview is built of: headings, paragraphs, blank lines.

use ratatui::text::{Line, Span};

use crate::app::theme::Role;
use crate::views::text::wrap::Wrap;

use super::Page;

impl Page<'_> {
    pub(super) fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    pub(super) fn section(&mut self, name: &str) {
        let line = Line::from(vec![Span::raw("  "), self.view.span(Role::Heading, name)]);
        self.lines.push(line);
    }

    pub(super) fn dim_line(&mut self, text: &str) {
        let wrap = Wrap {
            columns: self.columns.saturating_sub(1),
            first: vec![Span::raw("  ")],
            rest: vec![Span::raw("  ")],
        };
        self.lines.extend(wrap.spans(&[self.view.span(Role::Dim, text)]));
    }

    pub(super) fn prose(&mut self, text: &str, role: Role) {
        self.paragraph(text, role, 2);
    }

    pub(super) fn indented(&mut self, text: &str, role: Role) {
        self.paragraph(text, role, 3);
    }

    pub(super) fn paragraph(&mut self, text: &str, role: Role, indent: usize) {
        let wrap = Wrap {
            columns: self.prose.saturating_sub(1),
            first: vec![Span::raw(" ".repeat(indent))],
            rest: vec![Span::raw(" ".repeat(indent))],
        };
        for paragraph in text.lines() {
            self.lines.extend(wrap.spans(&[self.view.span(role, paragraph)]));
        }
    }
}
