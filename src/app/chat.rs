//! A conversation on the screen.

use std::cell::RefCell;

use jiff::Timestamp;

use crate::chat::session::{Session, Speaker, Waiting};
use crate::engine::object::Text;
use crate::views::chat::{self as view, ChatView, Scroll, SeedLine};
use crate::views::number::grouped;

use super::clock::Clock;
use super::composer::Composer;

/// A conversation with its composer and its place on the screen.
#[derive(Debug)]
pub struct Chat {
    /// What was said, and what happens next.
    pub session: Session,
    /// The title of the problem when it was opened.
    pub title: Text,
    /// Since when the seed is being gathered.
    pub gathering: Option<Timestamp>,
    /// Why it could not be opened.
    pub failed: Option<Text>,
    /// Whether keys are text.
    pub composing: bool,
    /// The line one types into. Its text area lays itself out while it is drawn.
    pub composer: RefCell<Composer>,
    /// Where it is scrolled to.
    pub scroll: Scroll,
    /// What was wrapped already.
    pub view: RefCell<ChatView>,
    /// Whether the seed is shown in full.
    pub seed_open: bool,
}

impl Chat {
    /// A conversation whose seed is being gathered.
    pub fn new(session: Session, title: Text, now: Timestamp) -> Self {
        Self {
            session,
            title,
            gathering: Some(now),
            failed: None,
            composing: true,
            composer: RefCell::new(Composer::new()),
            scroll: Scroll::default(),
            view: RefCell::new(ChatView::new()),
            seed_open: false,
        }
    }

    /// What is shown of the seed while it is folded.
    pub fn seed(&self) -> Option<SeedLine> {
        let stats = self.session.seed_stats()?;
        let count = |n: usize, one: &str, many: &str| {
            let noun = if n == 1 { one } else { many };
            (n > 0).then(|| format!("{n} {noun}"))
        };
        // Of a problem the title stands in the header.
        let about = if self.session.problem_id().is_empty() {
            &*self.title
        } else {
            "problem"
        };
        let mut lines = count(stats.log_lines, "log line", "log lines");
        if let Some(lines) = lines
            .as_mut()
            .filter(|_| stats.log_lines_total > stats.log_lines as u64)
        {
            lines.push_str(" of ");
            lines.push_str(&grouped(stats.log_lines_total));
        }
        let parts: Vec<String> = [
            Some(about.to_owned()),
            count(stats.symptoms, "symptom", "symptoms"),
            lines,
            count(stats.events, "event", "events"),
            count(stats.changes, "change", "changes"),
        ]
        .into_iter()
        .flatten()
        .collect();
        Some(SeedLine {
            summary: parts.join(", "),
            tokens: stats.tokens as u64,
            open: self.seed_open,
        })
    }

    /// What one waits for, as it is shown.
    pub fn waiting(&self, clock: &Clock) -> Option<view::Waiting> {
        let (what, since) = match (self.gathering, self.session.waiting()) {
            (Some(since), _) => ("gathering what is known".to_owned(), since),
            (None, Some(Waiting::Retry { .. } | Waiting::Consent(_))) => return None,
            (None, None) => {
                let since = self.session.asked_at()?;
                let speaker = speaker(self.session.speaker());
                let verb = if self.session.is_thinking() {
                    "thinking"
                } else {
                    "answering"
                };
                (format!("{speaker} is {verb}"), since)
            }
        };
        let (seconds, tick) = clock.spin(since);
        Some(view::Waiting { what, seconds, tick })
    }
}

/// Who answers, as short as can be.
fn speaker(speaker: &Speaker) -> &str {
    match speaker {
        Speaker::Playbook => "the playbook",
        Speaker::Model { name, .. } => name,
    }
}
