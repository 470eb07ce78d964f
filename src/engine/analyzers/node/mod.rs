//! Nodes: not ready, under pressure, without a network, cordoned, of a version that does not go with the API server's.

mod skew;

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
        analysis.findings.extend(evicting(node, &object));
        analysis
            .findings
            .extend(skew::finding(&world.server_version, node, &object));
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
        never_reported(node, object, now, analysis);
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

/// A node of which no kubelet has ever said how it is.
fn never_reported(node: &Node, object: &ObjectRef, now: Timestamp, analysis: &mut Analysis) {
    let made = node.metadata.creation_timestamp;
    if let Some(end) = made.map(|made| grace::later(made, grace::NODE_SILENT))
        && now < end
    {
        return analysis.look_again_at(end);
    }
    let mut finding = Finding::new(
        "NodeNotReady",
        Severity::Critical,
        object.clone(),
        "has never reported: no kubelet says how it is",
    );
    finding.since = made;
    finding.message = "The node is registered, and its status has no condition Ready.".into();
    finding.evidence.push(Evidence::field(
        object.clone(),
        "status.conditions",
        format!("{} conditions, none of them Ready", node.status.conditions.len()),
    ));
    analysis.findings.push(finding);
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

/// How conditions are named for which `True` is good.
const GOOD: &[&str] = &[
    "Ready",
    "Healthy",
    "Available",
    "IsVoter",
    "Registered",
    "Succeeded",
    "Synced",
    "Reachable",
    "Connected",
    "Online",
    "Initialized",
    "Established",
    "Operational",
    "Functional",
    "Running",
    "Valid",
    "UpToDate",
    "Passed",
    "OK",
];

/// Whether `True` is good for a condition: those named for health. All others tell of trouble when they are true.
fn true_is_good(kind: &str) -> bool {
    let health = GOOD.iter().find_map(|word| kind.strip_suffix(word));
    // `KubeletNotReady` is of those.
    health.is_some_and(|before| !before.ends_with("Not"))
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

/// A taint by which someone has pods leave: by intent, and worth knowing when they do. What the node controller sets
/// follows from conditions, which say it better.
fn evicting(node: &Node, object: &ObjectRef) -> Option<Finding> {
    let (index, taint) = node.spec.taints.iter().enumerate().find(|(_, taint)| {
        let own =
            taint.key.starts_with("node.kubernetes.io/") && taint.key != "node.kubernetes.io/out-of-service";
        taint.effect == "NoExecute" && !own
    })?;
    let mut finding = Finding::new(
        "NodeEvicting",
        Severity::Info,
        object.clone(),
        brief(
            &format!("has every pod leave that does not tolerate {}", taint.key),
            110,
        ),
    );
    finding.subject = (&*taint.key).into();
    finding.since = taint.time_added;
    finding.message = "A taint with the effect NoExecute evicts running pods that do not tolerate it.".into();
    finding.evidence.push(
        Evidence::field(
            object.clone(),
            format!("spec.taints[{index}]"),
            format!("{}={}:NoExecute", taint.key, taint.value),
        )
        .at(taint.time_added),
    );
    Some(finding)
}
