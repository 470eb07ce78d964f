//! Evidence: typed facts with their source and time, and all that is needed to open that source.

pub mod dossier;
pub mod events;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use super::object::{ObjectRef, Text};

/// Where a fact comes from, with what it takes to open it there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A field of the object, by its path in the API's notation: `spec.containers[0].image`.
    Field {
        /// The path.
        path: Text,
    },
    /// A Kubernetes Event about the object.
    Event {
        /// The machine-readable reason, `BackOff`.
        reason: Text,
        /// How often it was seen.
        count: u32,
    },
    /// A line of a container's log.
    Log {
        /// The container.
        container: Text,
        /// Which instance of it, `containerd://…`; empty where unknown.
        container_id: Text,
        /// Whether it is the instance before the present one.
        previous: bool,
    },
    /// A difference between the revision that worked and the one that fails, or a write of something else shortly
    /// before the onset.
    Change {
        /// The path of what changed.
        path: Text,
        /// What it is called: `image`, `memory limit`.
        what: Text,
        /// The value before; none where there was none, or where it is not to be shown.
        old: Option<Text>,
        /// The value since then; likewise.
        new: Option<Text>,
        /// With which revision it came, and by whom: `revision 13 (works) → 14 by helm`. May be empty.
        origin: Text,
    },
    /// Another object that has to do with it.
    Related,
}

impl Source {
    /// `field`, `event`, `log`, `change`, `related`: the JSON's `type`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Field { .. } => "field",
            Self::Event { .. } => "event",
            Self::Log { .. } => "log",
            Self::Change { .. } => "change",
            Self::Related => "related",
        }
    }
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// The object that it was read from.
    pub object: ObjectRef,
    /// Where in that object.
    pub source: Source,
    /// When it was so: the event's last time, the log line's time.
    pub time: Option<Timestamp>,
    /// The fact itself: the log line, the event's message, `= value` of a field.
    pub text: Text,
}

impl Evidence {
    /// A field of an object and its value.
    pub fn field(object: ObjectRef, path: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self {
            object,
            source: Source::Field { path: path.into() },
            time: None,
            text: value.into(),
        }
    }

    /// The same fact at a time.
    #[must_use]
    pub fn at(mut self, time: Option<Timestamp>) -> Self {
        self.time = time;
        self
    }

    /// The fact with what it needs to be read alone: of a change with which revision it came, and by whom.
    pub fn sentence(&self) -> Cow<'_, str> {
        match &self.source {
            Source::Change { origin, .. } if !origin.is_empty() => format!("{} ({origin})", self.text).into(),
            _ => Cow::Borrowed(&self.text),
        }
    }

    /// What makes two facts the same one although their counts, times or texts moved on: it keeps its number.
    pub fn identity(&self) -> (ObjectRef, &'static str, Text, Text) {
        let (place, which) = match &self.source {
            Source::Field { path } => (path.clone(), "".into()),
            Source::Change { path, what, .. } => (path.clone(), what.clone()),
            Source::Event { reason, .. } => (reason.clone(), self.text.clone()),
            Source::Log { container, .. } => (container.clone(), self.text.clone()),
            Source::Related => ("".into(), self.text.clone()),
        };
        (self.object.clone(), self.source.kind(), place, which)
    }
}

/// A fact with its number in a problem: numbers only grow, and a fact keeps its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbered {
    /// The number that sentences, answers and keys use.
    pub n: u32,
    /// The fact.
    pub evidence: Evidence,
}

/// The JSON form of `k8stui/v1`.
impl Serialize for Numbered {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let fact = &self.evidence;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("n", &self.n)?;
        map.serialize_entry("type", fact.source.kind())?;
        map.serialize_entry("object", &fact.object.path())?;
        match &fact.source {
            Source::Field { path } => map.serialize_entry("path", path)?,
            Source::Change {
                path,
                what,
                old,
                new,
                origin,
            } => {
                map.serialize_entry("path", path)?;
                map.serialize_entry("what", what)?;
                map.serialize_entry("old", old)?;
                map.serialize_entry("new", new)?;
                map.serialize_entry("origin", origin)?;
            }
            Source::Event { reason, count } => {
                map.serialize_entry("reason", reason)?;
                map.serialize_entry("count", count)?;
            }
            Source::Log {
                container,
                container_id,
                previous,
            } => {
                map.serialize_entry("container", container)?;
                map.serialize_entry("container_id", container_id)?;
                map.serialize_entry("previous", previous)?;
            }
            Source::Related => {}
        }
        map.serialize_entry("time", &fact.time)?;
        map.serialize_entry("text", &fact.text)?;
        map.end()
    }
}
