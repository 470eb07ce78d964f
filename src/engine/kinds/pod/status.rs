//! The status of a pod.

use jiff::Timestamp;
use serde::Deserialize;

use crate::engine::kinds::{Condition, nullable};
use crate::engine::object::{Symbol, Text};

/// The status of a pod.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
    pub phase: Symbol,
    /// `Evicted` and the like.
    pub reason: Symbol,
    /// A sentence for the reason.
    #[serde(deserialize_with = "nullable")]
    pub message: Text,
    /// When the kubelet took it.
    pub start_time: Option<Timestamp>,
    /// `PodScheduled`, `Ready`, …
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
    /// How its containers stand.
    #[serde(deserialize_with = "nullable")]
    pub container_statuses: Box<[ContainerStatus]>,
    /// How its init containers stand.
    #[serde(deserialize_with = "nullable")]
    pub init_container_statuses: Box<[ContainerStatus]>,
    /// How its ephemeral containers stand.
    #[serde(deserialize_with = "nullable")]
    pub ephemeral_container_statuses: Box<[ContainerStatus]>,
    /// Where it shall run once the pods that it preempts are gone.
    pub nominated_node_name: Symbol,
    /// The claims that were made for it from templates.
    #[serde(deserialize_with = "nullable")]
    pub resource_claim_statuses: Box<[PodResourceClaimStatus]>,
}

/// A claim that was made for a pod.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodResourceClaimStatus {
    /// Which of the spec's `resourceClaims`.
    pub name: Symbol,
    /// The claim; empty where none was needed.
    pub resource_claim_name: Symbol,
}

/// How a container stands.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerStatus {
    /// Its name.
    pub name: Symbol,
    /// Whether it passes its readiness probe.
    #[serde(deserialize_with = "nullable")]
    pub ready: bool,
    /// Whether it has passed its startup probe.
    pub started: Option<bool>,
    /// How often it was started again.
    #[serde(deserialize_with = "nullable")]
    pub restart_count: u32,
    /// How it is.
    #[serde(deserialize_with = "nullable")]
    pub state: ContainerState,
    /// How the instance before ended.
    #[serde(deserialize_with = "nullable")]
    pub last_state: ContainerState,
    /// Which instance, `containerd://…`.
    #[serde(rename = "containerID", deserialize_with = "nullable")]
    pub container_id: Text,
}

/// One of three, or none of them yet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ContainerState {
    /// Not started.
    pub waiting: Option<Box<Waiting>>,
    /// Running.
    pub running: Option<Running>,
    /// Ended.
    pub terminated: Option<Box<Terminated>>,
}

/// Not started.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Waiting {
    /// `CrashLoopBackOff`.
    pub reason: Symbol,
    /// A sentence for it.
    #[serde(deserialize_with = "nullable")]
    pub message: Text,
}

/// Running.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Running {
    /// Since when.
    pub started_at: Option<Timestamp>,
}

/// Ended.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terminated {
    /// `Error`, `OOMKilled`, `Completed`, …
    pub reason: Symbol,
    /// What the runtime or the termination message file says.
    #[serde(deserialize_with = "nullable")]
    pub message: Text,
    /// 128 + n where signal n ended it.
    #[serde(deserialize_with = "nullable")]
    pub exit_code: i32,
    /// The signal, where the runtime says it.
    #[serde(deserialize_with = "nullable")]
    pub signal: i32,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Which instance.
    #[serde(rename = "containerID", deserialize_with = "nullable")]
    pub container_id: Text,
}
