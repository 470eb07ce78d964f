//! Pods that wait because another, more important one took their place.

use super::case::Case;
use crate::engine::analyzers::facts;
use crate::engine::finding::Finding;
use crate::engine::kinds::{Event, Pod};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Says of a pod without a node who took the place of the one that it replaces.
pub(super) fn explain(case: &Case, finding: &mut Finding) {
    let Some(event) = of_predecessor(case) else { return };
    finding.evidence.push(facts::event(event));
    let Some(other) = successor(case, event) else {
        return;
    };
    let key = Key::new(Kind::Pod, &other.metadata.namespace, &other.metadata.name);
    let owner = case.world.top_owner(&key);
    let class = other.spec.references_to(Kind::PriorityClass).next();
    finding.title = match class {
        Some(class) => format!(
            "made room for {}, which has priority {}",
            owner.short(),
            class.name
        ),
        None => format!("made room for {}, which is more important", owner.short()),
    }
    .into();
    finding
        .evidence
        .push(facts::related(key.object(), "took the place of the pod before"));
    finding.culprit = Some(class.map_or(owner, |class| {
        Key::new(Kind::PriorityClass, "", &class.name).object()
    }));
}

/// The name of a pod without its last word, in which the pods of one controller differ.
fn stem(name: &str) -> Option<&str> {
    name.rsplit_once('-').map(|(stem, _)| stem)
}

/// The pods without a node that may be there in the place of the one that an event says was preempted.
pub(super) fn replacements(world: &World, event: &Key) -> Vec<Key> {
    let event = world.get::<Event>(&event.namespace, &event.name);
    let Some(event) = event.filter(|event| event.reason == "Preempted") else {
        return Vec::new();
    };
    let namespace = &event.involved_object.namespace;
    let gone = stem(&event.involved_object.name);
    world
        .in_namespace::<Pod>(namespace)
        .filter(|pod| pod.spec.node_name.is_empty() && stem(&pod.metadata.name) == gone)
        .map(|pod| Key::new(Kind::Pod, namespace, &pod.metadata.name))
        .collect()
}

/// The event that a pod of the same controller was preempted. Its pods differ in the last word of their names.
fn of_predecessor<'a>(case: &Case<'a>) -> Option<&'a Event> {
    case.pod.metadata.controller()?;
    let own = stem(&case.pod.metadata.name)?;
    case.world
        .in_namespace::<Event>(&case.key.namespace)
        .filter(|event| event.reason == "Preempted" && event.involved_object.kind == "Pod")
        .filter(|event| stem(&event.involved_object.name) == Some(own))
        .max_by_key(|event| event.last_seen())
}

/// `Preempted by pod 7928ad51-… on node worker-1`: the pod of that uid.
fn successor<'a>(case: &Case<'a>, event: &Event) -> Option<&'a Pod> {
    let (_, rest) = event.message.split_once("by pod ")?;
    let (uid, rest) = rest.split_once(" on node ")?;
    let node = rest.split_whitespace().next()?;
    let pods = case.world.pods_on(node);
    pods.filter_map(|key| case.world.get::<Pod>(&key.namespace, &key.name))
        .find(|pod| *pod.metadata.uid == *uid)
}
