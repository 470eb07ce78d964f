//! What a selector of a policy or a budget selects.

use super::service::near::{self, Near};
use crate::engine::kinds::{
    CronJob, DaemonSet, Deployment, Job, NodeSelector, Pod, ReplicationController, Selector, StatefulSet,
};
use crate::engine::world::World;

/// The pods of a namespace that a selector selects and that have not ended.
pub(super) fn pods<'a>(
    world: &'a World,
    namespace: &str,
    selector: &Selector,
) -> impl Iterator<Item = &'a Pod> {
    world.in_namespace::<Pod>(namespace).filter(move |pod| {
        let ended = matches!(pod.status.phase.as_str(), "Succeeded" | "Failed");
        !ended && selector.matches(&pod.metadata.labels)
    })
}

/// Whether a selector is for pods that are not there now but may come: of a workload that is scaled to nothing or
/// runs from time to time.
pub(super) fn awaits(world: &World, namespace: &str, selector: &Selector) -> bool {
    macro_rules! templates {
        ($($kind:ty => |$one:ident| $template:expr),* $(,)?) => {
            $(world
                .in_namespace::<$kind>(namespace)
                .any(|$one| selector.matches(&$template.metadata.labels)))||*
        };
    }
    templates! {
        Deployment => |one| one.spec.template,
        StatefulSet => |one| one.spec.template,
        DaemonSet => |one| one.spec.template,
        ReplicationController => |one| one.spec.template,
        Job => |one| one.spec.template,
        CronJob => |one| one.spec.job_template.spec.template,
    }
}

/// Whether a selector asks for nothing.
pub(super) fn is_empty(selector: &Selector) -> bool {
    selector.match_labels.is_empty() && selector.match_expressions.is_empty()
}

/// The pod that was probably meant by a selector that selects nothing: a typing error, not a wish.
pub(super) fn meant(world: &World, namespace: &str, selector: &Selector) -> Option<Near> {
    if !selector.match_expressions.is_empty() || selector.match_labels.is_empty() {
        return None;
    }
    near::find(world, namespace, &selector.match_labels).filter(Near::same_keys)
}

/// A selector of nodes in words, `zone in (a, b) or disk=ssd`.
pub(in crate::engine) fn of_nodes(selector: &NodeSelector) -> String {
    let terms = selector.node_selector_terms.iter().map(|term| {
        let all = [term.match_expressions.clone(), term.match_fields.clone()].concat();
        words(&Selector {
            match_expressions: all.into(),
            ..Selector::default()
        })
    });
    terms.collect::<Vec<_>>().join(" or ")
}

/// A selector in words, `app=web, tier in (a, b)`.
pub(in crate::engine) fn words(selector: &Selector) -> String {
    let labels = selector
        .match_labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"));
    let expressions = selector.match_expressions.iter().map(|one| {
        let (key, values) = (
            &one.key,
            one.values
                .iter()
                .map(|value| &**value)
                .collect::<Vec<_>>()
                .join(", "),
        );
        match one.operator.as_str() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} not in ({values})"),
            "Exists" => key.to_string(),
            "DoesNotExist" => format!("no {key}"),
            other => format!("{key} {other} ({values})"),
        }
    });
    labels.chain(expressions).collect::<Vec<_>>().join(", ")
}
