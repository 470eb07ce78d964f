//! How much a code about a pod explains.

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use crate::engine::object::ObjectRef;

/// How much a code about a pod explains: a higher one is the cause of a lower one about the same container.
/// What kept a container from starting outranks how it ended, which outranks that it is not ready.
pub(super) fn strength(code: &str) -> u8 {
    match code {
        "ImageInvalid"
        | "ImageNeverPull"
        | "ImagePullFailed"
        | "ContainerConfigError"
        | "ContainerStartError" => 9,
        "PodUnschedulable" | "PodNoScheduler" | "PodStuckStarting" | "PodEvicted" | "PodFailed"
        | "PodOnLostNode" => 8,
        "ContainerOOMKilled" => 7,
        "LivenessProbeFailing" | "StartupProbeFailing" => 6,
        "ContainerCrashLoop" | "ContainerFinishes" | "InitContainerFailing" => 5,
        "ContainerExited" | "InitContainerHangs" | "ContainerWaiting" => 4,
        "PodStuckTerminating" => 3,
        "ContainerNotReady" => 2,
        "PodReadinessGateUnset" => 1,
        _ => 0,
    }
}

/// Of the same container in any of the workload's pods; what is said of a pod as a whole explains that pod alone.
pub(super) fn by_stronger(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    let own = strength(&key.code);
    let about_same_pod = |other: &GroupKey| {
        let mut objects = group.findings().iter().map(|(_, finding)| &finding.object);
        objects.any(|object| sight.about(object).any(|one| one == other))
    };
    sight
        .owned_by(&key.owner)
        .filter(|other| strength(&other.code) > own)
        .filter(|other| match (other.subject.is_empty(), key.subject.is_empty()) {
            (false, false) => other.subject == key.subject,
            _ => about_same_pod(other),
        })
        .max_by_key(|other| (strength(&other.code), std::cmp::Reverse(*other)))
        .cloned()
}

/// The strongest group about any of these objects.
pub(super) fn strongest<'a>(sight: &Sight, objects: impl Iterator<Item = &'a ObjectRef>) -> Option<GroupKey> {
    objects
        .flat_map(|object| sight.about(object).collect::<Vec<_>>())
        .max_by_key(|cause| (strength(&cause.code), std::cmp::Reverse(*cause)))
        .cloned()
}
