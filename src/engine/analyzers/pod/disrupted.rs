//! Pods that are ended on behalf of others: preempted, evicted, on a node that is drained or goes.

use super::case::Case;
use crate::engine::analyzers::grace;
use crate::engine::finding::Severity;
use crate::engine::kinds::{Condition, Pod};

/// Whether the pod is to be, or was, ended on behalf of others.
pub(super) fn is_noted(pod: &Pod) -> bool {
    noted(pod).is_some()
}

/// The condition that says so.
pub(super) fn noted(pod: &Pod) -> Option<&Condition> {
    pod.condition("DisruptionTarget")
        .filter(|condition| condition.status == "True")
}

/// On whose behalf.
pub(super) fn words(reason: &str) -> String {
    match reason {
        "PreemptionByScheduler" => "made room for a more important pod".to_owned(),
        "DeletionByTaintManager" => "does not tolerate a taint of its node".to_owned(),
        "EvictionByEvictionAPI" => "evicted on request, as a drain does".to_owned(),
        "DeletionByPodGC" => "its node is gone".to_owned(),
        "TerminationByKubelet" => "ended by its node, which ran low or was shut down".to_owned(),
        "" => "ended on behalf of others".to_owned(),
        other => format!("ended on behalf of others: {other}"),
    }
}

/// It was to go, and is still there.
pub(super) fn check(case: &mut Case) {
    let Some(condition) = noted(case.pod) else { return };
    if case.is_early(condition.last_transition_time, grace::DISRUPTION) {
        return;
    }
    let title = format!("was to go and is still there: {}", words(&condition.reason));
    let mut finding = case.finding("PodDisrupted", title);
    finding.severity = Severity::Info;
    finding.since = condition.last_transition_time;
    finding.message = condition.message.clone();
    finding.evidence.extend(case.condition_fact("DisruptionTarget"));
    case.report(finding);
}
