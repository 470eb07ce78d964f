//! Dossiers: all that is known about a problem, an object or the whole cluster at one moment, from which the seed of a
//! chat is made.

use std::sync::Arc;

use jiff::Timestamp;

use crate::engine::analyzers::logs::LogDigest;
use crate::engine::coverage::Coverage;
use crate::engine::kinds::Event;
use crate::engine::object::{ObjectRef, Text};
use crate::engine::placement::Placed;
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

/// An image that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningImage {
    /// Its name and tag.
    pub image: Text,
    /// In how many ready containers.
    pub containers: usize,
}

/// A whole object as the API gives it, without managedFields.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeObject {
    /// Which.
    pub object: ObjectRef,
    /// Its JSON, or one line that says why it could not be read.
    pub json: Result<serde_json::Value, Text>,
}

/// What a dossier is asked for about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The problem that answers to that id.
    Problem(Text),
    /// An object: the problem that it belongs to where there is one, else the object itself.
    Object(ObjectRef),
    /// The cluster as a whole.
    Cluster,
}

/// What a dossier is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// A problem.
    Problem(Arc<Problem>),
    /// An object with which nothing was found wrong.
    Object(SoundObject),
    /// The cluster as a whole.
    Cluster(Overview),
}

/// An object with which nothing was found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundObject {
    /// Which.
    pub object: ObjectRef,
    /// Whether objects of its kind are watched: of others nobody can say that they are healthy.
    pub watched: bool,
    /// How many pods are under it, and how many of them are ready.
    pub pods: Option<(usize, usize)>,
}

/// A cluster as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// Its problems, worst first; those that healed a while ago last.
    pub problems: Vec<Arc<Problem>>,
    /// Objects that are watched.
    pub objects: u64,
    /// Kinds that are watched.
    pub kinds: u32,
    /// Pods that no problem names.
    pub healthy: u64,
}

/// All that is known about one subject at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    /// Where.
    pub cluster: ClusterInfo,
    /// When.
    pub at: Timestamp,
    /// The subject.
    pub about: About,
    /// From the object (of a problem: the root's) up to its top owner.
    pub owners: Vec<ObjectRef>,
    /// The object, its owners and the culprit, whole.
    pub objects: Vec<WholeObject>,
    /// The events about all of the subject's objects and their owners, oldest first.
    pub events: Vec<EventLine>,
    /// The logs of the containers that fail; of an object with which nothing is wrong, of those that run.
    pub logs: Vec<ContainerLog>,
    /// Where the pod that no node takes could run.
    pub placed: Option<Placed>,
    /// Images that run here and are like the one that cannot be pulled, the likest first.
    pub images: Vec<RunningImage>,
    /// What could not be looked at.
    pub coverage: Coverage,
}

impl Dossier {
    /// The problem that it is about.
    pub const fn problem(&self) -> Option<&Arc<Problem>> {
        match &self.about {
            About::Problem(problem) => Some(problem),
            About::Object(_) | About::Cluster(_) => None,
        }
    }
}
