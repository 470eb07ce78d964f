//! Services that lead out of the cluster, or in from outside.

use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::messages::brief;
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::Service;
use crate::engine::object::{Key, Kind};

/// A load balancer that does not come, a name that leads nowhere.
pub(super) fn check(exam: &mut Exam, service: &Service) {
    match service.spec.kind.as_str() {
        "LoadBalancer" => load_balancer(exam, service),
        "ExternalName" => external_name(exam, service),
        _ => {}
    }
}

/// Events of the controllers that make load balancers.
const FAILED: &[&str] = &[
    "SyncLoadBalancerFailed",
    "CreatingLoadBalancerFailed",
    "UpdateLoadBalancerFailed",
    "LoadBalancerMixedProtocolNotSupported",
    "AllocationFailed",
    "FailedBuildModel",
    "FailedDeployModel",
];

fn load_balancer(exam: &mut Exam, service: &Service) {
    let served = !service.status.load_balancer.ingress.is_empty();
    if served || exam.is_early(service.metadata.creation_timestamp, grace::LOAD_BALANCER) {
        return;
    }
    let event = exam.event(FAILED);
    let class = service.spec.load_balancer_class.as_str();
    let title = match (event, class) {
        (Some(event), _) => brief(&format!("gets no address from outside: {}", event.message), 120),
        (None, "") => "gets no address from outside: nobody makes its load balancer".to_owned(),
        (None, class) => {
            format!("gets no address from outside: nobody makes load balancers of class {class}")
        }
    };
    let mut finding = exam.finding("ServiceLoadBalancerPending", Severity::Warning, title);
    finding.message =
        "The Service is of type LoadBalancer, and no address was given to it. Inside the cluster it can be \
                       reached all the same."
            .into();
    finding.since = service.metadata.creation_timestamp;
    finding
        .evidence
        .push(exam.field("status.loadBalancer.ingress", "empty"));
    finding.evidence.push(exam.field("spec.type", "LoadBalancer"));
    if let Some(event) = event {
        finding.count = event.times();
        finding.evidence.push(facts::event(event));
    }
    exam.report(finding);
}

fn external_name(exam: &mut Exam, service: &Service) {
    let name = &*service.spec.external_name;
    let end = name.trim_end_matches('.');
    let target = service.spec.leads_to();
    let missing = target.filter(|(service, namespace)| {
        let key = Key::new(Kind::Service, namespace, service);
        exam.world.meta(&key).is_none() && exam.knows(Kind::Service, namespace)
    });
    let (title, message) = if let Some((service, namespace)) = missing {
        (
            format!("leads to Service {namespace}/{service}, which does not exist"),
            format!(
                "{name} is the name of a Service of this cluster, and there is none such: the name does not resolve."
            ),
        )
    } else if end.rsplit('.').next() == Some("invalid") {
        (
            format!("leads to {name}, a name that never resolves"),
            "The top-level domain \"invalid\" is reserved for names that do not exist.".to_owned(),
        )
    } else if end.parse::<std::net::IpAddr>().is_ok() {
        (
            format!("leads to {name}, an address where a name belongs"),
            "An ExternalName becomes a CNAME record, which can hold only a name: the address does not resolve."
                .to_owned(),
        )
    } else {
        return;
    };
    if exam.is_early(service.metadata.creation_timestamp, grace::ENDPOINTS) {
        return;
    }
    let mut finding = exam.finding("ServiceExternalNameDangling", Severity::Warning, title);
    finding.message = message.into();
    finding.since = service.metadata.creation_timestamp;
    finding.evidence.push(exam.field("spec.externalName", name));
    finding.evidence.push(exam.field("spec.type", "ExternalName"));
    if let Some((service, namespace)) = missing {
        let object = Key::new(Kind::Service, namespace, service).object();
        finding.evidence.push(facts::related(object, "does not exist"));
    }
    exam.report(finding);
}
