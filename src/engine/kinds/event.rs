//! Event, in the core form; it decodes from that of `events.k8s.io` too, which has other names for the same.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Meta, nullable};
use crate::engine::object::{ObjectRef, Symbol, Text};

/// An event about an object.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    /// Its metadata.
    pub metadata: Meta,
    /// What it is about.
    #[serde(deserialize_with = "nullable", alias = "regarding")]
    pub involved_object: InvolvedObject,
    /// `Normal`, `Warning`.
    #[serde(rename = "type")]
    pub kind: Symbol,
    /// `BackOff`.
    pub reason: Symbol,
    /// The sentence.
    #[serde(deserialize_with = "nullable", alias = "note")]
    pub message: Text,
    /// How often it was seen; 0 where it is of the new form.
    #[serde(deserialize_with = "nullable", alias = "deprecatedCount")]
    pub count: u32,
    /// First seen (old form).
    #[serde(alias = "deprecatedFirstTimestamp")]
    pub first_timestamp: Option<Timestamp>,
    /// Last seen (old form).
    #[serde(alias = "deprecatedLastTimestamp")]
    pub last_timestamp: Option<Timestamp>,
    /// Seen (new form).
    pub event_time: Option<Timestamp>,
    /// Repetitions (new form).
    pub series: Option<Series>,
    /// Who says so.
    #[serde(deserialize_with = "nullable", alias = "deprecatedSource")]
    pub source: EventSource,
    /// Who says so (new form).
    #[serde(alias = "reportingController")]
    pub reporting_component: Symbol,
}

/// Repetitions of an event in the new form.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Series {
    /// How often.
    #[serde(deserialize_with = "nullable")]
    pub count: u32,
    /// Last seen.
    pub last_observed_time: Option<Timestamp>,
}

/// Who reports.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EventSource {
    /// `kubelet`.
    pub component: Symbol,
    /// The node.
    pub host: Symbol,
}

/// What an event is about.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InvolvedObject {
    /// `v1`.
    pub api_version: Symbol,
    /// `Pod`.
    pub kind: Symbol,
    /// Its namespace.
    pub namespace: Symbol,
    /// Its name.
    #[serde(deserialize_with = "nullable")]
    pub name: Text,
    /// Its uid: namesakes before and after have another.
    #[serde(deserialize_with = "nullable")]
    pub uid: Text,
    /// `spec.containers{nginx}`.
    pub field_path: Symbol,
}

impl Event {
    /// How often it was seen, in either form; at least once.
    pub fn times(&self) -> u32 {
        let of_series = self.series.as_ref().map_or(0, |series| series.count);
        self.count.max(of_series).max(1)
    }

    /// When it was last seen, in either form.
    pub fn last_seen(&self) -> Option<Timestamp> {
        let of_series = self.series.as_ref().and_then(|series| series.last_observed_time);
        // The greatest of them: an absent time is less than any.
        of_series
            .max(self.last_timestamp)
            .max(self.event_time)
            .or(self.metadata.creation_timestamp)
    }

    /// When it was first seen, in either form.
    pub fn first_seen(&self) -> Option<Timestamp> {
        self.first_timestamp
            .or(self.event_time)
            .or(self.metadata.creation_timestamp)
    }

    /// Whether it is a warning.
    pub fn is_warning(&self) -> bool {
        self.kind == "Warning"
    }

    /// The container that it is about, from a field path like `spec.containers{nginx}`.
    pub fn container(&self) -> Option<&str> {
        self.involved_object
            .field_path
            .as_str()
            .split_once('{')?
            .1
            .strip_suffix('}')
    }

    /// What it is about.
    pub fn object(&self) -> ObjectRef {
        let involved = &self.involved_object;
        ObjectRef::new(
            &involved.api_version,
            &involved.kind,
            &involved.namespace,
            &involved.name,
        )
    }
}
