//! Pods that have no node.

use super::case::{Case, cluster_object};
use super::preempted;
use crate::engine::analyzers::messages::scheduler::{self, Obstacle, Verdict};
use crate::engine::analyzers::{facts, grace, quantity};
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Condition, Node, PersistentVolumeClaim};
use crate::engine::object::{Key, Kind};
use crate::engine::world::Sync;

/// Whether the pod has no node, so that nothing else can be said of it.
pub(super) fn check(case: &mut Case) -> bool {
    if !case.pod.spec.node_name.is_empty() || case.pod.status.phase != "Pending" {
        return false;
    }
    // Only a kubelet writes a container's status: whatever the spec says, the pod has reached a node.
    if case.pod.statuses().next().is_some() {
        return false;
    }
    match case.pod.condition("PodScheduled") {
        Some(condition) if condition.reason == "SchedulingGated" => gated(case, condition),
        Some(condition) if condition.status == "False" => unschedulable(case, condition),
        Some(_) => {}
        None if !case.pod.spec.scheduling_gates.is_empty() => {}
        None => not_looked_at(case),
    }
    true
}

fn gated(case: &mut Case, condition: &Condition) {
    let gate = case
        .pod
        .spec
        .scheduling_gates
        .first()
        .map_or("a gate", |gate| &*gate.name);
    let mut finding = case.finding(
        "PodSchedulingGated",
        format!("held back by scheduling gate {gate}"),
    );
    finding.severity = Severity::Info;
    finding.since = condition
        .last_transition_time
        .or(case.pod.metadata.creation_timestamp);
    finding.message = condition.message.clone();
    finding
        .evidence
        .push(case.field("spec.schedulingGates[0].name", gate));
    finding.evidence.extend(case.condition_fact("PodScheduled"));
    case.report(finding);
}

/// Not even a condition: no scheduler has looked at it.
fn not_looked_at(case: &mut Case) {
    if case.is_early(case.pod.metadata.creation_timestamp, grace::NO_SCHEDULER) {
        return;
    }
    let scheduler = case.pod.spec.scheduler_name.as_str();
    let title = match scheduler {
        "" | "default-scheduler" => "the scheduler has not looked at it".to_owned(),
        name => format!("no scheduler named {name} looks at it"),
    };
    let mut finding = case.finding("PodNoScheduler", title);
    finding.since = case.pod.metadata.creation_timestamp;
    finding.message = "The pod waits for a node, and no scheduler has said a word about it.".into();
    finding.evidence.push(case.field("spec.schedulerName", scheduler));
    finding.evidence.push(case.field("status.phase", "Pending"));
    case.report(finding);
}

fn unschedulable(case: &mut Case, condition: &Condition) {
    let since = condition
        .last_transition_time
        .or(case.pod.metadata.creation_timestamp);
    // An autoscaler that has begun to act gets its time.
    if let Some(event) = case.event_of(&["TriggeredScaleUp"])
        && case.is_early(event.last_seen(), grace::SCALE_UP)
        && event.last_seen().is_some()
    {
        return;
    }
    // One that others make room for gets its place when their grace period is over.
    let nominated = case.pod.status.nominated_node_name.clone();
    let patience = if nominated.is_empty() {
        grace::UNSCHEDULED
    } else {
        grace::PREEMPTION
    };
    if case.is_early(since, patience) {
        return;
    }
    let verdict = scheduler::parse(&condition.message);
    let mut finding = case.finding("PodUnschedulable", verdict.title());
    finding.since = since;
    finding.message = condition.message.clone();
    finding.evidence.extend(case.condition_fact("PodScheduled"));
    if !nominated.is_empty() {
        finding
            .evidence
            .push(case.field("status.nominatedNodeName", &*nominated));
    }
    claims(case, &verdict, &mut finding);
    labels(case, &verdict, &mut finding);
    resources(case, &verdict, &mut finding);
    if verdict.names(|obstacle| matches!(obstacle, Obstacle::Insufficient(_))) {
        preempted::explain(case, &mut finding);
    }
    if let Some(event) = case.event_of(&["FailedScheduling", "NotTriggerScaleUp"]) {
        finding.count = event.times();
        finding.evidence.push(facts::event(event));
    }
    case.report(finding);
}

/// Claims that are missing or not bound.
fn claims(case: &Case, verdict: &Verdict, finding: &mut Finding) {
    let namespace = &*case.key.namespace;
    for (obstacle, _) in &verdict.obstacles {
        match obstacle {
            Obstacle::ClaimMissing(name) => {
                finding.culprit = Some(Key::new(Kind::PersistentVolumeClaim, namespace, name).object());
            }
            Obstacle::ClaimUnbound => {
                let unbound = case.pod.claims().find(|name| {
                    case.world
                        .get::<PersistentVolumeClaim>(namespace, name)
                        .is_some_and(|claim| claim.status.phase != "Bound")
                });
                if let Some(name) = unbound {
                    let claim = Key::new(Kind::PersistentVolumeClaim, namespace, &name).object();
                    finding.title = format!("waits for claim {name}, which is not bound").into();
                    finding
                        .evidence
                        .push(facts::related(claim.clone(), "the claim that is not bound"));
                    finding.culprit = Some(claim);
                }
            }
            _ => {}
        }
    }
    for volume in &case.pod.spec.volumes {
        if let Some(claim) = &volume.persistent_volume_claim {
            finding.evidence.push(case.field(
                format!("spec.volumes[{}].persistentVolumeClaim.claimName", volume.index),
                &*claim.claim_name,
            ));
        }
    }
}

/// Node labels that the pod asks for: which nodes have them, and what keeps the pod from those.
fn labels(case: &Case, verdict: &Verdict, finding: &mut Finding) {
    let selector = &case.pod.spec.node_selector;
    if selector.is_empty()
        || case.world.sync(Kind::Node, "") != Sync::Synced
        || !verdict.names(|o| *o == Obstacle::Selector)
    {
        return;
    }
    for (key, value) in selector.iter() {
        finding
            .evidence
            .push(case.field(format!("spec.nodeSelector[\"{key}\"]"), value));
    }
    let wanted: Vec<&Node> = case
        .world
        .all::<Node>()
        .filter(|node| {
            selector
                .iter()
                .all(|(key, value)| node.metadata.labels.get(key) == Some(value))
        })
        .collect();
    if wanted.is_empty() {
        return no_such_label(case, finding);
    }
    // All that the labels leave are kept away by something else: that is the cause.
    let Some(node) = wanted.first() else { return };
    let name = &node.metadata.name;
    let only = if wanted.len() == 1 {
        format!("the only node with the labels it asks for, {name},")
    } else {
        "every node with the labels it asks for".to_owned()
    };
    let object = cluster_object(Kind::Node, name);
    if wanted.iter().all(|node| node.spec.unschedulable) {
        finding.title = format!("{only} is cordoned").into();
        finding.evidence.push(crate::engine::evidence::Evidence::field(
            object.clone(),
            "spec.unschedulable",
            "true",
        ));
        finding.culprit = Some(object);
        return;
    }
    let blocking = node.spec.taints.iter().enumerate().find(|(_, taint)| {
        matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute")
            && taint.key.starts_with("node.kubernetes.io/")
    });
    let own = node
        .spec
        .taints
        .iter()
        .enumerate()
        .find(|(_, taint)| matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute"));
    let tainted = verdict.names(|o| matches!(o, Obstacle::Taint(_)));
    let (Some((index, taint)), true) = (blocking.or(own), tainted) else {
        return;
    };
    let shown = if taint.value.is_empty() {
        taint.key.to_string()
    } else {
        format!("{}={}", taint.key, taint.value)
    };
    let broken = taint.key.contains("unreachable") || taint.key.contains("not-ready");
    finding.title = if broken {
        format!("{only} does not answer").into()
    } else {
        format!("{only} has the taint {shown}, which it does not tolerate").into()
    };
    finding.evidence.push(crate::engine::evidence::Evidence::field(
        object.clone(),
        format!("spec.taints[{index}]"),
        format!("{shown}:{}", taint.effect),
    ));
    if broken {
        finding.culprit = Some(object);
    }
}

/// No node has the labels: say which is wrong, and what the nodes have instead.
fn no_such_label(case: &Case, finding: &mut Finding) {
    for (key, value) in case.pod.spec.node_selector.iter() {
        let mut have: Vec<&str> = case
            .world
            .all::<Node>()
            .filter_map(|node| node.metadata.labels.get(key))
            .collect();
        have.sort_unstable();
        have.dedup();
        if have.contains(&value) {
            continue;
        }
        finding.title = format!("no node has the label {key}={value}").into();
        finding.message = match have.as_slice() {
            [] => format!("The pod asks for nodes labelled {key}={value}; no node has a label {key}."),
            have => format!(
                "The pod asks for nodes labelled {key}={value}; the nodes have {key}={}.",
                have.join(", ")
            ),
        }
        .into();
        if let Some(node) = case
            .world
            .all::<Node>()
            .find(|node| node.metadata.labels.get(key).is_some())
        {
            let has = node.metadata.labels.get(key).unwrap_or("");
            finding.evidence.push(crate::engine::evidence::Evidence::field(
                cluster_object(Kind::Node, &node.metadata.name),
                format!("metadata.labels[\"{key}\"]"),
                has,
            ));
        }
        return;
    }
}

/// What is asked for, and whether any node has that much at all.
fn resources(case: &Case, verdict: &Verdict, finding: &mut Finding) {
    for (obstacle, _) in &verdict.obstacles {
        let Obstacle::Insufficient(resource) = obstacle else {
            continue;
        };
        let containers = case.pod.spec.containers.iter().enumerate();
        for (index, container) in containers {
            let asked = ["requests", "limits"].into_iter().find_map(|list| {
                let amounts = match list {
                    "requests" => &container.resources.requests,
                    _ => &container.resources.limits,
                };
                Some((list, amounts.get(resource)?))
            });
            let Some((list, asked)) = asked else { continue };
            finding.evidence.push(case.field(
                format!("spec.containers[{index}].resources.{list}[\"{resource}\"]"),
                asked,
            ));
            let largest = case
                .world
                .all::<Node>()
                .filter_map(|node| {
                    let amount = node.status.allocatable.get(resource)?;
                    Some((quantity::value(amount)?, amount, node))
                })
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((most, amount, node)) = largest else {
                continue;
            };
            finding.evidence.push(crate::engine::evidence::Evidence::field(
                cluster_object(Kind::Node, &node.metadata.name),
                format!("status.allocatable[\"{resource}\"]"),
                amount,
            ));
            if quantity::value(asked).is_some_and(|asked| asked > most) {
                let title = format!("asks for {asked} {resource}, more than any node has");
                let message = format!(
                    "Container {} asks for {asked} {resource}; the largest node, {}, has {amount}.",
                    container.name, node.metadata.name
                );
                finding.title = quantity::readable(&title).into();
                finding.message = quantity::readable(&message).into();
            }
        }
    }
}
