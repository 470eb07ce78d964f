//! Pods that have a node but whose containers do not come: volumes, sandbox, network, slow pulls.

use super::case::{Case, cluster_object};
use crate::engine::analyzers::messages::mount::{self, PrepareFailure};
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::condition;
use crate::engine::object::Kind;

/// Events that say why.
const REASONS: &[&str] = &[
    "FailedMount",
    "FailedAttachVolume",
    "FailedMapVolume",
    "FailedMountOnFilesystemMismatch",
    "VolumeResizeFailed",
    "FailedCreatePodSandBox",
    "FailedCreatePodContainer",
    "NetworkNotReady",
    "FailedPrepareDynamicResources",
    "FailedToCreateCgroup",
];

/// The pod is on a node, and none of its containers has started.
pub(super) fn check(case: &mut Case) {
    let pod = case.pod;
    if pod.status.phase != "Pending" || pod.spec.node_name.is_empty() {
        return;
    }
    let started = pod.statuses().any(|(_, _, status)| {
        status.state.running.is_some() || status.state.terminated.is_some() || status.restart_count > 0
    });
    if started {
        return;
    }
    let lost = case.node().is_some_and(|node| {
        condition(&node.status.conditions, "Ready").is_some_and(|ready| ready.status != "True")
    });
    if lost {
        return on_lost_node(case);
    }
    let begun = case.begun();
    let telling = case
        .events()
        .iter()
        .rev()
        .filter(|event| REASONS.contains(&event.reason.as_str()))
        .map(|event| (*event, mount::parse(&event.reason, &event.message)))
        .find(|(_, failure)| *failure != PrepareFailure::Transient);
    let Some((event, failure)) = telling else {
        return without_warning(case);
    };
    if case.is_early(begun, grace::PREPARE_WITH_WARNING) {
        return;
    }
    let mut finding = case.finding("PodStuckStarting", failure.title());
    finding.message = facts::event(event).text;
    finding.since = event.first_seen().or(begun);
    finding.count = event.times();
    finding.evidence.push(facts::event(event));
    match &failure {
        PrepareFailure::Missing(reference) => {
            let object = case.reference(reference);
            finding
                .evidence
                .push(facts::related(object.clone(), reference.title()));
            finding.culprit = Some(object);
        }
        PrepareFailure::HostPath(_)
        | PrepareFailure::DriverMissing(_)
        | PrepareFailure::RuntimeHandler(_) => {
            let node = cluster_object(Kind::Node, &pod.spec.node_name);
            finding.evidence.push(facts::related(node, "the node it is on"));
            // The class that names a handler which the node has not.
            if matches!(failure, PrepareFailure::RuntimeHandler(_)) {
                let class = pod.spec.references_to(Kind::RuntimeClass).next();
                finding.culprit = class.map(|class| cluster_object(Kind::RuntimeClass, &class.name));
            }
        }
        _ => {}
    }
    finding.evidence.extend(waiting_facts(case));
    finding
        .evidence
        .extend(case.condition_fact("PodReadyToStartContainers"));
    case.report(finding);
}

fn waiting_facts(case: &Case) -> Option<crate::engine::evidence::Evidence> {
    let slot = case
        .slots()
        .into_iter()
        .find(|slot| slot.status.state.waiting.is_some())?;
    let waiting = slot.status.state.waiting.as_ref()?;
    Some(case.field(slot.status_path("state.waiting.reason"), &*waiting.reason))
}

/// No warning says why: a pull that goes on, or a kubelet that does not say.
fn without_warning(case: &mut Case) {
    let pulling = case
        .event_of(&["Pulling", "Pulled"])
        .filter(|event| event.reason == "Pulling");
    let patience = if pulling.is_some() {
        grace::PULL
    } else {
        grace::PREPARE
    };
    if case.is_early(case.begun(), patience) {
        return;
    }
    let title = match pulling {
        Some(_) => "its image is still being pulled",
        None => "its containers are not being created, and no event says why",
    };
    let mut finding = case.finding("PodStuckStarting", title);
    finding.severity = if pulling.is_some() {
        Severity::Warning
    } else {
        finding.severity
    };
    finding.since = case.begun();
    finding.message = format!(
        "The pod is on node {}, but none of its containers has started.",
        case.pod.spec.node_name
    )
    .into();
    finding.evidence.extend(pulling.map(facts::event));
    finding.evidence.extend(waiting_facts(case));
    finding
        .evidence
        .extend(case.condition_fact("PodReadyToStartContainers"));
    case.report(finding);
}

fn on_lost_node(case: &mut Case) {
    super::ended::lost(case);
}
