//! Pods whose resources are being changed in place, and are not.

use super::case::Case;
use crate::engine::analyzers::grace;
use crate::engine::analyzers::messages::brief;
use crate::engine::finding::Severity;
use crate::engine::kinds::{Condition, Pod};

const PENDING: &str = "PodResizePending";
const IN_PROGRESS: &str = "PodResizeInProgress";

/// Whether a change of resources is under way.
pub(super) fn is_noted(pod: &Pod) -> bool {
    [PENDING, IN_PROGRESS]
        .iter()
        .any(|kind| noted(pod, kind).is_some())
}

fn noted<'a>(pod: &'a Pod, kind: &str) -> Option<&'a Condition> {
    pod.condition(kind).filter(|condition| condition.status == "True")
}

/// What the kubelet says of the change: it waits for room, it can never be, it failed.
pub(super) fn check(case: &mut Case) {
    let pod = case.pod;
    let Some(condition) = noted(pod, PENDING).or_else(|| noted(pod, IN_PROGRESS)) else {
        return;
    };
    let why = brief(&condition.message, 80);
    let said = |words: &str| {
        if why.is_empty() {
            words.to_owned()
        } else {
            format!("{words}: {why}")
        }
    };
    let (severity, title) = match (condition.kind.as_str(), condition.reason.as_str()) {
        (PENDING, "Infeasible") => (
            Severity::Warning,
            said("its new resources can never be had on its node"),
        ),
        (IN_PROGRESS, "Error") => (Severity::Warning, said("its new resources cannot be applied")),
        // Room may come, and an end too: told only when it takes long.
        _ if case.is_early(condition.last_transition_time, grace::RESIZE) => return,
        (PENDING, _) => (
            Severity::Info,
            said("its new resources wait for room on its node"),
        ),
        _ => (Severity::Info, said("its new resources are still being applied")),
    };
    let mut finding = case.finding("PodResizeStuck", title);
    finding.severity = severity;
    finding.since = condition.last_transition_time;
    finding.message = if condition.message.is_empty() {
        "The resources of the running pod were changed, and it still has the old ones.".into()
    } else {
        condition.message.clone()
    };
    finding.evidence.extend(case.condition_fact(&condition.kind));
    case.report(finding);
}
