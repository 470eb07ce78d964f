//! What stands between a request and the store: admission webhooks and policies.

use serde::Deserialize;

use super::extension::ServiceReference;
use super::{Condition, Meta, Selector, nullable};
use crate::engine::object::{Symbol, Text};

/// A ValidatingWebhookConfiguration.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ValidatingWebhookConfiguration {
    /// Its metadata.
    pub metadata: Meta,
    /// Its webhooks.
    #[serde(deserialize_with = "nullable")]
    pub webhooks: Box<[Webhook]>,
}

/// A MutatingWebhookConfiguration.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MutatingWebhookConfiguration {
    /// Its metadata.
    pub metadata: Meta,
    /// Its webhooks.
    #[serde(deserialize_with = "nullable")]
    pub webhooks: Box<[Webhook]>,
}

/// A webhook.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Webhook {
    /// Its name.
    #[serde(deserialize_with = "nullable")]
    pub name: Text,
    /// Who is asked.
    #[serde(deserialize_with = "nullable")]
    pub client_config: WebhookClient,
    /// What becomes of a request when it does not answer: `Fail` (also where empty), `Ignore`.
    pub failure_policy: Symbol,
    /// How long it may take; `None` means 10.
    pub timeout_seconds: Option<i32>,
    /// What it is asked about.
    #[serde(deserialize_with = "nullable")]
    pub rules: Box<[AdmissionRule]>,
    /// In namespaces with these labels.
    #[serde(deserialize_with = "nullable")]
    pub namespace_selector: Selector,
    /// About objects with these labels.
    #[serde(deserialize_with = "nullable")]
    pub object_selector: Selector,
}

/// Who a webhook asks.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WebhookClient {
    /// A Service,
    pub service: Option<ServiceReference>,
    /// or an address.
    pub url: Option<Text>,
    /// Who signed its certificate; only whether it is there is kept.
    #[serde(deserialize_with = "present")]
    pub ca_bundle: bool,
}

/// Whether a text is there and not empty.
pub(super) fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let text = Option::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    Ok(text.is_some_and(|text| !text.is_empty()))
}

/// Requests that a webhook or a policy is about.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AdmissionRule {
    /// `CREATE`, `UPDATE`, `DELETE`, `CONNECT`, `*`.
    #[serde(deserialize_with = "nullable")]
    pub operations: Box<[Symbol]>,
    /// Of these groups,
    #[serde(deserialize_with = "nullable")]
    pub api_groups: Box<[Symbol]>,
    /// these versions,
    #[serde(deserialize_with = "nullable")]
    pub api_versions: Box<[Symbol]>,
    /// these resources,
    #[serde(deserialize_with = "nullable")]
    pub resources: Box<[Symbol]>,
    /// and `Namespaced`, `Cluster` or `*` (also where empty).
    pub scope: Symbol,
}

kind!(
    /// A ValidatingAdmissionPolicy.
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicySpec, ValidatingAdmissionPolicyStatus
);
kind!(
    /// A ValidatingAdmissionPolicyBinding.
    ValidatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBindingSpec
);

/// The spec of a ValidatingAdmissionPolicy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ValidatingAdmissionPolicySpec {
    /// What becomes of a request when it cannot be evaluated: `Fail` (also where empty), `Ignore`.
    pub failure_policy: Symbol,
    /// What its parameters are.
    pub param_kind: Option<ParamKind>,
    /// The requests that it is about.
    #[serde(deserialize_with = "nullable")]
    pub match_constraints: MatchResources,
}

/// The kind of a policy's parameters.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ParamKind {
    /// `v1`.
    pub api_version: Symbol,
    /// `ConfigMap`.
    pub kind: Symbol,
}

/// The requests that a policy is about.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MatchResources {
    /// In namespaces with these labels.
    #[serde(deserialize_with = "nullable")]
    pub namespace_selector: Selector,
    /// Any of these.
    #[serde(deserialize_with = "nullable")]
    pub resource_rules: Box<[AdmissionRule]>,
}

/// The status of a ValidatingAdmissionPolicy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ValidatingAdmissionPolicyStatus {
    /// The generation that this status is about.
    #[serde(deserialize_with = "nullable")]
    pub observed_generation: i64,
    /// What is wrong with its expressions.
    #[serde(deserialize_with = "nullable")]
    pub type_checking: TypeChecking,
    /// What its controller says.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

/// What is wrong with the expressions of a policy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TypeChecking {
    /// One an expression.
    #[serde(deserialize_with = "nullable")]
    pub expression_warnings: Box<[ExpressionWarning]>,
}

/// What is wrong with an expression of a policy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExpressionWarning {
    /// Where it is.
    #[serde(deserialize_with = "nullable")]
    pub field_ref: Text,
    /// What is wrong.
    #[serde(deserialize_with = "nullable")]
    pub warning: Text,
}

/// The spec of a ValidatingAdmissionPolicyBinding.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ValidatingAdmissionPolicyBindingSpec {
    /// The policy.
    #[serde(deserialize_with = "nullable")]
    pub policy_name: Text,
    /// Its parameters.
    pub param_ref: Option<ParamRef>,
    /// `Deny`, `Warn`, `Audit`.
    #[serde(deserialize_with = "nullable")]
    pub validation_actions: Box<[Symbol]>,
    /// The requests that it is bound to; `None`: all of the policy's.
    pub match_resources: Option<MatchResources>,
}

/// The parameters of a bound policy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ParamRef {
    /// By name,
    pub name: Symbol,
    /// in this namespace; empty: in that of the request.
    pub namespace: Symbol,
    /// What becomes of requests when there are none: `Allow`, `Deny`.
    pub parameter_not_found_action: Symbol,
}
