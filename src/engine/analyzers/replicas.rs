//! Pods of a workload that should be ready and are not, found by ownership.

use jiff::Timestamp;

use super::grace;
use crate::engine::kinds::Pod;
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::{Sync, World};

/// Whether pods are still being read: then a pod that is not here may come yet.
pub(super) fn are_being_read(world: &World, namespace: &str) -> bool {
    world.sync(Kind::Pod, namespace) == Sync::Reading
}

/// The pods that a workload owns and that are to stay, in order of name.
pub(super) fn owned<'a>(world: &'a World, key: &Key) -> Vec<&'a Pod> {
    world
        .children(key)
        .filter(|child| child.kind == Kind::Pod)
        .filter_map(|pod| world.get::<Pod>(&pod.namespace, &pod.name))
        .filter(|pod| !pod.is_terminating())
        .filter(|pod| !matches!(pod.status.phase.as_str(), "Succeeded" | "Failed"))
        .collect()
}

/// Since when a pod is not ready: since it was made, where it never was.
pub(super) fn unready_since(pod: &Pod) -> Option<Timestamp> {
    pod.condition("Ready")
        .and_then(|ready| ready.last_transition_time)
        .or(pod.metadata.creation_timestamp)
}

/// The pods that are not ready, and since when the first of them is not.
pub(super) struct Unready<'a> {
    pub pods: Vec<&'a Pod>,
    pub since: Option<Timestamp>,
}

/// Which of these pods are not ready.
pub(super) fn unready<'a>(pods: &[&'a Pod]) -> Unready<'a> {
    let pods: Vec<&Pod> = pods.iter().filter(|pod| !pod.is_ready()).copied().collect();
    let since = pods.iter().filter_map(|pod| unready_since(pod)).min();
    Unready { pods, since }
}

/// When something last happened to a workload's pods: one was made, or became ready.
pub(super) fn last_step(made: Option<Timestamp>, pods: &[&Pod]) -> Option<Timestamp> {
    let steps = pods.iter().filter_map(|pod| unready_since(pod));
    steps.chain(made).max()
}

/// Whether these pods all wait behind scheduling gates, by intent.
pub(super) fn all_gated(pods: &[&Pod]) -> bool {
    !pods.is_empty() && pods.iter().all(|pod| !pod.spec.scheduling_gates.is_empty())
}

/// Whether all of them run: then it is their readiness that fails.
pub(super) fn all_run(pods: &[&Pod]) -> bool {
    !pods.is_empty() && pods.iter().all(|pod| pod.status.phase == "Running")
}

/// Whether `since` is less than so many seconds ago; then it is said when to look again.
pub(super) fn is_early(
    since: Option<Timestamp>,
    seconds: i64,
    now: Timestamp,
    analysis: &mut super::Analysis,
) -> bool {
    let Some(end) = since.map(|since| grace::later(since, seconds)) else {
        return false;
    };
    let early = now < end;
    if early {
        analysis.look_again_at(end);
    }
    early
}

/// `Deployment/web`, `Deployment/web and Job/seed`, `Deployment/web and 12 others`.
pub(super) fn names(objects: &[ObjectRef]) -> String {
    match objects {
        [] => String::new(),
        [one] => one.short(),
        [one, other] => format!("{} and {}", one.short(), other.short()),
        [one, rest @ ..] => format!("{} and {} others", one.short(), rest.len()),
    }
}
