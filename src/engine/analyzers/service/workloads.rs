//! The workload that a Service is meant for, found by labels: pods need not exist for that.

use crate::engine::kinds::{DaemonSet, Deployment, Labels, Selector, Service, StatefulSet};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::World;

/// A workload and how many pods it wants.
pub(in crate::engine::analyzers) struct Workload {
    pub object: ObjectRef,
    pub replicas: i32,
}

/// The Services that select what a workload selects.
pub(super) fn services_of<'a>(world: &'a World, workload: &Key) -> impl Iterator<Item = &'a Service> {
    let (namespace, name) = (&*workload.namespace, &*workload.name);
    let labels = match workload.kind {
        Kind::Deployment => world
            .get::<Deployment>(namespace, name)
            .map(|one| one.spec.selector.match_labels.clone()),
        Kind::StatefulSet => world
            .get::<StatefulSet>(namespace, name)
            .map(|one| one.spec.selector.match_labels.clone()),
        Kind::DaemonSet => world
            .get::<DaemonSet>(namespace, name)
            .map(|one| one.spec.selector.match_labels.clone()),
        _ => None,
    };
    world.in_namespace::<Service>(namespace).filter(move |service| {
        labels
            .as_ref()
            .is_some_and(|labels| agree(&service.spec.selector, labels))
    })
}

/// The workload whose pods a Service would select.
pub(in crate::engine::analyzers) fn behind(
    world: &World,
    namespace: &str,
    selector: &Labels,
) -> Option<Workload> {
    let found = |kind: Kind, name: &str, own: &Selector, replicas: i32| {
        agree(selector, &own.match_labels).then(|| Workload {
            object: Key::new(kind, namespace, name).object(),
            replicas,
        })
    };
    let deployments = world.in_namespace::<Deployment>(namespace).filter_map(|one| {
        let replicas = one.spec.replicas.unwrap_or(1);
        found(Kind::Deployment, &one.metadata.name, &one.spec.selector, replicas)
    });
    let stateful = world.in_namespace::<StatefulSet>(namespace).filter_map(|one| {
        let replicas = one.spec.replicas.unwrap_or(1);
        found(
            Kind::StatefulSet,
            &one.metadata.name,
            &one.spec.selector,
            replicas,
        )
    });
    let daemons = world.in_namespace::<DaemonSet>(namespace).filter_map(|one| {
        let wanted = one.status.desired_number_scheduled;
        found(Kind::DaemonSet, &one.metadata.name, &one.spec.selector, wanted)
    });
    deployments.chain(stateful).chain(daemons).next()
}

/// Whether pods with these labels (and perhaps more) may be selected: no label differs, and at least one is the same.
fn agree(selector: &Labels, labels: &Labels) -> bool {
    let mut same = false;
    for (key, value) in selector.iter() {
        match labels.get(key) {
            Some(label) if label == value => same = true,
            Some(_) => return false,
            None => {}
        }
    }
    same
}
