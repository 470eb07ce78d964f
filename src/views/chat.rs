//! Draws a chat.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::theme::Theme;
use crate::chat::session::{ChatCommand, Entry, Speaker};

/// What is shown of the seed while it is folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedLine {
    /// `problem, 6 symptoms, 14 log lines of 12,310, 5 events, 1 change`.
    pub summary: String,
    /// Its tokens.
    pub tokens: u64,
    /// Whether it is shown in full.
    pub open: bool,
}

/// What one waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// `asking llama3.1`, `reading logs 3 of 8`.
    pub what: String,
    /// Since how many whole seconds.
    pub seconds: u64,
    /// Counts the frames of the spinner.
    pub tick: usize,
}

/// A chat as it stands.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What was said.
    pub entries: &'a [Entry],
    /// The commands of all answers.
    pub commands: &'a [ChatCommand],
    /// The seed, where it was made.
    pub seed: Option<&'a SeedLine>,
    /// What one waits for.
    pub waiting: Option<&'a Waiting>,
    /// Questions that are asked next.
    pub queued: &'a [String],
    /// What it looks like.
    pub theme: &'a Theme,
    /// The person's time zone.
    pub zone: &'a TimeZone,
}

/// Where a chat is scrolled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    /// The end stays in sight.
    pub follow: bool,
    /// The entry at the top, and the line of it. Ignored while following.
    pub top: (usize, usize),
}

impl Default for Scroll {
    fn default() -> Self {
        Self {
            follow: true,
            top: (0, 0),
        }
    }
}

/// Draws chats; keeps what it wrapped.
#[derive(Clone, Debug, Default)]
pub struct ChatView {}

impl ChatView {
    /// Nothing drawn yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws into `area`, at a cost of what is visible and what is new.
    pub fn draw(&mut self, scene: Scene<'_>, _scroll: Scroll, area: Rect, buffer: &mut Buffer) {
        for (entry, y) in scene.entries.iter().zip(area.top()..area.bottom()) {
            buffer.set_stringn(
                area.x,
                y,
                &entry.text,
                usize::from(area.width),
                ratatui::style::Style::new(),
            );
        }
    }

    /// `scroll` moved by `lines` (down where positive) in an area of that size; at the end it follows again.
    pub fn scrolled(&mut self, _scene: Scene<'_>, scroll: Scroll, _lines: isize, _area: Rect) -> Scroll {
        scroll
    }
}

/// Who answers, as the header says it: `llama3.1 · local`, `playbook · no model`.
pub fn speaker_label(speaker: &Speaker) -> String {
    match speaker {
        Speaker::Playbook => "playbook · no model".to_owned(),
        Speaker::Model {
            name, local: true, ..
        } => format!("{name} · local"),
        Speaker::Model { name, host, .. } => format!("{name} · {host}"),
    }
}
