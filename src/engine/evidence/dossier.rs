//! Dossiers: all that is known about one problem at one moment, from which the seed of a chat is made.

use std::sync::Arc;

use jiff::Timestamp;

use crate::engine::analyzers::logs::LogDigest;
use crate::engine::coverage::Coverage;
use crate::engine::kinds::Event;
use crate::engine::object::{ObjectRef, Text};
use crate::engine::problem::Problem;
use crate::engine::snapshot::ClusterInfo;

/// An event as a person reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct EventLine {
    /// What it is about.
    pub object: ObjectRef,
    /// Whether it is a warning.
    pub warning: bool,
    /// `BackOff`.
    pub reason: Text,
    /// The sentence.
    pub message: Text,
    /// How often it was seen.
    pub count: u32,
    /// First seen.
    pub first: Option<Timestamp>,
    /// Last seen.
    pub last: Option<Timestamp>,
    /// Who says so.
    pub reporter: Text,
}

impl From<&Event> for EventLine {
    fn from(event: &Event) -> Self {
        let reporter = if event.source.component.is_empty() {
            &event.reporting_component
        } else {
            &event.source.component
        };
        Self {
            object: event.object(),
            warning: event.is_warning(),
            reason: event.reason.as_str().into(),
            message: event.message.clone(),
            count: event.times(),
            first: event.first_seen(),
            last: event.last_seen(),
            reporter: reporter.as_str().into(),
        }
    }
}

/// A container's log, digested.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerLog {
    /// The pod.
    pub pod: ObjectRef,
    /// The container.
    pub container: Text,
    /// Whether it is the instance before the present one.
    pub previous: bool,
    /// What it says.
    pub digest: LogDigest,
}

/// A whole object as the API gives it, without managedFields.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeObject {
    /// Which.
    pub object: ObjectRef,
    /// Its JSON, or one line that says why it could not be read.
    pub json: Result<serde_json::Value, Text>,
}

/// All that is known about one problem at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    /// Where.
    pub cluster: ClusterInfo,
    /// When.
    pub at: Timestamp,
    /// The problem.
    pub problem: Arc<Problem>,
    /// From the root's object up to its top owner.
    pub owners: Vec<ObjectRef>,
    /// The root's object, its owners and the culprit, whole.
    pub objects: Vec<WholeObject>,
    /// The events about all of the problem's objects and their owners, oldest first.
    pub events: Vec<EventLine>,
    /// The logs of its containers that fail.
    pub logs: Vec<ContainerLog>,
    /// What could not be looked at.
    pub coverage: Coverage,
}
