//! PersistentVolumeClaim and StorageClass.

use serde::Deserialize;

use super::{Condition, Labels, Meta, nullable};
use crate::engine::object::{Symbol, Text};

/// A claim.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PersistentVolumeClaim {
    /// Its metadata.
    pub metadata: Meta,
    /// Its spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: PvcSpec,
    /// Its status.
    #[serde(deserialize_with = "nullable")]
    pub status: PvcStatus,
}

/// The spec of a claim.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PvcSpec {
    /// `None`: the default class; empty: no class at all, only a volume made by hand.
    pub storage_class_name: Option<Symbol>,
    /// The volume that it is or wants to be bound to.
    #[serde(deserialize_with = "nullable")]
    pub volume_name: Text,
    /// `ReadWriteOnce`, …
    #[serde(deserialize_with = "nullable")]
    pub access_modes: Box<[Symbol]>,
    /// How much.
    #[serde(deserialize_with = "nullable")]
    pub resources: PvcResources,
}

/// How much storage.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PvcResources {
    /// `storage`, as a quantity.
    pub requests: Labels,
}

/// The status of a claim.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PvcStatus {
    /// `Pending`, `Bound`, `Lost`.
    pub phase: Symbol,
    /// Resizing and the like.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

/// A storage class.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StorageClass {
    /// Its metadata.
    pub metadata: Meta,
    /// Who makes the volumes; `kubernetes.io/no-provisioner` for nobody.
    pub provisioner: Symbol,
    /// `Immediate` (also where empty), `WaitForFirstConsumer`.
    pub volume_binding_mode: Symbol,
}
