//! Signatures: what recognises a fault.

use std::collections::BTreeMap;

use regex::Regex;

use crate::engine::evidence::{Numbered, Source};
use crate::engine::finding::Finding;
use crate::engine::problem::Confidence;

/// Recognises a fault, and knows what to say of it.
#[derive(Debug)]
pub(super) struct Signature {
    /// The codes of findings that it explains; `*` for every one.
    pub codes: Vec<String>,
    /// All of these must hold.
    pub when: Vec<Condition>,
    /// None of these may hold.
    pub unless: Vec<Condition>,
    pub confidence: Confidence,
    pub cause: String,
    pub fix: String,
    /// Commands that heal.
    pub change: Vec<String>,
    /// Commands that only read.
    pub read: Vec<String>,
}

/// Something that a text must say.
#[derive(Debug)]
pub(super) struct Condition {
    pub place: Place,
    pub pattern: Regex,
}

/// Where it must be said.
#[derive(Debug)]
pub(super) enum Place {
    /// In the finding's title.
    Title,
    /// In the finding's message.
    Message,
    /// In a line of a log.
    Log,
    /// In an event's message.
    Event,
    /// In a change.
    Change,
    /// In the value of a field whose path matches.
    Field(Regex),
    /// In title, message or any fact.
    Any,
}

/// What a signature saw.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// Numbers of the facts.
    pub why: Vec<u32>,
    /// Named groups of the patterns.
    pub captures: BTreeMap<String, String>,
}

impl Signature {
    pub fn is_conditional(&self) -> bool {
        !self.when.is_empty()
    }

    /// What it sees in a finding and its facts; `None` if it is not its fault.
    pub fn see(&self, root: &Finding, evidence: &[Numbered]) -> Option<Sight> {
        let named = self.codes.iter().any(|code| code == "*" || **code == *root.code);
        let mut sight = Sight::default();
        if !named
            || self
                .unless
                .iter()
                .any(|condition| condition.holds(root, evidence, &mut Sight::default()))
        {
            return None;
        }
        self.when
            .iter()
            .all(|condition| condition.holds(root, evidence, &mut sight))
            .then_some(sight)
    }
}

impl Condition {
    fn holds(&self, root: &Finding, evidence: &[Numbered], sight: &mut Sight) -> bool {
        let own: &[&str] = match self.place {
            Place::Title => &[&root.title],
            Place::Message => &[&root.message],
            Place::Any => &[&root.title, &root.message],
            _ => &[],
        };
        let fact = evidence
            .iter()
            .find(|fact| self.looks_at(&fact.evidence.source) && self.pattern.is_match(&fact.evidence.text));
        let text = match fact {
            Some(fact) => {
                sight.why.push(fact.n);
                &*fact.evidence.text
            }
            None => match own.iter().find(|text| self.pattern.is_match(text)) {
                Some(text) => text,
                None => return false,
            },
        };
        if let Some(found) = self.pattern.captures(text) {
            for name in self.pattern.capture_names().flatten() {
                if let Some(group) = found.name(name) {
                    sight.captures.insert(name.to_owned(), group.as_str().to_owned());
                }
            }
        }
        true
    }

    fn looks_at(&self, source: &Source) -> bool {
        match (&self.place, source) {
            (Place::Change, Source::Change { .. })
            | (Place::Log, Source::Log { .. })
            | (Place::Event, Source::Event { .. }) => true,
            // That something changed is not yet that it is wrong.
            (Place::Any, source) => !matches!(source, Source::Change { .. }),
            (Place::Field(path), Source::Field { path: field }) => path.is_match(field),
            _ => false,
        }
    }
}
