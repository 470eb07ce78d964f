//! PersistentVolumeClaim, PersistentVolume, StorageClass and VolumeAttachment.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Condition, Labels, Meta, NodeSelector, nullable};
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
    /// `Filesystem` (also where empty), `Block`.
    pub volume_mode: Symbol,
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
#[serde(rename_all = "camelCase", default)]
pub struct PvcStatus {
    /// `Pending`, `Bound`, `Lost`.
    pub phase: Symbol,
    /// Resizing and the like.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
    /// How much it has, as quantities.
    pub capacity: Labels,
    /// How far a resize is, by resource: `ControllerResizeInProgress`, `NodeResizeInfeasible`, …
    pub allocated_resource_statuses: Labels,
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
    /// Whether claims may grow.
    #[serde(deserialize_with = "nullable")]
    pub allow_volume_expansion: bool,
    /// What becomes of a volume whose claim is gone: `Delete` (also where empty), `Retain`.
    pub reclaim_policy: Symbol,
}

impl StorageClass {
    /// Whether claims that name no class get this one.
    pub fn is_default(&self) -> bool {
        let annotations = &self.metadata.annotations;
        [
            "storageclass.kubernetes.io/is-default-class",
            "storageclass.beta.kubernetes.io/is-default-class",
        ]
        .iter()
        .any(|key| annotations.get(key) == Some("true"))
    }
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PersistentVolume {
    /// Its metadata.
    pub metadata: Meta,
    /// Its spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: PersistentVolumeSpec,
    /// Its status.
    #[serde(deserialize_with = "nullable")]
    pub status: PersistentVolumeStatus,
}

/// The spec of a volume.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PersistentVolumeSpec {
    /// How much it holds: `storage`, as a quantity.
    pub capacity: Labels,
    /// `ReadWriteOnce`, …
    #[serde(deserialize_with = "nullable")]
    pub access_modes: Box<[Symbol]>,
    /// The claim that it is bound to or kept for.
    pub claim_ref: Option<ClaimRef>,
    /// What becomes of it without its claim: `Retain`, `Delete`, `Recycle`.
    pub persistent_volume_reclaim_policy: Symbol,
    /// Its class; empty: none.
    pub storage_class_name: Symbol,
    /// `Filesystem` (also where empty), `Block`.
    pub volume_mode: Symbol,
    /// Who provides it.
    pub csi: Option<CsiVolume>,
    /// The nodes that can reach it; `None`: all.
    pub node_affinity: Option<VolumeNodeAffinity>,
}

/// The claim of a volume.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimRef {
    /// Its namespace.
    pub namespace: Symbol,
    /// Its name.
    #[serde(deserialize_with = "nullable")]
    pub name: Text,
    /// Its uid: a claim of the same name that came later has another, and cannot have the volume.
    #[serde(deserialize_with = "nullable")]
    pub uid: Text,
}

/// A volume of a CSI driver.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CsiVolume {
    /// The driver.
    pub driver: Symbol,
}

/// The nodes that can reach a volume.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct VolumeNodeAffinity {
    /// What they must have.
    #[serde(deserialize_with = "nullable")]
    pub required: NodeSelector,
}

/// The status of a volume.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PersistentVolumeStatus {
    /// `Pending`, `Available`, `Bound`, `Released`, `Failed`.
    pub phase: Symbol,
    /// A word for why.
    pub reason: Symbol,
    /// A sentence for why.
    #[serde(deserialize_with = "nullable")]
    pub message: Text,
    /// Since when it is in that phase.
    pub last_phase_transition_time: Option<Timestamp>,
}

/// A volume that is to be attached to a node.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct VolumeAttachment {
    /// Its metadata.
    pub metadata: Meta,
    /// Its spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: VolumeAttachmentSpec,
    /// Its status.
    #[serde(deserialize_with = "nullable")]
    pub status: VolumeAttachmentStatus,
}

/// The spec of an attachment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeAttachmentSpec {
    /// The driver that attaches it.
    pub attacher: Symbol,
    /// The node.
    pub node_name: Symbol,
    /// The volume.
    #[serde(deserialize_with = "nullable")]
    pub source: VolumeAttachmentSource,
}

/// The volume of an attachment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeAttachmentSource {
    /// Its name; empty for a volume that is part of a pod.
    #[serde(deserialize_with = "nullable")]
    pub persistent_volume_name: Text,
}

/// The status of an attachment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeAttachmentStatus {
    /// Whether it is attached.
    #[serde(deserialize_with = "nullable")]
    pub attached: bool,
    /// Why it cannot be attached.
    pub attach_error: Option<VolumeError>,
    /// Why it cannot be detached.
    pub detach_error: Option<VolumeError>,
}

/// Why a volume cannot be attached or detached.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct VolumeError {
    /// When.
    pub time: Option<Timestamp>,
    /// Why.
    #[serde(deserialize_with = "nullable")]
    pub message: Text,
}
