//! The codes of findings about Deployments, ReplicaSets and ReplicationControllers.

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

/// Of ReplicaSets.
pub const REPLICA_SET: &[Code] = &[
    Code {
        code: "ReplicaSetCreateFailed",
        severity: &[Critical, Warning],
        meaning: "a ReplicaSet cannot create or delete its pods",
        fires: "The condition ReplicaFailure is True, however many of its pods are there. Warning where some are \
             ready, or where pods cannot be deleted.",
        silent: "ReplicaSets that are being deleted; events of a failure that is over.",
    },
    Code {
        code: "ReplicaSetUnavailable",
        severity: &[Critical, Warning, Info],
        meaning: "fewer pods of a ReplicaSet are ready than there should be",
        fires: "readyReplicas is less than spec.replicas for 2 min. Warning while some are ready; \
             information where all that are not are held back by scheduling gates.",
        silent: "ReplicaSets of a Deployment, which says it and knows of rollouts; replicas 0; a status \
             that is older than the spec; pods that are still being read.",
    },
];

/// Of ReplicationControllers.
pub const REPLICATION_CONTROLLER: &[Code] = &[
    Code {
        code: "ReplicationControllerCreateFailed",
        severity: &[Critical, Warning],
        meaning: "a ReplicationController cannot create or delete its pods",
        fires: "The condition ReplicaFailure is True, however many of its pods are there. Warning where \
             some are ready, or where pods cannot be deleted.",
        silent: "ReplicationControllers that are being deleted; events of a failure that is over.",
    },
    Code {
        code: "ReplicationControllerUnavailable",
        severity: &[Critical, Warning, Info],
        meaning: "fewer pods of a ReplicationController are ready than there should be",
        fires: "readyReplicas is less than spec.replicas for 2 min. Warning while some are ready; \
             information where all that are not are held back by scheduling gates.",
        silent: "Replicas 0; starts within 2 min; a status that is older than the spec; pods that are \
             still being read.",
    },
];
