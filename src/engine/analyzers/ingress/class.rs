//! Who takes the Ingress.

use super::is_served;
use crate::engine::analyzers::alike::unlike;
use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{Ingress, IngressClass};
use crate::engine::object::{Key, Kind};

/// Its class does not exist, it has none, or those who serve its class pass it by.
pub(super) fn check(exam: &mut Exam, ingress: &Ingress) {
    if is_served(ingress) || !exam.knows(Kind::IngressClass, "") {
        return;
    }
    let made = ingress.metadata.creation_timestamp;
    match (ingress.class(), ingress.spec.ingress_class_name.as_deref()) {
        (None, _) => {
            let default = exam.world.all::<IngressClass>().any(is_default);
            if !default && !exam.is_early(made, grace::INGRESS) {
                none(exam, ingress);
            }
        }
        // The annotation names what a controller listens to; there need not be an object of that name.
        (Some(class), Some(field)) if field == class => {
            if exam.world.get::<IngressClass>("", class).is_some() {
                passed_by(exam, ingress, class);
            } else if !exam.is_early(made, grace::INGRESS) {
                missing(exam, ingress, class);
            }
        }
        (Some(class), _) => passed_by(exam, ingress, class),
    }
}

fn is_default(class: &IngressClass) -> bool {
    class
        .metadata
        .annotations
        .get("ingressclass.kubernetes.io/is-default-class")
        == Some("true")
}

fn none(exam: &mut Exam, ingress: &Ingress) {
    let mut finding = exam.finding(
        "IngressWithoutClass",
        Severity::Warning,
        "names no class, and the cluster has no default one: no controller takes it",
    );
    let have: Vec<&str> = exam
        .world
        .all::<IngressClass>()
        .map(|class| &*class.metadata.name)
        .take(8)
        .collect();
    finding.message = match have.as_slice() {
        [] => "The Ingress leaves its class to the cluster, which has no IngressClass at all.".to_owned(),
        have => format!(
            "The Ingress leaves its class to the cluster, and no IngressClass is marked as default. The cluster has {}.",
            have.join(", ")
        ),
    }
    .into();
    finding.since = ingress.metadata.creation_timestamp;
    finding.evidence.push(exam.field("spec.ingressClassName", ""));
    finding
        .evidence
        .push(exam.field("status.loadBalancer.ingress", "empty: nobody serves it"));
    exam.report(finding);
}

fn missing(exam: &mut Exam, ingress: &Ingress, class: &str) {
    let mut finding = exam.finding(
        "IngressClassMissing",
        Severity::Warning,
        format!("its class {class} does not exist: no controller takes it"),
    );
    let all = exam.world.all::<IngressClass>();
    let have: Vec<&str> = all.map(|class| &*class.metadata.name).take(8).collect();
    let alike = have.iter().find(|name| unlike(class, name).is_some());
    finding.message = match (alike, have.as_slice()) {
        (Some(alike), _) => format!("No IngressClass is named {class}. There is one named {alike}."),
        (None, []) => format!("No IngressClass is named {class}; the cluster has none at all."),
        (None, have) => format!(
            "No IngressClass is named {class}. The cluster has {}.",
            have.join(", ")
        ),
    }
    .into();
    finding.since = ingress.metadata.creation_timestamp;
    finding.evidence.push(exam.field("spec.ingressClassName", class));
    let object = Key::new(Kind::IngressClass, "", class).object();
    finding
        .evidence
        .push(facts::related(object, format!("class {class} does not exist")));
    exam.report(finding);
}

/// Others of its class have an address, and it has none.
fn passed_by(exam: &mut Exam, ingress: &Ingress, class: &str) {
    let key = Key::new(Kind::IngressClass, "", class);
    let served = exam.world.referrers_of(&key, Kind::Ingress).find(|other| {
        let other = exam.world.get::<Ingress>(&other.namespace, &other.name);
        other.is_some_and(is_served)
    });
    let Some(served) = served else { return };
    if exam.is_early(ingress.metadata.creation_timestamp, grace::LOAD_BALANCER) {
        return;
    }
    let mut finding = exam.finding(
        "IngressNoAddress",
        Severity::Warning,
        format!("has no address, though the controller of class {class} serves others"),
    );
    finding.message = format!(
        "The controller of class {class} has given {} an address and this Ingress none: it refuses it or does not see it.",
        served.object()
    )
    .into();
    finding.since = ingress.metadata.creation_timestamp;
    finding
        .evidence
        .push(exam.field("status.loadBalancer.ingress", "empty"));
    finding.evidence.push(facts::related(
        served.object(),
        "has the same class and an address",
    ));
    let said = exam.world.events_of(exam.key);
    if let Some(event) = said.iter().rev().find(|event| event.is_warning()) {
        finding.evidence.push(facts::event(event));
    }
    exam.report(finding);
}
