//! Pods and containers as a kubelet knows them.

use jiff::Timestamp;

use crate::demo::shop::program::Fate;
use crate::demo::store::Key;

/// A container's next step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::demo::shop) struct Step {
    pub(super) uid: String,
    pub(super) container: usize,
    /// A step that was planned for an earlier phase is void.
    pub(super) epoch: u64,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Start,
    Ready,
    Exit,
    BackOff,
    PullBackOff,
    Remind,
    Chatter(usize),
}

/// What a pod's containers do.
pub(super) struct Running {
    pub(super) key: Key,
    pub(super) node: String,
    pub(super) ip: String,
    pub(super) since: Timestamp,
    /// When its readiness changed last.
    pub(super) turned: Timestamp,
    pub(super) ready: bool,
    pub(super) containers: Vec<Container>,
}

/// A container of a pod that has a node.
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) digest: String,
    pub(super) epoch: u64,
    pub(super) phase: Phase,
    pub(super) restarts: u32,
    pub(super) backoff: i64,
    pub(super) id: String,
    /// The instance before the one that its state tells of.
    pub(super) last: Option<Ended>,
    /// The instance that ended, until the next one starts.
    pub(super) ended: Option<Ended>,
    pub(super) fate: Option<Fate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Creating,
    PullFailed(String),
    PullBackOff(String),
    Runs { since: Timestamp, ready: bool },
    Ended(Ended),
    BackOff { seconds: i64 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) id: String,
    pub(super) code: i64,
    pub(super) reason: &'static str,
    pub(super) message: Option<String>,
    pub(super) started: Option<Timestamp>,
    pub(super) finished: Timestamp,
}
