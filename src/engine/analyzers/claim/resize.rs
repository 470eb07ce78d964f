//! Claims that were asked to grow.

use super::Case;
use crate::engine::analyzers::messages::{brief, last_clause};
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{Event, Pod, condition};

/// A bound claim that was asked to grow.
pub(super) fn check(case: &mut Case) {
    if refused(case) {
        return;
    }
    waits_for_file_system(case);
}

/// How far a resize is, where that is as far as it gets: of 1.31 and of 1.34.
const GIVEN_UP: &[&str] = &[
    "ControllerResizeInfeasible",
    "NodeResizeInfeasible",
    "ControllerResizeFailed",
    "NodeResizeFailed",
];

/// Says whether the volume cannot be made larger.
fn refused(case: &mut Case) -> bool {
    let given_up = case
        .claim
        .status
        .allocated_resource_statuses
        .get("storage")
        .filter(|state| GIVEN_UP.contains(state));
    let failed = case.claim.status.conditions.iter().find(|condition| {
        condition.status == "True"
            && matches!(
                condition.kind.as_str(),
                "ControllerResizeError" | "NodeResizeError"
            )
    });
    let event = case.event(&["VolumeResizeFailed", "FileSystemResizeFailed"]);
    let since = failed
        .and_then(|condition| condition.last_transition_time)
        .or_else(|| event.and_then(Event::first_seen));
    let message = match (failed, event) {
        (Some(condition), _) => condition.message.clone(),
        (None, Some(event)) => event.message.clone(),
        (None, None) if given_up.is_some() => "The driver has given up.".into(),
        (None, None) => return false,
    };
    // An event alone may be of a try that was followed by a good one.
    let still = case
        .claim
        .status
        .conditions
        .iter()
        .any(|condition| condition.status == "True" && condition.kind.as_str().contains("Resiz"));
    if failed.is_none() && given_up.is_none() && !still {
        return false;
    }
    let title = brief(&format!("cannot be made larger: {}", last_clause(&message)), 100);
    let mut finding = case.finding("ClaimResizeFailed", title);
    finding.severity = Severity::Warning;
    finding.since = since;
    finding.message = message;
    if let Some(condition) = failed {
        finding.evidence.extend(facts::condition(
            &case.object,
            &case.claim.status.conditions,
            &condition.kind,
        ));
    }
    if let Some(state) = given_up {
        let path = "status.allocatedResourceStatuses[\"storage\"]";
        finding.evidence.push(case.field(path, state));
    }
    if let Some(event) = event {
        finding.evidence.push(facts::event(event));
    }
    case.analysis.findings.push(finding);
    true
}

/// The volume has grown and its file system not: that happens when the volume is next mounted, so that it is told
/// where a pod has it mounted all the while.
fn waits_for_file_system(case: &mut Case) {
    let kind = "FileSystemResizePending";
    let pending = condition(&case.claim.status.conditions, kind);
    let Some(pending) = pending.filter(|pending| pending.status == "True") else {
        return;
    };
    let user = case.consumers().into_iter().find(|key| {
        let pod = case.world.get::<Pod>(&key.namespace, &key.name);
        pod.is_some_and(|pod| pod.status.phase == "Running")
    });
    let Some(user) = user.cloned() else { return };
    if case.is_early(pending.last_transition_time, grace::FILE_SYSTEM_RESIZE) {
        return;
    }
    let mut finding = case.finding(
        "ClaimFileSystemNotGrown",
        format!(
            "its volume has grown, its file system waits for pod {} to be started anew",
            user.name
        ),
    );
    finding.severity = Severity::Warning;
    finding.since = pending.last_transition_time;
    finding.message = format!(
        "The driver cannot grow a file system that is in use: pod {} has it mounted, and sees the old size until it is \
         started anew.",
        user.name
    )
    .into();
    finding.evidence.extend(facts::condition(
        &case.object,
        &case.claim.status.conditions,
        kind,
    ));
    for (path, size) in [
        (
            "spec.resources.requests.storage",
            case.claim.spec.resources.requests.get("storage"),
        ),
        (
            "status.capacity.storage",
            case.claim.status.capacity.get("storage"),
        ),
    ] {
        finding.evidence.extend(size.map(|size| case.field(path, size)));
    }
    finding
        .evidence
        .push(facts::related(user.object(), "has it mounted"));
    case.analysis.findings.push(finding);
}
