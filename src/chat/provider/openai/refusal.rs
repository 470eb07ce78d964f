//! From what went wrong to one line that says what to do.

use std::error::Error;

use async_openai::error::OpenAIError;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::dialect;
use super::wire::NoStream;
use crate::chat::provider::settings::Settings;
use crate::chat::provider::{FailureKind, ProviderFailure};
use crate::engine::object::Text;

/// Characters of a provider's own words that are shown.
const WORDS: usize = 200;

/// What a line names: where, which model, which key.
#[derive(Clone)]
pub(super) struct Place {
    host: Text,
    base: Text,
    model: Option<Text>,
    key: Option<SecretString>,
    key_source: Text,
}

impl Place {
    pub fn new(settings: &Settings, model: Option<&Text>) -> Self {
        Self {
            host: settings.host.clone(),
            base: settings.base.clone(),
            model: model.or(settings.model.as_ref()).cloned(),
            key: settings.key.clone(),
            key_source: settings.key_source.clone(),
        }
    }

    /// `HOST WHAT`, in one line.
    pub fn failure(&self, kind: FailureKind, what: &str) -> ProviderFailure {
        ProviderFailure::new(kind, format!("{} {}", self.host, self.one_line(what)))
    }

    /// No answer at all.
    pub fn unreachable(&self, error: &reqwest::Error) -> ProviderFailure {
        let what = if error.is_timeout() {
            "does not answer in time. Is it loading a model, or is a firewall in between?".to_owned()
        } else {
            format!(
                "cannot be reached: {}. Is it running? The base URL is {}.",
                innermost(error),
                self.base
            )
        };
        self.failure(FailureKind::Down, &what)
    }

    /// A connection that broke while the answer came.
    pub fn cut(&self, error: &OpenAIError) -> ProviderFailure {
        let why = match error {
            OpenAIError::JSONDeserialize(..) => "in the middle of a word".to_owned(),
            error => innermost(error),
        };
        self.failure(
            FailureKind::Cut,
            &format!("broke the answer off ({why}). What came is kept; ask again."),
        )
    }

    /// A stream that stopped without saying that it is complete.
    pub fn ended_early(&self) -> ProviderFailure {
        self.failure(
            FailureKind::Cut,
            "ended the answer without saying that it is complete. What came is kept; ask again.",
        )
    }

    /// A chunk that is no JSON.
    pub fn malformed(&self, content: &str) -> ProviderFailure {
        let what = format!("sent something that is no answer: `{}`.", self.words(content));
        self.failure(FailureKind::Malformed, &what)
    }

    /// An error object in the middle of a stream, or in place of it.
    pub fn error_object(&self, value: &Value) -> ProviderFailure {
        let error = value.get("error").unwrap_or(value);
        let code = ["code", "status"]
            .into_iter()
            .find_map(|name| error.get(name).or_else(|| value.get(name)))
            .and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
            .filter(|code| (400..600).contains(code));
        self.refusal(&NoStream {
            status: code.map_or(500, |code| code as u16),
            retry_after: None,
            body: value.to_string(),
        })
    }

    /// An HTTP answer that is no stream.
    pub fn refusal(&self, answer: &NoStream) -> ProviderFailure {
        let status = answer.status;
        let said = self.words(&dialect::message(&answer.body));
        let said = if said.is_empty() {
            String::new()
        } else {
            format!(": {said}")
        };
        let model = self.model.as_deref().unwrap_or("the model");
        let lower = answer.body.to_lowercase();
        let (kind, what) = match status {
            400 | 413 | 422 | 500 if is_too_long(&lower) => (
                FailureKind::TooLong,
                format!(
                    "says that the conversation is too long for {model}{said}. Open a new chat, or use a model that reads more."
                ),
            ),
            401 | 403 if self.key.is_none() => (
                FailureKind::Unauthorized,
                format!("wants a key ({status}{said}). Set K8STUI_API_KEY."),
            ),
            401 | 403 => (
                FailureKind::Unauthorized,
                format!(
                    "refuses the key of {} ({status}{said}). Set a valid one.",
                    self.key_source
                ),
            ),
            404 => (
                FailureKind::NotFound,
                format!(
                    "has no model {model} there ({status}{said}). Check K8STUI_MODEL and the base URL {}.",
                    self.base
                ),
            ),
            402 => (
                FailureKind::Refused { status },
                format!("wants to be paid ({status}{said})."),
            ),
            429 if lower.contains("insufficient_quota") || lower.contains("billing") => (
                FailureKind::Refused { status },
                format!(
                    "says that the quota of this key is used up ({status}{said}). Add credit or use another provider."
                ),
            ),
            429 => (
                FailureKind::RateLimited,
                format!("limits the rate ({status}{said})."),
            ),
            200 => (
                FailureKind::Malformed,
                format!(
                    "sent something that is no answer: `{}`. Is {} the right base URL?",
                    self.words(&answer.body),
                    self.base
                ),
            ),
            300..400 => (
                FailureKind::Refused { status },
                format!("points to another address ({status}). Set the base URL to that one."),
            ),
            500.. => (
                FailureKind::Refused { status },
                format!("has a fault of its own ({status}{said})."),
            ),
            _ => (
                FailureKind::Refused { status },
                format!("refused the request ({status}{said})."),
            ),
        };
        let mut failure = self.failure(kind, &what);
        failure.retry_after = answer.retry_after;
        failure
    }

    /// The provider's own words, short.
    fn words(&self, text: &str) -> String {
        let text = self.one_line(text);
        let text = text.trim().trim_end_matches('.');
        match text.char_indices().nth(WORDS) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text.to_owned(),
        }
    }

    /// Without line ends, control characters and the key, which some servers repeat.
    fn one_line(&self, text: &str) -> String {
        let text: String = text
            .split(|letter: char| letter.is_control() || letter.is_whitespace())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        match &self.key {
            Some(key) if !key.expose_secret().is_empty() => text.replace(key.expose_secret(), "…"),
            _ => text,
        }
    }
}

fn is_too_long(body: &str) -> bool {
    [
        "context length",
        "context_length_exceeded",
        "exceed_context_size",
        "maximum context",
        "context window",
        "prompt is too long",
        "too many tokens",
    ]
    .iter()
    .any(|words| body.contains(words))
}

/// The last of a chain of causes: the others only say that something failed.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
