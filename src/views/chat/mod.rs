//! Draws a chat.
//!
//! What was said is wrapped once for a width and kept; a frame costs what is visible and what is new. `entry` lays
//! out one entry, [`Scroll`] is where one is, tied to an entry so that what arrives moves nothing.

mod entry;
mod scroll;

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::theme::Theme;
use crate::chat::session::{ChatCommand, Entry, Speaker};

use super::text::escape::clean;
use entry::Laid;

pub use scroll::Scroll;

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
    /// How many of them were said in an earlier run.
    pub earlier: usize,
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

/// Draws chats; keeps what it wrapped.
#[derive(Clone, Debug, Default)]
pub struct ChatView {
    columns: u16,
    theme: String,
    laid: Vec<Laid>,
    /// `starts[i]` is the line, counted from the top of the chat, at which part `i` begins; the last one is the
    /// number of lines. A part is an entry, and after all of them what is waited for.
    starts: Vec<usize>,
}

impl ChatView {
    /// Nothing drawn yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws into `area`, at a cost of what is visible and what is new.
    pub fn draw(&mut self, scene: Scene<'_>, scroll: Scroll, area: Rect, buffer: &mut Buffer) {
        let tail = self.prepare(scene, area.width);
        let top = self.top(scroll, usize::from(area.height));
        let lines = self.lines_from(top, &tail);
        for (row, line) in area.rows().zip(lines) {
            buffer.set_line(row.x, row.y, line, row.width);
        }
    }

    /// `scroll` moved by `lines` (down where positive) in an area of that size; at the end it follows again.
    pub fn scrolled(&mut self, scene: Scene<'_>, scroll: Scroll, lines: isize, area: Rect) -> Scroll {
        self.prepare(scene, area.width);
        let height = usize::from(area.height);
        let top = self.top(scroll, height).saturating_add_signed(lines);
        if top >= self.bottom(height) {
            return Scroll::default();
        }
        Scroll {
            follow: false,
            top: self.anchor(top),
        }
    }

    /// Lines below the last visible one: `0` at the end.
    pub fn below(&mut self, scene: Scene<'_>, scroll: Scroll, area: Rect) -> usize {
        self.prepare(scene, area.width);
        let height = usize::from(area.height);
        self.bottom(height) - self.top(scroll, height)
    }

    /// Lays out what is new, and what stands below the entries.
    fn prepare(&mut self, scene: Scene<'_>, columns: u16) -> Vec<Line<'static>> {
        if self.columns != columns || self.theme != scene.theme.name() {
            self.columns = columns;
            scene.theme.name().clone_into(&mut self.theme);
            self.laid.clear();
        }
        self.laid.resize_with(scene.entries.len(), Laid::default);
        let mut start = 0;
        self.starts.clear();
        for (index, (laid, entry)) in self.laid.iter_mut().zip(scene.entries).enumerate() {
            laid.update(index, entry, scene, columns);
            self.starts.push(start);
            start += laid.lines().len();
        }
        let tail = entry::tail(scene, columns);
        self.starts.push(start);
        self.starts.push(start + tail.len());
        tail
    }

    fn lines_from<'l>(
        &'l self,
        top: usize,
        tail: &'l [Line<'static>],
    ) -> impl Iterator<Item = &'l Line<'static>> {
        let (part, offset) = self.anchor(top);
        let parts = self.laid.iter().map(Laid::lines).chain(std::iter::once(tail));
        parts.skip(part).flatten().skip(offset)
    }
}

/// Who answers, as the header says it: `llama3.1 · local`, `playbook · no model`.
pub fn speaker_label(speaker: &Speaker) -> String {
    match speaker {
        Speaker::Playbook => "playbook · no model".to_owned(),
        Speaker::Model {
            name, local: true, ..
        } => format!("{} · local", clean(name)),
        Speaker::Model { name, host, .. } => format!("{} · {}", clean(name), clean(host)),
    }
}
