//! What bounds workloads: PodDisruptionBudget, ResourceQuota, LimitRange, HorizontalPodAutoscaler.

use jiff::Timestamp;
use serde::Deserialize;

use super::network::IntOrString;
use super::{Condition, Labels, Meta, Selector, nullable};
use crate::engine::object::{ObjectRef, Symbol};

kind!(
    /// A PodDisruptionBudget.
    PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus
);
kind!(
    /// A ResourceQuota.
    ResourceQuota, ResourceQuotaSpec, ResourceQuotaStatus
);
kind!(
    /// A LimitRange.
    LimitRange, LimitRangeSpec
);
kind!(
    /// A HorizontalPodAutoscaler.
    HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus
);

/// The spec of a PodDisruptionBudget.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodDisruptionBudgetSpec {
    /// The pods that it protects; `None`: none.
    pub selector: Option<Selector>,
    /// So many must stay, a number or per cent.
    pub min_available: Option<IntOrString>,
    /// So many may be missing, a number or per cent.
    pub max_unavailable: Option<IntOrString>,
    /// Whether pods that are not ready may always go: `AlwaysAllow`; empty: `IfHealthyBudget`.
    pub unhealthy_pod_eviction_policy: Symbol,
}

/// The status of a PodDisruptionBudget.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodDisruptionBudgetStatus {
    /// The generation that this status is about.
    #[serde(deserialize_with = "nullable")]
    pub observed_generation: i64,
    /// So many pods may go now.
    #[serde(deserialize_with = "nullable")]
    pub disruptions_allowed: i32,
    /// Ready pods.
    #[serde(deserialize_with = "nullable")]
    pub current_healthy: i32,
    /// So many must be.
    #[serde(deserialize_with = "nullable")]
    pub desired_healthy: i32,
    /// Pods that it protects.
    #[serde(deserialize_with = "nullable")]
    pub expected_pods: i32,
    /// `DisruptionAllowed`.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

/// The spec of a ResourceQuota.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceQuotaSpec {
    /// What may be used, as quantities by resource.
    pub hard: Labels,
    /// What it counts: `Terminating`, `BestEffort`, `PriorityClass`, …; none: everything.
    #[serde(deserialize_with = "nullable")]
    pub scopes: Box<[Symbol]>,
    /// What it counts, more closely.
    #[serde(deserialize_with = "nullable")]
    pub scope_selector: ScopeSelector,
}

/// What a quota counts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScopeSelector {
    /// All of them must hold.
    #[serde(deserialize_with = "nullable")]
    pub match_expressions: Box<[ScopeRequirement]>,
}

/// What a quota counts by one scope.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScopeRequirement {
    /// The scope.
    pub scope_name: Symbol,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
    pub operator: Symbol,
    /// For `In` and `NotIn`.
    #[serde(deserialize_with = "nullable")]
    pub values: Box<[Symbol]>,
}

/// The status of a ResourceQuota.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ResourceQuotaStatus {
    /// What may be used, as the controller has taken it in.
    pub hard: Labels,
    /// What is used.
    pub used: Labels,
}

/// The spec of a LimitRange.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LimitRangeSpec {
    /// Its limits.
    #[serde(deserialize_with = "nullable")]
    pub limits: Box<[LimitRangeItem]>,
}

/// Limits for one type of object, as quantities by resource.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LimitRangeItem {
    /// `Container`, `Pod`, `PersistentVolumeClaim`.
    #[serde(rename = "type")]
    pub kind: Symbol,
    /// Not more.
    pub max: Labels,
    /// Not less.
    pub min: Labels,
    /// The limit of a container that says none.
    pub default: Labels,
    /// The request of a container that says none.
    pub default_request: Labels,
    /// The limit may be so many times the request.
    pub max_limit_request_ratio: Labels,
}

/// The spec of a HorizontalPodAutoscaler.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HorizontalPodAutoscalerSpec {
    /// What it scales.
    #[serde(deserialize_with = "nullable")]
    pub scale_target_ref: ScaleTarget,
    /// `None` means 1.
    pub min_replicas: Option<i32>,
    /// Not more.
    #[serde(deserialize_with = "nullable")]
    pub max_replicas: i32,
    /// What it scales by.
    #[serde(deserialize_with = "nullable")]
    pub metrics: Box<[Metric]>,
}

/// What an autoscaler scales.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScaleTarget {
    /// `apps/v1`.
    pub api_version: Symbol,
    /// `Deployment`.
    pub kind: Symbol,
    /// Its name.
    pub name: Symbol,
}

/// What an autoscaler scales by.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metric {
    /// `Resource`, `ContainerResource`, `Pods`, `Object`, `External`.
    #[serde(rename = "type")]
    pub kind: Symbol,
    /// For `Resource`.
    pub resource: Option<ResourceMetric>,
    /// For `ContainerResource`.
    pub container_resource: Option<ResourceMetric>,
}

/// What containers use of a resource.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ResourceMetric {
    /// The resource.
    pub name: Symbol,
    /// The container; empty: all.
    pub container: Symbol,
    /// How much it should be.
    #[serde(deserialize_with = "nullable")]
    pub target: MetricTarget,
}

/// How much a metric should be.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MetricTarget {
    /// `Utilization` (per cent of the request, which must be there), `Value`, `AverageValue`.
    #[serde(rename = "type")]
    pub kind: Symbol,
}

/// The status of a HorizontalPodAutoscaler.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HorizontalPodAutoscalerStatus {
    /// The generation that this status is about; `None`: servers that do not say.
    pub observed_generation: Option<i64>,
    /// When it last changed the number.
    pub last_scale_time: Option<Timestamp>,
    /// Pods.
    #[serde(deserialize_with = "nullable")]
    pub current_replicas: i32,
    /// Pods that it wants.
    #[serde(deserialize_with = "nullable")]
    pub desired_replicas: i32,
    /// `AbleToScale`, `ScalingActive`, `ScalingLimited`.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

impl HorizontalPodAutoscaler {
    /// What it scales.
    pub fn target(&self) -> ObjectRef {
        let target = &self.spec.scale_target_ref;
        ObjectRef::new(
            &target.api_version,
            &target.kind,
            &self.metadata.namespace,
            &target.name,
        )
    }
}
