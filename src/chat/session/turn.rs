//! The question that is being answered.

use jiff::{SignedDuration, Timestamp};

use super::entry::RequestId;
use crate::chat::provider::ProviderFailure;

/// Requests a question gets before the session gives up.
pub(super) const ATTEMPTS: u8 = 3;

/// A provider that wants to be left alone for longer gets no further try by itself: the person decides.
pub(super) const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(60);

/// Text of an answer that is not on disk yet: it is written at the end of a line, or when so much has come.
pub(super) const UNSAVED: usize = 400;

/// What a turn is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The person is asked whether text may go there.
    Consent,
    /// Words are awaited or coming.
    Answering,
    /// The next try is at that time.
    Waiting(Timestamp),
}

/// One question from asking to the end of its answer.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub request: RequestId,
    pub step: Step,
    /// The question; `None` for the opening one, which is in the seed.
    pub question: Option<String>,
    pub asked: Timestamp,
    pub attempt: u8,
    /// The answer's entry, once its first word came.
    pub answer: Option<usize>,
    /// The notice about waiting, which is rewritten from try to try.
    pub notice: Option<usize>,
    /// Bytes of the answer that are on disk.
    pub saved: usize,
    /// What the provider counted.
    pub tokens: Option<u64>,
    /// Whether the model has said something to itself.
    pub thinking: bool,
    /// Whether the conversation was shortened because the model could not read all of it.
    pub shortened: bool,
}

impl Turn {
    pub const fn new(request: RequestId, question: Option<String>, asked: Timestamp) -> Self {
        Self {
            request,
            step: Step::Answering,
            question,
            asked,
            attempt: 1,
            answer: None,
            notice: None,
            saved: 0,
            tokens: None,
            thinking: false,
            shortened: false,
        }
    }

    /// When to try again after that failure; `None` to give up.
    pub fn retry_at(&self, failure: &ProviderFailure, now: Timestamp) -> Option<Timestamp> {
        if !failure.is_transient() || self.answer.is_some() || self.attempt >= ATTEMPTS {
            return None;
        }
        // 1 s, 2 s: no jitter, one person's console is no herd.
        let own = SignedDuration::from_secs(1 << (self.attempt - 1));
        let wait = failure.retry_after.map_or(own, |asked| asked.max(own));
        if wait > LONGEST_WAIT {
            return None;
        }
        now.checked_add(wait).ok()
    }
}
