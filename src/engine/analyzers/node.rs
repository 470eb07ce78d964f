//! Nodes: not ready, under pressure, without a network, cordoned.

use jiff::Timestamp;

use super::messages::brief;
use super::{Analysis, Analyzer, Code, codes, facts, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Condition, Node};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::World;

/// Finds nodes that do not do their work.
pub struct NodeAnalyzer;

impl Analyzer for NodeAnalyzer {
    fn name(&self) -> &'static str {
        "Node"
    }

    fn kind(&self) -> Kind {
        Kind::Node
    }

    fn codes(&self) -> &'static [Code] {
        codes::node::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::Pod]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::Node => keys.push(changed.clone()),
            Kind::Event => keys.extend(super::pod::about(world, changed, Kind::Node)),
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        let Some(node) = world.get::<Node>("", &key.name) else {
            return analysis;
        };
        if node.metadata.deletion_timestamp.is_some() {
            return analysis;
        }
        let object = key.object();
        let silent = ready(world, key, node, &object, now, &mut analysis);
        for condition in &node.status.conditions {
            // When the node is silent, all its conditions are unknown: that is told once.
            if condition.kind == "Ready" || (silent && condition.status == "Unknown") {
                continue;
            }
            if let Some(finding) = troubled(condition, node, &object) {
                analysis.findings.push(finding);
            }
        }
        if node.spec.unschedulable {
            analysis.findings.push(cordoned(node, &object));
        }
        analysis
    }
}

/// The condition `Ready`; says whether the node is silent.
fn ready(
    world: &World,
    key: &Key,
    node: &Node,
    object: &ObjectRef,
    now: Timestamp,
    analysis: &mut Analysis,
) -> bool {
    let conditions = &node.status.conditions;
    let Some(ready) = conditions.iter().find(|condition| condition.kind == "Ready") else {
        return false;
    };
    if ready.status == "True" {
        return false;
    }
    let silent = ready.status == "Unknown";
    // A node that has just joined pulls its network plugin first.
    if let Some(end) = node
        .metadata
        .creation_timestamp
        .map(|made| grace::later(made, grace::NODE_JOINING))
        && !silent
        && now < end
    {
        analysis.look_again_at(end);
        return silent;
    }
    let title = if silent {
        "stopped reporting".to_owned()
    } else {
        not_ready_title(ready)
    };
    let mut finding = Finding::new("NodeNotReady", Severity::Critical, object.clone(), title);
    finding.since = ready.last_transition_time;
    let pods = world.pods_on(&key.name).count();
    finding.message = format!("{} Pods on it: {pods}.", ready.message).into();
    finding
        .evidence
        .extend(facts::condition(object, conditions, "Ready"));
    for (index, taint) in node.spec.taints.iter().enumerate() {
        if taint.key.contains("unreachable") || taint.key.contains("not-ready") {
            finding.evidence.push(Evidence::field(
                object.clone(),
                format!("spec.taints[{index}]"),
                format!("{}:{}", taint.key, taint.effect),
            ));
        }
    }
    let events = world.events_of(key);
    if let Some(event) = events.iter().rev().find(|event| {
        matches!(
            event.reason.as_str(),
            "NodeNotReady" | "ContainerGCFailed" | "ImageGCFailed" | "Rebooted"
        )
    }) {
        finding.evidence.push(facts::event(event));
    }
    analysis.findings.push(finding);
    silent
}

fn not_ready_title(ready: &Condition) -> String {
    let message = &ready.message;
    if message.contains("cni plugin not initialized")
        || message.contains("network plugin")
        || message.contains("NetworkReady=false")
    {
        "not ready: its network plugin is not initialised".to_owned()
    } else if message.contains("PLEG is not healthy") {
        "not ready: its container runtime does not keep up (PLEG is not healthy)".to_owned()
    } else if message.contains("container runtime is down") || message.contains("container runtime not ready")
    {
        "not ready: its container runtime is down".to_owned()
    } else if message.is_empty() {
        "not ready".to_owned()
    } else {
        brief(&format!("not ready: {message}"), 100)
    }
}

/// Whether `True` is good for a condition: those named for health. All others tell of trouble when they are true.
fn true_is_good(kind: &str) -> bool {
    [
        "Ready",
        "Healthy",
        "Available",
        "IsVoter",
        "Registered",
        "Succeeded",
        "Synced",
    ]
    .iter()
    .any(|suffix| kind.ends_with(suffix))
}

/// A condition other than `Ready` that tells of trouble.
fn troubled(condition: &Condition, node: &Node, object: &ObjectRef) -> Option<Finding> {
    let kind = condition.kind.as_str();
    let bad = match condition.status.as_str() {
        "True" => !true_is_good(kind),
        "False" => true_is_good(kind),
        "Unknown" => true,
        _ => false,
    };
    // A member that is no voter is a state on the way in or by intent.
    if !bad || kind == "EtcdIsVoter" {
        return None;
    }
    let known = condition.status == "True";
    let (code, severity, title) = match kind {
        "MemoryPressure" if known => ("NodePressure", Severity::Warning, "runs low on memory".to_owned()),
        "DiskPressure" if known => ("NodePressure", Severity::Warning, "runs low on disk".to_owned()),
        "PIDPressure" if known => (
            "NodePressure",
            Severity::Warning,
            "runs low on process ids".to_owned(),
        ),
        "NetworkUnavailable" if known => (
            "NodeNetworkUnavailable",
            Severity::Critical,
            "its network is not set up".to_owned(),
        ),
        _ => {
            let said = if condition.message.is_empty() {
                &*condition.reason
            } else {
                &*condition.message
            };
            let title = brief(&format!("{kind} is {}: {said}", condition.status), 100);
            ("NodeCondition", Severity::Warning, title)
        }
    };
    let mut finding = Finding::new(code, severity, object.clone(), title);
    finding.subject = kind.into();
    finding.since = condition.last_transition_time;
    finding.message = condition.message.clone();
    finding
        .evidence
        .extend(facts::condition(object, &node.status.conditions, kind));
    Some(finding)
}

/// By intent: told, but no fault. Pods that wait for it say so themselves and name it as their culprit.
fn cordoned(node: &Node, object: &ObjectRef) -> Finding {
    let mut finding = Finding::new(
        "NodeCordoned",
        Severity::Info,
        object.clone(),
        "cordoned: takes no new pods",
    );
    finding.message = "The node is marked unschedulable; pods on it go on, new ones go elsewhere.".into();
    finding
        .evidence
        .push(Evidence::field(object.clone(), "spec.unschedulable", "true"));
    for (index, taint) in node.spec.taints.iter().enumerate() {
        if taint.key == "node.kubernetes.io/unschedulable" {
            finding.evidence.push(Evidence::field(
                object.clone(),
                format!("spec.taints[{index}]"),
                format!("{}:{}", taint.key, taint.effect),
            ));
        }
    }
    finding
}
