//! Changes: what differs between the revision that worked and the one that fails, what else was written shortly
//! before, and by whom.
//!
//! Templates and managedFields are not kept in the world. When a problem becomes active, [`subjects`] says whose past
//! matters to it; the edge reads those objects whole, once, and makes a [`History`] of each ([`history`]), which enters
//! the world as a delta. [`told()`] is a pure function from the histories to evidence.

mod author;
mod diff;
pub mod history;
mod names;
mod noise;
mod subjects;
mod told;
mod touch;
mod value;

use jiff::Timestamp;

use super::object::Text;

pub use diff::{Difference, templates};
pub use subjects::{Ask, Subject, subjects};
pub use told::{Blame, Told, told};

/// What is known of an object's past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Of a workload: how its failing revision differs from the one before.
    pub rollout: Option<Rollout>,
    /// Of other objects: when they were last written.
    pub writes: Vec<Write>,
}

/// A revision of a workload, and how it differs from the one that it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The object that holds the revision: a ReplicaSet or a ControllerRevision.
    pub name: Text,
    /// Its number.
    pub number: u64,
    /// The number of the one that it is compared with.
    pub before: u64,
    /// Whether that one is known to work (it has ready pods); else it is only the one before.
    pub worked: bool,
    /// When it was rolled out.
    pub at: Option<Timestamp>,
    /// `by kubectl-edit (Helm release shop)`; empty where nothing says it.
    pub by: Text,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// A time at which an object was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The field, `data`, `spec.selector`, `status.conditions[type=Ready]`.
    pub path: Text,
    /// When.
    pub at: Timestamp,
    /// `by kubectl-edit`; empty where nothing says it.
    pub by: Text,
    /// What was done, `data written (app.yaml)`, `created`, `cordoned`.
    pub text: Text,
    /// Whether the object came into being: no change for what was made with it.
    pub created: bool,
}
