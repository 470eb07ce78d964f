//! Which logs are worth reading.

use crate::engine::kinds::{ContainerRole, ContainerStatus, Job, Pod, Terminated, condition};
use crate::engine::object::{Key, Kind};
use crate::engine::world::{LogKey, World};

/// The logs of a pod that may say why it fails, at most two a container; none of a pod that does not fail.
pub fn wanted(world: &World, pod: &Pod) -> Vec<LogKey> {
    let over = pod.status.phase == "Succeeded" || pod.status.reason == "Evicted" || pod.is_terminating();
    if over || job_succeeded(world, pod) {
        return Vec::new();
    }
    let mut keys = Vec::new();
    for (role, _, status) in pod.statuses() {
        if role == ContainerRole::Ephemeral {
            continue;
        }
        for previous in instances(world, pod, role, status) {
            keys.push(LogKey {
                namespace: pod.metadata.namespace.clone(),
                pod: pod.metadata.name.clone(),
                container: status.name.clone(),
                previous,
            });
        }
    }
    keys
}

fn job_succeeded(world: &World, pod: &Pod) -> bool {
    let Some(owner) = pod.metadata.controller().filter(|owner| owner.kind == "Job") else {
        return false;
    };
    world
        .get::<Job>(&pod.metadata.namespace, &owner.name)
        .is_some_and(|job| {
            condition(&job.status.conditions, "Complete").is_some_and(|complete| complete.status == "True")
        })
}

/// Which instances of a container: `true` for the one before the present one.
fn instances(world: &World, pod: &Pod, role: ContainerRole, status: &ContainerStatus) -> Vec<bool> {
    let before = status.last_state.terminated.as_deref().is_some_and(wrote);
    let state = &status.state;
    if let Some(ended) = &state.terminated {
        let failed = ended.exit_code != 0 || status.restart_count > 0;
        return if failed && wrote(ended) {
            vec![false]
        } else {
            Vec::new()
        };
    }
    if state.waiting.is_some() {
        return if before { vec![true] } else { Vec::new() };
    }
    if state.running.is_none() {
        return Vec::new();
    }
    let Some((_, _, spec)) = pod.container(&status.name) else {
        return Vec::new();
    };
    let init = role == ContainerRole::Init && spec.restart_policy != "Always";
    match (status.ready, before) {
        (false, true) => vec![true, false],
        (false, false) if init || spec.readiness_probe.is_some() || spec.startup_probe.is_some() => {
            vec![false]
        }
        // Up again, perhaps only for now: its back-off is still being told.
        (true, true) if status.restart_count >= 2 && backs_off(world, pod, &status.name) => vec![true],
        _ => Vec::new(),
    }
}

/// What never came to run has written nothing.
fn wrote(ended: &Terminated) -> bool {
    !matches!(
        ended.reason.as_str(),
        "StartError" | "ContainerCannotRun" | "ContainerStatusUnknown"
    )
}

fn backs_off(world: &World, pod: &Pod, container: &str) -> bool {
    let key = Key::new(Kind::Pod, &pod.metadata.namespace, &pod.metadata.name);
    world.events_of(&key).iter().any(|event| {
        matches!(event.reason.as_str(), "BackOff" | "Killing")
            && event.container().is_none_or(|name| name == container)
    })
}
