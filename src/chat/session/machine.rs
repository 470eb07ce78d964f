//! The state machine: what was said, and what is done next. How a question gets its answer is in `answer`.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::entry::{ChatCommand, Entry, EntryState, RequestId, Role, Speaker};
use super::protocol::{Effect, Event, Header, Record, SCHEMA};
use super::turn::{Step, Turn};
use crate::chat::commands;
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
    pub(super) earlier: usize,
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
            earlier: 0,
        }
    }

    /// A session as its transcript tells it, to go on with.
    pub fn resume(loaded: Loaded, speaker: Speaker) -> Self {
        let header = loaded.header;
        let mut session = Self::new(header.id, header.problem, header.cluster, speaker, header.started);
        session.stats = header.stats;
        session.evidence = header.evidence;
        session.recorded = true;
        session.earlier = loaded.entries.len();
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

    pub(super) fn ask(&mut self, question: String, now: Timestamp, effects: &mut Vec<Effect>) {
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
    pub(super) fn begin(&mut self, question: Option<String>, now: Timestamp, effects: &mut Vec<Effect>) {
        self.requests += 1;
        self.turn = Some(Turn::new(RequestId(self.requests), question, now));
        self.send_if_allowed(now, effects);
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

    pub(super) fn collect_commands(&mut self, index: usize) {
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
    pub(super) fn say(
        &mut self,
        role: Role,
        text: String,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> usize {
        self.push(role, text, EntryState::Done, now, effects)
    }

    pub(super) fn push(
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
