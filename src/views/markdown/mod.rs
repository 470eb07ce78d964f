//! Markdown as styled lines of a width.
//!
//! `block` walks the document and lays out blocks, `inline` the words in them, `table` and `code` what has a
//! layout of its own. `stream` keeps what is complete of a text that is still coming.

mod block;
mod code;
mod inline;
mod stream;
mod table;

use ratatui::text::Line;

use crate::app::theme::Theme;
use crate::chat::session::ChatCommand;

use code::Painted;

pub use code::{circled, note, sign};
pub use stream::StreamingMarkdown;

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
    block::document(
        &super::text::escape::clean_lines(text),
        page,
        &mut Painted::default(),
    )
}
