//! ValidatingAdmissionPolicies and their bindings: expressions that cannot hold, and policies that nobody is held to.

use jiff::Timestamp;

use super::exam::Exam;
use super::messages::brief;
use super::{Analysis, Analyzer, Code, codes, facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::World;

/// Finds policies whose expressions are wrong, or that are bound to nothing.
pub struct AdmissionPolicyAnalyzer;

/// Finds bindings without their policy or its parameters.
pub struct AdmissionPolicyBindingAnalyzer;

impl Analyzer for AdmissionPolicyAnalyzer {
    fn name(&self) -> &'static str {
        "ValidatingAdmissionPolicy"
    }

    fn kind(&self) -> Kind {
        Kind::ValidatingAdmissionPolicy
    }

    fn codes(&self) -> &'static [Code] {
        codes::policy::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::ValidatingAdmissionPolicyBinding]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::ValidatingAdmissionPolicy => keys.push(changed.clone()),
            // Which policy one was bound to that is gone nobody knows; there are few.
            Kind::ValidatingAdmissionPolicyBinding => keys.extend(world.keys(self.kind())),
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let policy = world
            .get::<ValidatingAdmissionPolicy>("", &key.name)
            .filter(|policy| policy.metadata.deletion_timestamp.is_none());
        if let Some(policy) = policy {
            expressions(&mut exam, policy);
            unbound(&mut exam, policy);
        }
        exam.analysis
    }
}

fn expressions(exam: &mut Exam, policy: &ValidatingAdmissionPolicy) {
    let status = &policy.status;
    let warnings = &status.type_checking.expression_warnings;
    let Some(first) = warnings.first() else { return };
    if status.observed_generation < policy.metadata.generation {
        return;
    }
    let ignores = policy.spec.failure_policy == "Ignore";
    let severity = if ignores {
        Severity::Info
    } else {
        Severity::Warning
    };
    let said = first
        .warning
        .lines()
        .find_map(|line| line.split_once("ERROR: ").map(|(_, said)| said))
        .unwrap_or(&first.warning);
    let mut finding = exam.finding(
        "PolicyExpressionWrong",
        severity,
        brief(&format!("{}: {}", first.field_ref, said.trim()), 130),
    );
    finding.subject = first.field_ref.clone();
    finding.message = format!(
        "The expression does not fit the objects that the policy is about. Where it cannot be evaluated, requests {}.",
        if ignores { "pass (failurePolicy Ignore)" } else { "are refused (failurePolicy Fail)" }
    )
    .into();
    finding.since = policy.metadata.creation_timestamp;
    for (index, warning) in warnings.iter().enumerate().take(4) {
        finding.evidence.push(exam.field(
            format!("status.typeChecking.expressionWarnings[{index}]"),
            format!("{}: {}", warning.field_ref, warning.warning),
        ));
    }
    for condition in status.conditions.iter().filter(|one| one.status == "False") {
        finding.evidence.extend(facts::condition(
            &exam.object,
            &status.conditions,
            &condition.kind,
        ));
    }
    exam.report(finding);
}

fn unbound(exam: &mut Exam, policy: &ValidatingAdmissionPolicy) {
    let kind = Kind::ValidatingAdmissionPolicyBinding;
    let bound = exam.world.referrers_of(exam.key, kind).next().is_some();
    if bound || !exam.knows(kind, "") || exam.is_early(policy.metadata.creation_timestamp, grace::POLICY) {
        return;
    }
    let mut finding = exam.finding(
        "PolicyNotBound",
        Severity::Info,
        "is bound to nothing: it forbids nothing",
    );
    finding.message =
        "A policy takes effect through a ValidatingAdmissionPolicyBinding, and none names this one.".into();
    finding.since = policy.metadata.creation_timestamp;
    finding
        .evidence
        .push(exam.field("metadata.name", &*policy.metadata.name));
    exam.report(finding);
}

impl Analyzer for AdmissionPolicyBindingAnalyzer {
    fn name(&self) -> &'static str {
        "ValidatingAdmissionPolicyBinding"
    }

    fn kind(&self) -> Kind {
        Kind::ValidatingAdmissionPolicyBinding
    }

    fn codes(&self) -> &'static [Code] {
        codes::policy::BINDING
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::ValidatingAdmissionPolicy, Kind::ConfigMap]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::ValidatingAdmissionPolicyBinding => keys.push(changed.clone()),
            Kind::ValidatingAdmissionPolicy => keys.extend(world.referrers_of(changed, self.kind())),
            // The commonest parameters of those that are built in.
            Kind::ConfigMap => keys.extend(
                world
                    .all::<ValidatingAdmissionPolicyBinding>()
                    .filter(|one| {
                        one.spec
                            .param_ref
                            .as_ref()
                            .is_some_and(|param| *param.name == *changed.name)
                    })
                    .map(|one| Key::new(self.kind(), "", &one.metadata.name)),
            ),
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let binding = world
            .get::<ValidatingAdmissionPolicyBinding>("", &key.name)
            .filter(|binding| binding.metadata.deletion_timestamp.is_none());
        if let Some(binding) = binding
            && !exam.is_early(binding.metadata.creation_timestamp, grace::POLICY)
        {
            match world.get::<ValidatingAdmissionPolicy>("", &binding.spec.policy_name) {
                Some(policy) => parameters(&mut exam, binding, policy),
                None if exam.knows(Kind::ValidatingAdmissionPolicy, "") => policy_missing(&mut exam, binding),
                None => {}
            }
        }
        exam.analysis
    }
}

fn policy_missing(exam: &mut Exam, binding: &ValidatingAdmissionPolicyBinding) {
    let name = &*binding.spec.policy_name;
    let mut finding = exam.finding(
        "PolicyBindingDangling",
        Severity::Warning,
        format!("binds policy {name}, which does not exist"),
    );
    finding.message = "The binding takes no effect: what its policy should forbid is allowed.".into();
    finding.since = binding.metadata.creation_timestamp;
    finding.evidence.push(exam.field("spec.policyName", name));
    let policy = Key::new(Kind::ValidatingAdmissionPolicy, "", name).object();
    finding.evidence.push(facts::related(
        policy.clone(),
        format!("policy {name} does not exist"),
    ));
    finding.culprit = Some(policy);
    exam.report(finding);
}

/// The parameters that the policy needs: not named, or named and not there.
fn parameters(
    exam: &mut Exam,
    binding: &ValidatingAdmissionPolicyBinding,
    policy: &ValidatingAdmissionPolicy,
) {
    let Some(wanted) = &policy.spec.param_kind else {
        return;
    };
    let (title, path, value, denies, culprit) = match &binding.spec.param_ref {
        None => (
            format!(
                "says no {} as the parameters of policy {}",
                wanted.kind, policy.metadata.name
            ),
            "spec.paramRef",
            String::new(),
            policy.spec.failure_policy != "Ignore",
            None,
        ),
        Some(param) => {
            let object = ObjectRef::new(&wanted.api_version, &wanted.kind, &param.namespace, &param.name);
            // Of custom kinds, and where the namespace is that of each request, absence cannot be seen.
            let Some(key) = object.key() else { return };
            let vague = param.name.is_empty() || (key.kind.namespaced() && param.namespace.is_empty());
            if vague || exam.world.meta(&key).is_some() || !exam.knows(key.kind, &key.namespace) {
                return;
            }
            (
                format!("its parameters, {}, do not exist", object.path()),
                "spec.paramRef.name",
                param.name.to_string(),
                param.parameter_not_found_action == "Deny",
                Some(object),
            )
        }
    };
    let severity = if denies { Severity::Warning } else { Severity::Info };
    let mut finding = exam.finding("PolicyParametersMissing", severity, title);
    finding.message = if denies {
        "Without its parameters the policy refuses every request that it is about.".into()
    } else {
        "Without its parameters the policy allows every request.".into()
    };
    finding.since = binding.metadata.creation_timestamp;
    finding.evidence.push(exam.field(path, value));
    if let Some(object) = culprit {
        finding
            .evidence
            .push(facts::related(object.clone(), "does not exist"));
        finding.culprit = Some(object);
    }
    exam.report(finding);
}
