//! A question on its way to its answer: sent, streamed, tried again, ended.

use jiff::Timestamp;

use super::entry::{Cost, EntryState, RequestId, Role, Speaker};
use super::history::{history, tokens};
use super::machine::Session;
use super::protocol::{Effect, Record};
use super::turn::{ATTEMPTS, LONGEST_WAIT, Step, UNSAVED};
use crate::chat::provider::{Chunk, FailureKind, ProviderFailure};

impl Session {
    /// Sends, or asks whether text may go there at all.
    pub(super) fn send_if_allowed(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
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
    pub(super) fn send(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
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

    pub(super) fn awaits(&self, request: RequestId) -> bool {
        self.turn
            .as_ref()
            .is_some_and(|turn| turn.request == request && turn.step == Step::Answering)
    }

    pub(super) fn stream(&mut self, chunk: Chunk, now: Timestamp, effects: &mut Vec<Effect>) {
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

    pub(super) fn failed(&mut self, failure: &ProviderFailure, now: Timestamp, effects: &mut Vec<Effect>) {
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

    pub(super) fn retry(&mut self, request: RequestId, now: Timestamp, effects: &mut Vec<Effect>) {
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

    /// Ends the running turn and asks what is queued.
    pub(super) fn close(
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
}
