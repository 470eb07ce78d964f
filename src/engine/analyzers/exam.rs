//! One object under examination: what every analyzer of a small kind needs to hand.

use jiff::Timestamp;

use super::{Analysis, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::Event;
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::world::{Sync, World};

/// One object under examination.
pub(super) struct Exam<'a> {
    pub world: &'a World,
    pub key: &'a Key,
    pub object: ObjectRef,
    pub now: Timestamp,
    pub analysis: Analysis,
}

impl<'a> Exam<'a> {
    pub fn new(world: &'a World, key: &'a Key, now: Timestamp) -> Self {
        Self {
            world,
            key,
            object: key.object(),
            now,
            analysis: Analysis::default(),
        }
    }

    /// Whether less than so many seconds have passed since then; if so, it is looked at again when they have. What
    /// has no time has lasted long enough.
    pub fn is_early(&mut self, since: Option<Timestamp>, seconds: i64) -> bool {
        let Some(end) = since.map(|since| grace::later(since, seconds)) else {
            return false;
        };
        let early = self.now < end;
        if early {
            self.analysis.look_again_at(end);
        }
        early
    }

    /// Whether absence of an object of that kind there means that there is none.
    pub fn knows(&self, kind: Kind, namespace: &str) -> bool {
        self.world.sync(kind, namespace) == Sync::Synced
    }

    /// A finding about the object, that its top owner answers for.
    pub fn finding(&self, code: &str, severity: Severity, title: impl Into<Text>) -> Finding {
        let mut finding = Finding::new(code, severity, self.object.clone(), title);
        finding.owner = self.world.top_owner(self.key);
        finding
    }

    /// A field of the object and its value.
    pub fn field(&self, path: impl Into<Text>, value: impl Into<Text>) -> Evidence {
        Evidence::field(self.object.clone(), path, value)
    }

    /// The newest event about the object that has one of these reasons.
    pub fn event(&self, reasons: &[&str]) -> Option<&'a Event> {
        let events = self.world.events_of(self.key);
        let mut newest_first = events.into_iter().rev();
        newest_first.find(|event| reasons.contains(&event.reason.as_str()))
    }

    pub fn report(&mut self, finding: Finding) {
        self.analysis.findings.push(finding);
    }
}
