//! Pods that do not go.

use super::case::{Case, cluster_object};
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::condition;
use crate::engine::object::Kind;

/// A pod that is being deleted: fine within its grace period.
pub(super) fn check(case: &mut Case) {
    let meta = &case.pod.metadata;
    let seconds = meta.deletion_grace_period_seconds.unwrap_or(0);
    if case.is_early(meta.deletion_timestamp, grace::TERMINATING) {
        long_grace(case, seconds);
        return;
    }
    let node = case.pod.spec.node_name.clone();
    let lost = case.node().is_some_and(|node| {
        condition(&node.status.conditions, "Ready").is_some_and(|ready| ready.status != "True")
    });
    let finalizer = meta.finalizers.first();
    let title = match (lost, finalizer) {
        (true, _) => format!("cannot be deleted: its node {node} does not answer"),
        (false, Some(finalizer)) => format!("its deletion waits for finalizer {finalizer}"),
        (false, None) => "still there although its grace period is over".to_owned(),
    };
    let mut finding = case.finding("PodStuckTerminating", title);
    finding.severity = Severity::Warning;
    finding.since = meta.deletion_asked();
    finding.message = "The pod was deleted, its grace period has passed, and it is still there.".into();
    deletion_facts(case, &mut finding);
    if lost {
        let node = cluster_object(Kind::Node, &node);
        if let Some(object) = case.node() {
            finding
                .evidence
                .extend(facts::condition(&node, &object.status.conditions, "Ready"));
        }
        finding.culprit = Some(node);
    }
    if let Some(event) = case.event_of(&[
        "FailedKillPod",
        "ExceededGracePeriod",
        "FailedPreStopHook",
        "KillFailed",
    ]) {
        finding.evidence.push(facts::event(event));
    }
    case.report(finding);
}

/// Within a grace period that is so long that nobody waits for its end.
fn long_grace(case: &mut Case, seconds: i64) {
    if seconds < grace::LONG_GRACE {
        return;
    }
    let asked = case.pod.metadata.deletion_asked();
    if case.is_early(asked, grace::TERMINATING_LONG) {
        return;
    }
    let running = case
        .pod
        .status
        .container_statuses
        .iter()
        .any(|status| status.state.running.is_some());
    if !running {
        return;
    }
    let title = format!(
        "does not stop when told to; its grace period is {}",
        grace::words(seconds)
    );
    let mut finding = case.finding("PodStuckTerminating", title);
    finding.severity = Severity::Warning;
    finding.since = asked;
    finding.message = format!(
        "The pod was deleted and its process goes on; the kubelet kills it only when the grace period of {} is over.",
        grace::words(seconds)
    )
    .into();
    deletion_facts(case, &mut finding);
    if let Some(event) = case.event_of(&["Killing"]) {
        finding.evidence.push(facts::event(event));
    }
    case.report(finding);
}

fn deletion_facts(case: &Case, finding: &mut crate::engine::finding::Finding) {
    let meta = &case.pod.metadata;
    if let Some(time) = meta.deletion_timestamp {
        finding
            .evidence
            .push(case.field("metadata.deletionTimestamp", time.to_string()));
    }
    if let Some(seconds) = meta.deletion_grace_period_seconds {
        finding
            .evidence
            .push(case.field("metadata.deletionGracePeriodSeconds", seconds.to_string()));
    }
    for (index, finalizer) in meta.finalizers.iter().enumerate() {
        finding
            .evidence
            .push(case.field(format!("metadata.finalizers[{index}]"), &**finalizer));
    }
}
