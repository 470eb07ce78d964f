//! Where the Ingress leads.

use std::collections::BTreeMap;

use crate::engine::analyzers::alike::nearest;
use crate::engine::analyzers::backend::{self, Backend, PortName};
use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Ingress, IngressService, Service};
use crate::engine::object::{Key, Kind};

/// A backend that several paths may name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Target<'a> {
    service: &'a str,
    number: i32,
    port: &'a str,
}

impl<'a> Target<'a> {
    fn new(service: &'a IngressService) -> Self {
        Self {
            service: &service.name,
            number: service.port.number,
            port: &service.port.name,
        }
    }

    fn port(&self) -> PortName<'a> {
        match self.number {
            0 => PortName::Name(self.port),
            number => PortName::Number(number),
        }
    }
}

/// Services that do not exist, have not the port, or have nobody behind them.
pub(super) fn check(exam: &mut Exam, ingress: &Ingress) {
    let mut targets: BTreeMap<Target, Vec<String>> = BTreeMap::new();
    for (path, one) in ingress.backends() {
        // Other objects than Services, and names that the AWS load balancer controller looks up in annotations.
        if let Some(service) = one
            .service
            .as_ref()
            .filter(|service| service.port.name != "use-annotation")
        {
            targets.entry(Target::new(service)).or_default().push(path);
        }
    }
    let all = targets.len();
    let mut broken = Vec::new();
    for (target, places) in &targets {
        let met = backend::meet(exam.world, &exam.key.namespace, target.service, target.port());
        let finding = match met {
            Backend::Unknown | Backend::Answers => None,
            Backend::Missing => missing(exam, ingress, target, places),
            Backend::NoPort(service) => no_port(exam, ingress, target, places, service),
            Backend::Nobody(service) => nobody(exam, ingress, target, places, service),
        };
        broken.extend(finding);
    }
    // Everything that it leads to is broken, or part of it.
    let worst = if broken.len() == all {
        Severity::Critical
    } else {
        Severity::Warning
    };
    for mut finding in broken {
        finding.severity = finding.severity.min(worst);
        exam.report(finding);
    }
}

/// What goes there: `shop.example/cart`, `every request that no rule takes`.
fn requests(ingress: &Ingress, place: &str) -> String {
    let rules = ingress.spec.rules.iter().enumerate();
    let mut paths = rules.flat_map(|(r, rule)| {
        let paths = rule.http.paths.iter().enumerate();
        paths.map(move |(p, path)| (format!("spec.rules[{r}].http.paths[{p}].backend"), rule, path))
    });
    paths.find(|(at, ..)| at == place).map_or_else(
        || "what no rule takes".to_owned(),
        |(_, rule, path)| {
            let path = if path.path.is_empty() {
                "/"
            } else {
                path.path.as_str()
            };
            format!("{}{path}", rule.host)
        },
    )
}

fn start(exam: &Exam, code: &str, target: &Target, title: String) -> Finding {
    let mut finding = exam.finding(code, Severity::Critical, title);
    finding.subject = match target.number {
        0 => format!("{}:{}", target.service, target.port),
        number => format!("{}:{number}", target.service),
    }
    .into();
    finding
}

/// More than three places say the same again.
fn place_facts(exam: &Exam, finding: &mut Finding, places: &[String], field: &str, value: &str) {
    for place in places.iter().take(3) {
        finding
            .evidence
            .push(exam.field(format!("{place}.service.{field}"), value));
    }
}

fn missing(exam: &mut Exam, ingress: &Ingress, target: &Target, places: &[String]) -> Option<Finding> {
    if exam.is_early(ingress.metadata.creation_timestamp, grace::INGRESS) {
        return None;
    }
    let (place, name) = (places.first()?, target.service);
    let requests = requests(ingress, place);
    let mut finding = start(
        exam,
        "IngressBackendMissing",
        target,
        format!("sends {requests} to Service {name}, which does not exist"),
    );
    let services = exam.world.in_namespace::<Service>(&exam.key.namespace);
    let alike = nearest(name, services.map(|service| &*service.metadata.name));
    let service = Key::new(Kind::Service, &exam.key.namespace, name).object();
    finding.message = match alike {
        Some(other) => {
            format!("{place} names Service {name}, which does not exist. There is one named {other}.")
        }
        None => format!(
            "{place} names Service {name}, which does not exist in namespace {}.",
            exam.key.namespace
        ),
    }
    .into();
    finding.since = ingress.metadata.creation_timestamp;
    place_facts(exam, &mut finding, places, "name", name);
    finding.evidence.push(facts::related(
        service.clone(),
        format!("Service {name} does not exist"),
    ));
    if alike.is_none() {
        finding.culprit = Some(service);
    }
    Some(finding)
}

fn no_port(
    exam: &mut Exam,
    ingress: &Ingress,
    target: &Target,
    places: &[String],
    service: &Service,
) -> Option<Finding> {
    if exam.is_early(ingress.metadata.creation_timestamp, grace::INGRESS) {
        return None;
    }
    let (place, name, port) = (places.first()?, target.service, target.port());
    let have = backend::ports(service);
    let requests = requests(ingress, place);
    let mut finding = start(
        exam,
        "IngressPortMissing",
        target,
        format!("sends {requests} to port {port} of Service {name}, which has {have}"),
    );
    finding.message = format!("{place} names port {port} of Service {name}; it has {have}.").into();
    finding.since = ingress.metadata.creation_timestamp;
    let (field, value) = match port {
        PortName::Number(number) => ("port.number", number.to_string()),
        PortName::Name(name) => ("port.name", name.to_owned()),
    };
    place_facts(exam, &mut finding, places, field, &value);
    finding.evidence.extend(backend::port_facts(service));
    Some(finding)
}

fn nobody(
    exam: &mut Exam,
    ingress: &Ingress,
    target: &Target,
    places: &[String],
    service: &Service,
) -> Option<Finding> {
    let since = backend::nobody_since(exam.world, service);
    if exam.is_early(since.max(ingress.metadata.creation_timestamp), grace::INGRESS) {
        return None;
    }
    let (place, name) = (places.first()?, target.service);
    let requests = requests(ingress, place);
    let mut finding = start(
        exam,
        "IngressBackendNotReady",
        target,
        format!("sends {requests} to Service {name}, behind which nobody is ready"),
    );
    if backend::is_scaled_to_zero(exam.world, service) {
        finding.severity = Severity::Info;
    }
    finding.message = format!("{place} leads to Service {name}, which has no ready endpoint.").into();
    finding.since = since;
    place_facts(exam, &mut finding, places, "name", name);
    finding.evidence.push(backend::endpoint_fact(exam.world, service));
    finding.culprit = Some(Key::new(Kind::Service, &exam.key.namespace, name).object());
    Some(finding)
}
