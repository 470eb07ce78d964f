//! What a selector selects: a Service's pods, a budget's.

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use super::strength::strongest;
use crate::engine::kinds::{
    DaemonSet, Deployment, Labels, Pod, PodDisruptionBudget, ReplicationController, Service, StatefulSet,
};

/// Whether a plain selector selects these labels. An empty one selects nothing.
pub(super) fn selects(selector: &Labels, labels: &Labels) -> bool {
    let has = |(key, value)| labels.get(key) == Some(value);
    !selector.is_empty() && selector.iter().all(has)
}

/// A Service follows from the pods that it selects.
pub(super) fn by_selected_pods(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    let selected = group.findings().iter().flat_map(|(_, finding)| {
        let namespace = &finding.object.namespace;
        let service = sight.get::<Service>(namespace, &finding.object.name);
        let wants = service.map(|service| &service.spec.selector);
        sight
            .failing::<Pod>(namespace)
            .filter(move |(_, pod)| wants.is_some_and(|wants| selects(wants, &pod.metadata.labels)))
    });
    strongest(sight, selected.map(|(object, _)| object))
}

/// A workload that may not create pods leaves its Service with nothing to select: the template's labels say whose it
/// would be. Templates are not kept, but a workload's own selector is part of its template's labels.
pub(super) fn by_selected_workload(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    group.findings().iter().find_map(|(_, finding)| {
        let namespace = &*finding.object.namespace;
        let service = sight.get::<Service>(namespace, &finding.object.name)?;
        let wants = &service.spec.selector;
        let deployments = sight
            .failing_owners::<Deployment>(namespace)
            .filter(|(_, one)| selects(wants, &one.spec.selector.match_labels))
            .map(|(owner, _)| owner);
        let stateful_sets = sight
            .failing_owners::<StatefulSet>(namespace)
            .filter(|(_, one)| selects(wants, &one.spec.selector.match_labels))
            .map(|(owner, _)| owner);
        let daemon_sets = sight
            .failing_owners::<DaemonSet>(namespace)
            .filter(|(_, one)| selects(wants, &one.spec.selector.match_labels))
            .map(|(owner, _)| owner);
        let controllers = sight
            .failing_owners::<ReplicationController>(namespace)
            .filter(|(_, one)| selects(wants, &one.spec.selector))
            .map(|(owner, _)| owner);
        let mut workloads = deployments
            .chain(stateful_sets)
            .chain(daemon_sets)
            .chain(controllers);
        workloads.find_map(|workload| {
            sight
                .owned_by(workload)
                .find(|cause| *cause.subject != *finding.subject || cause.owner != finding.owner)
                .cloned()
        })
    })
}

/// A budget follows from the pods that it protects.
pub(super) fn by_protected_pods(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    group.findings().iter().find_map(|(_, finding)| {
        let namespace = &*finding.object.namespace;
        let budget = sight.get::<PodDisruptionBudget>(namespace, &finding.object.name)?;
        let selector = budget.spec.selector.as_ref()?;
        let protected = sight
            .failing::<Pod>(namespace)
            .filter(|(_, pod)| selector.matches(&pod.metadata.labels));
        strongest(sight, protected.map(|(object, _)| object))
    })
}
