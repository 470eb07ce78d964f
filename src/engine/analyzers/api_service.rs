//! APIServices: a part of the API that nobody serves.

use jiff::Timestamp;

use super::backend::{self, Backend, PortName, changed_service};
use super::exam::Exam;
use super::messages::{brief, last_clause};
use super::{Analysis, Analyzer, Code, codes, facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{APIService, Condition, ServiceReference, condition};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds parts of the API that nobody serves.
pub struct APIServiceAnalyzer;

impl Analyzer for APIServiceAnalyzer {
    fn name(&self) -> &'static str {
        "APIService"
    }

    fn kind(&self) -> Kind {
        Kind::APIService
    }

    fn codes(&self) -> &'static [Code] {
        codes::extension::API_SERVICE
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::Service, Kind::EndpointSlice]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        if changed.kind == Kind::APIService {
            keys.push(changed.clone());
        }
        if let Some(service) = changed_service(world, changed) {
            keys.extend(world.referrers_of(&service, self.kind()));
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let extension = world
            .get::<APIService>("", &key.name)
            .filter(|extension| extension.metadata.deletion_timestamp.is_none());
        // Those without a Service the API server answers itself.
        if let Some(extension) = extension
            && let Some(service) = &extension.spec.service
        {
            check(&mut exam, extension, service);
        }
        exam.analysis
    }
}

/// Whether the API server says that this part of it cannot be reached.
pub(super) fn is_unavailable(extension: &APIService) -> bool {
    extension.spec.service.is_some()
        && condition(&extension.status.conditions, "Available")
            .is_some_and(|available| available.status != "True")
}

fn check(exam: &mut Exam, extension: &APIService, service: &ServiceReference) {
    let conditions = &extension.status.conditions;
    let available = condition(conditions, "Available");
    let port = service.port.unwrap_or(443);
    let met = backend::meet(
        exam.world,
        &service.namespace,
        &service.name,
        PortName::Number(port),
    );
    let words = format!("{}/{}", service.namespace, service.name);
    let (since, why) = match (available, &met) {
        (Some(one), _) if one.status == "True" => return,
        (Some(one), met) => (one.last_transition_time, why(one, met, &words, port)),
        (None, Backend::Missing) => (
            extension.metadata.creation_timestamp,
            format!("Service {words} does not exist"),
        ),
        (None, _) => return,
    };
    if exam.is_early(since, grace::EXTENSION) {
        return;
    }
    let spec = &extension.spec;
    let mut finding = exam.finding(
        "APIServiceUnavailable",
        Severity::Warning,
        format!("API {}/{} is not available: {why}", spec.group, spec.version),
    );
    let said = available.map_or("", |one| &*one.message);
    finding.message = format!(
        "{}{}Whatever is asked of {} fails; while it does, no namespace can be deleted to its end.",
        said.trim_end_matches('.'),
        if said.is_empty() { "" } else { ". " },
        spec.group,
    )
    .into();
    finding.since = since;
    finding
        .evidence
        .extend(facts::condition(&exam.object, conditions, "Available"));
    finding.evidence.push(exam.field("spec.service", &*words));
    let object = service.object();
    match met {
        Backend::Missing => finding
            .evidence
            .push(facts::related(object, format!("Service {words} does not exist"))),
        Backend::NoPort(there) => finding.evidence.extend(backend::port_facts(there)),
        Backend::Nobody(there) => {
            finding.evidence.push(backend::endpoint_fact(exam.world, there));
            finding.culprit = Some(object);
        }
        Backend::Unknown | Backend::Answers => {}
    }
    exam.report(finding);
}

fn why(available: &Condition, met: &Backend, service: &str, port: i32) -> String {
    match (available.reason.as_str(), met) {
        ("ServiceNotFound", _) | (_, Backend::Missing) => format!("Service {service} does not exist"),
        ("ServicePortError", _) | (_, Backend::NoPort(_)) => format!("Service {service} has no port {port}"),
        ("MissingEndpoints" | "EndpointsNotFound", _) | (_, Backend::Nobody(_)) => {
            format!("nobody behind Service {service} is ready")
        }
        ("FailedDiscoveryCheck", _) => brief(
            &format!(
                "Service {service} does not answer: {}",
                last_clause(&available.message)
            ),
            80,
        ),
        (reason, _) if available.message.is_empty() => reason.to_owned(),
        _ => brief(&available.message, 80),
    }
}
