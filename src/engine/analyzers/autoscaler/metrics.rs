//! Why an autoscaler cannot compute how many replicas there should be.

use crate::engine::analyzers::api_service::is_unavailable;
use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::messages::{brief, last_clause};
use crate::engine::analyzers::{facts, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{
    APIService, Condition, Deployment, HorizontalPodAutoscaler, LimitRange, Metric, PodSpec,
    ReplicationController, StatefulSet,
};
use crate::engine::object::{Key, Kind};

/// `ScalingActive` is False, and not because someone has scaled the target to 0.
pub(super) fn check(exam: &mut Exam, scaler: &HorizontalPodAutoscaler, active: &Condition) {
    if exam.is_early(active.last_transition_time, grace::METRICS) {
        return;
    }
    let mut finding = exam.finding(
        "AutoscalerNoMetrics",
        Severity::Warning,
        brief(&format!("cannot scale: {}", last_clause(&active.message)), 110),
    );
    finding.message = active.message.clone();
    finding.since = active.last_transition_time;
    finding.evidence.extend(facts::condition(
        &exam.object,
        &scaler.status.conditions,
        "ScalingActive",
    ));
    if !api(exam, active, &mut finding) {
        requests(exam, scaler, &mut finding);
    }
    if let Some(event) = exam.event(&[active.reason.as_str(), "FailedComputeMetricsReplicas"]) {
        finding.count = event.times();
        finding.evidence.push(facts::event(event));
    }
    exam.report(finding);
}

/// The part of the API that a metric comes from is not there, or nobody answers for it.
fn api(exam: &Exam, active: &Condition, finding: &mut Finding) -> bool {
    let (group, served_by) = match active.reason.as_str() {
        "FailedGetResourceMetric" | "FailedGetContainerResourceMetric" => {
            ("metrics.k8s.io", "metrics-server is not installed")
        }
        "FailedGetPodsMetric" | "FailedGetObjectMetric" => {
            ("custom.metrics.k8s.io", "no metrics adapter is installed")
        }
        "FailedGetExternalMetric" => ("external.metrics.k8s.io", "no metrics adapter is installed"),
        _ => return false,
    };
    let mut served = exam
        .world
        .all::<APIService>()
        .filter(|extension| extension.spec.group == group)
        .peekable();
    if served.peek().is_none() {
        // A cluster whose APIServices were read has some: those of the API server itself.
        let known = exam.knows(Kind::APIService, "") && exam.world.count(Kind::APIService) > 0;
        if known || active.message.contains("could not find the requested resource") {
            finding.title = format!("has no metrics: the cluster serves no {group} ({served_by})").into();
            return true;
        }
        return false;
    }
    let Some(down) = served.find(|extension| is_unavailable(extension)) else {
        return false;
    };
    let object = Key::new(Kind::APIService, "", &down.metadata.name).object();
    finding.title = format!("has no metrics: API {group} is not available").into();
    finding
        .evidence
        .extend(facts::condition(&object, &down.status.conditions, "Available"));
    finding.culprit = Some(object);
    true
}

/// A share of what containers request needs a request.
fn requests(exam: &Exam, scaler: &HorizontalPodAutoscaler, finding: &mut Finding) {
    let target = scaler.target();
    let Some(key) = target.key() else { return };
    let (namespace, name) = (&*key.namespace, &*key.name);
    let spec: Option<&PodSpec> = match key.kind {
        Kind::Deployment => exam
            .world
            .get::<Deployment>(namespace, name)
            .map(|one| &one.spec.template.spec),
        Kind::StatefulSet => exam
            .world
            .get::<StatefulSet>(namespace, name)
            .map(|one| &one.spec.template.spec),
        Kind::ReplicationController => exam
            .world
            .get::<ReplicationController>(namespace, name)
            .map(|one| &one.spec.template.spec),
        _ => None,
    };
    let Some(spec) = spec else { return };
    for metric in &scaler.spec.metrics {
        let Some((resource, container)) = share(metric) else {
            continue;
        };
        if defaulted(exam, resource) {
            continue;
        }
        let lacking = spec.containers.iter().enumerate().find(|(_, one)| {
            let asked = one
                .resources
                .requests
                .get(resource)
                .or(one.resources.limits.get(resource));
            (container.is_empty() || one.name == container) && asked.is_none()
        });
        let Some((index, lacking)) = lacking else { continue };
        finding.title = format!(
            "cannot scale by {resource}: container {} of {} {name} requests none",
            lacking.name, target.kind
        )
        .into();
        finding.evidence.push(Evidence::field(
            target,
            format!("spec.template.spec.containers[{index}].resources.requests[\"{resource}\"]"),
            "not set",
        ));
        return;
    }
}

/// The resource that a metric is a share of, and the container (all if empty).
fn share(metric: &Metric) -> Option<(&str, &str)> {
    let resource = metric.resource.as_ref().or(metric.container_resource.as_ref())?;
    (resource.target.kind == "Utilization").then_some((&*resource.name, &*resource.container))
}

/// Whether a LimitRange gives containers a request that they do not say.
fn defaulted(exam: &Exam, resource: &str) -> bool {
    exam.world
        .in_namespace::<LimitRange>(&exam.key.namespace)
        .flat_map(|range| &range.spec.limits)
        .filter(|limit| limit.kind == "Container")
        .any(|limit| {
            limit
                .default_request
                .get(resource)
                .or(limit.default.get(resource))
                .is_some()
        })
}
