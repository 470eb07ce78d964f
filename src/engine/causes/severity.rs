//! How bad a problem is, and how much of a workload is hit.

use crate::engine::finding::Severity;
use crate::engine::kinds::{DaemonSet, Deployment, ReplicaSet, ReplicationController, StatefulSet};
use crate::engine::object::{Kind, ObjectRef};
use crate::engine::world::World;

/// Ready and wanted replicas of a workload that serves; `None` for what is no such workload.
pub fn replicas(world: &World, owner: &ObjectRef) -> Option<(i32, i32)> {
    let key = owner.key()?;
    let (namespace, name) = (&*key.namespace, &*key.name);
    match key.kind {
        Kind::Deployment => world
            .get::<Deployment>(namespace, name)
            .map(|one| (one.status.ready_replicas, one.spec.replicas.unwrap_or(1))),
        Kind::ReplicaSet => world
            .get::<ReplicaSet>(namespace, name)
            .map(|one| (one.status.ready_replicas, one.spec.replicas.unwrap_or(1))),
        Kind::ReplicationController => world
            .get::<ReplicationController>(namespace, name)
            .map(|one| (one.status.ready_replicas, one.spec.replicas.unwrap_or(1))),
        Kind::StatefulSet => world
            .get::<StatefulSet>(namespace, name)
            .map(|one| (one.status.ready_replicas, one.spec.replicas.unwrap_or(1))),
        Kind::DaemonSet => world
            .get::<DaemonSet>(namespace, name)
            .map(|one| (one.status.number_ready, one.status.desired_number_scheduled)),
        _ => None,
    }
}

/// The severity of a problem: of what belongs to a workload that serves, critical when nothing of it does and a warning
/// when part of it does. Where the root is a workload's, that one counts; where it is something that several share (a
/// node, a missing Secret), the one that is hit worst. `members` are owners and severities, the root's first.
pub fn of_problem<'a>(
    world: &World,
    members: impl IntoIterator<Item = (&'a ObjectRef, Severity)>,
) -> Severity {
    let mut members = members.into_iter();
    let Some((owner, severity)) = members.next() else {
        return Severity::Info;
    };
    if replicas(world, owner).is_some_and(|(_, wanted)| wanted > 0) || is_batch(owner) {
        let highest = members
            .map(|(_, severity)| severity)
            .fold(severity, Severity::max);
        return of_member(world, owner, highest);
    }
    let of_each = members.map(|(owner, severity)| of_member(world, owner, severity));
    of_each.fold(of_member(world, owner, severity), Severity::max)
}

fn is_batch(owner: &ObjectRef) -> bool {
    matches!(&*owner.kind, "Job" | "CronJob")
}

/// How bad a finding is, by how much of the workload it belongs to is hit.
fn of_member(world: &World, owner: &ObjectRef, severity: Severity) -> Severity {
    if severity == Severity::Info {
        return severity;
    }
    match replicas(world, owner) {
        Some((ready, wanted)) if wanted > 0 && ready <= 0 => Severity::Critical,
        Some((_, wanted)) if wanted > 0 => Severity::Warning,
        _ if is_batch(owner) => severity.min(Severity::Warning),
        _ => severity,
    }
}
