//! Containers that wait: the reasons that a kubelet gives.

use super::case::{Case, Slot, cluster_object};
use super::crash;
use crate::engine::analyzers::messages::image::{self, PullFailure};
use crate::engine::analyzers::messages::{brief, reference, start};
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::Finding;
use crate::engine::kinds::{Event, Waiting};
use crate::engine::object::Kind;

/// A container that waits.
pub(super) fn check(case: &mut Case, slot: &Slot, waiting: &Waiting) {
    match waiting.reason.as_str() {
        // Being made, or behind an init container: told of the pod as a whole.
        "" | "ContainerCreating" | "PodInitializing" => {}
        "CrashLoopBackOff" => crash::backing_off(case, slot),
        "ErrImagePull"
        | "ImagePullBackOff"
        | "ImageInspectError"
        | "RegistryUnavailable"
        | "SignatureValidationFailed"
        | "ImageVolumeMountFailed" => image_pull(case, slot, waiting),
        "InvalidImageName" => {
            let title = format!("image name {} is not valid", slot.image());
            let mut finding = plain(case, slot, waiting, "ImageInvalid", title);
            finding
                .evidence
                .push(case.field(slot.spec_path("image"), slot.image()));
            case.report(finding);
        }
        "ErrImageNeverPull" => {
            let title = format!("image {} is not on the node and may not be pulled", slot.image());
            let mut finding = plain(case, slot, waiting, "ImageNeverPull", title);
            finding
                .evidence
                .push(case.field(slot.spec_path("image"), slot.image()));
            case.report(finding);
        }
        "CreateContainerConfigError" => config_error(case, slot, waiting),
        "CreateContainerError"
        | "RunContainerError"
        | "StartError"
        | "ContainerCannotRun"
        | "PreCreateHookError"
        | "PreStartHookError"
        | "PostStartHookError"
        | "RunInitContainerError"
        | "VerifyNonRootError"
        | "CreatePodSandboxError"
        | "ConfigPodSandboxError"
        | "KillPodSandboxError"
        | "KillContainerError" => start_error(case, slot, waiting),
        other => unknown(case, slot, waiting, other),
    }
}

fn plain(case: &Case, slot: &Slot, waiting: &Waiting, code: &str, title: String) -> Finding {
    let mut finding = case.finding_in(slot, code, title);
    finding.message = waiting.message.clone();
    finding.since = case.begun();
    finding.evidence.push(crash::waiting_fact(case, slot));
    if !waiting.message.is_empty() {
        finding.evidence.insert(
            0,
            case.field(slot.status_path("state.waiting.message"), &*waiting.message),
        );
    }
    finding
}

fn image_pull(case: &mut Case, slot: &Slot, waiting: &Waiting) {
    let name = slot.name();
    let said = |event: &Event| {
        event.reason == "Failed"
            && image::parse(&event.message).is_some()
            && event.message.starts_with("Failed to pull image")
    };
    let event = case.event(name, said);
    // The back-off of older kubelets says nothing; then the event of the pull itself does.
    let failure = image::parse(&waiting.message)
        .or_else(|| event.and_then(|event| image::parse(&event.message)))
        .unwrap_or_else(|| PullFailure::Other(waiting.reason.to_string()));
    let secret_event = case.event_of(&["FailedToRetrieveImagePullSecret"]);
    let secret = secret_event
        .and_then(|event| reference::missing(&event.message))
        .filter(|_| matches!(failure, PullFailure::NotFoundOrDenied | PullFailure::Unauthorized));
    let title = match &secret {
        Some(secret) => format!(
            "{}: pull secret {} does not exist",
            failure.title(slot.image()),
            secret.name
        ),
        None => failure.title(slot.image()),
    };
    let mut finding = plain(case, slot, waiting, "ImagePullFailed", title);
    finding
        .evidence
        .push(case.field(slot.spec_path("image"), slot.image()));
    if let Some(event) = event {
        finding.count = event.times();
        finding.evidence.push(facts::event(event));
    }
    if let Some(event) = secret_event {
        finding.evidence.push(facts::event(event));
    }
    finding.culprit = secret.map(|secret| case.reference(&secret));
    case.report(finding);
}

fn config_error(case: &mut Case, slot: &Slot, waiting: &Waiting) {
    // Right after its start a kubelet may not yet have heard of the objects.
    if waiting.message.contains("cache: timed out waiting") && case.is_early(case.begun(), grace::PREPARE) {
        return;
    }
    let missing = reference::missing(&waiting.message);
    let title = match &missing {
        Some(reference) => reference.title(),
        None => start::parse(&waiting.message).title(),
    };
    let mut finding = plain(case, slot, waiting, "ContainerConfigError", title);
    if let Some(reference) = &missing {
        let object = case.reference(reference);
        finding
            .evidence
            .push(facts::related(object.clone(), reference.title()));
        finding.culprit = Some(object);
    }
    if let Some(event) = case.event(slot.name(), |event| {
        event.reason == "Failed" && event.is_warning()
    }) {
        finding.count = event.times();
        finding.evidence.push(facts::event(event));
    }
    case.report(finding);
}

fn start_error(case: &mut Case, slot: &Slot, waiting: &Waiting) {
    // A message may be empty here and stand with the end of the instance.
    let ended = slot.status.last_state.terminated.as_deref();
    let said = match (&*waiting.message, ended) {
        ("", Some(ended)) => &*ended.message,
        ("", None) if waiting.reason.contains("PostStart") => "PostStartHook failed",
        (message, _) => message,
    };
    let title = start::parse(said).title();
    let mut finding = plain(case, slot, waiting, "ContainerStartError", title);
    finding.message = said.into();
    let event = case.event(slot.name(), |event| {
        matches!(
            event.reason.as_str(),
            "Failed" | "FailedPostStartHook" | "FailedPreStopHook"
        ) && event.is_warning()
    });
    if let Some(event) = event {
        finding.evidence.push(facts::event(event));
    }
    if let Some(node) = case.node() {
        finding.evidence.push(facts::related(
            cluster_object(Kind::Node, &node.metadata.name),
            "the node it is on",
        ));
    }
    case.report(finding);
}

/// A reason that no kubelet had when this was written: reported as it is.
fn unknown(case: &mut Case, slot: &Slot, waiting: &Waiting, reason: &str) {
    if case.is_early(case.begun(), grace::INIT_WAITING) {
        return;
    }
    let title = if waiting.message.is_empty() {
        format!("waits: {reason}")
    } else {
        brief(&format!("waits: {reason}: {}", waiting.message), 100)
    };
    let finding = plain(case, slot, waiting, "ContainerWaiting", title);
    case.report(finding);
}
