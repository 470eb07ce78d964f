//! The codes of findings about PersistentVolumeClaims.

use super::Code;
use crate::engine::finding::Severity::{Critical, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "ClaimClassMissing",
        severity: &[Critical, Warning],
        meaning: "a claim names a class that does not exist",
        fires: "Pending for 10 s, and all classes have been read.",
        silent: "Where classes could not be read: nothing is said of what is absent.",
    },
    Code {
        code: "ClaimFileSystemNotGrown",
        severity: &[Warning],
        meaning: "a claim's volume has grown, and its file system has not",
        fires: "FileSystemResizePending is True for 10 min while a running pod has the claim mounted: the \
             driver grows it when the pod is started anew.",
        silent: "Claims that no running pod mounts: it happens at the next mount.",
    },
    Code {
        code: "ClaimLost",
        severity: &[Critical],
        meaning: "a claim's volume was deleted",
        fires: "phase Lost.",
        silent: "Bound and pending claims.",
    },
    Code {
        code: "ClaimPending",
        severity: &[Critical, Warning],
        meaning: "no volume comes",
        fires: "Pending for a minute: the provisioner says nothing, no volume made by hand fits, or the volume \
             that it asks for by name does not bind.",
        silent: "WaitForFirstConsumer without a pod, or before the scheduler has chosen a node; the first minute.",
    },
    Code {
        code: "ClaimProvisioningFailed",
        severity: &[Critical, Warning],
        meaning: "the provisioner says why it makes no volume",
        fires: "An event ProvisioningFailed or FailedBinding about the claim while it is Pending.",
        silent: "FailedBinding of a class that waits for its first consumer.",
    },
    Code {
        code: "ClaimResizeFailed",
        severity: &[Warning],
        meaning: "a claim cannot be made larger",
        fires: "A condition ControllerResizeError or NodeResizeError; allocatedResourceStatuses, where the driver has \
             given up; or an event that says so while it is being resized.",
        silent: "A resize in progress; an event of a try that was followed by a good one.",
    },
    Code {
        code: "ClaimStuckTerminating",
        severity: &[Warning],
        meaning: "a claim was deleted and does not go",
        fires: "It is there a minute later; the pod that uses it, or the finalizer, is named.",
        silent: "The first minute.",
    },
    Code {
        code: "ClaimWithoutClass",
        severity: &[Critical, Warning],
        meaning: "a claim names no class, and the cluster has no default one",
        fires: "Pending for 10 s, no storageClassName, and no class is marked as default. Critical where a pod \
             waits for it, here and below.",
        silent: "Where classes could not be read; claims bound by hand (an empty class).",
    },
];
