//! The lines of a recording. docs/recording.md says what they mean.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::engine::object::{Kind, ObjectRef, Text};

/// What the first line says, and the line after each resumption.
pub const FORMAT: &str = "recording/v1";
/// How a recording begins.
pub const MAGIC: &[u8] = b"{\"k8stui\":\"recording/";

/// One line. But for `k8stui` and `at`, one of its fields is set.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Line<'a> {
    /// The format: this line begins the recording, or goes on with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k8stui: Option<Text>,
    /// When this was seen.
    pub at: Option<Timestamp>,
    /// Which cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Recorded>,
    /// A kind is being listed from here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<Place>,
    /// A kind has been listed: what was not set since `listing` is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<Place>,
    /// A kind cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<Place>,
    /// An object is there, or is now so.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub set: Option<&'a RawValue>,
    /// An object is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<ObjectRef>,
    /// The end of a container's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<Log>,
}

/// The cluster that was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recorded {
    /// Its id.
    pub id: Text,
    /// Its version.
    pub server_version: Text,
}

/// A kind, in one namespace or in all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Place {
    /// `apps/v1`.
    pub api_version: Text,
    /// `Deployment`.
    pub kind: Text,
    /// The namespace; all of them if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Text>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
}

impl Place {
    /// The place of a watched kind.
    pub fn new(kind: Kind, namespace: Option<Text>) -> Self {
        Self {
            api_version: kind.api_version().into(),
            kind: kind.name().into(),
            namespace,
            why: None,
        }
    }

    /// The kind, where it is one that is watched.
    pub fn kind(&self) -> Option<Kind> {
        ObjectRef::new(&self.api_version, &self.kind, "", "x")
            .key()
            .map(|key| key.kind)
    }
}

/// The end of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// The pod's namespace.
    pub namespace: Text,
    /// The pod.
    pub pod: Text,
    /// The container.
    pub container: Text,
    /// Whether it is of the instance before the one of that time.
    pub previous: bool,
    /// Whether there was more before it.
    pub cut: bool,
    /// Its lines, as the kubelet writes them: time, a blank, text.
    pub lines: Vec<Text>,
}
