//! Workloads and what they are made of.

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use super::strength::{strength, strongest};
use crate::engine::kinds::{CronJob, HorizontalPodAutoscaler};
use crate::engine::object::{Key, Kind, ObjectRef};

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
    if &*key.code == "CronJobBlocked" {
        // What blocks it is the run that goes on, not one that has ended.
        let namespace = &*key.owner.namespace;
        let cron_job = sight.get::<CronJob>(namespace, &key.owner.name)?;
        let running = cron_job.status.active.iter();
        let running: Vec<ObjectRef> = running
            .map(|job| Key::new(Kind::Job, namespace, &job.name).object())
            .collect();
        return strongest(sight, running.iter());
    }
    of_kind(sight, &key.owner, Kind::Job)
}

/// What the autoscaler's controller says when it is the pods that give no numbers.
const NO_NUMBERS: &[&str] = &[
    "no metrics returned",
    "did not receive metrics",
    "missing metrics",
    "no metrics known",
    "no ready pods",
    "unready",
];

pub(super) fn by_target(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    group.findings().iter().find_map(|(_, finding)| {
        NO_NUMBERS
            .iter()
            .find(|words| finding.message.contains(**words))?;
        let (namespace, name) = (&*finding.object.namespace, &*finding.object.name);
        let scaler = sight.get::<HorizontalPodAutoscaler>(namespace, name)?;
        let owner = sight.top_owner(&scaler.target().key()?);
        of_kind(sight, &owner, Kind::Pod)
    })
}
