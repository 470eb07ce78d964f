//! The codes of findings about ResourceQuotas and LimitRanges.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// Of ResourceQuotas.
pub const CODES: &[Code] = &[
    Code {
        code: "QuotaExceeded",
        severity: &[Warning],
        meaning: "a quota is used up and keeps pods from being made",
        fires: "A ReplicaSet, ReplicationController, StatefulSet, DaemonSet or Job of the namespace is \
             refused a pod now, and the refusal names this quota; all that it holds up are told in one \
             finding.",
        silent: "Refusals that are over; quotas that only want a field to be said: the workload is told \
             of that.",
    },
    Code {
        code: "QuotaNearlyFull",
        severity: &[Info],
        meaning: "90 % or more of a quota is used",
        fires: "status.used is at least 0.9 of status.hard for one of its resources; the fullest is told.",
        silent: "A quota of 0, which forbids by intent; one that refuses something now: QuotaExceeded.",
    },
];

/// Of LimitRanges.
pub const LIMIT_RANGE: &[Code] = &[Code {
    code: "LimitRangeForbids",
    severity: &[Warning],
    meaning: "a limit range keeps pods from being made",
    fires: "A workload of the namespace is refused a pod now with a bound (max, min or \
             maxLimitRequestRatio) that this limit range has.",
    silent: "Limit ranges with another bound, and those that refuse nothing.",
}];
