//! Facts as a conversation keeps them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::evidence::{Evidence, Numbered, Source};
use crate::engine::object::{ObjectRef, Text};

/// A fact as a conversation keeps it: all that is needed to show it, and to open its source where that still exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    /// Its number.
    pub n: u32,
    /// The object.
    pub object: ObjectRef,
    /// Where in that object.
    pub source: CitedSource,
    /// When it was so.
    pub time: Option<Timestamp>,
    /// The fact.
    pub text: Text,
}

/// [`Source`] as it stands on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(missing_docs, reason = "the fields are those of `Source`")]
pub enum CitedSource {
    /// A field.
    Field { path: Text },
    /// An event.
    Event { reason: Text, count: u32 },
    /// A line of log.
    Log {
        container: Text,
        container_id: Text,
        previous: bool,
    },
    /// A change.
    Change {
        path: Text,
        #[serde(default)]
        what: Text,
        #[serde(default)]
        old: Option<Text>,
        #[serde(default)]
        new: Option<Text>,
        #[serde(default)]
        origin: Text,
    },
    /// Another object.
    Related,
}

impl From<&Numbered> for Cited {
    fn from(numbered: &Numbered) -> Self {
        let fact = &numbered.evidence;
        Self {
            n: numbered.n,
            object: fact.object.clone(),
            source: match fact.source.clone() {
                Source::Field { path } => CitedSource::Field { path },
                Source::Event { reason, count } => CitedSource::Event { reason, count },
                Source::Log {
                    container,
                    container_id,
                    previous,
                } => CitedSource::Log {
                    container,
                    container_id,
                    previous,
                },
                Source::Change {
                    path,
                    what,
                    old,
                    new,
                    origin,
                } => CitedSource::Change {
                    path,
                    what,
                    old,
                    new,
                    origin,
                },
                Source::Related => CitedSource::Related,
            },
            time: fact.time,
            text: fact.text.clone(),
        }
    }
}

impl From<Cited> for Numbered {
    fn from(cited: Cited) -> Self {
        Self {
            n: cited.n,
            evidence: Evidence {
                object: cited.object,
                source: match cited.source {
                    CitedSource::Field { path } => Source::Field { path },
                    CitedSource::Event { reason, count } => Source::Event { reason, count },
                    CitedSource::Log {
                        container,
                        container_id,
                        previous,
                    } => Source::Log {
                        container,
                        container_id,
                        previous,
                    },
                    CitedSource::Change {
                        path,
                        what,
                        old,
                        new,
                        origin,
                    } => Source::Change {
                        path,
                        what,
                        old,
                        new,
                        origin,
                    },
                    CitedSource::Related => Source::Related,
                },
                time: cited.time,
                text: cited.text,
            },
        }
    }
}
