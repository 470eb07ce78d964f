//! What a watch replays: the last changes of a kind.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::Key;
use super::selector::{Facts, Selector};

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It came to be.
    Added,
    /// It is another now.
    Modified,
    /// It is gone.
    Deleted,
}

impl ChangeKind {
    /// Its word in a watch event.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// The version it made.
    pub revision: u64,
    /// What happened.
    pub kind: ChangeKind,
    /// To what.
    pub key: Key,
    /// The object then, without `apiVersion` and `kind`.
    pub body: Bytes,
    pub(super) facts: Arc<Facts>,
    pub(super) before: Option<Arc<Facts>>,
}

impl Change {
    /// What a watch of one namespace and selector is told: an object that begins to match is added to it, one that
    /// stops matching is deleted from it.
    pub fn seen_by(&self, namespace: Option<&str>, selector: &Selector) -> Option<ChangeKind> {
        if namespace.is_some_and(|n| self.key.0 != n) {
            return None;
        }
        let matched = self
            .before
            .as_ref()
            .is_some_and(|facts| selector.matches(&self.key, facts));
        let matches = self.kind != ChangeKind::Deleted && selector.matches(&self.key, &self.facts);
        match (matched, matches) {
            (false, true) => Some(ChangeKind::Added),
            (true, true) => Some(ChangeKind::Modified),
            (true, false) => Some(ChangeKind::Deleted),
            (false, false) => None,
        }
    }
}

/// The version asked for is older than what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too old resource version: {asked} ({oldest})")]
pub struct Expired {
    /// What was asked for.
    pub asked: u64,
    /// The oldest from which one may go on.
    pub oldest: u64,
}

/// A bounded queue of changes.
pub(super) struct History {
    changes: VecDeque<Change>,
    limit: usize,
    /// Everything after this version is in the queue.
    complete_after: u64,
}

impl History {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            changes: VecDeque::new(),
            limit,
            complete_after: 0,
        }
    }

    pub(super) fn push(&mut self, change: Change) {
        if self.changes.len() >= self.limit
            && let Some(dropped) = self.changes.pop_front()
        {
            self.complete_after = dropped.revision;
        }
        self.changes.push_back(change);
    }

    pub(super) fn since(&self, revision: u64) -> Result<Vec<Change>, Expired> {
        if revision < self.complete_after {
            return Err(Expired {
                asked: revision,
                oldest: self.complete_after,
            });
        }
        let from = self.changes.partition_point(|change| change.revision <= revision);
        Ok(self.changes.range(from..).cloned().collect())
    }

    pub(super) fn compact(&mut self, revision: u64) {
        self.changes.clear();
        self.complete_after = revision;
    }
}
