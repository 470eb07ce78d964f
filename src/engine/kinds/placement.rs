//! Which nodes a pod may be on, and near which other pods.

use serde::Deserialize;

use super::{Labels, Node, Selector, SelectorRequirement, Taint, nullable};
use crate::engine::object::Symbol;

/// Nodes: those that any of its terms selects.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSelector {
    /// Its terms.
    #[serde(deserialize_with = "nullable")]
    pub node_selector_terms: Box<[NodeSelectorTerm]>,
}

/// Requirements on a node.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSelectorTerm {
    /// On its labels; all of them must hold.
    #[serde(deserialize_with = "nullable")]
    pub match_expressions: Box<[SelectorRequirement]>,
    /// On its fields, of which the API knows `metadata.name` alone; all of them must hold.
    #[serde(deserialize_with = "nullable")]
    pub match_fields: Box<[SelectorRequirement]>,
}

impl NodeSelector {
    /// Whether it selects a node. A term that asks for nothing selects none, by the API's rule.
    pub fn selects(&self, node: &Node) -> bool {
        self.node_selector_terms.iter().any(|term| {
            let asks = !term.match_expressions.is_empty() || !term.match_fields.is_empty();
            asks && term
                .match_expressions
                .iter()
                .all(|one| holds(one, node.metadata.labels.get(&one.key)))
                && term.match_fields.iter().all(|one| {
                    let name = (one.key == "metadata.name").then_some(&*node.metadata.name);
                    holds(one, name)
                })
        })
    }

    /// All that its terms ask of labels.
    pub fn expressions(&self) -> impl Iterator<Item = &SelectorRequirement> {
        self.node_selector_terms
            .iter()
            .flat_map(|term| &term.match_expressions)
    }
}

/// Whether a value, or its absence, meets a requirement.
fn holds(requirement: &SelectorRequirement, value: Option<&str>) -> bool {
    let listed = value.is_some_and(|value| requirement.values.iter().any(|one| one == value));
    let compared = || {
        let value = value?.parse::<i64>().ok()?;
        let bound = requirement.values.first()?.parse::<i64>().ok()?;
        Some(value.cmp(&bound))
    };
    match requirement.operator.as_str() {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => compared().is_some_and(std::cmp::Ordering::is_gt),
        "Lt" => compared().is_some_and(std::cmp::Ordering::is_lt),
        _ => false,
    }
}

/// A taint that something bears with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Toleration {
    /// The taint's key; empty: any.
    pub key: Symbol,
    /// `Equal` (also where empty), `Exists`.
    pub operator: Symbol,
    /// The taint's value, for `Equal`.
    pub value: Symbol,
    /// The taint's effect; empty: any.
    pub effect: Symbol,
}

impl Toleration {
    /// Whether it bears with a taint. Operators that are not known here may: who asks wants to know what certainly
    /// does not.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        let of_value = match self.operator.as_str() {
            "" | "Equal" => !self.key.is_empty() && self.value == taint.value,
            _ => true,
        };
        of_value
            && (self.key.is_empty() || self.key == taint.key)
            && (self.effect.is_empty() || self.effect == taint.effect)
    }
}

/// What the scheduler goes by, the name and the labels of the node aside. What it merely prefers is not kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placement {
    /// The nodes that it must be on.
    pub affinity: Option<NodeSelector>,
    /// The taints that it bears with.
    pub tolerations: Box<[Toleration]>,
    /// The pods that it must be near.
    pub near: Box<[PodTerm]>,
    /// The pods that it must not be near.
    pub apart: Box<[PodTerm]>,
    /// How evenly it and its like must be spread.
    pub spread: Box<[Spread]>,
    /// What its sandbox needs besides its containers, by the RuntimeClass.
    pub overhead: Labels,
    /// What all its containers together ask for, where that is said of the pod as a whole.
    pub requests: Labels,
}

impl Placement {
    /// What is worth keeping of it: of a pod that has its node, only what matters to others.
    pub(super) fn kept(self, has_node: bool) -> Option<Box<Self>> {
        let kept = if has_node {
            Self {
                apart: self.apart,
                overhead: self.overhead,
                requests: self.requests,
                ..Self::default()
            }
        } else {
            self
        };
        (kept != Self::default()).then(|| Box::new(kept))
    }
}

/// Pods, and how near is near.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodTerm {
    /// The pods; `None`: none.
    pub label_selector: Option<Selector>,
    /// The namespaces that they are in; empty, and no selector of namespaces either: that of the pod that says so.
    #[serde(deserialize_with = "nullable")]
    pub namespaces: Box<[Symbol]>,
    /// The namespaces by their labels.
    pub namespace_selector: Option<Selector>,
    /// The label whose value two nodes have in common when they are near.
    pub topology_key: Symbol,
}

/// How evenly pods must be spread over the values of a label of their nodes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spread {
    /// By how many pods values may differ.
    #[serde(deserialize_with = "nullable")]
    pub max_skew: i64,
    /// The label.
    pub topology_key: Symbol,
    /// `DoNotSchedule` (also where empty), `ScheduleAnyway`.
    pub when_unsatisfiable: Symbol,
    /// The pods; `None`: none.
    pub label_selector: Option<Selector>,
    /// Labels whose value in the pod itself the others must have, too.
    #[serde(deserialize_with = "nullable")]
    pub match_label_keys: Box<[Symbol]>,
    /// With fewer values than these, the least is taken as 0.
    pub min_domains: Option<i64>,
    /// `Honor` (also where empty): nodes that the pod's affinity refuses do not count; `Ignore`.
    pub node_affinity_policy: Symbol,
    /// `Honor`: nodes that the pod does not tolerate do not count; `Ignore` (also where empty).
    pub node_taints_policy: Symbol,
}

/// Affinities as the API writes them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Affinity {
    #[serde(rename = "nodeAffinity", deserialize_with = "nullable")]
    nodes: Required<Option<NodeSelector>>,
    #[serde(rename = "podAffinity", deserialize_with = "nullable")]
    near: Required<Option<Box<[PodTerm]>>>,
    #[serde(rename = "podAntiAffinity", deserialize_with = "nullable")]
    apart: Required<Option<Box<[PodTerm]>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Required<T> {
    #[serde(rename = "requiredDuringSchedulingIgnoredDuringExecution")]
    required: T,
}

impl From<Affinity> for Placement {
    fn from(affinity: Affinity) -> Self {
        Self {
            affinity: affinity.nodes.required,
            near: affinity.near.required.unwrap_or_default(),
            apart: affinity.apart.required.unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// Whether a node has all of these labels.
pub fn has_labels(node: &Node, labels: &Labels) -> bool {
    labels
        .iter()
        .all(|(key, value)| node.metadata.labels.get(key) == Some(value))
}
