//! Coverage: what was looked at and what could not be. Silence is never mistaken for health.

use serde::Serialize;

use super::object::Text;

/// How a look went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All of it was read.
    Ok,
    /// Being read for the first time.
    Reading,
    /// 403: the account may not.
    Forbidden,
    /// The server has no such kind.
    Absent,
    /// It failed; the detail says how.
    Error,
    /// A person has switched it off.
    Off,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The cluster's id.
    pub cluster: Text,
    /// `kind`, `logs`, `metrics`, `analyzer`, `changes`.
    pub what: Text,
    /// The API group, empty for core.
    pub group: Text,
    /// The kind, or the name of what was looked at.
    pub kind: Text,
    /// The namespace, empty for all of them.
    pub namespace: Text,
    /// How it went.
    pub status: Status,
    /// How many objects were read.
    pub objects: u64,
    /// What the server said.
    pub detail: Text,
}

/// All that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Whether every entry is `ok` or `absent`.
    pub complete: bool,
    /// One a thing, in order of kind.
    pub entries: Vec<Entry>,
}

impl Coverage {
    /// Coverage of these entries.
    pub fn new(entries: Vec<Entry>) -> Self {
        let complete = entries
            .iter()
            .all(|entry| matches!(entry.status, Status::Ok | Status::Absent));
        Self { complete, entries }
    }

    /// What could not be seen, or is not to be.
    pub fn gaps(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| matches!(entry.status, Status::Forbidden | Status::Error | Status::Off))
    }
}
