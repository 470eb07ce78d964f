//! The state machine.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::entry::{ChatCommand, Cost, Entry, EntryState, RequestId, Role, Speaker};
use super::history::{history, tokens};
use super::protocol::{Effect, Event, Header, Record, SCHEMA};
use super::turn::{ATTEMPTS, LONGEST_WAIT, Step, Turn, UNSAVED};
use crate::chat::commands;
use crate::chat::provider::{Chunk, FailureKind, ProviderFailure};
use crate::chat::seed::{Seed, SeedStats};
use crate::chat::transcript::{Cited, Loaded};
use crate::engine::object::Text;

/// Tokens that a conversation may have where the settings say nothing: what the smallest models in use can read,
/// less room for an answer.
const CONTEXT_TOKENS: usize = 24_000;

/// Asks for the first answer again where part of it came: the seed itself goes with every request.
const FIRST_AGAIN: &str = "Answer the first question again, from the beginning.";

/// One conversation about one problem, or about the cluster.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) id: Text,
    pub(super) problem: Text,
    pub(super) cluster: Text,
    pub(super) started: Timestamp,
    pub(super) speaker: Speaker,
    pub(super) entries: Vec<Entry>,
    pub(super) commands: Vec<ChatCommand>,
    pub(super) evidence: Vec<Cited>,
    pub(super) stats: Option<SeedStats>,
    pub(super) turn: Option<Turn>,
    pub(super) queue: VecDeque<String>,
    pub(super) requests: u64,
    pub(super) context_tokens: usize,
    pub(super) dropped: usize,
    pub(super) recorded: bool,
}

impl Session {
    /// A session in which nothing was said yet. `problem_id` is empty where it is about the cluster.
    pub fn new(
        id: impl Into<Text>,
        problem_id: impl Into<Text>,
        cluster: impl Into<Text>,
        speaker: Speaker,
        now: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            problem: problem_id.into(),
            cluster: cluster.into(),
            started: now,
            speaker,
            entries: Vec::new(),
            commands: Vec::new(),
            evidence: Vec::new(),
            stats: None,
            turn: None,
            queue: VecDeque::new(),
            requests: 0,
            context_tokens: CONTEXT_TOKENS,
            dropped: 0,
            recorded: false,
        }
    }

    /// A session as its transcript tells it, to go on with.
    pub fn resume(loaded: Loaded, speaker: Speaker) -> Self {
        let header = loaded.header;
        let mut session = Self::new(header.id, header.problem, header.cluster, speaker, header.started);
        session.stats = header.stats;
        session.evidence = header.evidence;
        session.recorded = true;
        session.entries = loaded.entries;
        for index in 0..session.entries.len() {
            session.collect_commands(index);
        }
        session
    }

    /// How many tokens a conversation may have with this model.
    #[must_use]
    pub const fn with_context_tokens(mut self, tokens: usize) -> Self {
        self.context_tokens = tokens;
        self
    }

    /// Takes what happened and says what is to be done. Pure but for `self`.
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Open { seed } => self.open(seed, now, &mut effects),
            Event::Ask(question) => self.ask(question, now, &mut effects),
            Event::AskAgain => self.ask_again(now, &mut effects),
            Event::Stream(request, chunk) if self.awaits(request) => self.stream(chunk, now, &mut effects),
            Event::Failed(request, failure) if self.awaits(request) => {
                self.failed(&failure, now, &mut effects);
            }
            // Words of a request that was stopped, or of one before.
            Event::Stream(..) | Event::Failed(..) => {}
            Event::Cancel => self.cancel(now, &mut effects),
            Event::Consent { host, yes } => self.consent(&host, yes, now, &mut effects),
            Event::RetryDue(request) => self.retry(request, now, &mut effects),
            Event::ClusterNote(text) => {
                self.say(Role::Cluster, text, now, &mut effects);
            }
            Event::Notice(text) => {
                self.say(Role::Notice, text, now, &mut effects);
            }
            Event::SpeakerChanged(speaker) => {
                self.speaker = speaker;
                // A question that waits for a word about the host of before goes on with this one.
                if self.turn.as_ref().is_some_and(|turn| turn.step == Step::Consent) {
                    self.send_if_allowed(now, &mut effects);
                }
            }
        }
        effects
    }

    fn open(&mut self, seed: Seed, now: Timestamp, effects: &mut Vec<Effect>) {
        // A conversation has one seed.
        if self.turn.is_some() || self.entries.iter().any(|entry| entry.role == Role::Seed) {
            return;
        }
        self.stats = Some(seed.stats);
        self.evidence = seed.evidence.iter().map(Cited::from).collect();
        self.say(Role::Seed, seed.text, now, effects);
        self.begin(None, now, effects);
    }

    fn ask(&mut self, question: String, now: Timestamp, effects: &mut Vec<Effect>) {
        if question.trim().is_empty() {
            return;
        }
        if self.turn.is_some() {
            self.queue.push_back(question);
            return;
        }
        self.say(Role::Person, question.clone(), now, effects);
        self.begin(Some(question), now, effects);
    }

    fn ask_again(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        if self.turn.is_some() {
            return;
        }
        let last = |wanted: &[Role]| {
            self.entries
                .iter()
                .rposition(|entry| wanted.contains(&entry.role))
                .and_then(|index| Some((index, self.entries.get(index)?)))
        };
        let Some((asked, question)) = last(&[Role::Person, Role::Seed]) else {
            return;
        };
        let answer = last(&[Role::Answer]).filter(|(index, _)| *index > asked);
        match (question.role, answer.map(|(_, answer)| answer.state)) {
            (_, Some(EntryState::Done)) => {}
            (Role::Seed, None) => self.begin(None, now, effects),
            (Role::Seed, Some(_)) => self.ask(FIRST_AGAIN.to_owned(), now, effects),
            _ => {
                let question = question.text.clone();
                self.ask(question, now, effects);
            }
        }
    }

    /// Starts a turn.
    fn begin(&mut self, question: Option<String>, now: Timestamp, effects: &mut Vec<Effect>) {
        self.requests += 1;
        self.turn = Some(Turn::new(RequestId(self.requests), question, now));
        self.send_if_allowed(now, effects);
    }

    /// Sends, or asks whether text may go there at all.
    fn send_if_allowed(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        match (&self.speaker, &mut self.turn) {
            (
                Speaker::Model {
                    host, allowed: false, ..
                },
                Some(turn),
            ) => {
                turn.step = Step::Consent;
                effects.push(Effect::AskConsent { host: host.clone() });
            }
            _ => self.send(now, effects),
        }
    }

    /// Sends the running turn's question.
    fn send(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(turn) = &mut self.turn else { return };
        turn.step = Step::Answering;
        let request = turn.request;
        if self.speaker == Speaker::Playbook {
            let question = turn.question.clone();
            effects.push(Effect::AnswerFromPlaybook { request, question });
            return;
        }
        let history = history(&self.entries, self.context_tokens);
        if history.dropped > self.dropped {
            self.dropped = history.dropped;
            let line = format!(
                "The {} oldest messages after the seed no longer fit and are not sent any more.",
                history.dropped
            );
            self.say(Role::Notice, line, now, effects);
        }
        effects.push(Effect::Send {
            request,
            messages: history.messages,
        });
    }

    fn awaits(&self, request: RequestId) -> bool {
        self.turn
            .as_ref()
            .is_some_and(|turn| turn.request == request && turn.step == Step::Answering)
    }

    fn stream(&mut self, chunk: Chunk, now: Timestamp, effects: &mut Vec<Effect>) {
        match chunk {
            Chunk::Text(text) => self.append(&text, now, effects),
            Chunk::Reasoning(_) => {
                if let Some(turn) = &mut self.turn {
                    turn.thinking = true;
                }
            }
            Chunk::Usage { completion, .. } => {
                if let Some(turn) = &mut self.turn {
                    turn.tokens = Some(completion);
                }
            }
            Chunk::Finished { reason } => self.finished(&reason, now, effects),
        }
    }

    fn append(&mut self, text: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        if text.is_empty() {
            return;
        }
        let Some(index) = self.turn.as_ref().map(|turn| turn.answer) else {
            return;
        };
        let index = index.unwrap_or_else(|| {
            let index = self.push(Role::Answer, String::new(), EntryState::Streaming, now, effects);
            if let Some(turn) = &mut self.turn {
                turn.answer = Some(index);
            }
            index
        });
        if let Some(entry) = self.entries.get_mut(index) {
            entry.text.push_str(text);
        }
        self.save(false, effects);
    }

    /// Writes what is not on disk yet: whole lines, or all of it.
    fn save(&mut self, all: bool, effects: &mut Vec<Effect>) {
        let Some(turn) = &mut self.turn else { return };
        let Some(index) = turn.answer else { return };
        let Some(unsaved) = self
            .entries
            .get(index)
            .and_then(|entry| entry.text.get(turn.saved..))
        else {
            return;
        };
        if unsaved.is_empty() || (!all && unsaved.len() < UNSAVED && !unsaved.contains('\n')) {
            return;
        }
        turn.saved += unsaved.len();
        effects.push(Effect::Persist(Record::Delta {
            index,
            text: unsaved.to_owned(),
        }));
    }

    fn finished(&mut self, reason: &str, now: Timestamp, effects: &mut Vec<Effect>) {
        let empty = self.turn.as_ref().is_some_and(|turn| turn.answer.is_none());
        let remark = match reason {
            _ if empty => Some(format!(
                "The model ended without an answer (`{reason}`). Ask again."
            )),
            "length" => {
                Some("The answer was cut at the model's limit of output. Ask it to go on.".to_owned())
            }
            "content_filter" => Some("The provider's content filter ended the answer.".to_owned()),
            _ => None,
        };
        self.close(EntryState::Done, remark, now, effects);
    }

    fn failed(&mut self, failure: &ProviderFailure, now: Timestamp, effects: &mut Vec<Effect>) {
        if failure.kind == FailureKind::TooLong && self.shorten(now, effects) {
            return;
        }
        let retry = self.turn.as_ref().and_then(|turn| turn.retry_at(failure, now));
        let Some(at) = retry else {
            let remark = match failure.retry_after.filter(|wait| *wait > LONGEST_WAIT) {
                Some(wait) => format!(
                    "{} It wants {wait:#}: too long to wait for by itself. Ask again then.",
                    failure.line
                ),
                None => failure.line.to_string(),
            };
            self.close(EntryState::Failed, Some(remark), now, effects);
            return;
        };
        let Some(turn) = &mut self.turn else { return };
        turn.step = Step::Waiting(at);
        let request = turn.request;
        let line = format!(
            "{} Trying again in {} s (try {} of {ATTEMPTS}). Esc gives up.",
            failure.line,
            at.duration_since(now).as_secs(),
            turn.attempt + 1,
        );
        // One notice a question: it is rewritten from try to try.
        if let Some(entry) = turn.notice.and_then(|index| self.entries.get_mut(index)) {
            entry.text = line;
            entry.at = now;
        } else {
            let index = self.say(Role::Notice, line, now, effects);
            if let Some(turn) = &mut self.turn {
                turn.notice = Some(index);
            }
        }
        effects.push(Effect::RetryAt { request, at });
    }

    /// The model cannot read that much: sends once more, with a third less. False where nothing more can go.
    fn shorten(&mut self, now: Timestamp, effects: &mut Vec<Effect>) -> bool {
        let Some(turn) = &mut self.turn else { return false };
        if turn.shortened || turn.answer.is_some() {
            return false;
        }
        let sent = history(&self.entries, self.context_tokens).tokens();
        let target = sent * 2 / 3;
        if history(&self.entries, target).tokens() >= sent {
            return false;
        }
        turn.shortened = true;
        self.context_tokens = target;
        self.renumber();
        self.send_if_allowed(now, effects);
        true
    }

    fn retry(&mut self, request: RequestId, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(turn) = &mut self.turn else { return };
        if turn.request != request || !matches!(turn.step, Step::Waiting(_)) {
            return;
        }
        turn.attempt += 1;
        self.renumber();
        // The speaker may be another one by now.
        self.send_if_allowed(now, effects);
    }

    /// Gives the running turn's next request a number of its own.
    const fn renumber(&mut self) {
        self.requests += 1;
        if let Some(turn) = &mut self.turn {
            turn.request = RequestId(self.requests);
        }
    }

    fn cancel(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(turn) = &self.turn else { return };
        let remark = turn.answer.is_none().then(|| "Stopped.".to_owned());
        if turn.step != Step::Consent {
            effects.push(Effect::Abort(turn.request));
        }
        self.close(EntryState::Stopped, remark, now, effects);
    }

    fn consent(&mut self, asked: &Text, yes: bool, now: Timestamp, effects: &mut Vec<Effect>) {
        let Speaker::Model { host, allowed, .. } = &mut self.speaker else {
            return;
        };
        if *host != *asked {
            return;
        }
        if yes {
            *allowed = true;
            effects.push(Effect::RememberConsent { host: asked.clone() });
        } else {
            self.speaker = Speaker::Playbook;
            let line = format!("Nothing was sent to {asked}. The playbook answers instead.");
            self.say(Role::Notice, line, now, effects);
        }
        if self.turn.as_ref().is_some_and(|turn| turn.step == Step::Consent) {
            self.send(now, effects);
        }
    }

    /// Ends the running turn and asks what is queued.
    fn close(
        &mut self,
        state: EntryState,
        remark: Option<String>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        self.save(true, effects);
        let Some(turn) = self.turn.take() else { return };
        if let Some(index) = turn.answer {
            if let Some(entry) = self.entries.get_mut(index) {
                entry.state = state;
                entry.cost = Some(Cost {
                    took: now.duration_since(turn.asked),
                    tokens: turn.tokens.unwrap_or(tokens(&entry.text) as u64),
                    measured: turn.tokens.is_some(),
                });
                effects.push(Effect::Persist(Record::End {
                    index,
                    state,
                    cost: entry.cost,
                }));
            }
            self.collect_commands(index);
        }
        if let Some(line) = remark {
            self.say(Role::Notice, line, now, effects);
        }
        if let Some(next) = self.queue.pop_front() {
            self.ask(next, now, effects);
        }
    }

    fn collect_commands(&mut self, index: usize) {
        let Some(entry) = self.entries.get(index) else {
            return;
        };
        if entry.role != Role::Answer {
            return;
        }
        for found in commands::find(&entry.text) {
            if self.commands.iter().any(|known| known.command == found.command) {
                continue;
            }
            self.commands.push(ChatCommand {
                n: self.commands.len() as u32 + 1,
                entry: index,
                command: found.command,
                mutates: found.mutates,
                flags: found.flags,
            });
        }
    }

    /// Adds a complete entry.
    fn say(&mut self, role: Role, text: String, now: Timestamp, effects: &mut Vec<Effect>) -> usize {
        self.push(role, text, EntryState::Done, now, effects)
    }

    fn push(
        &mut self,
        role: Role,
        text: String,
        state: EntryState,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> usize {
        if !self.recorded {
            self.recorded = true;
            effects.push(Effect::Persist(Record::Header(Header {
                schema: SCHEMA.into(),
                id: self.id.clone(),
                problem: self.problem.clone(),
                cluster: self.cluster.clone(),
                started: self.started,
                stats: self.stats,
                evidence: self.evidence.clone(),
            })));
        }
        let index = self.entries.len();
        effects.push(Effect::Persist(Record::Entry {
            index,
            role,
            at: now,
            state,
            text: text.clone(),
        }));
        self.entries.push(Entry {
            role,
            text,
            at: now,
            state,
            cost: None,
        });
        index
    }
}
