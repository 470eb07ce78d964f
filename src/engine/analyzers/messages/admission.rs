//! Why the API server refuses to create a pod.

use super::reference::missing;
use super::{between, brief, last_clause};

/// Why the API server refuses to create a pod for its controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// A quota is used up.
    QuotaExceeded {
        /// The quota.
        quota: String,
        /// What one more pod would need: `pods=1`.
        requested: String,
        /// What is used.
        used: String,
        /// What is allowed.
        limited: String,
    },
    /// A quota wants the pod to say what it needs.
    QuotaNeeds {
        /// The quota.
        quota: String,
        /// What must be said: `requests.cpu, requests.memory`.
        fields: String,
    },
    /// A limit range forbids it; its words.
    LimitRange(String),
    /// The namespace's Pod Security level forbids it.
    PodSecurity {
        /// `restricted`.
        level: String,
        /// What is violated, in the API server's words.
        violations: String,
    },
    /// The service account does not exist.
    ServiceAccount(String),
    /// A webhook could not be asked.
    WebhookFails {
        /// The webhook.
        webhook: String,
        /// Why it could not be asked.
        why: String,
    },
    /// A webhook says no.
    WebhookDenies {
        /// The webhook.
        webhook: String,
        /// Its words.
        why: String,
    },
    /// The priority class does not exist.
    PriorityClass(String),
    /// The runtime class does not exist.
    RuntimeClass(String),
    /// The API server's words.
    Other(String),
}

/// Reads the message of a condition `ReplicaFailure` or of an event `FailedCreate`.
pub fn parse(message: &str) -> Denial {
    if let Some((_, rest)) = message.split_once("exceeded quota: ") {
        let quota = rest.split(',').next().unwrap_or("").trim();
        let section = |name: &str, next: &str| {
            rest.split_once(name).map_or("", |(_, text)| {
                text.split_once(next).map_or(text, |(inner, _)| inner).trim()
            })
        };
        return Denial::QuotaExceeded {
            quota: quota.to_owned(),
            requested: section("requested: ", ", used: ").to_owned(),
            used: section("used: ", ", limited: ").to_owned(),
            limited: section("limited: ", "\n").to_owned(),
        };
    }
    if let Some((_, rest)) = message.split_once("failed quota: ") {
        let (quota, rest) = rest.split_once(':').unwrap_or((rest, ""));
        let fields: Vec<&str> = rest
            .trim()
            .trim_start_matches("must specify ")
            .split("; ")
            .map(|part| part.split(" for: ").next().unwrap_or(part).trim())
            .collect();
        return Denial::QuotaNeeds {
            quota: quota.trim().to_owned(),
            fields: fields.join(", "),
        };
    }
    if let Some((_, rest)) = message.split_once("violates PodSecurity \"") {
        let (level, rest) = rest.split_once('"').unwrap_or((rest, ""));
        return Denial::PodSecurity {
            level: level.split(':').next().unwrap_or(level).to_owned(),
            violations: rest.trim_start_matches([':', ' ']).to_owned(),
        };
    }
    if let Some(webhook) = between(message, "failed calling webhook \"", "\"") {
        return Denial::WebhookFails {
            webhook: webhook.to_owned(),
            why: brief(last_clause(message), 80),
        };
    }
    if let Some((_, rest)) = message.split_once("admission webhook \"")
        && let Some((webhook, rest)) = rest.split_once('"')
    {
        let why = rest
            .split_once("denied the request: ")
            .map_or(rest, |(_, why)| why);
        return Denial::WebhookDenies {
            webhook: webhook.to_owned(),
            why: brief(why, 90),
        };
    }
    if let Some(class) = between(message, "no PriorityClass with name ", " was found") {
        return Denial::PriorityClass(class.to_owned());
    }
    if let Some(class) = between(message, "RuntimeClass \"", "\" not found")
        .or_else(|| between(message, "runtimeclass.node.k8s.io \"", "\" not found"))
    {
        return Denial::RuntimeClass(class.to_owned());
    }
    if let Some(reference) = missing(message).filter(|reference| reference.kind == "ServiceAccount") {
        return Denial::ServiceAccount(reference.name);
    }
    let said = message
        .split_once("is forbidden: ")
        .map_or(message, |(_, said)| said);
    if [" usage per ", " max limit to request ratio per "]
        .iter()
        .any(|word| said.contains(word))
    {
        return Denial::LimitRange(brief(said, 90));
    }
    Denial::Other(brief(said, 90))
}

impl Denial {
    /// The title of a row.
    pub fn title(&self) -> String {
        match self {
            Self::QuotaExceeded { quota, limited, .. } => format!("quota {quota} is used up ({limited})"),
            Self::QuotaNeeds { quota, fields } => format!("quota {quota} wants {fields} to be set"),
            Self::LimitRange(said) => format!("limit range: {said}"),
            Self::PodSecurity { level, .. } => format!("violates Pod Security level \"{level}\""),
            Self::ServiceAccount(name) => format!("ServiceAccount {name} does not exist"),
            Self::WebhookFails { webhook, why } => format!("webhook {webhook} cannot be asked: {why}"),
            Self::WebhookDenies { webhook, why } => format!("webhook {webhook} refuses the pods: {why}"),
            Self::PriorityClass(name) => format!("PriorityClass {name} does not exist"),
            Self::RuntimeClass(name) => format!("RuntimeClass {name} does not exist"),
            Self::Other(said) => format!("pods cannot be created: {said}"),
        }
    }

    /// The object that refuses or is missing, where the message names it: API version, kind, whether it has a
    /// namespace, name. A quota that wants a field to be set is right; the workload heals it.
    pub fn culprit(&self) -> Option<(&'static str, &'static str, bool, &str)> {
        match self {
            Self::QuotaExceeded { quota, .. } => Some(("v1", "ResourceQuota", true, quota)),
            Self::ServiceAccount(name) => Some(("v1", "ServiceAccount", true, name)),
            Self::RuntimeClass(name) => Some(("node.k8s.io/v1", "RuntimeClass", false, name)),
            Self::PriorityClass(name) => Some(("scheduling.k8s.io/v1", "PriorityClass", false, name)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_are_told_apart() {
        for (message, want) in [
            (
                "pods \"web-764fd4db54-tq9gw\" is forbidden: exceeded quota: team-quota, requested: pods=1, used: \
                 pods=2, limited: pods=2",
                "quota team-quota is used up (pods=2)",
            ),
            (
                "pods \"web-5b68dc4bcd-5vc2w\" is forbidden: failed quota: compute: must specify requests.cpu for: \
                 nginx; requests.memory for: nginx",
                "quota compute wants requests.cpu, requests.memory to be set",
            ),
            (
                "pods \"web-6d5564b86b-m4d2q\" is forbidden: maximum memory usage per Container is 256Mi, but limit is \
                 1Gi",
                "limit range: maximum memory usage per Container is 256Mi, but limit is 1Gi",
            ),
            (
                "pods \"web-764fd4db54-qrmz4\" is forbidden: violates PodSecurity \"restricted:latest\": \
                 allowPrivilegeEscalation != false (container \"nginx\" must set \
                 securityContext.allowPrivilegeEscalation=false)",
                "violates Pod Security level \"restricted\"",
            ),
            (
                "pods \"web-864f49f9f8-\" is forbidden: error looking up service account serviceaccount-missing/web-sa: \
                 serviceaccount \"web-sa\" not found",
                "ServiceAccount web-sa does not exist",
            ),
            (
                "Internal error occurred: failed calling webhook \"policy.shop.example\": failed to call webhook: Post \
                 \"https://policy-webhook.policy-system.svc:443/validate?timeout=5s\": service \"policy-webhook\" not \
                 found",
                "webhook policy.shop.example cannot be asked: service \"policy-webhook\" not found",
            ),
            (
                "admission webhook \"validate.kyverno.svc\" denied the request: image tag latest is not allowed",
                "webhook validate.kyverno.svc refuses the pods: image tag latest is not allowed",
            ),
            (
                "pods \"a-\" is forbidden: no PriorityClass with name urgent was found",
                "PriorityClass urgent does not exist",
            ),
            (
                "pods \"a-\" is forbidden: pod rejected: RuntimeClass \"gvisor\" not found",
                "RuntimeClass gvisor does not exist",
            ),
            (
                "create Pod db-0 in StatefulSet db failed error: pods \"db-0\" is forbidden: exceeded quota: q, requested: \
                 pods=1, used: pods=1, limited: pods=1",
                "quota q is used up (pods=1)",
            ),
            (
                "pods \"a-\" is forbidden: memory max limit to request ratio per Container is 2, but provided ratio is \
                 4.000000",
                "limit range: memory max limit to request ratio per Container is 2, but provided ratio is 4.000000",
            ),
            ("something new", "pods cannot be created: something new"),
        ] {
            assert_eq!(parse(message).title(), want, "{message}");
        }
    }
}
