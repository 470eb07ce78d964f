//! What a conversation consists of.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::engine::object::Text;

/// Numbers the requests of a session: an answer to a request that is no longer awaited is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The deterministic playbook: no model is configured.
    Playbook,
    /// A model.
    Model {
        /// Its name.
        name: Text,
        /// Where it runs, `api.openai.com`, as shown and asked about.
        host: Text,
        /// Whether that is this machine: nothing leaves it.
        local: bool,
        /// Whether text may go there unasked: it is this machine, was named for this program (`K8STUI_*`, config), or
        /// the person said yes to it.
        allowed: bool,
    },
}

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The text that opened the chat; shown folded.
    Seed,
    /// The person.
    Person,
    /// The model or the playbook.
    Answer,
    /// The program: an error, a wait, a cancellation. Never sent.
    Notice,
    /// The cluster, while one reads: `checkout healed: 3 of 3 ready`. Never sent.
    Cluster,
}

/// How an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryState {
    /// Still coming.
    Streaming,
    /// All there.
    Done,
    /// Stopped by the person: what came is kept.
    Stopped,
    /// Cut off by a failure: what came is kept.
    Failed,
}

/// What an answer cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// From asking to the last word.
    pub took: SignedDuration,
    /// Tokens of the answer; counted as bytes / 4 where the provider does not say.
    pub tokens: u64,
    /// Whether the provider said it.
    pub measured: bool,
}

/// One thing that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub role: Role,
    /// What, as Markdown. Raw: a view must escape control characters.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// How it stands.
    pub state: EntryState,
    /// What it cost, once it is done.
    pub cost: Option<Cost>,
}

/// A `kubectl …` line of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatCommand {
    /// Its number in the chat: numbers only grow.
    pub n: u32,
    /// The index of the entry that it stands in.
    pub entry: usize,
    /// The whole line.
    pub command: Text,
    /// Whether it changes the cluster, or may.
    pub mutates: bool,
    /// What a person should know before copying it.
    pub flags: CommandFlags,
}

/// What is unusual about a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommandFlags {
    /// It names another server, credential or identity (`--server`, `--token`, `--as`, …): the model must not choose
    /// these.
    pub foreign: bool,
    /// More than one command, a pipe, a redirection or a substitution: a shell would do more than kubectl does.
    pub shell: bool,
    /// It holds `<placeholders>` that a person has to fill in.
    pub placeholder: bool,
}
