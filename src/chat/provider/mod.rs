//! Where answers come from: anything that turns a conversation into a stream of words.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::BoxStream;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::chat::consent::Consents;
use crate::chat::redact::Redactor;
use crate::chat::session::Speaker;
use crate::engine::object::Text;

pub mod openai;
pub mod settings;

pub use openai::install_tls;
pub use settings::{ProviderConfig, Settings, SettingsError};

/// Whose words a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageRole {
    /// What the model is told to be.
    System,
    /// The seed and the person.
    User,
    /// The model, or the playbook before it.
    Assistant,
}

/// One message of a conversation, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Whose.
    pub role: MessageRole,
    /// The words.
    pub content: String,
}

/// A conversation to be answered. Can only be made with the redactor: what has not passed it cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRequest {
    messages: Vec<Message>,
}

impl ProviderRequest {
    /// The request for that conversation, its secrets masked.
    pub fn redacted(mut messages: Vec<Message>, redactor: &Redactor) -> Self {
        for message in &mut messages {
            message.content = redactor.text(&message.content);
        }
        Self { messages }
    }

    /// One system message first, then user and assistant in turn.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }
}

/// A piece of an answer. [`Chunk::Finished`] is the last of one that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// Words of the answer.
    Text(String),
    /// Words that a reasoning model says to itself: not part of the answer.
    Reasoning(String),
    /// What the provider counted.
    Usage {
        /// Tokens of the conversation.
        prompt: u64,
        /// Tokens of the answer.
        completion: u64,
    },
    /// The answer is complete.
    Finished {
        /// Why, in the provider's words: `stop`, `length`, `content_filter`.
        reason: Text,
    },
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// It cannot be reached.
    Down,
    /// 401, 403: it refuses the key.
    Unauthorized,
    /// 429: too many requests.
    RateLimited,
    /// Another answer that is none.
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// 404: no such endpoint or model.
    NotFound,
    /// The answer ended before its end.
    Cut,
    /// What came is no answer.
    Malformed,
    /// The conversation is longer than the model can read.
    TooLong,
}

/// Why there is no answer, or no more of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}")]
pub struct ProviderFailure {
    /// What kind.
    pub kind: FailureKind,
    /// One line for a person: what failed, where, what to do.
    pub line: Text,
    /// How long the provider asked to be left alone.
    pub retry_after: Option<SignedDuration>,
}

impl ProviderFailure {
    /// A failure that says nothing about waiting.
    pub fn new(kind: FailureKind, line: impl Into<Text>) -> Self {
        Self {
            kind,
            line: line.into(),
            retry_after: None,
        }
    }

    /// Whether the same request may succeed a little later.
    pub const fn is_transient(&self) -> bool {
        match self.kind {
            FailureKind::Down | FailureKind::RateLimited => true,
            FailureKind::Refused { status } => status >= 500 || status == 408,
            _ => false,
        }
    }
}

/// Something that answers.
pub trait Provider: Send + Sync {
    /// Sends a conversation. Dropping the stream closes the connection. The stream ends with
    /// [`Chunk::Finished`] or with one failure.
    fn send(&self, request: ProviderRequest) -> BoxStream<'static, Result<Chunk, ProviderFailure>>;
}

/// An endpoint that must be asked for the name of its model gets so long: whoever opens it waits meanwhile.
const NAMING: Duration = Duration::from_millis(1500);

/// Makes a provider of settings: runs the command that prints its key, and asks for the name of its model where none
/// is set. One that is merely offered (see [`Settings::offered`]) is not asked: nothing goes there before the person
/// said so. Where the name cannot be told now, the provider is there all the same and its first answer says why.
///
/// # Errors
/// The settings cannot work.
pub async fn open(
    settings: Settings,
    consents: &Consents,
) -> Result<(SharedProvider, Speaker), ProviderFailure> {
    let settings = settings
        .unlock()
        .await
        .map_err(|error| ProviderFailure::new(FailureKind::Unauthorized, error.to_string()))?;
    let provider = openai::OpenAi::new(settings)?;
    let name = match &provider.settings().model {
        Some(name) => Some(name.clone()),
        None if provider.settings().named_for_us => {
            let asked = tokio::time::timeout(NAMING, provider.model()).await;
            asked.ok().and_then(Result::ok)
        }
        None => None,
    };
    let name = name.unwrap_or_else(|| "model".into());
    let speaker = provider.settings().speaker(name, consents);
    Ok((Arc::new(provider), speaker))
}

/// A provider that tasks share.
pub type SharedProvider = Arc<dyn Provider>;
