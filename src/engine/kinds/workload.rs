//! The kinds that keep pods running.

use serde::Deserialize;

use super::{Condition, Labels, Meta, Named, PodSpec, PvcSpec, Selector, nullable};
use crate::engine::object::{Symbol, Text};

kind!(
    /// A Deployment.
    Deployment, DeploymentSpec, DeploymentStatus
);
kind!(
    /// A ReplicaSet.
    ReplicaSet, ReplicaSetSpec, ReplicaSetStatus
);
kind!(
    /// A StatefulSet.
    StatefulSet, StatefulSetSpec, StatefulSetStatus
);
kind!(
    /// A DaemonSet.
    DaemonSet, DaemonSetSpec, DaemonSetStatus
);
kind!(
    /// A ReplicationController.
    ReplicationController, ReplicationControllerSpec, ReplicaSetStatus
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
    /// How long a pod must be ready before it counts as available.
    #[serde(deserialize_with = "nullable")]
    pub min_ready_seconds: i64,
    /// What its pods are made from.
    #[serde(deserialize_with = "nullable")]
    pub template: Template,
}

/// What pods are made from. Templates of ReplicaSets are not kept: their Deployment's is, and old ones are many.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Template {
    /// What the pods' metadata is made from.
    #[serde(deserialize_with = "nullable")]
    pub metadata: TemplateMeta,
    /// The pods' spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: PodSpec,
}

/// What the metadata of pods is made from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TemplateMeta {
    /// Their labels.
    pub labels: Labels,
}

/// The spec of a ReplicationController.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ReplicationControllerSpec {
    /// `None` means 1.
    pub replicas: Option<i32>,
    /// The labels of its pods.
    pub selector: Labels,
    /// What its pods are made from.
    #[serde(deserialize_with = "nullable")]
    pub template: Template,
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
    /// Pods that have been ready for long enough.
    #[serde(deserialize_with = "nullable")]
    pub available_replicas: i32,
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
    /// What the claims of its pods are made from.
    #[serde(deserialize_with = "nullable")]
    pub volume_claim_templates: Box<[ClaimTemplate]>,
    /// The number of its first pod.
    #[serde(deserialize_with = "nullable")]
    pub ordinals: Ordinals,
    /// How it rolls out.
    #[serde(deserialize_with = "nullable")]
    pub update_strategy: StatefulSetStrategy,
    /// `OrderedReady` (also where empty), `Parallel`.
    pub pod_management_policy: Symbol,
    /// How long a pod must be ready before it counts as available.
    #[serde(deserialize_with = "nullable")]
    pub min_ready_seconds: i64,
    /// What its pods are made from.
    #[serde(deserialize_with = "nullable")]
    pub template: Template,
}

/// What the claims of a StatefulSet's pods are made from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimTemplate {
    /// Its name: the pods' claims are named `NAME-POD`.
    #[serde(deserialize_with = "nullable")]
    pub metadata: Named,
    /// The claims' spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: PvcSpec,
}

/// How the pods of a StatefulSet are numbered.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Ordinals {
    /// The first number.
    #[serde(deserialize_with = "nullable")]
    pub start: i32,
}

/// How a StatefulSet rolls out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatefulSetStrategy {
    /// `RollingUpdate` (also where empty), `OnDelete`: a pod changes when someone deletes it.
    #[serde(rename = "type")]
    pub kind: Symbol,
    /// For `RollingUpdate`.
    #[serde(deserialize_with = "nullable")]
    pub rolling_update: StatefulSetRollingUpdate,
}

/// How a StatefulSet rolls out by itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct StatefulSetRollingUpdate {
    /// Pods of a lower number stay as they are, by intent.
    #[serde(deserialize_with = "nullable")]
    pub partition: i32,
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
    /// Pods that have been ready for long enough.
    #[serde(deserialize_with = "nullable")]
    pub available_replicas: i32,
    /// Pods of the revision before.
    #[serde(deserialize_with = "nullable")]
    pub current_replicas: i32,
    /// The revision before.
    #[serde(deserialize_with = "nullable")]
    pub current_revision: Text,
    /// The newest revision.
    #[serde(deserialize_with = "nullable")]
    pub update_revision: Text,
    /// What its controller says.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

/// The spec of a DaemonSet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonSetSpec {
    /// Which pods are its own.
    #[serde(deserialize_with = "nullable")]
    pub selector: Selector,
    /// How it rolls out.
    #[serde(deserialize_with = "nullable")]
    pub update_strategy: DaemonSetStrategy,
    /// How long a pod must be ready before it counts as available.
    #[serde(deserialize_with = "nullable")]
    pub min_ready_seconds: i64,
    /// What its pods are made from.
    #[serde(deserialize_with = "nullable")]
    pub template: Template,
}

/// How a DaemonSet rolls out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DaemonSetStrategy {
    /// `RollingUpdate` (also where empty), `OnDelete`: a pod changes when someone deletes it.
    #[serde(rename = "type")]
    pub kind: Symbol,
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
    /// Nodes whose pod has been ready for long enough.
    #[serde(deserialize_with = "nullable")]
    pub number_available: i32,
    /// Nodes that run a pod and should not.
    #[serde(deserialize_with = "nullable")]
    pub number_misscheduled: i32,
    /// Nodes whose pod is of the newest template.
    #[serde(deserialize_with = "nullable")]
    pub updated_number_scheduled: i32,
    /// What its controller says.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}
