//! CustomResourceDefinitions: kinds that are not served, or whose versions nobody converts.

use jiff::Timestamp;

use super::backend::{self, Backend, PortName, changed_service};
use super::exam::Exam;
use super::messages::brief;
use super::{Analysis, Analyzer, Code, codes, facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{CustomResourceDefinition, condition};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds custom kinds that cannot be read or written.
pub struct DefinitionAnalyzer;

impl Analyzer for DefinitionAnalyzer {
    fn name(&self) -> &'static str {
        "CustomResourceDefinition"
    }

    fn kind(&self) -> Kind {
        Kind::CustomResourceDefinition
    }

    fn codes(&self) -> &'static [Code] {
        codes::extension::DEFINITION
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::Service, Kind::EndpointSlice]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        if changed.kind == self.kind() {
            keys.push(changed.clone());
        }
        if let Some(service) = changed_service(world, changed) {
            keys.extend(world.referrers_of(&service, self.kind()));
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let definition = world
            .get::<CustomResourceDefinition>("", &key.name)
            .filter(|definition| definition.metadata.deletion_timestamp.is_none());
        if let Some(definition) = definition {
            unserved(&mut exam, definition);
            unconverted(&mut exam, definition);
        }
        exam.analysis
    }
}

/// Its names belong to another kind, or it is not established for another reason.
fn unserved(exam: &mut Exam, definition: &CustomResourceDefinition) {
    let conditions = &definition.status.conditions;
    let bad = ["NamesAccepted", "Established"]
        .into_iter()
        .filter_map(|kind| condition(conditions, kind))
        .find(|one| one.status == "False");
    let Some(bad) = bad else { return };
    if exam.is_early(bad.last_transition_time, grace::EXTENSION) {
        return;
    }
    let said = if bad.message.is_empty() {
        &*bad.reason
    } else {
        &*bad.message
    };
    let mut finding = exam.finding(
        "DefinitionNotServed",
        Severity::Warning,
        brief(&format!("its kind is not served: {said}"), 110),
    );
    finding.message = bad.message.clone();
    finding.since = bad.last_transition_time;
    finding
        .evidence
        .extend(facts::condition(&exam.object, conditions, &bad.kind));
    exam.report(finding);
}

/// Objects of an older version cannot be read while nobody converts them.
fn unconverted(exam: &mut Exam, definition: &CustomResourceDefinition) {
    let conversion = &definition.spec.conversion;
    let Some(service) = &conversion.webhook.client_config.service else {
        return;
    };
    if conversion.strategy != "Webhook" {
        return;
    }
    let port = service.port.unwrap_or(443);
    let words = format!("{}/{}", service.namespace, service.name);
    let made = definition.metadata.creation_timestamp;
    let met = backend::meet(
        exam.world,
        &service.namespace,
        &service.name,
        PortName::Number(port),
    );
    let (since, why, culprit) = match &met {
        Backend::Missing => (made, format!("Service {words} does not exist"), None),
        Backend::NoPort(there) => (
            made,
            format!(
                "Service {words} has no port {port}, but {}",
                backend::ports(there)
            ),
            None,
        ),
        Backend::Nobody(there) => (
            backend::nobody_since(exam.world, there).max(made),
            format!("nobody behind Service {words} is ready"),
            Some(service.object()),
        ),
        Backend::Unknown | Backend::Answers => return,
    };
    if exam.is_early(since, grace::EXTENSION) {
        return;
    }
    let mut finding = exam.finding(
        "DefinitionNotConverted",
        Severity::Warning,
        format!("its versions cannot be converted: {why}"),
    );
    finding.message = format!(
        "The API server asks Service {words} to convert {} between versions: objects that are stored in another one \
         than is asked for cannot be read.",
        definition.spec.names.plural
    )
    .into();
    finding.since = since;
    finding.evidence.push(exam.field(
        "spec.conversion.webhook.clientConfig.service",
        format!("{words}:{port}"),
    ));
    match met {
        Backend::Nobody(there) => finding.evidence.push(backend::endpoint_fact(exam.world, there)),
        Backend::NoPort(there) => finding.evidence.extend(backend::port_facts(there)),
        _ => finding.evidence.push(facts::related(service.object(), why)),
    }
    finding.culprit = culprit;
    exam.report(finding);
}
