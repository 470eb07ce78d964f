//! Why something is so: off by intent, in progress, or a fault; as reasons, fields and annotations say it.

use serde_json::Value;

use super::resource::Resource;

/// What a condition's reason tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody wants it so.
    Intent,
    /// It is on its way.
    Progress,
    /// It went wrong.
    Fault,
    /// The word says neither.
    Plain,
}

/// Parts of a reason that mean intent.
const INTENT: &[&str] = &[
    "paused",
    "pausing",
    "suspended",
    "suspend",
    "disabled",
    "hibernat",
    "cancelled",
    "canceled",
    "notraffic",
    "scaledtozero",
    "scaledown",
    "stopped",
    "manualapproval",
    "requiresapproval",
    "deactivated",
];

/// Parts of a reason that say a fault.
const FAULT: &[&str] = &[
    "fail",
    "error",
    "invalid",
    "notfound",
    "denied",
    "forbidden",
    "unauthorized",
    "missing",
    "crash",
    "exceeded",
    "timeout",
    "timedout",
    "expired",
    "conflict",
    "unsupported",
    "rejected",
    "refused",
    "notpermitted",
    "notallowed",
    "nomatching",
    "unreachable",
    "unhealthy",
    "degraded",
    "exhausted",
    "stalled",
    "misconfig",
    "malformed",
    "unresolv",
    "lost",
    "blocked",
    "cannot",
    "unable",
    "backoff",
    "incorrect",
    "bad",
];

/// Parts of a reason that say that it goes on.
const PROGRESS: &[&str] = &[
    "progress",
    "pending",
    "wait",
    "creating",
    "created",
    "provisioning",
    "initializ",
    "initialis",
    "reconciling",
    "running",
    "started",
    "starting",
    "deploying",
    "installing",
    "upgrading",
    "updating",
    "scaling",
    "restoring",
    "rolling",
    "unpacking",
    "issuing",
    "requested",
    "deleting",
    "terminating",
    "unknown",
    "notyet",
    "inprogress",
    "retry",
    "scheduling",
    "bootstrapping",
];

/// What a reason tells.
pub fn reason(reason: &str) -> Reason {
    let word = reason
        .to_ascii_lowercase()
        .replace(['_', '-', ' '], "")
        .replace("failover", "");
    let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if has(INTENT) {
        Reason::Intent
    } else if has(FAULT) {
        Reason::Fault
    } else if has(PROGRESS) {
        Reason::Progress
    } else {
        Reason::Plain
    }
}

/// Fields of a spec by which people switch a resource off.
const SWITCHES: &[&str] = &[
    "suspend",
    "suspended",
    "pause",
    "paused",
    "disabled",
    "disable",
    "hibernate",
];

/// The field or annotation by which somebody switched it off, with its value.
pub fn switched_off(resource: Resource<'_>) -> Option<(String, String)> {
    let spec = resource.spec();
    for key in SWITCHES {
        if spec.get(key) == Some(&Value::Bool(true)) {
            return Some((format!("spec.{key}"), "true".to_owned()));
        }
    }
    if spec.get("enabled") == Some(&Value::Bool(false)) {
        return Some(("spec.enabled".to_owned(), "false".to_owned()));
    }
    resource
        .annotations()
        .find(|(key, value)| {
            let name = key.rsplit(['/', '.']).next().unwrap_or(key);
            // `autoscaling.keda.sh/paused-replicas` too.
            let off = matches!(
                name,
                "pause" | "suspend" | "suspended" | "hibernate" | "hibernation"
            ) || name.starts_with("paused");
            // An annotation without a value switches off too (`cluster.x-k8s.io/paused: ""`).
            off && !matches!(value.to_ascii_lowercase().as_str(), "false" | "off" | "no" | "0")
        })
        .map(|(key, value)| (format!("metadata.annotations['{key}']"), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reasons_are_told_apart() {
        for (word, kind) in [
            ("ReconcilePaused", Reason::Intent),
            ("Suspended", Reason::Intent),
            ("ReconcileError", Reason::Fault),
            ("BackendNotFound", Reason::Fault),
            ("ProgressDeadlineExceeded", Reason::Fault),
            ("WaitingForInfrastructure", Reason::Progress),
            ("Creating", Reason::Progress),
            ("MINIMUM_REPLICAS", Reason::Plain),
            ("", Reason::Plain),
        ] {
            assert_eq!(reason(word), kind, "{word}");
        }
    }

    #[test]
    fn switches_are_found_wherever_they_are() {
        for (object, off) in [
            (json!({"spec": {"suspend": true}}), Some("spec.suspend")),
            (json!({"spec": {"suspend": false}}), None),
            (json!({"spec": {"enabled": false}}), Some("spec.enabled")),
            (
                json!({"metadata": {"annotations": {"crossplane.io/paused": "true"}}}),
                Some("metadata.annotations['crossplane.io/paused']"),
            ),
            (
                json!({"metadata": {"annotations": {"crossplane.io/paused": "false"}}}),
                None,
            ),
            (
                json!({"metadata": {"annotations": {"cluster.x-k8s.io/paused": ""}}}),
                Some("metadata.annotations['cluster.x-k8s.io/paused']"),
            ),
        ] {
            assert_eq!(
                switched_off(Resource::new(&object))
                    .map(|(path, _)| path)
                    .as_deref(),
                off
            );
        }
    }
}
