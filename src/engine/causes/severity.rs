//! How bad a problem is, and how much of a workload is hit.

use crate::engine::finding::Severity;
use crate::engine::kinds::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
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
        Kind::StatefulSet => world
            .get::<StatefulSet>(namespace, name)
            .map(|one| (one.status.ready_replicas, one.spec.replicas.unwrap_or(1))),
        Kind::DaemonSet => world
            .get::<DaemonSet>(namespace, name)
            .map(|one| (one.status.number_ready, one.status.desired_number_scheduled)),
        _ => None,
    }
}

/// The severity of a problem whose root belongs to `owner` and whose members' highest is `highest`: of a workload
/// that serves it is critical when nothing of it does and a warning when part of it does.
pub fn of_problem(world: &World, owner: &ObjectRef, highest: Severity) -> Severity {
    if highest == Severity::Info {
        return highest;
    }
    match replicas(world, owner) {
        Some((ready, wanted)) if wanted > 0 && ready <= 0 => Severity::Critical,
        Some((_, wanted)) if wanted > 0 => Severity::Warning,
        _ if &*owner.kind == "Job" || &*owner.kind == "CronJob" => highest.min(Severity::Warning),
        _ => highest,
    }
}
