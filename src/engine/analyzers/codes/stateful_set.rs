//! The codes of findings about StatefulSets.

use super::Code;
use crate::engine::finding::Severity::{Critical, Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "StatefulSetClassMissing",
        severity: &[Critical, Warning, Info],
        meaning: "the claims of a StatefulSet name a class that does not exist",
        fires: "A volumeClaimTemplate names no StorageClass, and no volume made by hand bears the name; \
             the StatefulSet is 15 s old. Warning while some pods are ready, information while all are: \
             the next one would wait.",
        silent: "An empty class, which is a volume made by hand; classes or volumes that could not be \
             read.",
    },
    Code {
        code: "StatefulSetCreateFailed",
        severity: &[Critical, Warning],
        meaning: "the pods of a StatefulSet cannot be created",
        fires: "status.replicas is less than spec.replicas, and the last event about it is FailedCreate; \
             quota, policy, account and so on are read out of it. Warning while some pods are ready.",
        silent: "A refusal that was followed by SuccessfulCreate; a status that is older than the spec, \
             replicas 0, deletion; so for all of them.",
    },
    Code {
        code: "StatefulSetRolloutStuck",
        severity: &[Warning, Critical],
        meaning: "a rollout of a StatefulSet stands still",
        fires: "A pod of the new revision has not been ready for 2 min; the pod is named. Critical where \
             none is ready.",
        silent: "Pods below the partition; strategy OnDelete.",
    },
    Code {
        code: "StatefulSetServiceMissing",
        severity: &[Warning],
        meaning: "the Service that names the pods of a StatefulSet does not exist",
        fires: "spec.serviceName names none, and the StatefulSet is 15 s old: its members do not find \
             each other by name.",
        silent: "An empty serviceName, which is legal; Services that could not be read.",
    },
    Code {
        code: "StatefulSetStartStuck",
        severity: &[Critical, Warning, Info],
        meaning: "a start in order stands still at a pod that is not ready",
        fires: "podManagementPolicy is not Parallel, a pod has not been ready for 2 min, and the ones \
             after it have not been made. Warning while some are ready; information where scheduling \
             gates hold it back.",
        silent: "Starts that go on: a pod was made or became ready within 2 min; pods that are still \
             being read.",
    },
    Code {
        code: "StatefulSetUnavailable",
        severity: &[Critical, Warning, Info],
        meaning: "fewer pods of a StatefulSet are ready than there should be",
        fires: "readyReplicas is less than spec.replicas for 2 min: pods are not ready, or the next one \
             is not made. Warning while some are ready; information where all that are not are held back \
             by scheduling gates.",
        silent: "Pods that became unready within 2 min; pods of the same name that belong to others; pods \
             that are still being read.",
    },
];
