//! The codes of findings about ValidatingAdmissionPolicies and their bindings.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// Of policies.
pub const CODES: &[Code] = &[
    Code {
        code: "PolicyExpressionWrong",
        severity: &[Warning, Info],
        meaning: "an expression of a policy does not fit the objects that it is about",
        fires: "The API server's type check has a warning about it \
             (status.typeChecking.expressionWarnings). Information where failurePolicy is Ignore: then \
             requests pass.",
        silent: "A status that is older than the spec.",
    },
    Code {
        code: "PolicyNotBound",
        severity: &[Info],
        meaning: "a policy is bound to nothing, so it forbids nothing",
        fires: "No ValidatingAdmissionPolicyBinding names it a minute after it was made.",
        silent: "Bindings that could not be read.",
    },
];

/// Of bindings.
pub const BINDING: &[Code] = &[
    Code {
        code: "PolicyBindingDangling",
        severity: &[Warning],
        meaning: "a binding names a policy that does not exist",
        fires: "spec.policyName names none, a minute after the binding was made: what the policy should \
             forbid is allowed.",
        silent: "Policies that could not be read.",
    },
    Code {
        code: "PolicyParametersMissing",
        severity: &[Warning, Info],
        meaning: "the parameters of a policy do not exist",
        fires: "The policy has a paramKind, and the binding names no parameters, or names an object that \
             is not there, for a minute. Warning where requests are then refused (parameterNotFoundAction \
             Deny; failurePolicy Fail where none are named), else information.",
        silent: "Parameters of custom kinds, by selector, or from the namespace of each request: their \
             absence cannot be seen.",
    },
];
