//! Workloads and what they are made of.

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use super::strength::strength;
use crate::engine::kinds::HorizontalPodAutoscaler;
use crate::engine::object::{Kind, ObjectRef};

/// The strongest group of an owner that is about objects of a kind.
fn of_kind(sight: &Sight, owner: &ObjectRef, kind: Kind) -> Option<GroupKey> {
    sight
        .owned_by(owner)
        .filter(|cause| sight.is_about(cause, kind))
        .max_by_key(|cause| (strength(&cause.code), std::cmp::Reverse(*cause)))
        .cloned()
}

/// What is wrong with a workload itself, whatever its pods do.
const OF_ITSELF: &[&str] = &[
    "StatefulSetServiceMissing",
    "StatefulSetClassMissing",
    "DaemonSetSelectsNoNode",
    "DaemonSetMisscheduled",
    "CronJobSuspended",
    "CronJobScheduleInvalid",
    "CronJobDeadlineTooShort",
    "CronJobMissed",
    "JobSuspended",
];

pub(super) fn by_pods(sight: &Sight, key: &GroupKey, _: &Group) -> Option<GroupKey> {
    if OF_ITSELF.contains(&&*key.code) {
        return None;
    }
    of_kind(sight, &key.owner, Kind::Pod)
}

pub(super) fn by_replica_set(sight: &Sight, key: &GroupKey, _: &Group) -> Option<GroupKey> {
    of_kind(sight, &key.owner, Kind::ReplicaSet)
}

pub(super) fn by_jobs(sight: &Sight, key: &GroupKey, _: &Group) -> Option<GroupKey> {
    of_kind(sight, &key.owner, Kind::Job)
}

pub(super) fn by_target(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    group.findings().iter().find_map(|(_, finding)| {
        let (namespace, name) = (&*finding.object.namespace, &*finding.object.name);
        let scaler = sight.get::<HorizontalPodAutoscaler>(namespace, name)?;
        let owner = sight.top_owner(&scaler.target().key()?);
        of_kind(sight, &owner, Kind::Pod)
    })
}
