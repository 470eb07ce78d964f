//! PriorityClass, RuntimeClass and ResourceClaim.

use serde::Deserialize;

use super::{Condition, Labels, Meta, nullable};
use crate::engine::object::{Symbol, Text};

/// A PriorityClass.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PriorityClass {
    /// Its metadata.
    pub metadata: Meta,
    /// The priority of its pods.
    #[serde(deserialize_with = "nullable")]
    pub value: i32,
    /// Whether pods that name no class get it.
    #[serde(deserialize_with = "nullable")]
    pub global_default: bool,
    /// `PreemptLowerPriority` (also where empty), `Never`.
    pub preemption_policy: Symbol,
}

/// A RuntimeClass.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RuntimeClass {
    /// Its metadata.
    pub metadata: Meta,
    /// What the container runtime calls it.
    pub handler: Symbol,
    /// Where it is.
    #[serde(deserialize_with = "nullable")]
    pub scheduling: RuntimeScheduling,
}

/// Where a RuntimeClass is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RuntimeScheduling {
    /// On nodes with these labels.
    pub node_selector: Labels,
}

kind!(
    /// A claim of devices.
    ResourceClaim, ResourceClaimSpec, ResourceClaimStatus
);

/// The spec of a ResourceClaim.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ResourceClaimSpec {
    /// The devices.
    #[serde(deserialize_with = "nullable")]
    pub devices: DeviceClaim,
}

/// Devices that are claimed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DeviceClaim {
    /// Each of them.
    #[serde(deserialize_with = "nullable")]
    pub requests: Box<[DeviceRequest]>,
}

/// A device that is claimed, in one of the two ways of the API: exactly one kind, or the first that is available.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeviceRequest {
    /// Its name in the claim.
    pub name: Symbol,
    /// This.
    pub exactly: Option<DeviceChoice>,
    /// Or the first of these.
    #[serde(deserialize_with = "nullable")]
    pub first_available: Box<[DeviceChoice]>,
}

/// A class of devices.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeviceChoice {
    /// The DeviceClass.
    pub device_class_name: Symbol,
}

/// The status of a ResourceClaim.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceClaimStatus {
    /// What it was given; `None`: nothing yet.
    pub allocation: Option<Allocation>,
    /// Who may use it.
    #[serde(deserialize_with = "nullable")]
    pub reserved_for: Box<[ClaimConsumer]>,
    /// How its devices are.
    #[serde(deserialize_with = "nullable")]
    pub devices: Box<[DeviceStatus]>,
}

/// What a claim was given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Allocation {}

/// Who may use a claim.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimConsumer {
    /// `pods`.
    pub resource: Symbol,
    /// Its name.
    #[serde(deserialize_with = "nullable")]
    pub name: Text,
}

/// How a device is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DeviceStatus {
    /// Its driver.
    pub driver: Symbol,
    /// The device.
    pub device: Symbol,
    /// What the driver says.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}
