//! Signatures: what recognises a fault.

use std::collections::BTreeMap;

use regex::Regex;

use super::Case;
use crate::engine::analyzers::logs::LogDigest;
use crate::engine::evidence::Source;
use crate::engine::problem::Confidence;

/// Recognises a fault, and knows what to say of it.
#[derive(Debug)]
pub(super) struct Signature {
    /// The file that it stands in.
    pub file: String,
    /// The line of that file in which it begins, from 1.
    pub line: u64,
    /// What it is called; variants of one fault share the name.
    pub name: Option<String>,
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
    /// A page of the official documentation.
    pub docs: Option<String>,
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
    /// In a line of a log that is evidence: the one that says what went wrong.
    Log,
    /// In any line that the digest of the container's log kept.
    Lines,
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

    /// Whether it explains every code.
    pub fn is_for_any(&self) -> bool {
        self.codes.iter().any(|code| code == "*")
    }

    /// What it sees in a finding and its facts; `None` if it is not its fault.
    pub fn see(&self, case: &Case<'_>) -> Option<Sight> {
        let named = self
            .codes
            .iter()
            .any(|code| code == "*" || **code == *case.root.code);
        let mut sight = Sight::default();
        if !named
            || self
                .unless
                .iter()
                .any(|condition| condition.holds(case, &mut Sight::default()))
        {
            return None;
        }
        self.when
            .iter()
            .all(|condition| condition.holds(case, &mut sight))
            .then_some(sight)
    }
}

impl Condition {
    fn holds(&self, case: &Case<'_>, sight: &mut Sight) -> bool {
        let root = case.root;
        let own: &[&str] = match self.place {
            Place::Title => &[&root.title],
            Place::Message => &[&root.message],
            Place::Any => &[&root.title, &root.message],
            _ => &[],
        };
        let fact = case
            .evidence
            .iter()
            .find(|fact| self.looks_at(&fact.evidence.source) && self.pattern.is_match(&fact.evidence.text));
        let text = match fact {
            Some(fact) => {
                sight.why.push(fact.n);
                &*fact.evidence.text
            }
            None => match own.iter().copied().find(|text| self.pattern.is_match(text)) {
                Some(text) => text,
                None if matches!(self.place, Place::Lines) => {
                    let mut lines = case.logs.iter().copied().flat_map(lines);
                    match lines.find(|line| self.pattern.is_match(line)) {
                        Some(line) => line,
                        None => return false,
                    }
                }
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
            | (Place::Log | Place::Lines, Source::Log { .. })
            | (Place::Event, Source::Event { .. }) => true,
            // That something changed is not yet that it is wrong.
            (Place::Any, source) => !matches!(source, Source::Change { .. }),
            (Place::Field(path), Source::Field { path: field }) => path.is_match(field),
            _ => false,
        }
    }
}

/// The lines that a digest kept, those that look most like the error first.
fn lines(digest: &LogDigest) -> impl Iterator<Item = &str> {
    let patterns = digest.patterns.iter();
    let told = patterns.flat_map(|pattern| {
        let follow = pattern.follow.iter().map(|line| &**line);
        std::iter::once(&*pattern.line.text).chain(follow)
    });
    told.chain(digest.tail.iter().map(|line| &*line.text))
}

impl Condition {
    /// As it is written: `log: no such host`.
    pub fn words(&self) -> String {
        let pattern = self.pattern.as_str();
        let place = match &self.place {
            Place::Title => "title",
            Place::Message => "message",
            Place::Log => "log",
            Place::Lines => "lines",
            Place::Event => "event",
            Place::Change => "changed",
            Place::Any => "any",
            Place::Field(path) if pattern.is_empty() => return format!("path: {path}"),
            Place::Field(path) => return format!("path: {path}, value: {pattern}"),
        };
        format!("{place}: {pattern}")
    }
}
