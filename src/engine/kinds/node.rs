//! Node.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Condition, Labels, Meta, nullable};
use crate::engine::object::{Symbol, Text};

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Node {
    /// Its metadata.
    pub metadata: Meta,
    /// Its spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: NodeSpec,
    /// Its status.
    #[serde(deserialize_with = "nullable")]
    pub status: NodeStatus,
}

/// The spec of a node.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct NodeSpec {
    /// Cordoned.
    #[serde(deserialize_with = "nullable")]
    pub unschedulable: bool,
    /// What keeps pods away.
    #[serde(deserialize_with = "nullable")]
    pub taints: Box<[Taint]>,
}

/// A taint.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Taint {
    /// Its key.
    pub key: Symbol,
    /// Its value.
    pub value: Symbol,
    /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`.
    pub effect: Symbol,
    /// Since when, where it was said (`NoExecute`, and what the node controller adds).
    pub time_added: Option<Timestamp>,
}

impl Node {
    /// Since when no pod is scheduled to it, where that is known.
    pub fn cordoned_since(&self) -> Option<Timestamp> {
        let taint = self
            .spec
            .taints
            .iter()
            .find(|taint| taint.key == "node.kubernetes.io/unschedulable")?;
        taint.time_added
    }
}

/// The status of a node.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeStatus {
    /// `Ready`, `MemoryPressure`, …
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
    /// What pods may use: `cpu`, `memory`, …, as quantities.
    pub allocatable: Labels,
    /// What it runs.
    #[serde(deserialize_with = "nullable")]
    pub node_info: NodeInfo,
}

/// What a node runs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeInfo {
    /// `v1.34.1`.
    #[serde(deserialize_with = "nullable")]
    pub kubelet_version: Text,
}
