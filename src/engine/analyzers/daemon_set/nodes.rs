//! Which nodes a DaemonSet runs on, by the rules of its controller.

use crate::engine::analyzers::{messages, selection};
use crate::engine::evidence::Evidence;
use crate::engine::finding::Severity;
use crate::engine::kinds::{
    DaemonSet, Node, NodeSelector, SelectorRequirement, Taint, Toleration, has_labels,
};
use crate::engine::object::{ObjectRef, Symbol};
use crate::engine::world::World;

/// What its controller has every pod of it bear with: key and effect.
const BORNE: &[(&str, &str)] = &[
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];
/// The same, for those that use the node's network.
const BORNE_ON_HOST_NETWORK: (&str, &str) = ("node.kubernetes.io/network-unavailable", "NoSchedule");

/// How the keys of taints begin that controllers set on nodes that come or go.
const PASSING: &[&str] = &[
    "node.kubernetes.io/",
    "node.cloudprovider.kubernetes.io/",
    "node.cluster.x-k8s.io/",
    "ToBeDeletedByClusterAutoscaler",
    "karpenter.sh/",
];

/// Labels that say what a node is made of: who asks for them wants no pod where there is none of these.
const PLATFORM: &[&str] = &[
    "kubernetes.io/os",
    "kubernetes.io/arch",
    "feature.node.kubernetes.io/",
];
const HARDWARE: &[&str] = &[
    "gpu",
    "accelerator",
    "fpga",
    "windows",
    "nvidia.com",
    "amd.com",
    "habana.ai",
];
/// The well-known way to switch a DaemonSet off: a label that no node has.
const OFF: &[&str] = &["non-exist", "nonexist", "disabled", "never", "none"];

/// What a node is to a DaemonSet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fit<'a> {
    /// It runs there.
    Runs,
    /// It asks for other nodes.
    NotAskedFor,
    /// It asks for it, and does not bear with a taint of it.
    Tainted(&'a Taint),
}

/// Whether a DaemonSet runs on a node.
pub(super) fn fit<'a>(set: &DaemonSet, node: &'a Node) -> Fit<'a> {
    let template = &set.spec.template;
    let (spec, placement) = (&template.spec, template.spec.placement());
    let name = &spec.node_name;
    let asked_for = (name.is_empty() || **name == *node.metadata.name)
        && has_labels(node, &spec.node_selector)
        && placement
            .affinity
            .as_ref()
            .is_none_or(|affinity| affinity.selects(node));
    if !asked_for {
        return Fit::NotAskedFor;
    }
    let borne = |taint: &Taint| {
        let is = |(key, effect): &(&str, &str)| taint.key == *key && taint.effect == *effect;
        !matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute")
            || BORNE.iter().any(is)
            || spec.security.host_network && is(&BORNE_ON_HOST_NETWORK)
            || placement
                .tolerations
                .iter()
                .any(|one: &Toleration| one.tolerates(taint))
    };
    let taint = node.spec.taints.iter().find(|taint| !borne(taint));
    taint.map_or(Fit::Runs, Fit::Tainted)
}

/// Whether a taint is there because its node has just come, is about to go, or has a fault of its own.
pub(super) fn is_passing(taint: &Taint) -> bool {
    PASSING.iter().any(|start| taint.key.starts_with(start))
}

/// `disk=ssd, zone in (a, b)`: what it asks of a node; empty where it asks for nothing.
pub(super) fn asked(set: &DaemonSet) -> String {
    let template = &set.spec.template;
    let mut parts = Vec::new();
    for (key, value) in template.spec.node_selector.iter() {
        parts.push(match value {
            "" => key.to_owned(),
            value => format!("{key}={value}"),
        });
    }
    let affinity = template.spec.placement().affinity.iter();
    parts.extend(
        affinity
            .map(selection::of_nodes)
            .filter(|words| !words.is_empty()),
    );
    if !template.spec.node_name.is_empty() {
        parts.push(format!("the name {}", template.spec.node_name));
    }
    parts.join(", ")
}

/// The fields that say so.
pub(super) fn evidence(set: &DaemonSet, object: &ObjectRef) -> Vec<Evidence> {
    let template = &set.spec.template;
    let field = |path: String, value: String| Evidence::field(object.clone(), path, value);
    let mut facts: Vec<Evidence> = template
        .spec
        .node_selector
        .iter()
        .map(|(key, value)| {
            field(
                format!("spec.template.spec.nodeSelector[\"{key}\"]"),
                value.to_owned(),
            )
        })
        .collect();
    if template.spec.placement().affinity.is_some() {
        let path = "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
        facts.push(field(path.to_owned(), messages::brief(&asked(set), 300)));
    }
    facts
}

/// How bad it is that no node is as it asks: where it is switched off, or for a platform that the cluster does not
/// have, that is by intent. A label that some node has with another value was meant.
pub(super) fn severity(set: &DaemonSet, world: &World) -> Severity {
    let template = &set.spec.template;
    let selector = template.spec.node_selector.iter();
    let labels = selector.map(|(key, value)| (key, vec![value]));
    let affinity = template.spec.placement().affinity.iter();
    let expressions =
        affinity
            .flat_map(NodeSelector::expressions)
            .map(|SelectorRequirement { key, values, .. }| {
                (
                    key.as_str(),
                    values.iter().map(Symbol::as_str).collect::<Vec<_>>(),
                )
            });
    let by_intent = labels.chain(expressions).any(|(key, values)| {
        let is = |words: &[&str]| {
            words
                .iter()
                .any(|word| key.contains(word) || values.iter().any(|value| value.contains(word)))
        };
        let met = world.all::<Node>().any(|node| {
            let has = node.metadata.labels.get(key);
            has.is_some_and(|has| values.is_empty() || values.contains(&has))
        });
        if met {
            return false;
        }
        let platform = PLATFORM.iter().any(|start| key.contains(start));
        let known = world
            .all::<Node>()
            .any(|node| node.metadata.labels.get(key).is_some());
        is(OFF) || platform || is(HARDWARE) && !known
    });
    if by_intent {
        Severity::Info
    } else {
        Severity::Warning
    }
}
