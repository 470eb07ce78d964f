//! What goes into a session and what comes out of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::{Cost, EntryState, RequestId, Role, Speaker};
use crate::chat::provider::{Chunk, Message, ProviderFailure};
use crate::chat::seed::{Seed, SeedStats};
use crate::chat::transcript::Cited;
use crate::engine::object::Text;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The chat was opened: the seed goes first, and with it the question that it ends with.
    Open {
        /// What is known about the problem.
        seed: Seed,
    },
    /// The person asks; queued while an answer is running.
    Ask(String),
    /// The person wants the last question asked again, because it got no whole answer; else nothing happens.
    AskAgain,
    /// A piece of the answer.
    Stream(RequestId, Chunk),
    /// No answer, or no more of it.
    Failed(RequestId, ProviderFailure),
    /// The person stops what is running or awaited.
    Cancel,
    /// The person said whether text may go to that host.
    Consent {
        /// The host that was asked about.
        host: Text,
        /// The answer.
        yes: bool,
    },
    /// The wait before another try is over.
    RetryDue(RequestId),
    /// Something happened in the cluster while one reads: `checkout healed: 3 of 3 ready`.
    ClusterNote(String),
    /// The program has to say something: `This conversation is not being saved: …`.
    Notice(String),
    /// From the next question on, this one answers.
    SpeakerChanged(Speaker),
}

/// Something to be done by whoever does I/O.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send the conversation to the provider, through the redactor, and bring the answer back as
    /// [`Event::Stream`] and [`Event::Failed`].
    Send {
        /// Under this number.
        request: RequestId,
        /// The whole conversation: one system message first, then user and assistant in turn.
        messages: Vec<Message>,
    },
    /// Let the playbook answer, in the same way.
    AnswerFromPlaybook {
        /// Under this number.
        request: RequestId,
        /// The question; `None` for the opening words.
        question: Option<String>,
    },
    /// Drop the request: its connection closes and nothing more of it is wanted.
    Abort(RequestId),
    /// Append to the transcript.
    Persist(Record),
    /// Ask the person whether text may go to that host.
    AskConsent {
        /// The host.
        host: Text,
    },
    /// Remember for later sessions that text may go to that host.
    RememberConsent {
        /// The host.
        host: Text,
    },
    /// Come back with [`Event::RetryDue`] then.
    RetryAt {
        /// Of this request.
        request: RequestId,
        /// Then.
        at: Timestamp,
    },
}

/// What a session waits for before it can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The person's word on that host.
    Consent(Text),
    /// The next try.
    Retry {
        /// When.
        at: Timestamp,
        /// Which one it will be; the first request is 1.
        attempt: u8,
    },
}

/// The schema of a transcript's first record.
pub const SCHEMA: &str = "k8stui/session/v1";

/// A transcript's first record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: Text,
    /// The session's id.
    pub id: Text,
    /// The problem it is about; empty where it is about the cluster.
    pub problem: Text,
    /// The cluster's id.
    pub cluster: Text,
    /// When it was opened.
    pub started: Timestamp,
    /// What the seed was made of.
    #[serde(default)]
    pub stats: Option<SeedStats>,
    /// The evidence that the conversation's numbers stand for, as it was then.
    #[serde(default)]
    pub evidence: Vec<Cited>,
}

/// A line of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "lowercase")]
pub enum Record {
    /// The first line.
    Header(Header),
    /// An entry begins; all but answers are complete with it.
    Entry {
        /// Its index in the conversation.
        index: usize,
        /// Who.
        role: Role,
        /// When.
        at: Timestamp,
        /// How it stands.
        state: EntryState,
        /// What was said so far.
        text: String,
    },
    /// More of an answer.
    Delta {
        /// The entry's index.
        index: usize,
        /// What came since.
        text: String,
    },
    /// An answer ended.
    End {
        /// The entry's index.
        index: usize,
        /// How.
        state: EntryState,
        /// What it cost.
        cost: Option<Cost>,
    },
}
