//! HorizontalPodAutoscalers: those that cannot scale.

mod metrics;

use jiff::Timestamp;

use super::alike::nearest;
use super::exam::Exam;
use super::messages::brief;
use super::{Analysis, Analyzer, Code, codes, facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{Condition, HorizontalPodAutoscaler, condition};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds autoscalers that cannot do their work.
pub struct AutoscalerAnalyzer;

impl Analyzer for AutoscalerAnalyzer {
    fn name(&self) -> &'static str {
        "HorizontalPodAutoscaler"
    }

    fn kind(&self) -> Kind {
        Kind::HorizontalPodAutoscaler
    }

    fn codes(&self) -> &'static [Code] {
        codes::autoscaler::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[
            Kind::Deployment,
            Kind::StatefulSet,
            Kind::ReplicaSet,
            Kind::ReplicationController,
            Kind::APIService,
            Kind::LimitRange,
        ]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::HorizontalPodAutoscaler => keys.push(changed.clone()),
            Kind::Event => keys.extend(super::pod::about(world, changed, self.kind())),
            Kind::Deployment | Kind::StatefulSet | Kind::ReplicaSet | Kind::ReplicationController => {
                keys.extend(world.referrers_of(changed, self.kind()));
            }
            // It gives containers requests that they do not say.
            Kind::LimitRange => keys.extend(world.keys_in(self.kind(), &changed.namespace)),
            // Those who serve metrics are few, and come and go rarely.
            Kind::APIService if changed.name.ends_with("metrics.k8s.io") => {
                keys.extend(world.keys(self.kind()));
            }
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let scaler = world
            .get::<HorizontalPodAutoscaler>(&key.namespace, &key.name)
            .filter(|scaler| scaler.metadata.deletion_timestamp.is_none());
        let Some(scaler) = scaler else {
            return exam.analysis;
        };
        let stale = scaler
            .status
            .observed_generation
            .is_some_and(|seen| seen < scaler.metadata.generation);
        if target_missing(&mut exam, scaler) || stale {
            return exam.analysis;
        }
        let able = is(scaler, "AbleToScale", "False");
        if let Some(able) = able {
            cannot_scale(&mut exam, scaler, able);
        } else if let Some(active) = is(scaler, "ScalingActive", "False")
            && active.reason != "ScalingDisabled"
        {
            metrics::check(&mut exam, scaler, active);
        } else if let Some(limited) = is(scaler, "ScalingLimited", "True")
            && limited.reason == "TooManyReplicas"
        {
            at_most(&mut exam, scaler, limited);
        }
        exam.analysis
    }
}

fn is<'a>(scaler: &'a HorizontalPodAutoscaler, kind: &str, status: &str) -> Option<&'a Condition> {
    condition(&scaler.status.conditions, kind).filter(|condition| condition.status == status)
}

/// Its target is of a kind that is read, and is not there. Says so, or is silent while it is early.
fn target_missing(exam: &mut Exam, scaler: &HorizontalPodAutoscaler) -> bool {
    let target = scaler.target();
    // Of kinds that are not read the autoscaler's own condition tells.
    let Some(key) = target.key() else {
        return false;
    };
    if exam.world.meta(&key).is_some() || !exam.knows(key.kind, &key.namespace) {
        return false;
    }
    if exam.is_early(scaler.metadata.creation_timestamp, grace::EXTENSION) {
        return true;
    }
    let (kind, name) = (&*target.kind, &*target.name);
    let mut finding = exam.finding(
        "AutoscalerTargetMissing",
        Severity::Warning,
        format!("scales {kind} {name}, which does not exist"),
    );
    let others = exam.world.keys_in(key.kind, &key.namespace);
    let alike = nearest(name, others.iter().map(|other| &*other.name));
    finding.message = match alike {
        Some(other) => format!("There is no {kind} {name} to be scaled. There is one named {other}."),
        None => format!(
            "There is no {kind} {name} in namespace {} to be scaled.",
            key.namespace
        ),
    }
    .into();
    finding.since = scaler.metadata.creation_timestamp;
    finding
        .evidence
        .push(exam.field("spec.scaleTargetRef.name", name));
    finding.evidence.push(facts::related(
        target.clone(),
        format!("{kind} {name} does not exist"),
    ));
    finding.evidence.extend(facts::condition(
        &exam.object,
        &scaler.status.conditions,
        "AbleToScale",
    ));
    exam.report(finding);
    true
}

fn cannot_scale(exam: &mut Exam, scaler: &HorizontalPodAutoscaler, able: &Condition) {
    if exam.is_early(able.last_transition_time, grace::EXTENSION) {
        return;
    }
    let said = if able.message.is_empty() {
        &*able.reason
    } else {
        &*able.message
    };
    let said = said.rsplit_once("current scale: ").map_or(said, |(_, why)| why);
    let target = &scaler.spec.scale_target_ref;
    let mut finding = exam.finding(
        "AutoscalerCannotScale",
        Severity::Warning,
        brief(
            &format!("cannot scale {} {}: {said}", target.kind, target.name),
            120,
        ),
    );
    finding.message = able.message.clone();
    finding.since = able.last_transition_time;
    finding.evidence.extend(facts::condition(
        &exam.object,
        &scaler.status.conditions,
        "AbleToScale",
    ));
    finding
        .evidence
        .push(exam.field("spec.scaleTargetRef.kind", &*target.kind));
    exam.report(finding);
}

/// By intent (that is what a maximum is for), and worth knowing when pods are slow.
fn at_most(exam: &mut Exam, scaler: &HorizontalPodAutoscaler, limited: &Condition) {
    let most = scaler.spec.max_replicas;
    let mut finding = exam.finding(
        "AutoscalerAtMaximum",
        Severity::Info,
        format!("wants more than the {most} replicas that it may have"),
    );
    finding.message = limited.message.clone();
    finding.since = limited.last_transition_time;
    finding.evidence.extend(facts::condition(
        &exam.object,
        &scaler.status.conditions,
        "ScalingLimited",
    ));
    finding
        .evidence
        .push(exam.field("spec.maxReplicas", most.to_string()));
    exam.report(finding);
}
