//! Which nodes something may be on: by their labels, their names and their taints.

use serde::Deserialize;

use super::{Labels, Node, SelectorRequirement, Taint, nullable};
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

/// Where the pods of a template may be, their `nodeSelector` aside. Of pods that are there it is not kept: the scheduler
/// says it of those that it cannot place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placement {
    /// The nodes that it must be on.
    pub affinity: Option<NodeSelector>,
    /// The taints that it bears with.
    pub tolerations: Box<[Toleration]>,
}

/// Of an affinity only what must hold of a node is kept.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Affinity {
    #[serde(deserialize_with = "nullable")]
    node_affinity: NodeAffinity,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NodeAffinity {
    #[serde(rename = "requiredDuringSchedulingIgnoredDuringExecution")]
    required: Option<NodeSelector>,
}

impl Placement {
    pub(super) fn new(affinity: Option<Affinity>, tolerations: Option<Vec<Toleration>>) -> Self {
        Self {
            affinity: affinity.and_then(|affinity| affinity.node_affinity.required),
            tolerations: tolerations.unwrap_or_default().into(),
        }
    }
}

/// Whether a node has all of these labels.
pub fn has_labels(node: &Node, labels: &Labels) -> bool {
    labels
        .iter()
        .all(|(key, value)| node.metadata.labels.get(key) == Some(value))
}
