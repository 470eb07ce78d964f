//! Runs the effects of sessions: sends, waits, writes. What comes of it returns as events over a bounded channel.

mod scribe;

use std::collections::HashMap;
use std::path::PathBuf;

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::consent::Consents;
use super::provider::{Chunk, FailureKind, Message, ProviderFailure, ProviderRequest, SharedProvider};
use super::redact::Redactor;
use super::session::{Effect, Event, Record, RequestId};
use super::transcript::{Loaded, TranscriptError, find, load};
use crate::engine::object::Text;
use scribe::Scribe;

/// Events on their way back: the session's id and what happened.
pub type Sender = mpsc::Sender<(Text, Event)>;

/// Where sessions leave traces. `None`: nowhere.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The folder of transcripts.
    pub sessions: Option<PathBuf>,
    /// The file of remembered hosts.
    pub consent: Option<PathBuf>,
}

/// Runs effects. Needs a tokio runtime.
pub struct Driver {
    provider: Option<SharedProvider>,
    redactor: Redactor,
    places: Places,
    consents: Consents,
    sender: Sender,
    tasks: HashMap<(Text, RequestId), AbortHandle>,
    scribe: Option<Scribe>,
}

impl Driver {
    /// A driver that brings events back by `sender`.
    pub fn new(provider: Option<SharedProvider>, places: Places, redactor: Redactor, sender: Sender) -> Self {
        let scribe = places
            .sessions
            .clone()
            .map(|folder| Scribe::new(folder, sender.clone()));
        let consents = places.consent.as_deref().map(Consents::load).unwrap_or_default();
        Self {
            provider,
            redactor,
            places,
            consents,
            sender,
            tasks: HashMap::new(),
            scribe,
        }
    }

    /// The remembered hosts.
    pub const fn consents(&self) -> &Consents {
        &self.consents
    }

    /// From the next question on, this one is asked.
    pub fn set_provider(&mut self, provider: Option<SharedProvider>) {
        self.provider = provider;
    }

    /// Exactly what would leave for a provider.
    pub fn redacted(&self, messages: Vec<Message>) -> ProviderRequest {
        ProviderRequest::redacted(messages, &self.redactor)
    }

    /// What was said in the first of these sessions of which there is a file; the error where it is there and cannot
    /// be read.
    pub fn earlier(
        &self,
        sessions: Vec<Text>,
    ) -> impl Future<Output = Result<Option<Loaded>, TranscriptError>> + Send + use<> {
        let folder = self.places.sessions.clone();
        async move {
            let read = move || {
                let Some(folder) = folder else { return Ok(None) };
                let files = sessions.iter().filter_map(|id| find(&folder, id).ok().flatten());
                files.map(|path| load(&path)).next().transpose()
            };
            // A slow disk must not hold a worker; one that reads no file at all is like one that has none.
            tokio::task::spawn_blocking(read).await.unwrap_or(Ok(None))
        }
    }

    /// Runs an effect of a session; never waits. What is not for a driver (asking the person, the playbook's answer,
    /// for which the dossier is needed) comes back.
    pub fn run(&mut self, session: &Text, effect: Effect, now: Timestamp) -> Option<Effect> {
        match effect {
            Effect::Send { request, messages } => self.send(session, request, messages),
            Effect::Abort(request) => {
                // Dropping the task drops the stream, and that closes the connection.
                if let Some(task) = self.tasks.remove(&(session.clone(), request)) {
                    task.abort();
                }
            }
            Effect::Persist(record) => self.persist(session, record),
            Effect::RememberConsent { host } => self.remember(session, &host),
            Effect::RetryAt { request, at } => self.retry_at(session, request, at.duration_since(now)),
            Effect::AskConsent { .. } | Effect::AnswerFromPlaybook { .. } => return Some(effect),
        }
        None
    }

    /// Stops everything and waits until all that was said is on disk. Blocks for as long as that takes.
    pub fn close(mut self) {
        for (_, task) in self.tasks.drain() {
            task.abort();
        }
        drop(self.scribe.take());
    }

    fn send(&mut self, session: &Text, request: RequestId, messages: Vec<Message>) {
        let sender = self.sender.clone();
        let provider = self.provider.clone();
        let redactor = self.redactor.clone();
        let id = session.clone();
        self.spawn(session, request, async move {
            let Some(provider) = provider else {
                let line = "No model is configured. Set K8STUI_BASE_URL, or ask the playbook.";
                let failure = ProviderFailure::new(FailureKind::Down, line);
                let _ = sender.send((id, Event::Failed(request, failure))).await;
                return;
            };
            // Here and not before: a long conversation takes longer to search than a frame may.
            let mut chunks = provider.send(ProviderRequest::redacted(messages, &redactor));
            let mut ended = false;
            while let Some(chunk) = chunks.next().await {
                ended = matches!(chunk, Ok(Chunk::Finished { .. }) | Err(_));
                let event = match chunk {
                    Ok(chunk) => Event::Stream(request, chunk),
                    Err(failure) => Event::Failed(request, failure),
                };
                if sender.send((id.clone(), event)).await.is_err() || ended {
                    break;
                }
            }
            if !ended {
                let line = "The provider ended without an answer. Ask again.";
                let failure = ProviderFailure::new(FailureKind::Cut, line);
                let _ = sender.send((id, Event::Failed(request, failure))).await;
            }
        });
    }

    fn retry_at(&mut self, session: &Text, request: RequestId, wait: SignedDuration) {
        let sender = self.sender.clone();
        let id = session.clone();
        let wait = wait.try_into().unwrap_or_default();
        self.spawn(session, request, async move {
            tokio::time::sleep(wait).await;
            let _ = sender.send((id, Event::RetryDue(request))).await;
        });
    }

    fn spawn(&mut self, session: &Text, request: RequestId, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.retain(|_, task| !task.is_finished());
        let task = tokio::spawn(work).abort_handle();
        self.tasks.insert((session.clone(), request), task);
    }

    fn persist(&mut self, session: &Text, record: Record) {
        if let Some(scribe) = &mut self.scribe {
            scribe.write(session, record);
        }
    }

    fn remember(&mut self, session: &Text, host: &Text) {
        let Some(path) = &self.places.consent else { return };
        if let Err(error) = self.consents.remember(host, path) {
            let line = format!(
                "{host} is not remembered: {}: {error}. You will be asked again next time.",
                path.display()
            );
            let _ = self.sender.try_send((session.clone(), Event::Notice(line)));
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        for task in self.tasks.values() {
            task.abort();
        }
    }
}
