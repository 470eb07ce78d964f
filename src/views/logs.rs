//! Draws a log.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::logs::LogPane;
use crate::app::theme::Theme;

/// What a log is drawn with.
#[derive(Clone, Copy, Debug)]
pub struct LogView<'a> {
    /// The pane.
    pub pane: &'a LogPane,
    /// What its first line says before the state: `shop/checkout · web · 3 pods · previous + current`.
    pub title: &'a str,
    /// What it looks like.
    pub theme: &'a Theme,
    /// The person's time zone.
    pub zone: &'a TimeZone,
    /// Whether it has the keyboard.
    pub focused: bool,
}

impl LogView<'_> {
    /// Rows of the header; the pane itself must be told the rest by [`LogPane::resize`].
    pub const HEADER: u16 = 1;

    /// Draws into `area`, at a cost of what is visible.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        buffer.set_stringn(
            area.x,
            area.y,
            self.title,
            usize::from(area.width),
            ratatui::style::Style::new(),
        );
    }
}
