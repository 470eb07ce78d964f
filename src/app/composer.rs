//! The line one types into: grows with what is typed, up to [`MAX_ROWS`].

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use tui_textarea::{CursorMove, TextArea, WrapMode};

use crate::views::text::wrap::wrap;

use super::theme::{Role, Theme};

/// Rows that it grows to; then it scrolls.
pub const MAX_ROWS: u16 = 6;

/// What stands there while nothing is typed.
pub const PLACEHOLDER: &str = "ask, / for commands, @ to attach";

/// Stands before what is typed.
const PROMPT: &str = "› ";

/// The columns of [`PROMPT`].
const PROMPT_WIDTH: u16 = 2;

/// A text being typed, with what was sent before.
#[derive(Clone, Debug)]
pub struct Composer {
    area: TextArea<'static>,
    history: Vec<String>,
    /// Which of the history is shown; its length is the text being typed.
    recalled: usize,
    draft: String,
}

impl Default for Composer {
    fn default() -> Self {
        Self::new()
    }
}

impl Composer {
    /// An empty line.
    pub fn new() -> Self {
        Self {
            area: area(&[]),
            history: Vec::new(),
            recalled: 0,
            draft: String::new(),
        }
    }

    /// A key that the keymap leaves to text. Returns whether anything changed.
    pub fn input(&mut self, event: KeyEvent) -> bool {
        let plain = event.modifiers.is_empty();
        match event.code {
            KeyCode::Up if plain && self.area.cursor().0 == 0 => self.recall_previous(),
            KeyCode::Down if plain && self.area.cursor().0 + 1 == self.area.lines().len() => {
                self.recall_next()
            }
            KeyCode::Char('u') if event.modifiers == KeyModifiers::CONTROL => self.area.delete_line_by_head(),
            _ => self.area.input(event),
        }
    }

    /// A pasted text, its line breaks kept.
    pub fn paste(&mut self, text: &str) -> bool {
        self.area
            .insert_str(text.replace("\r\n", "\n").replace('\r', "\n"))
    }

    /// A line break.
    pub fn new_line(&mut self) {
        self.area.insert_newline();
    }

    /// What is typed, with its line breaks.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Replaces what is typed.
    pub fn set_text(&mut self, text: &str) {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        self.area = area(&lines);
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    /// Takes what is typed and remembers it; `None` where there is nothing but blanks.
    pub fn submit(&mut self) -> Option<String> {
        let text = self.text().trim().to_owned();
        if text.is_empty() {
            return None;
        }
        if self.history.last() != Some(&text) {
            self.history.push(text.clone());
        }
        self.recalled = self.history.len();
        self.area = area(&[]);
        Some(text)
    }

    /// Rows that it needs at a width.
    pub fn height(&self, width: u16) -> u16 {
        let room = usize::from(width.saturating_sub(PROMPT_WIDTH + 1)).max(1);
        let rows: usize = self.area.lines().iter().map(|line| wrap(line, room).len()).sum();
        u16::try_from(rows).unwrap_or(MAX_ROWS).clamp(1, MAX_ROWS)
    }

    /// Draws it; `focused` shows the cursor.
    pub fn draw(&mut self, area: Rect, buffer: &mut Buffer, theme: &Theme, focused: bool) {
        let columns = [Constraint::Length(PROMPT_WIDTH), Constraint::Fill(1)];
        let [prompt, text] = Layout::horizontal(columns).areas(area);
        let role = if focused { Role::Accent } else { Role::Dim };
        buffer.set_stringn(
            prompt.x,
            prompt.y,
            PROMPT,
            usize::from(prompt.width),
            theme.style(role),
        );
        let cursor = if focused {
            Style::new().add_modifier(Modifier::REVERSED)
        } else {
            Style::new()
        };
        self.area.set_style(theme.style(Role::Text));
        self.area.set_cursor_style(cursor);
        (&self.area).render(text, buffer);
        if self.is_empty() {
            // The text area would put its own behind the cursor's cell.
            let style = theme.style(Role::Dim);
            buffer.set_stringn(text.x, text.y, PLACEHOLDER, usize::from(text.width), style);
            buffer.set_style(
                Rect {
                    width: 1,
                    height: 1,
                    ..text
                }
                .intersection(text),
                cursor,
            );
        }
    }

    /// Where the terminal's own cursor belongs after a draw into `area`.
    pub fn cursor(&self, area: Rect) -> Position {
        let cursor = self.area.screen_cursor();
        let (top, left) = self.area.scroll_offset();
        let row = u16::try_from(cursor.row).unwrap_or(u16::MAX).saturating_sub(top);
        let column = u16::try_from(cursor.col).unwrap_or(u16::MAX).saturating_sub(left);
        Position::new(
            area.x
                .saturating_add(PROMPT_WIDTH)
                .saturating_add(column)
                .min(area.right().saturating_sub(1)),
            area.y.saturating_add(row).min(area.bottom().saturating_sub(1)),
        )
    }

    fn recall_previous(&mut self) -> bool {
        if self.recalled == self.history.len() {
            self.draft = self.text();
        }
        let Some(index) = self.recalled.checked_sub(1) else {
            return false;
        };
        self.recall(index)
    }

    fn recall_next(&mut self) -> bool {
        self.recalled < self.history.len() && self.recall(self.recalled + 1)
    }

    fn recall(&mut self, index: usize) -> bool {
        let text = self.history.get(index).unwrap_or(&self.draft).clone();
        self.recalled = index;
        self.set_text(&text);
        true
    }
}

fn area(lines: &[String]) -> TextArea<'static> {
    let mut area = TextArea::from(lines.iter().cloned());
    area.set_wrap_mode(WrapMode::WordOrGlyph);
    area.set_cursor_line_style(Style::new());
    area
}
