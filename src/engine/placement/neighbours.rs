//! Pods that a pod must be near, or must not be near, and those that must not be near it.

use std::collections::{HashMap, HashSet};

use super::refusal::Refusal;
use crate::engine::analyzers::selection;
use crate::engine::kinds::{Namespace, Node, Pod, PodTerm};
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::world::World;

/// What is known of the pods that matter to one: by label of nodes and its value, which are near.
pub(super) struct Neighbours<'a> {
    near: Vec<(&'a PodTerm, HashSet<&'a str>)>,
    apart: Vec<(&'a PodTerm, HashSet<&'a str>)>,
    /// The first of a group of pods that must be near each other may go anywhere.
    is_first: bool,
    /// By label and value: a pod there that avoids this one.
    avoided: HashMap<(&'a str, &'a str), ObjectRef>,
}

impl<'a> Neighbours<'a> {
    pub fn new(world: &'a World, pod: &'a Pod, nodes: &HashMap<&str, &'a Node>) -> Self {
        let placement = pod.spec.placement();
        let namespace = &*pod.metadata.namespace;
        let mut near: Vec<(&PodTerm, HashSet<&str>)> =
            placement.near.iter().map(|term| (term, HashSet::new())).collect();
        let mut apart: Vec<(&PodTerm, HashSet<&str>)> = placement
            .apart
            .iter()
            .map(|term| (term, HashSet::new()))
            .collect();
        let mut avoided = HashMap::new();
        let mut any = false;
        for other in world.all::<Pod>() {
            let Some(node) = place(other, nodes) else { continue };
            // A pod counts as near only if it is what all of the terms mean.
            let all = !near.is_empty() && near.iter().all(|(term, _)| means(world, term, namespace, other));
            any |= all;
            for (term, values) in near.iter_mut().filter(|_| all) {
                values.extend(node.metadata.labels.get(&term.topology_key));
            }
            for (term, values) in &mut apart {
                if means(world, term, namespace, other) {
                    values.extend(node.metadata.labels.get(&term.topology_key));
                }
            }
            for term in &other.spec.placement().apart {
                if let Some(value) = node.metadata.labels.get(&term.topology_key)
                    && means(world, term, &other.metadata.namespace, pod)
                {
                    let (namespace, name) = (&other.metadata.namespace, &other.metadata.name);
                    avoided
                        .entry((term.topology_key.as_str(), value))
                        .or_insert_with(|| Key::new(Kind::Pod, namespace, name).object());
                }
            }
        }
        let means_itself = placement
            .near
            .iter()
            .all(|term| means(world, term, namespace, pod));
        Self {
            near,
            apart,
            is_first: !any && means_itself,
            avoided,
        }
    }

    /// In the order in which the scheduler asks: near what it must be, no pod that it avoids, no pod that avoids it.
    pub fn refusal(&self, node: &Node) -> Option<Refusal> {
        let value = |term: &PodTerm| node.metadata.labels.get(&term.topology_key);
        for (term, values) in &self.near {
            let there = value(term).is_some_and(|value| self.is_first || values.contains(value));
            if !there {
                return Some(Refusal::Near {
                    pods: pods(term),
                    key: term.topology_key.as_str().into(),
                });
            }
        }
        for (term, values) in &self.apart {
            if value(term).is_some_and(|value| values.contains(value)) {
                return Some(Refusal::Apart {
                    pods: pods(term),
                    key: term.topology_key.as_str().into(),
                });
            }
        }
        node.metadata.labels.iter().find_map(|label| {
            let by = self.avoided.get(&label)?.clone();
            Some(Refusal::Avoided {
                by,
                key: label.0.into(),
            })
        })
    }
}

/// The node that a pod is on, unless it has ended: the scheduler no longer counts it then.
pub(super) fn place<'a>(pod: &Pod, nodes: &HashMap<&str, &'a Node>) -> Option<&'a Node> {
    let ended = matches!(pod.status.phase.as_str(), "Succeeded" | "Failed");
    let node = pod.spec.node_name.as_str();
    (!ended && !node.is_empty())
        .then(|| nodes.get(node).copied())
        .flatten()
}

/// Whether a term of a pod in `namespace` means another pod.
fn means(world: &World, term: &PodTerm, namespace: &str, other: &Pod) -> bool {
    let there = &*other.metadata.namespace;
    let by_labels = || {
        let selector = term.namespace_selector.as_ref()?;
        let named = world.get::<Namespace>("", there)?;
        Some(selector.matches(&named.metadata.labels))
    };
    let in_scope = if term.namespaces.is_empty() && term.namespace_selector.is_none() {
        there == namespace
    } else {
        term.namespaces.iter().any(|one| one == there) || by_labels().unwrap_or(false)
    };
    let selector = term.label_selector.as_ref();
    in_scope && selector.is_some_and(|selector| selector.matches(&other.metadata.labels))
}

fn pods(term: &PodTerm) -> Text {
    term.label_selector
        .as_ref()
        .map(selection::words)
        .unwrap_or_default()
        .into()
}
