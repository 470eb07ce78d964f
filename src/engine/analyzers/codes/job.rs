//! The codes of findings about Jobs.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "JobCreateFailed",
        severity: &[Warning],
        meaning: "the pods of a Job cannot be created",
        fires: "No pod is active, and the last event about it is FailedCreate; quota, policy, account and \
             so on are read out of it. The Job is 15 s old.",
        silent: "A refusal that was followed by SuccessfulCreate; parallelism 0; suspended Jobs.",
    },
    Code {
        code: "JobFailed",
        severity: &[Warning, Info],
        meaning: "a Job failed for good",
        fires: "The condition Failed or FailureTarget is True: tries (backoffLimit), time \
             (activeDeadlineSeconds), podFailurePolicy or indexes. Information where its CronJob has \
             succeeded since.",
        silent: "Jobs that have succeeded after failed tries (Complete, SuccessCriteriaMet); Jobs that \
             are being deleted.",
    },
    Code {
        code: "JobRetrying",
        severity: &[Info, Warning],
        meaning: "a Job failed and is tried again",
        fires: "status.failed is more than 0, and the Job is not over. Warning where some of its indexes have \
             failed for good (status.failedIndexes).",
        silent: "Never more than information while it is within the tries that it is allowed.",
    },
    Code {
        code: "JobSuspended",
        severity: &[Info],
        meaning: "a Job is suspended",
        fires: "spec.suspend is true. By intent: queues work so.",
        silent: "Never more than information; Jobs that are over.",
    },
];
