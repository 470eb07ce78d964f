//! The codes of findings about DaemonSets.

use super::Code;
use crate::engine::finding::Severity::{Critical, Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "DaemonSetCreateFailed",
        severity: &[Critical, Warning],
        meaning: "the pods of a DaemonSet cannot be created",
        fires: "currentNumberScheduled is less than desiredNumberScheduled, and the last event about it \
             is FailedCreate; quota, policy, account and so on are read out of it. Warning while some \
             pods are ready.",
        silent: "A refusal that was followed by SuccessfulCreate; a status that is older than the spec, \
             and deletion; so for all of them.",
    },
    Code {
        code: "DaemonSetMisscheduled",
        severity: &[Warning],
        meaning: "a DaemonSet has pods on nodes that should have none",
        fires: "numberMisscheduled is more than 0: taints, labels or its selector changed after the pods \
             came.",
        silent: "A number of 0.",
    },
    Code {
        code: "DaemonSetRolloutStuck",
        severity: &[Warning, Critical, Info],
        meaning: "a rollout of a DaemonSet stands still",
        fires: "Some nodes have the new revision, not all, and a pod has not been ready for 2 min. \
             Critical where none is ready; information where all that are missing are held back by \
             scheduling gates.",
        silent: "Strategy OnDelete; pods on the nodes that DaemonSetUnavailable leaves out.",
    },
    Code {
        code: "DaemonSetSelectsNoNode",
        severity: &[Warning, Info],
        meaning: "a DaemonSet runs on no node, by what it asks for",
        fires: "desiredNumberScheduled is 0 15 s after the DaemonSet was made, and no node has what its nodeSelector \
             and required node affinity ask for, or every one that has it has a taint that it does not tolerate. \
             Information where a label says that it is switched off (non-existing, disabled, never, none), or \
             where it asks for a platform or device that the cluster has not.",
        silent: "A node that it fits; taints that come and go with the state of a node (not-ready, unreachable); \
             DaemonSets that ask for nothing; nodes that could not be read.",
    },
    Code {
        code: "DaemonSetUnavailable",
        severity: &[Critical, Warning, Info],
        meaning: "nodes have no pod of a DaemonSet, or one that is not ready",
        fires: "numberReady is less than desiredNumberScheduled, and for 2 min pods have not been ready \
             or have not been there. Warning while some are ready; information where all that are missing \
             are held back by scheduling gates.",
        silent: "Nodes that are not ready, cordoned, being deleted or younger than 2 min; a pod that is \
             being replaced; pods that are still being read.",
    },
];
