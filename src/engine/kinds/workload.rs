//! The kinds that own pods.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Condition, Meta, Selector, nullable};
use crate::engine::object::Symbol;

macro_rules! workload {
    ($(#[$doc:meta])* $name:ident, $spec:ident, $status:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(default)]
        pub struct $name {
            /// Its metadata.
            pub metadata: Meta,
            /// Its spec.
            #[serde(deserialize_with = "nullable")]
            pub spec: $spec,
            /// Its status.
            #[serde(deserialize_with = "nullable")]
            pub status: $status,
        }
    };
}

workload!(
    /// A Deployment.
    Deployment, DeploymentSpec, DeploymentStatus
);
workload!(
    /// A ReplicaSet.
    ReplicaSet, ReplicaSetSpec, ReplicaSetStatus
);
workload!(
    /// A StatefulSet.
    StatefulSet, StatefulSetSpec, StatefulSetStatus
);
workload!(
    /// A DaemonSet.
    DaemonSet, DaemonSetSpec, DaemonSetStatus
);
workload!(
    /// A Job.
    Job, JobSpec, JobStatus
);

/// The spec of a Deployment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentSpec {
    /// `None` means 1.
    pub replicas: Option<i32>,
    /// Rollouts are held by intent.
    #[serde(deserialize_with = "nullable")]
    pub paused: bool,
    /// Which pods are its own.
    #[serde(deserialize_with = "nullable")]
    pub selector: Selector,
    /// `None` means 600.
    pub progress_deadline_seconds: Option<i64>,
}

/// The status of a Deployment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentStatus {
    /// The generation that this status is about.
    #[serde(deserialize_with = "nullable")]
    pub observed_generation: i64,
    /// Pods.
    #[serde(deserialize_with = "nullable")]
    pub replicas: i32,
    /// Pods of the newest template.
    #[serde(deserialize_with = "nullable")]
    pub updated_replicas: i32,
    /// Ready pods.
    #[serde(deserialize_with = "nullable")]
    pub ready_replicas: i32,
    /// Pods that have been ready for long enough.
    #[serde(deserialize_with = "nullable")]
    pub available_replicas: i32,
    /// Pods that are not.
    #[serde(deserialize_with = "nullable")]
    pub unavailable_replicas: i32,
    /// `Available`, `Progressing`, `ReplicaFailure`.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

/// The spec of a ReplicaSet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicaSetSpec {
    /// `None` means 1.
    pub replicas: Option<i32>,
    /// Which pods are its own.
    #[serde(deserialize_with = "nullable")]
    pub selector: Selector,
}

/// The status of a ReplicaSet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicaSetStatus {
    /// The generation that this status is about.
    #[serde(deserialize_with = "nullable")]
    pub observed_generation: i64,
    /// Pods.
    #[serde(deserialize_with = "nullable")]
    pub replicas: i32,
    /// Ready pods.
    #[serde(deserialize_with = "nullable")]
    pub ready_replicas: i32,
    /// `ReplicaFailure`.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

/// The spec of a StatefulSet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatefulSetSpec {
    /// `None` means 1.
    pub replicas: Option<i32>,
    /// Which pods are its own.
    #[serde(deserialize_with = "nullable")]
    pub selector: Selector,
    /// The headless Service that gives its pods names.
    pub service_name: Symbol,
}

/// The status of a StatefulSet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatefulSetStatus {
    /// The generation that this status is about.
    #[serde(deserialize_with = "nullable")]
    pub observed_generation: i64,
    /// Pods.
    #[serde(deserialize_with = "nullable")]
    pub replicas: i32,
    /// Ready pods.
    #[serde(deserialize_with = "nullable")]
    pub ready_replicas: i32,
    /// Pods of the newest template.
    #[serde(deserialize_with = "nullable")]
    pub updated_replicas: i32,
}

/// The spec of a DaemonSet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DaemonSetSpec {
    /// Which pods are its own.
    #[serde(deserialize_with = "nullable")]
    pub selector: Selector,
}

/// The status of a DaemonSet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonSetStatus {
    /// The generation that this status is about.
    #[serde(deserialize_with = "nullable")]
    pub observed_generation: i64,
    /// Nodes that should run a pod.
    #[serde(deserialize_with = "nullable")]
    pub desired_number_scheduled: i32,
    /// Nodes that do.
    #[serde(deserialize_with = "nullable")]
    pub current_number_scheduled: i32,
    /// Nodes whose pod is ready.
    #[serde(deserialize_with = "nullable")]
    pub number_ready: i32,
    /// Nodes whose pod is not available.
    #[serde(deserialize_with = "nullable")]
    pub number_unavailable: i32,
}

/// The spec of a Job.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct JobSpec {
    /// Held by intent.
    #[serde(deserialize_with = "nullable")]
    pub suspend: bool,
    /// Failed pods that are allowed; `None` means 6.
    pub backoff_limit: Option<i32>,
    /// How long it may take.
    pub active_deadline_seconds: Option<i64>,
}

/// The status of a Job.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct JobStatus {
    /// Running pods.
    #[serde(deserialize_with = "nullable")]
    pub active: i32,
    /// Pods that succeeded.
    #[serde(deserialize_with = "nullable")]
    pub succeeded: i32,
    /// Pods that failed.
    #[serde(deserialize_with = "nullable")]
    pub failed: i32,
    /// When it started.
    pub start_time: Option<Timestamp>,
    /// `Complete`, `Failed`, `Suspended`.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}
