//! DaemonSets: nodes without a pod that is ready, rollouts that stand still, selectors that no node has.

mod nodes;

use jiff::Timestamp;

use self::nodes::Fit;
use super::{Analysis, Analyzer, Code, codes, creation, facts, grace, replica_set, replicas};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{DaemonSet, Node, Pod, condition};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::{Sync, World};

/// Finds DaemonSets that do not run where they should.
pub struct DaemonSetAnalyzer;

impl Analyzer for DaemonSetAnalyzer {
    fn name(&self) -> &'static str {
        "DaemonSet"
    }

    fn kind(&self) -> Kind {
        Kind::DaemonSet
    }

    fn codes(&self) -> &'static [Code] {
        codes::daemon_set::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::Pod, Kind::Node]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            // What a node is changes what is expected of those that do not serve it; these are few.
            Kind::Node => keys.extend(
                world
                    .all::<DaemonSet>()
                    .filter(|set| {
                        let status = &set.status;
                        status.number_ready < status.desired_number_scheduled
                            || status.desired_number_scheduled == 0
                            || status.number_misscheduled > 0
                    })
                    .map(|set| Key::new(self.kind(), &set.metadata.namespace, &set.metadata.name)),
            ),
            _ => replica_set::affected(world, self.kind(), changed, keys),
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let Some(set) = world.get::<DaemonSet>(&key.namespace, &key.name) else {
            return Analysis::default();
        };
        let meta = &set.metadata;
        if meta.deletion_timestamp.is_some() || set.status.observed_generation < meta.generation {
            return Analysis::default();
        }
        let mut case = Case {
            world,
            key,
            set,
            object: key.object(),
            now,
            analysis: Analysis::default(),
        };
        if set.status.desired_number_scheduled == 0 {
            no_node(&mut case);
        } else if set.status.number_ready < set.status.desired_number_scheduled {
            unavailable(&mut case);
        }
        if set.status.number_misscheduled > 0 {
            misscheduled(&mut case);
        }
        case.analysis
    }
}

/// One set under examination.
struct Case<'a> {
    world: &'a World,
    key: &'a Key,
    set: &'a DaemonSet,
    object: ObjectRef,
    now: Timestamp,
    analysis: Analysis,
}

impl<'a> Case<'a> {
    fn severity(&self) -> Severity {
        if self.set.status.number_ready == 0 {
            Severity::Critical
        } else {
            Severity::Warning
        }
    }

    fn field(&self, path: impl Into<String>, value: &impl ToString) -> Evidence {
        Evidence::field(self.object.clone(), path.into(), value.to_string())
    }

    fn report(&mut self, mut finding: Finding) {
        finding.owner = self.world.top_owner(self.key);
        let status = &self.set.status;
        for (path, value) in [
            ("status.desiredNumberScheduled", status.desired_number_scheduled),
            ("status.numberReady", status.number_ready),
        ] {
            finding.evidence.push(self.field(path, &value));
        }
        self.analysis.findings.push(finding);
    }

    fn node_of(&self, pod: &Pod) -> Option<&'a Node> {
        self.world.get("", &pod.spec.node_name)
    }
}

/// Whether no pod can be asked of a node: it does not answer, it is being emptied, or it has only just joined.
fn excused(node: &Node, now: Timestamp) -> bool {
    let broken = condition(&node.status.conditions, "Ready").is_some_and(|ready| ready.status != "True");
    let young = node
        .metadata
        .creation_timestamp
        .is_some_and(|made| grace::between(made, now) < grace::NODE_POD);
    broken || node.spec.unschedulable || young || node.metadata.deletion_timestamp.is_some()
}

/// It wants no pod at all. That is a fault only where it plainly asks for nodes that there are not, or that it does not
/// bear with.
fn no_node(case: &mut Case) {
    let asked = nodes::asked(case.set);
    let known = case.world.sync(Kind::Node, "") == Sync::Synced && case.world.count(Kind::Node) > 0;
    if asked.is_empty() || !known {
        return;
    }
    let fits = case
        .world
        .all::<Node>()
        .map(|node| (node, nodes::fit(case.set, node)));
    let asked_for: Vec<_> = fits.filter(|(_, fit)| *fit != Fit::NotAskedFor).collect();
    let mut tainted = Vec::new();
    for (node, fit) in &asked_for {
        match fit {
            // Its controller has not seen that node yet, or it will soon be one that it runs on.
            Fit::Runs => return,
            Fit::Tainted(taint) if nodes::is_passing(taint) => return,
            Fit::Tainted(taint) => tainted.push((*node, *taint)),
            Fit::NotAskedFor => {}
        }
    }
    let made = case.set.metadata.creation_timestamp;
    if replicas::is_early(made, grace::REFERENCE, case.now, &mut case.analysis) {
        return;
    }
    let (severity, title, message) = if let Some((_, taint)) = tainted.first() {
        let title = format!(
            "does not tolerate {}, which every node that it asks for has",
            taint.key
        );
        let message = format!("It asks for {asked}; nodes that are so: {}.", tainted.len());
        (Severity::Warning, title, message)
    } else {
        let title = format!("no node has the labels it asks for: {asked}");
        let message = format!("It asks for {asked}; it wants no pod, because no node has all of this.");
        (nodes::severity(case.set, case.world), title, message)
    };
    let title = super::messages::brief(&title, 120);
    let mut finding = Finding::new("DaemonSetSelectsNoNode", severity, case.object.clone(), title);
    finding.since = made;
    finding.message = message.into();
    finding.evidence = nodes::evidence(case.set, &case.object);
    for (node, taint) in tainted.iter().take(3) {
        let object = Key::new(Kind::Node, "", &node.metadata.name).object();
        let text = format!("{}={}:{}", taint.key, taint.value, taint.effect);
        finding
            .evidence
            .push(Evidence::field(object, "spec.taints", text));
    }
    case.report(finding);
}

/// Nodes without a pod that is ready, those left out of which nothing can be asked.
fn unavailable(case: &mut Case) {
    let (key, status) = (case.key, &case.set.status);
    if status.current_number_scheduled < status.desired_number_scheduled
        && let Some(mut finding) =
            creation::refused(case.world, "DaemonSetCreateFailed", key, &status.conditions)
    {
        finding.severity = case.severity();
        case.report(finding);
        return;
    }
    if replicas::are_being_read(case.world, &key.namespace) {
        return;
    }
    let pods = replicas::owned(case.world, key);
    let now = case.now;
    let served = pods
        .iter()
        .filter(|pod| pod.is_ready() || case.node_of(pod).is_none_or(|node| !excused(node, now)))
        .copied()
        .collect::<Vec<_>>();
    let leaving = case
        .world
        .children(key)
        .filter_map(|pod| world_pod(case.world, pod))
        .filter(|pod| pod.is_terminating())
        .count();
    let unready = replicas::unready(&served);
    // Pods that may not be read are in the status all the same.
    let made = status.current_number_scheduled.max((pods.len() + leaving) as i32);
    let without = status.desired_number_scheduled.saturating_sub(made);
    // A node that is excused may be the one without a pod.
    let excused_nodes = case
        .world
        .all::<Node>()
        .filter(|node| excused(node, now) && nodes::fit(case.set, node) == Fit::Runs)
        .filter(|node| !pods.iter().any(|pod| *pod.spec.node_name == *node.metadata.name))
        .count();
    let without = without.saturating_sub(excused_nodes as i32).max(0);
    let unknown = pods.is_empty() && made > 0;
    if unready.pods.is_empty() && without == 0 && !unknown {
        // What is excused by its age is not so for ever.
        case.analysis.look_again_at(grace::later(now, grace::NODE_POD));
        return;
    }
    let since = unready
        .since
        .or_else(|| replicas::last_step(case.set.metadata.creation_timestamp, &pods));
    if replicas::is_early(since, grace::NODE_POD, now, &mut case.analysis) {
        return;
    }
    let (desired, updated) = (status.desired_number_scheduled, status.updated_number_scheduled);
    let lacking = if unknown {
        desired.saturating_sub(status.number_ready)
    } else {
        without.saturating_add(unready.pods.len() as i32)
    };
    let by_itself = case.set.spec.update_strategy.kind != "OnDelete";
    let rolls_out = by_itself && updated < desired && updated > 0;
    let (code, title) = if rolls_out && !unready.pods.is_empty() {
        (
            "DaemonSetRolloutStuck",
            format!("rollout stands still: {updated} of {desired} nodes have the new revision"),
        )
    } else if unready.pods.is_empty() && !unknown {
        (
            "DaemonSetUnavailable",
            format!("{lacking} of {desired} nodes have no pod of it"),
        )
    } else if status.number_ready == 0 {
        ("DaemonSetUnavailable", "no pod of it is ready".to_owned())
    } else {
        (
            "DaemonSetUnavailable",
            format!("not ready on {lacking} of {desired} nodes"),
        )
    };
    let mut finding = Finding::new(code, case.severity(), case.object.clone(), title);
    if replicas::all_gated(&unready.pods) {
        finding.severity = Severity::Info;
    }
    finding.since = since;
    finding.message = format!(
        "{} of {desired} nodes have a pod of it that is ready.",
        status.number_ready
    )
    .into();
    finding
        .evidence
        .push(case.field("status.updatedNumberScheduled", &updated));
    for pod in unready.pods.iter().take(3) {
        let object = Key::new(Kind::Pod, &key.namespace, &pod.metadata.name).object();
        let text = format!("is not ready on node {}", pod.spec.node_name);
        finding.evidence.push(facts::related(object, text));
    }
    case.report(finding);
}

fn world_pod<'a>(world: &'a World, key: &Key) -> Option<&'a Pod> {
    (key.kind == Kind::Pod)
        .then(|| world.get::<Pod>(&key.namespace, &key.name))
        .flatten()
}

/// Pods on nodes that should have none: a taint or a label changed after they came.
fn misscheduled(case: &mut Case) {
    let count = case.set.status.number_misscheduled;
    let pods = replicas::owned(case.world, case.key);
    let placed = pods.iter().filter_map(|pod| case.node_of(pod));
    let wrong: Vec<_> = placed
        .map(|node| (node, nodes::fit(case.set, node)))
        .filter(|(_, fit)| *fit != Fit::Runs)
        .collect();
    // Nodes that are about to go are tainted first.
    let leaving = wrong.iter().filter(|(node, fit)| {
        node.metadata.deletion_timestamp.is_some()
            || matches!(fit, Fit::Tainted(taint) if nodes::is_passing(taint))
    });
    if i32::try_from(leaving.count()).is_ok_and(|leaving| leaving >= count) {
        return;
    }
    let title = match count {
        1 => "runs on a node that should not have it".to_owned(),
        count => format!("runs on {count} nodes that should not have it"),
    };
    let mut finding = Finding::new(
        "DaemonSetMisscheduled",
        Severity::Warning,
        case.object.clone(),
        title,
    );
    finding.message =
        "A node's taints or labels, or the DaemonSet's selector, have changed since its pod came there."
            .into();
    finding
        .evidence
        .push(case.field("status.numberMisscheduled", &count));
    for (node, fit) in wrong.iter().take(3) {
        let object = Key::new(Kind::Node, "", &node.metadata.name).object();
        let text = match fit {
            Fit::Tainted(taint) => format!(
                "has the taint {}:{}, which it does not tolerate",
                taint.key, taint.effect
            ),
            _ => format!("is not as it asks: {}", nodes::asked(case.set)),
        };
        finding.evidence.push(facts::related(object, text));
    }
    case.report(finding);
}
