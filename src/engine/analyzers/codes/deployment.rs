//! The codes of findings about Deployments and ReplicaSets.

use super::Code;
use crate::engine::finding::Severity::{Critical, Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "DeploymentReplicaFailure",
        severity: &[Critical, Warning],
        meaning: "a Deployment's pods cannot be created",
        fires: "The condition ReplicaFailure is True; quota, admission webhook, pod security, missing account and \
             so on are read out of its message. Warning while some pods serve, or where pods cannot be deleted.",
        silent: "A status that is older than the spec (observedGeneration), replicas 0, deletion; so for all of \
             them.",
    },
    Code {
        code: "DeploymentRolloutStuck",
        severity: &[Critical, Warning],
        meaning: "a rollout stands still",
        fires: "Progressing is False: no progress within progressDeadlineSeconds. Warning while pods of the \
             revision before serve.",
        silent: "Rollouts in progress; paused Deployments.",
    },
    Code {
        code: "DeploymentUnavailable",
        severity: &[Critical, Warning, Info],
        meaning: "fewer pods are available than the strategy allows",
        fires: "Available is False for 2 min. Information where all pods that are missing are held back by \
             scheduling gates.",
        silent: "Rollouts, scale-ups and starts within 2 min; paused Deployments; a difference between spec and \
             status alone.",
    },
];

/// The code of ReplicaSets.
pub const REPLICA_SET: &[Code] = &[Code {
    code: "ReplicaSetCreateFailed",
    severity: &[Critical, Warning],
    meaning: "a ReplicaSet cannot create or delete its pods",
    fires: "The condition ReplicaFailure is True, however many of its pods are there. Warning where some are ready.",
    silent: "ReplicaSets that are being deleted; events of a failure that is over.",
}];
