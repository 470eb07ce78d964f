//! The codes of findings about PodDisruptionBudgets.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "BudgetAllowsNothing",
        severity: &[Warning, Info],
        meaning: "a budget never lets a pod be evicted, so a drain of its nodes does not end",
        fires: "All pods are healthy, disruptionsAllowed is 0, and desiredHealthy is not less than \
             expectedPods: minAvailable is all of them, or more. Information where it is plainly meant \
             (maxUnavailable 0, a single pod that must stay), a warning all the same while a node with \
             one of the pods is cordoned.",
        silent: "Budgets that allow nothing only because pods are not healthy now: BudgetTooFewHealthy; a \
             status that is older than the spec.",
    },
    Code {
        code: "BudgetSelectsNothing",
        severity: &[Info, Warning],
        meaning: "a budget protects no pod",
        fires: "No pod that has not ended has its labels, for 2 min since it was made; also a budget \
             without a selector. A warning where pods have nearly these labels: then it is a typing \
             error.",
        silent: "An empty selector, which is every pod of the namespace; labels that some workload's \
             template has (scaled to 0, a CronJob between two runs); pods that could not be read.",
    },
    Code {
        code: "BudgetSyncFailed",
        severity: &[Warning],
        meaning: "the controller cannot keep a budget",
        fires: "DisruptionAllowed is False with the reason SyncFailed, as of pods whose controller has no \
             scale.",
        silent: "A status that is older than the spec.",
    },
    Code {
        code: "BudgetTooFewHealthy",
        severity: &[Warning],
        meaning: "fewer pods are healthy than a budget demands, so none may be evicted",
        fires: "currentHealthy is less than desiredHealthy while a pod is not healthy, for 2 min since \
             the last of them became unready.",
        silent: "Restarts of less than 2 min; a status that is older than the spec; budgets that demand \
             more pods than there are, all of them healthy: BudgetAllowsNothing.",
    },
];
