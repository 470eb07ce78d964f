//! What there is to know of each code: what it means, when it is found, what is deliberately left in peace.

pub(super) mod autoscaler;
pub(super) mod budget;
pub(super) mod certificate;
pub(super) mod claim;
pub(super) mod cron_job;
pub(super) mod daemon_set;
pub(super) mod deletion;
pub(super) mod deployment;
pub(super) mod device;
pub(super) mod extension;
pub(super) mod ingress;
pub(super) mod job;
pub(super) mod log;
pub(super) mod network_policy;
pub(super) mod node;
mod page;
pub(super) mod pod;
pub(super) mod policy;
pub(super) mod prometheus;
pub(super) mod quota;
pub(super) mod reference;
mod sections;
pub(super) mod security;
pub(super) mod service;
pub(super) mod stateful_set;
pub(super) mod volume;
pub(super) mod webhook;

pub use self::page::{described, page};
pub use self::sections::{Section, sections};
use crate::engine::finding::Severity;

/// What there is to know of a code, for those who read findings. docs/analyzers.md is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code.
    pub code: &'static str,
    /// How bad its findings are: each severity that they can have, the usual one first.
    pub severity: &'static [Severity],
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// When it is found.
    pub fires: &'static str,
    /// What is like it and deliberately is not found.
    pub silent: &'static str,
}
