//! How evenly pods must be spread.

use std::collections::HashMap;

use super::neighbours::place;
use super::refusal::Refusal;
use crate::engine::kinds::{Node, Pod, Spread};
use crate::engine::object::Text;
use crate::engine::world::World;

/// A constraint, and how many pods each value of its label holds.
struct Counted<'a> {
    constraint: &'a Spread,
    pods: HashMap<&'a str, i64>,
    /// The least that a value holds.
    least: i64,
    /// Whether the pod is one of those that are spread.
    counts_itself: bool,
}

/// The constraints of a pod that must hold.
pub(super) struct Spreads<'a>(Vec<Counted<'a>>);

impl<'a> Spreads<'a> {
    /// `asked` and `tolerated` say whether the pod's selectors ask for a node, and whether it bears with its taints.
    pub fn new(
        world: &'a World,
        pod: &'a Pod,
        nodes: &HashMap<&str, &'a Node>,
        asked: impl Fn(&Node) -> bool,
        tolerated: impl Fn(&Node) -> bool,
    ) -> Self {
        let must: Vec<&Spread> = pod
            .spec
            .placement()
            .spread
            .iter()
            .filter(|one| one.when_unsatisfiable != "ScheduleAnyway")
            .collect();
        // A node that lacks a label of one constraint counts for none.
        let has_all = |node: &Node| {
            must.iter()
                .all(|one| node.metadata.labels.get(&one.topology_key).is_some())
        };
        let counted = must.iter().map(|constraint| {
            let counts = |node: &Node| {
                has_all(node)
                    && (constraint.node_affinity_policy == "Ignore" || asked(node))
                    && (constraint.node_taints_policy != "Honor" || tolerated(node))
            };
            let mut pods: HashMap<&str, i64> = HashMap::new();
            for node in nodes.values().filter(|node| counts(node)) {
                if let Some(value) = node.metadata.labels.get(&constraint.topology_key) {
                    pods.entry(value).or_default();
                }
            }
            for other in world.in_namespace::<Pod>(&pod.metadata.namespace) {
                let Some(node) = place(other, nodes).filter(|node| counts(node)) else {
                    continue;
                };
                let value = node.metadata.labels.get(&constraint.topology_key);
                if let Some(value) = value
                    && !other.is_terminating()
                    && means(constraint, pod, other)
                {
                    *pods.entry(value).or_default() += 1;
                }
            }
            let few = constraint
                .min_domains
                .is_some_and(|least| (pods.len() as i64) < least);
            Counted {
                constraint,
                least: if few {
                    0
                } else {
                    pods.values().copied().min().unwrap_or(0)
                },
                pods,
                counts_itself: means(constraint, pod, pod),
            }
        });
        Self(counted.collect())
    }

    pub fn refusal(&self, node: &Node) -> Option<Refusal> {
        self.0.iter().find_map(|one| {
            let constraint = one.constraint;
            let refusal = |value: Option<&str>, skew| Refusal::Spread {
                key: constraint.topology_key.as_str().into(),
                value: value.map(Text::from),
                skew,
                most: constraint.max_skew,
            };
            let Some(value) = node.metadata.labels.get(&constraint.topology_key) else {
                return Some(refusal(None, 0));
            };
            let there = one.pods.get(value).copied().unwrap_or(0);
            let skew = there + i64::from(one.counts_itself) - one.least;
            (skew > constraint.max_skew).then(|| refusal(Some(value), skew))
        })
    }
}

/// Whether a constraint of a pod is about another one of its namespace.
fn means(constraint: &Spread, pod: &Pod, other: &Pod) -> bool {
    let labels = &other.metadata.labels;
    let selector = constraint.label_selector.as_ref();
    selector.is_some_and(|selector| selector.matches(labels))
        && constraint.match_label_keys.iter().all(|key| {
            let own = pod.metadata.labels.get(key);
            own.is_none() || own == labels.get(key)
        })
}
