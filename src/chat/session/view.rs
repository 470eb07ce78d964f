//! What of a session can be seen.

use jiff::Timestamp;

use super::entry::{ChatCommand, Entry, Speaker};
use super::history::history;
use super::machine::Session;
use super::protocol::Waiting;
use super::turn::Step;
use crate::chat::provider::Message;
use crate::chat::seed::SeedStats;
use crate::chat::transcript::Cited;
use crate::engine::object::Text;

impl Session {
    /// The session's id.
    pub fn id(&self) -> &Text {
        &self.id
    }

    /// The problem's id; empty where it is about the cluster.
    pub fn problem_id(&self) -> &Text {
        &self.problem
    }

    /// The cluster's id.
    pub fn cluster(&self) -> &Text {
        &self.cluster
    }

    /// When it was opened.
    pub const fn started(&self) -> Timestamp {
        self.started
    }

    /// All that was said, oldest first. Only grows; an entry keeps its index.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many of the entries were said before this run of the program.
    pub const fn earlier(&self) -> usize {
        self.earlier
    }

    /// The commands of all answers, by number.
    pub fn commands(&self) -> &[ChatCommand] {
        &self.commands
    }

    /// Who answers.
    pub const fn speaker(&self) -> &Speaker {
        &self.speaker
    }

    /// Questions that wait for the running answer to end.
    pub fn queued(&self) -> impl ExactSizeIterator<Item = &str> {
        self.queue.iter().map(String::as_str)
    }

    /// Whether an answer is running or awaited.
    pub const fn is_answering(&self) -> bool {
        self.turn.is_some()
    }

    /// Whether the model reasons and has not said a word of its answer yet.
    pub fn is_thinking(&self) -> bool {
        self.turn
            .as_ref()
            .is_some_and(|turn| turn.thinking && turn.answer.is_none())
    }

    /// When the running question was asked.
    pub fn asked_at(&self) -> Option<Timestamp> {
        self.turn.as_ref().map(|turn| turn.asked)
    }

    /// What it waits for, other than words.
    pub fn waiting(&self) -> Option<Waiting> {
        let turn = self.turn.as_ref()?;
        match (&turn.step, &self.speaker) {
            (Step::Consent, Speaker::Model { host, .. }) => Some(Waiting::Consent(host.clone())),
            (Step::Waiting(at), _) => Some(Waiting::Retry {
                at: *at,
                attempt: turn.attempt + 1,
            }),
            _ => None,
        }
    }

    /// What the seed was made of.
    pub const fn seed_stats(&self) -> Option<&SeedStats> {
        self.stats.as_ref()
    }

    /// The evidence that the conversation's numbers stand for, as it was when the chat was opened.
    pub fn evidence(&self) -> &[Cited] {
        &self.evidence
    }

    /// The conversation as it would be sent now, before the redactor.
    pub fn messages(&self) -> Vec<Message> {
        history(&self.entries, self.context_tokens).messages
    }
}
