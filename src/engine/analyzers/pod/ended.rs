//! Pods that are over, or of which nobody knows: evicted, rejected, failed, on a node that does not answer.

use super::case::{Case, cluster_object};
use super::{crash, disrupted};
use crate::engine::analyzers::messages::brief;
use crate::engine::analyzers::{exit, facts, grace, quantity};
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Deployment, ReplicaSet, StatefulSet, condition};
use crate::engine::object::Kind;

/// Whether the pod is over or lost, so that the states of its containers say nothing more.
pub(super) fn check(case: &mut Case) -> bool {
    match case.pod.status.phase.as_str() {
        "Succeeded" => true,
        "Failed" => {
            failed(case);
            true
        }
        "Unknown" => {
            lost(case);
            true
        }
        _ if on_lost_node(case) => {
            lost(case);
            true
        }
        _ => false,
    }
}

fn failed(case: &mut Case) {
    if case.job_succeeded() {
        return;
    }
    let status = &case.pod.status;
    match status.reason.as_str() {
        "Evicted" => evicted(case),
        // How its containers ended was not their doing.
        "" if disrupted::is_noted(case.pod) => on_behalf(case),
        "" => {
            for slot in case.slots() {
                if let Some(ended) = &slot.status.state.terminated {
                    crash::ended(case, &slot, ended);
                }
            }
            if case.is_clean() {
                unexplained(case);
            }
        }
        reason => rejected(case, reason),
    }
}

/// Over, although its containers would be started again: its node gave it up.
fn unexplained(case: &mut Case) {
    let end = case.slots().into_iter().find_map(|slot| {
        let ended = slot.status.state.terminated.as_deref()?;
        Some((slot.status_path("state.terminated.exitCode"), ended))
    });
    let title = match &end {
        Some((_, ended)) => exit::title(ended.exit_code, ended.signal),
        None => "failed, and nothing says why".to_owned(),
    };
    let mut finding = case.finding("PodFailed", title);
    finding.message = "The pod has failed as a whole, and its status gives no reason.".into();
    finding.since = ended_at(case);
    finding.evidence.push(case.field("status.phase", "Failed"));
    if let Some((path, ended)) = end {
        let fact = case.field(path, ended.exit_code.to_string());
        finding.evidence.push(fact);
    }
    settle(case, &mut finding, false);
    case.report(finding);
}

/// Ended on behalf of others, which only a condition says.
fn on_behalf(case: &mut Case) {
    let Some(condition) = disrupted::noted(case.pod) else {
        return;
    };
    let mut finding = case.finding("PodFailed", disrupted::words(&condition.reason));
    finding.severity = Severity::Warning;
    finding.message = condition.message.clone();
    finding.since = condition.last_transition_time.or_else(|| ended_at(case));
    finding.evidence.extend(case.condition_fact("DisruptionTarget"));
    if let Some(event) = case.event_of(&["Preempted", "TaintManagerEviction", "Evicted"]) {
        finding.evidence.push(facts::event(event));
    }
    let by_intent = matches!(
        condition.reason.as_str(),
        "EvictionByEvictionAPI" | "PreemptionByScheduler" | "DeletionByTaintManager"
    );
    settle(case, &mut finding, by_intent);
    case.report(finding);
}

fn evicted(case: &mut Case) {
    let message = case.pod.status.message.trim().to_owned();
    let mut finding = case.finding("PodEvicted", eviction_title(&message));
    finding.message = quantity::readable(&message).into();
    finding.since = ended_at(case);
    finding.evidence.push(case.field("status.message", message));
    finding.evidence.push(case.field("status.reason", "Evicted"));
    if let Some(event) = case.event_of(&["Evicted"]) {
        finding.evidence.push(facts::event(event));
    }
    settle(case, &mut finding, false);
    case.report(finding);
}

fn eviction_title(message: &str) -> String {
    let quoted: Vec<&str> = message.split('"').skip(1).step_by(2).collect();
    if let (true, [volume, limit, ..]) = (message.contains("EmptyDir volume"), quoted.as_slice()) {
        return format!("emptyDir volume {volume} grew beyond its limit of {limit}");
    }
    if let Some((_, limit)) =
        message.split_once("ephemeral local storage usage exceeds the total limit of containers ")
    {
        return format!(
            "wrote more to its own disk than its limit of {}",
            limit.trim_end_matches('.')
        );
    }
    if let Some((_, rest)) = message.split_once("exceeded its local ephemeral storage limit ") {
        let limit = rest.trim_matches(['"', '.', ' ']);
        return format!("wrote more to its own disk than its limit of {limit}");
    }
    if let Some((_, rest)) = message.split_once("low on resource: ") {
        let resource = rest.split(['.', ',', ' ']).next().unwrap_or("resources");
        return format!("evicted: its node ran low on {resource}");
    }
    if message.contains("[DiskPressure]") {
        return "evicted: its node ran low on disk".to_owned();
    }
    if message.is_empty() {
        return "evicted".to_owned();
    }
    brief(&format!("evicted: {message}"), 100)
}

/// Rejected by the kubelet, ended by a deadline, a shutdown or a preemption.
fn rejected(case: &mut Case, reason: &str) {
    let message = brief(
        case.pod
            .status
            .message
            .trim_start_matches("Pod was rejected: ")
            .trim_start_matches("Pod "),
        90,
    );
    let (title, by_intent) = match reason {
        "SysctlForbidden" => (format!("the node forbids what it asks for: {message}"), false),
        "NodeAffinity" => (
            "rejected: its node no longer has the labels it asks for".to_owned(),
            false,
        ),
        "UnexpectedAdmissionError" => (format!("rejected by its node: {message}"), false),
        "DeadlineExceeded" => ("ran longer than its activeDeadlineSeconds".to_owned(), false),
        "Preempting" => ("made room for a more important pod".to_owned(), true),
        "NodeShutdown" | "Shutdown" | "Terminated" => {
            ("ended because its node was shut down".to_owned(), true)
        }
        "NodeLost" => ("its node was lost".to_owned(), false),
        other if other.starts_with("OutOf") => (
            format!(
                "rejected: its node has no {} left",
                other.trim_start_matches("OutOf").to_lowercase()
            ),
            false,
        ),
        other if message.is_empty() => (format!("failed: {other}"), false),
        other => (format!("failed: {other}: {message}"), false),
    };
    let mut finding = case.finding("PodFailed", title);
    finding.message = case.pod.status.message.clone();
    finding.since = ended_at(case);
    finding.evidence.push(case.field("status.reason", reason));
    if !case.pod.status.message.is_empty() {
        finding
            .evidence
            .insert(0, case.field("status.message", &*case.pod.status.message));
    }
    if let Some(event) = case.event_of(&[reason]) {
        finding.evidence.push(facts::event(event));
    }
    if by_intent {
        finding.severity = Severity::Warning;
    }
    settle(case, &mut finding, by_intent);
    case.report(finding);
}

/// A failed pod whose controller has long replaced it is history, kept until it is collected; at once where someone
/// had it end, as a drain does.
fn settle(case: &mut Case, finding: &mut Finding, by_intent: bool) {
    if finding.severity == Severity::Critical && case.pod.metadata.controller().is_some() {
        finding.severity = Severity::Warning;
    }
    if replaced(case) && (by_intent || !case.is_early(finding.since, grace::RECENT)) {
        finding.severity = Severity::Info;
    }
}

/// Whether the workload has all the pods that it wants without this one.
fn replaced(case: &Case) -> bool {
    let Some(owner) = case.pod.metadata.controller() else {
        return false;
    };
    let namespace = &*case.key.namespace;
    let whole = |ready: i32, wanted: Option<i32>| ready >= wanted.unwrap_or(1);
    match owner.kind.as_str() {
        "ReplicaSet" => case
            .world
            .get::<ReplicaSet>(namespace, &owner.name)
            .is_some_and(|set| {
                // A set of an old revision wants none; then its Deployment must be whole.
                let deployment = set
                    .metadata
                    .controller()
                    .and_then(|owner| case.world.get::<Deployment>(namespace, &owner.name));
                match deployment {
                    Some(deployment) => whole(deployment.status.ready_replicas, deployment.spec.replicas),
                    None => whole(set.status.ready_replicas, set.spec.replicas),
                }
            }),
        "StatefulSet" => case
            .world
            .get::<StatefulSet>(namespace, &owner.name)
            .is_some_and(|set| whole(set.status.ready_replicas, set.spec.replicas)),
        "DaemonSet" => true,
        _ => false,
    }
}

fn ended_at(case: &Case) -> Option<jiff::Timestamp> {
    let pod = case.pod;
    pod.condition("Ready")
        .and_then(|ready| ready.last_transition_time)
        .or_else(|| {
            pod.status
                .container_statuses
                .iter()
                .filter_map(|status| status.state.terminated.as_ref()?.finished_at)
                .max()
        })
        .or(pod.status.start_time)
        .or(pod.metadata.creation_timestamp)
}

fn on_lost_node(case: &Case) -> bool {
    case.node().is_some_and(|node| {
        condition(&node.status.conditions, "Ready").is_some_and(|ready| ready.status == "Unknown")
    })
}

/// On a node that does not answer: what its status says is old.
pub(super) fn lost(case: &mut Case) {
    let name = case.pod.spec.node_name.clone();
    let mut finding = case.finding("PodOnLostNode", format!("its node {name} does not answer"));
    finding.message =
        format!("Node {name} has stopped reporting, so nobody knows whether the pod still runs.").into();
    let ready = case
        .node()
        .and_then(|node| condition(&node.status.conditions, "Ready"));
    finding.since = ready.and_then(|ready| ready.last_transition_time);
    let node = cluster_object(Kind::Node, &name);
    if let Some(node_object) = case.node() {
        finding
            .evidence
            .extend(facts::condition(&node, &node_object.status.conditions, "Ready"));
    }
    finding.evidence.push(case.field("spec.nodeName", &*name));
    finding.evidence.extend(case.condition_fact("Ready"));
    if !name.is_empty() {
        finding.culprit = Some(node);
    }
    case.report(finding);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evictions_are_titled_by_their_cause() {
        for (message, want) in [
            (
                "Usage of EmptyDir volume \"scratch\" exceeds the limit \"16Mi\".",
                "emptyDir volume scratch grew beyond its limit of 16Mi",
            ),
            (
                "Pod ephemeral local storage usage exceeds the total limit of containers 16Mi.",
                "wrote more to its own disk than its limit of 16Mi",
            ),
            (
                "Container web exceeded its local ephemeral storage limit \"1Gi\".",
                "wrote more to its own disk than its limit of 1Gi",
            ),
            (
                "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi.",
                "evicted: its node ran low on memory",
            ),
            (
                "The node had condition: [DiskPressure].",
                "evicted: its node ran low on disk",
            ),
            ("", "evicted"),
            ("Because.", "evicted: Because."),
        ] {
            assert_eq!(eviction_title(message), want);
        }
    }
}
