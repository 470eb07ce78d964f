//! The codes of findings about NetworkPolicies.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "NetworkPolicyIsolates",
        severity: &[Info],
        meaning: "a policy lets nothing reach the pods of a Service",
        fires: "It selects pods behind a Service, is about ingress and allows none, and no other policy \
             of the namespace allows any to these pods. Most likely by intent; told because connections \
             to them time out.",
        silent: "Policies about egress only; pods that another policy opens; pods behind no Service.",
    },
    Code {
        code: "NetworkPolicySelectsNothing",
        severity: &[Info, Warning],
        meaning: "a policy selects no pod",
        fires: "No pod of its namespace that has not ended has its labels, 2 min after it was made. A \
             warning where pods have nearly these labels: then it is a typing error.",
        silent: "An empty selector, which is every pod; labels that some workload's template has (scaled \
             to 0, a CronJob between two runs); pods that could not be read.",
    },
];
