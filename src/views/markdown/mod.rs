//! Markdown as styled lines of a width.

mod stream;

use ratatui::text::Line;

use crate::app::theme::{Role, Theme};
use crate::chat::session::ChatCommand;

pub use stream::StreamingMarkdown;

use super::text::escape::clean_lines;
use super::text::wrap::Wrap;

/// What a text is rendered for.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Columns of a line. Prose is narrower where there are more than [`super::text::wrap::PROSE`].
    pub columns: u16,
    /// What it looks like.
    pub theme: &'a Theme,
    /// The commands that stand in it: their lines get their number.
    pub commands: &'a [ChatCommand],
}

/// Renders a text that came from a model or the playbook: nothing in it reaches the terminal but as text.
pub fn render(text: &str, page: Page<'_>) -> Vec<Line<'static>> {
    clean_lines(text)
        .split('\n')
        .flat_map(|line| Wrap::at(usize::from(page.columns)).text(line, page.theme.style(Role::Text)))
        .collect()
}
