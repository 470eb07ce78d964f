//! Does what update says is to be done: the only place that starts tasks and touches anything outside.
//!
//! Every task brings its result back as a [`Message`] over one bounded channel; requests carry ids, so that what comes
//! too late is dropped by the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::chat::driver::Driver;
use crate::chat::redact::Redactor;
use crate::chat::session::{Effect as ChatEffect, Event as ChatEvent, RequestId as ChatRequest, Role};
use crate::chat::{playbook, seed};
use crate::engine::cluster::{LogRequest, SharedSource};
use crate::engine::evidence::dossier::{Dossier, EventLine, Subject};
use crate::engine::object::{ObjectRef, Text};
use crate::engine::placement::Placed;
use crate::engine::snapshot::Snapshot;

use super::clipboard::Clipboard;
use super::message::{Effect, LogMessage, Message, RequestId};
use super::yaml::Document;

/// Lines of a log that come in one message.
const BATCH: usize = 512;

/// The engine as the console sees it.
pub trait Backend: Send + Sync + 'static {
    /// The newest snapshot, always: a slow reader misses those in between and slows nobody.
    fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>>;

    /// The cluster as something to be asked.
    fn source(&self) -> SharedSource;

    /// All that is known about a subject; `None` where it has gone.
    fn dossier(&self, subject: Subject) -> BoxFuture<'static, Option<Dossier>>;

    /// What was said about these objects, oldest first.
    fn events(&self, objects: Vec<ObjectRef>) -> BoxFuture<'static, Vec<EventLine>>;

    /// Where the pod could run that this problem is rooted in.
    fn placement(&self, problem: Text) -> BoxFuture<'static, Option<Placed>>;

    /// The objects whose name holds what was typed, best first.
    fn names(&self, typed: String) -> BoxFuture<'static, Vec<ObjectRef>>;

    /// Tries to reach the cluster now.
    fn refresh(&self);
}

/// What the loop itself must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Go,
    /// Draw the whole screen anew.
    Redraw,
    /// Stop until the shell continues this program.
    Suspend,
    /// Leave.
    Quit,
}

/// Does effects.
pub(super) struct Runner {
    backend: Arc<dyn Backend>,
    messages: mpsc::Sender<Message>,
    tasks: JoinSet<()>,
    /// One task a container; dropping them closes their connections.
    logs: JoinSet<()>,
    chats: Driver,
    redactor: Redactor,
    seed_tokens: usize,
    /// What each session was opened with: the playbook answers from it once the problem has gone.
    opened: BTreeMap<Text, Opened>,
    clipboard: Box<dyn Clipboard + Send>,
}

/// What a session is about.
#[derive(Clone)]
struct Opened {
    subject: Subject,
    dossier: Arc<std::sync::OnceLock<Arc<Dossier>>>,
}

impl Runner {
    pub fn new(
        backend: Arc<dyn Backend>,
        messages: mpsc::Sender<Message>,
        chats: Driver,
        redactor: Redactor,
        seed_tokens: usize,
        clipboard: Box<dyn Clipboard + Send>,
    ) -> Self {
        Self {
            backend,
            messages,
            tasks: JoinSet::new(),
            logs: JoinSet::new(),
            chats,
            redactor,
            seed_tokens,
            opened: BTreeMap::new(),
            clipboard,
        }
    }

    /// Does an effect, or starts what does it. Never waits.
    pub fn run(&mut self, effect: Effect, now: Timestamp) -> Step {
        while let Some(ended) = self.tasks.try_join_next() {
            if ended.is_err_and(|error| error.is_panic()) {
                let line = "Something went wrong inside k8stui; its log tells where. The console goes on.";
                self.messages.try_send(Message::Failed(line.into())).ok();
            }
        }
        match effect {
            Effect::ReadYaml { request, object } => self.read_yaml(request, object),
            Effect::ReadEvents { request, objects } => {
                let lines = self.backend.events(objects);
                self.reply(async move {
                    Message::Events {
                        request,
                        lines: lines.await,
                    }
                });
            }
            Effect::ReadPlacement { request, problem } => {
                let placed = self.backend.placement(problem);
                self.reply(async move {
                    Message::Placement {
                        request,
                        placed: placed.await.map(Box::new),
                    }
                });
            }
            Effect::FindNames { request, typed } => {
                let objects = self.backend.names(typed);
                self.reply(async move {
                    Message::Names {
                        request,
                        objects: objects.await,
                    }
                });
            }
            Effect::ReadLogs { request, logs } => self.read_logs(request, logs),
            Effect::CloseLogs => self.logs = JoinSet::new(),
            Effect::OpenChat {
                session,
                subject,
                earlier,
            } => self.open_chat(session, subject, earlier),
            Effect::Chat { session, effect } => self.chat(&session, effect, now),
            Effect::Copy(text) => self.copy(text),
            Effect::Refresh => self.backend.refresh(),
            Effect::Redraw => return Step::Redraw,
            Effect::Suspend => return Step::Suspend,
            Effect::Quit => return Step::Quit,
        }
        Step::Go
    }

    /// Stops everything; returns once what was said is on disk.
    pub fn close(self) {
        self.chats.close();
    }

    fn reply(&mut self, message: impl Future<Output = Message> + Send + 'static) {
        let messages = self.messages.clone();
        self.tasks.spawn(async move {
            // An error means that the loop has ended: nobody waits for it.
            messages.send(message.await).await.ok();
        });
    }

    fn read_yaml(&mut self, request: RequestId, object: ObjectRef) {
        let object = self.backend.source().object(object);
        self.reply(async move {
            let result = object.await.map(|json| Document::new(&json));
            Message::Yaml { request, result }
        });
    }

    /// Each container is read in a task of its own, its instance before first: that is the order of its lines.
    fn read_logs(&mut self, request: RequestId, logs: Vec<LogRequest>) {
        self.logs = JoinSet::new();
        let mut containers: BTreeMap<(Text, Text, Text), Vec<(usize, LogRequest)>> = BTreeMap::new();
        for (stream, log) in logs.into_iter().enumerate() {
            let container = (log.namespace.clone(), log.pod.clone(), log.container.clone());
            containers.entry(container).or_default().push((stream, log));
        }
        for (_, logs) in containers {
            let source = self.backend.source();
            let messages = self.messages.clone();
            self.logs.spawn(async move {
                for (stream, log) in logs {
                    if read_log(&source, request, stream, log, &messages).await.is_none() {
                        return;
                    }
                }
            });
        }
    }

    fn open_chat(&mut self, session: Text, subject: Subject, earlier: Vec<Text>) {
        let opened = Opened {
            subject: subject.clone(),
            dossier: Arc::default(),
        };
        for id in earlier.iter().chain([&session]) {
            self.opened.insert(id.clone(), opened.clone());
        }
        let earlier = self.chats.earlier(earlier);
        let dossier = self.backend.dossier(subject);
        let redactor = self.redactor.clone();
        let tokens = self.seed_tokens;
        let messages = self.messages.clone();
        self.tasks.spawn(async move {
            // An error means that the loop has ended: nobody waits for it.
            let send = async |message| drop(messages.send(message).await);
            let Some(dossier) = dossier.await else {
                let why = "It has gone: there is nothing to talk about any more.".into();
                return send(Message::ChatFailed { session, why }).await;
            };
            let unread = match earlier.await {
                Ok(Some(loaded)) if loaded.entries.iter().any(|entry| entry.role == Role::Seed) => {
                    opened.dossier.set(Arc::new(dossier)).ok();
                    let loaded = Box::new(loaded);
                    return send(Message::ChatResumed { session, loaded }).await;
                }
                Ok(_) => None,
                Err(error) => Some(format!("What was said earlier cannot be read: {error}")),
            };
            let seed = seed::build(&dossier, tokens, &redactor);
            opened.dossier.set(Arc::new(dossier)).ok();
            let events = [Some(ChatEvent::Open { seed }), unread.map(ChatEvent::Notice)];
            for event in events.into_iter().flatten() {
                let session = session.clone();
                send(Message::Chat { session, event }).await;
            }
        });
    }

    fn chat(&mut self, session: &Text, effect: ChatEffect, now: Timestamp) {
        // Asking the person is the model's affair and never comes here; all else is done.
        if let Some(ChatEffect::AnswerFromPlaybook { request, question }) =
            self.chats.run(session, effect, now)
        {
            self.answer_from_playbook(session, request, question);
        }
    }

    /// The playbook answers from what is known now, or from what was known last.
    fn answer_from_playbook(&mut self, session: &Text, request: ChatRequest, question: Option<String>) {
        let Some(opened) = self.opened.get(session).cloned() else {
            return;
        };
        let now = self.backend.dossier(opened.subject.clone());
        let (session, messages) = (session.clone(), self.messages.clone());
        self.tasks.spawn(async move {
            let now = now.await.map(Arc::new);
            let Some(dossier) = now.or_else(|| opened.dossier.get().cloned()) else {
                return;
            };
            for event in playbook::reply(request, &dossier, question.as_deref()) {
                let session = session.clone();
                messages.send(Message::Chat { session, event }).await.ok();
            }
        });
    }

    /// Done here and now, between two frames: what goes to the terminal must not stand in the middle of one.
    fn copy(&mut self, text: Text) {
        let result = self
            .clipboard
            .copy(&text)
            .map_err(|error| error.to_string().into());
        self.reply(async move { Message::Copied { text, result } });
    }
}

/// Reads a log to its end; `None` where nobody listens any more.
async fn read_log(
    source: &SharedSource,
    request: RequestId,
    stream: usize,
    log: LogRequest,
    messages: &mpsc::Sender<Message>,
) -> Option<()> {
    let send = async |what| messages.send(Message::Log { request, what }).await.ok();
    let mut batches = source.log(log).ready_chunks(BATCH);
    while let Some(batch) = batches.next().await {
        let mut lines = Vec::with_capacity(batch.len());
        let mut failure = None;
        for line in batch {
            match line {
                Ok(line) => lines.push(line),
                Err(error) => failure = Some(error),
            }
        }
        if !lines.is_empty() {
            send(LogMessage::Lines { stream, lines }).await?;
        }
        if let Some(failure) = failure {
            return send(LogMessage::Failed { stream, failure }).await;
        }
    }
    send(LogMessage::Ended { stream }).await
}
