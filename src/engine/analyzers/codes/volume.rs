//! The codes of findings about PersistentVolumes, their classes and attachments.

use super::Code;
use crate::engine::finding::Severity::{Critical, Info, Warning};

/// Of PersistentVolumes.
pub const CODES: &[Code] = &[
    Code {
        code: "VolumeFailed",
        severity: &[Warning],
        meaning: "a volume could not be reclaimed after its claim was deleted",
        fires: "phase Failed; the reason is that of its status.",
        silent: "A volume that is being deleted.",
    },
    Code {
        code: "VolumeKeptForOther",
        severity: &[Info],
        meaning: "a volume is kept for a claim that has another one",
        fires: "It is not bound, and its claimRef names a claim that is bound to another volume, or one \
             that was deleted and replaced by one of the same name; the volume is a minute old.",
        silent: "Volumes kept for a claim that is to come, or that has it; volumes that are free.",
    },
    Code {
        code: "VolumeNotReclaimed",
        severity: &[Warning],
        meaning: "a volume is still there although its claim is gone",
        fires: "phase Released for 10 min, and its policy is not Retain: its provisioner does not run, or \
             cannot delete it.",
        silent: "The first 10 min; policy Retain: VolumeReleased.",
    },
    Code {
        code: "VolumeReleased",
        severity: &[Info],
        meaning: "a volume was kept after its claim was deleted",
        fires: "phase Released and policy Retain. By intent: its data stay until someone decides.",
        silent: "Never more than information.",
    },
];

/// Of StorageClasses.
pub const CLASS: &[Code] = &[
    Code {
        code: "StorageClassSeveralDefaults",
        severity: &[Info],
        meaning: "several classes are marked as default",
        fires: "Told of the newest, which is the one that claims get.",
        silent: "One default class, or none.",
    },
    Code {
        code: "StorageClassMissing",
        severity: &[Critical],
        meaning: "claims of several applications ask for a class that does not exist",
        fires: "At least two claims that are not of one template name it, none is bound, and the oldest has waited a \
             minute.",
        silent: "One claim, or those of one StatefulSet: the claim says it; a class that is but a word on volumes \
             made by hand; classes or volumes that may not be read.",
    },
];

/// Of VolumeAttachments.
pub const ATTACHMENT: &[Code] = &[
    Code {
        code: "VolumeAttachFailed",
        severity: &[Warning],
        meaning: "a volume cannot be attached to its node",
        fires: "It is not attached, status.attachError says why, and it was asked for a minute ago. A \
             node that is not ready is named as the culprit.",
        silent: "First tries; attachments that came about at last, though the error of a try before is \
             still there.",
    },
    Code {
        code: "VolumeDetachFailed",
        severity: &[Warning],
        meaning: "a volume cannot be detached from its node, so no other node gets it",
        fires: "The attachment was deleted a minute ago, and status.detachError says why it stays. A node \
             that is not ready is named as the culprit.",
        silent: "The first minute; attachments that were not deleted.",
    },
];
