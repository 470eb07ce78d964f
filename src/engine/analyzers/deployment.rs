//! Deployments: rollouts that stand still, pods that cannot be created, too few pods.

use jiff::Timestamp;

use super::{Analysis, Analyzer, Code, codes, creation, facts, grace};
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Condition, Deployment, Pod, condition};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::World;

/// Finds Deployments that do not reach what they are to be.
pub struct DeploymentAnalyzer;

impl Analyzer for DeploymentAnalyzer {
    fn name(&self) -> &'static str {
        "Deployment"
    }

    fn kind(&self) -> Kind {
        Kind::Deployment
    }

    fn codes(&self) -> &'static [Code] {
        codes::deployment::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[
            Kind::Pod,
            Kind::ValidatingWebhookConfiguration,
            Kind::MutatingWebhookConfiguration,
        ]
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        let Some(deployment) = world.get::<Deployment>(&key.namespace, &key.name) else {
            return analysis;
        };
        let meta = &deployment.metadata;
        let replicas = deployment.spec.replicas.unwrap_or(1);
        // Its controller has not yet seen what is asked: the status is about something else.
        let unseen = deployment.status.observed_generation < meta.generation;
        if meta.deletion_timestamp.is_some() || replicas == 0 || unseen {
            return analysis;
        }
        let found = creation_fails(world, key, deployment)
            .or_else(|| stands_still(key, deployment))
            .or_else(|| unavailable(key, deployment, replicas, now, &mut analysis));
        if let Some(mut finding) = found {
            // Pods that are held back by intent make no fault of their workload.
            if finding.code.as_ref() == "DeploymentUnavailable" && is_gated(world, key) {
                finding.severity = Severity::Info;
            }
            finding.owner = world.top_owner(key);
            analysis.findings.push(finding);
        }
        analysis
    }
}

fn is(condition: &Condition, status: &str) -> bool {
    condition.status == status
}

/// The severity of a workload: critical when nothing of it serves.
fn severity(deployment: &Deployment) -> Severity {
    if deployment.status.available_replicas == 0 {
        Severity::Critical
    } else {
        Severity::Warning
    }
}

/// Whether its pods that are not ready wait behind scheduling gates, all of them.
fn is_gated(world: &World, key: &Key) -> bool {
    let mut waiting = world
        .children(key)
        .flat_map(|set| world.children(set))
        .filter_map(|pod| world.get::<Pod>(&pod.namespace, &pod.name))
        .filter(|pod| !pod.is_ready())
        .peekable();
    waiting.peek().is_some() && waiting.all(|pod| !pod.spec.scheduling_gates.is_empty())
}

fn creation_fails(world: &World, key: &Key, deployment: &Deployment) -> Option<Finding> {
    let object = key.object();
    // Of a Deployment only the condition counts: its events tell of the ReplicaSets that it made.
    let conditions = &deployment.status.conditions;
    condition(conditions, "ReplicaFailure").filter(|failure| is(failure, "True"))?;
    let mut finding = creation::refused(world, "DeploymentReplicaFailure", key, conditions)?;
    finding.severity = finding.severity.min(severity(deployment));
    finding.evidence.extend(counts(&object, deployment));
    Some(finding)
}

fn stands_still(key: &Key, deployment: &Deployment) -> Option<Finding> {
    let conditions = &deployment.status.conditions;
    let progressing = condition(conditions, "Progressing").filter(|progressing| is(progressing, "False"))?;
    if deployment.spec.paused {
        return None;
    }
    let object = key.object();
    let new = deployment.status.updated_replicas;
    let title = if deployment.status.available_replicas > 0 {
        "rollout stands still; the pods of the revision before it still serve"
    } else {
        "rollout stands still; no pod of it is available"
    };
    let mut finding = Finding::new(
        "DeploymentRolloutStuck",
        severity(deployment),
        object.clone(),
        title,
    );
    finding.since = progressing.last_transition_time;
    finding.message = format!(
        "{} ({new} of {} pods are of the new revision, and it made no progress for {}).",
        progressing.message.trim_end_matches('.'),
        deployment.spec.replicas.unwrap_or(1),
        grace::words(deployment.spec.progress_deadline_seconds.unwrap_or(600)),
    )
    .into();
    finding
        .evidence
        .extend(facts::condition(&object, conditions, "Progressing"));
    finding.evidence.extend(counts(&object, deployment));
    Some(finding)
}

/// Fewer pods available than the rollout strategy allows, and for longer than a start takes.
fn unavailable(
    key: &Key,
    deployment: &Deployment,
    replicas: i32,
    now: Timestamp,
    analysis: &mut Analysis,
) -> Option<Finding> {
    let conditions = &deployment.status.conditions;
    let available = condition(conditions, "Available").filter(|available| is(available, "False"))?;
    if deployment.spec.paused {
        return None;
    }
    // Pods that are ready do not count for so long, by intent.
    let counted = deployment.spec.min_ready_seconds.clamp(0, 86_400);
    if let Some(end) = available
        .last_transition_time
        .map(|since| grace::later(since, grace::AVAILABLE + counted))
        && now < end
    {
        analysis.look_again_at(end);
        return None;
    }
    let object = key.object();
    let title = match deployment.status.available_replicas {
        0 => "no pod of it is available".to_owned(),
        some => format!("only {some} of {replicas} pods are available"),
    };
    let mut finding = Finding::new(
        "DeploymentUnavailable",
        severity(deployment),
        object.clone(),
        title,
    );
    finding.since = available.last_transition_time;
    finding.message = available.message.clone();
    finding
        .evidence
        .extend(facts::condition(&object, conditions, "Available"));
    finding.evidence.extend(counts(&object, deployment));
    Some(finding)
}

fn counts(object: &ObjectRef, deployment: &Deployment) -> Vec<crate::engine::evidence::Evidence> {
    use crate::engine::evidence::Evidence;
    vec![
        Evidence::field(
            object.clone(),
            "status.availableReplicas",
            deployment.status.available_replicas.to_string(),
        ),
        Evidence::field(
            object.clone(),
            "spec.replicas",
            deployment.spec.replicas.unwrap_or(1).to_string(),
        ),
    ]
}
