//! Admission webhooks that cannot be asked: with the policy Fail nothing that they are about can be created.

use jiff::Timestamp;

use super::backend::{self, Backend, PortName, changed_service};
use super::exam::Exam;
use super::{Analysis, Analyzer, Code, codes, facts, grace};
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{
    AdmissionRule, MutatingWebhookConfiguration, Namespace, Selector, ServiceReference,
    ValidatingWebhookConfiguration, Watched, Webhook,
};
use crate::engine::object::{Key, Kind, Symbol};
use crate::engine::world::World;

/// The kinds that configure webhooks.
pub(super) const KINDS: &[Kind] = &[
    Kind::ValidatingWebhookConfiguration,
    Kind::MutatingWebhookConfiguration,
];

/// Finds webhooks that cannot be asked, of the configurations of one of [`KINDS`].
pub struct WebhookAnalyzer(pub Kind);

impl Analyzer for WebhookAnalyzer {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn kind(&self) -> Kind {
        self.0
    }

    fn codes(&self) -> &'static [Code] {
        codes::webhook::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        READS
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        affected(self.kind(), world, changed, keys);
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        if let Some(one) = world.get::<ValidatingWebhookConfiguration>("", &key.name)
            && key.kind == Kind::ValidatingWebhookConfiguration
        {
            check(&mut exam, one, &one.webhooks);
        } else if let Some(one) = world.get::<MutatingWebhookConfiguration>("", &key.name)
            && key.kind == Kind::MutatingWebhookConfiguration
        {
            check(&mut exam, one, &one.webhooks);
        }
        exam.analysis
    }
}

const READS: &[Kind] = &[Kind::Service, Kind::EndpointSlice, Kind::Namespace];

fn affected(kind: Kind, world: &World, changed: &Key, keys: &mut Vec<Key>) {
    if changed.kind == kind {
        keys.push(changed.clone());
    }
    if let Some(service) = changed_service(world, changed) {
        keys.extend(world.referrers_of(&service, kind));
    }
}

fn check<T: Watched>(exam: &mut Exam, configuration: &T, webhooks: &[Webhook]) {
    let meta = configuration.meta();
    if meta.deletion_timestamp.is_some() {
        return;
    }
    for (index, webhook) in webhooks.iter().enumerate() {
        // What lies at an address outside cannot be seen from here.
        let Some(service) = &webhook.client_config.service else {
            continue;
        };
        if let Some(finding) = examine(exam, meta.creation_timestamp, index, webhook, service) {
            exam.report(finding);
        }
    }
}

fn examine(
    exam: &mut Exam,
    made: Option<Timestamp>,
    index: usize,
    webhook: &Webhook,
    service: &ServiceReference,
) -> Option<Finding> {
    let port = service.port.unwrap_or(443);
    let words = format!("{}/{}", service.namespace, service.name);
    let place = format!("webhooks[{index}].clientConfig.service");
    let met = backend::meet(
        exam.world,
        &service.namespace,
        &service.name,
        PortName::Number(port),
    );
    let since = match &met {
        Backend::Nobody(there) => backend::nobody_since(exam.world, there).max(made),
        _ => made,
    };
    let name = &*webhook.name;
    let (code, title) = match &met {
        Backend::Missing => (
            "WebhookServiceMissing",
            format!("webhook {name} cannot be asked: Service {words} does not exist"),
        ),
        Backend::NoPort(there) => (
            "WebhookPortMissing",
            format!(
                "webhook {name} cannot be asked: Service {words} has no port {port}, but {}",
                backend::ports(there)
            ),
        ),
        Backend::Nobody(_) => (
            "WebhookNobodyReady",
            format!("webhook {name} cannot be asked: nobody behind Service {words} is ready"),
        ),
        // An authority that is not said is one of the machine's own: none of those signs for a Service.
        Backend::Answers | Backend::Unknown if !webhook.client_config.ca_bundle => {
            if exam.is_early(made, grace::CA_BUNDLE) {
                return None;
            }
            (
                "WebhookWithoutAuthority",
                format!("webhook {name} says no certificate authority: its answers are not trusted"),
            )
        }
        Backend::Answers | Backend::Unknown => return None,
    };
    if exam.is_early(since, grace::EXTENSION) {
        return None;
    }
    let mut finding = exam.finding(code, severity(exam, webhook), title);
    // A certificate that the machine's own authorities signed is rare, but would do.
    if code == "WebhookWithoutAuthority" {
        finding.severity = finding.severity.min(Severity::Warning);
    }
    finding.subject = webhook.name.clone();
    finding.since = since;
    let policy = if ignores(webhook) { "Ignore" } else { "Fail" };
    let about = about(&webhook.rules);
    finding.message = if ignores(webhook) {
        format!("Its failurePolicy is Ignore: requests about {about} pass without having been looked at.")
    } else {
        format!("Its failurePolicy is Fail: requests about {about} are refused until it answers.")
    }
    .into();
    match met {
        Backend::NoPort(there) => {
            finding
                .evidence
                .push(exam.field(format!("{place}.port"), port.to_string()));
            finding.evidence.extend(backend::port_facts(there));
        }
        Backend::Nobody(there) => {
            finding.evidence.push(exam.field(&*place, &*words));
            finding.evidence.push(backend::endpoint_fact(exam.world, there));
            let object = service.object();
            finding.evidence.push(facts::related(
                object.clone(),
                "is asked, and nobody behind it is ready",
            ));
            finding.culprit = Some(object);
        }
        Backend::Missing => {
            finding.evidence.push(exam.field(&*place, &*words));
            let object = service.object();
            finding
                .evidence
                .push(facts::related(object, format!("Service {words} does not exist")));
        }
        _ => finding
            .evidence
            .push(exam.field(format!("webhooks[{index}].clientConfig.caBundle"), "empty")),
    }
    finding
        .evidence
        .push(exam.field(format!("webhooks[{index}].failurePolicy"), policy));
    finding
        .evidence
        .push(exam.field(format!("webhooks[{index}].rules"), about));
    Some(finding)
}

fn ignores(webhook: &Webhook) -> bool {
    webhook.failure_policy == "Ignore"
}

/// What it is about, in words: `CREATE of pods`, `any change of everything in cert-manager.io`.
fn about(rules: &[AdmissionRule]) -> String {
    let said = rules.iter().take(3).map(|rule| {
        let operations = if rule.operations.iter().any(|one| one == "*") {
            "any change".to_owned()
        } else {
            joined(&rule.operations)
        };
        let all = |one: &Symbol| matches!(one.as_str(), "*" | "*/*");
        if !rule.resources.iter().any(all) {
            return format!("{operations} of {}", joined(&rule.resources));
        }
        if rule.api_groups.is_empty() || rule.api_groups.iter().any(all) {
            return format!("{operations} of everything");
        }
        format!("{operations} of everything in {}", joined(&rule.api_groups))
    });
    match said.collect::<Vec<_>>() {
        none if none.is_empty() => "nothing".to_owned(),
        some => some.join("; "),
    }
}

fn joined(words: &[Symbol]) -> String {
    let words = words.iter().map(|word| match word.as_str() {
        "" => "the core group",
        word => word,
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The API groups of these; custom kinds have resources of the same names (Knative's Services).
const VITAL_GROUPS: &[&str] = &[
    "*",
    "",
    "apps",
    "batch",
    "discovery.k8s.io",
    "coordination.k8s.io",
];

/// What every workload needs: where these cannot be written, users are hit or soon will be.
const VITAL: &[&str] = &[
    "*",
    "*/*",
    "pods",
    "pods/*",
    "deployments",
    "replicasets",
    "statefulsets",
    "daemonsets",
    "jobs",
    "services",
    "endpointslices",
    "nodes",
    "leases",
    "secrets",
    "configmaps",
];

fn severity(exam: &Exam, webhook: &Webhook) -> Severity {
    let vital = webhook.rules.iter().any(|rule| {
        let writes = rule
            .operations
            .iter()
            .any(|one| matches!(one.as_str(), "*" | "CREATE" | "UPDATE"));
        let groups = rule.api_groups.iter().any(|one| VITAL_GROUPS.contains(&&**one));
        writes && groups && rule.resources.iter().any(|one| VITAL.contains(&&**one))
    });
    let mutates = exam.key.kind == Kind::MutatingWebhookConfiguration;
    match (
        ignores(webhook),
        vital && reaches(exam.world, &webhook.namespace_selector),
    ) {
        (false, true) => Severity::Critical,
        // What should be added to each pod is missing from it.
        (false, false) => Severity::Warning,
        (true, true) if mutates => Severity::Warning,
        (true, _) => Severity::Info,
    }
}

/// Whether there is a namespace for which it is asked.
fn reaches(world: &World, selector: &Selector) -> bool {
    world.count(Kind::Namespace) == 0
        || world
            .all::<Namespace>()
            .any(|namespace| selector.matches(&namespace.metadata.labels))
}

/// The configuration that has a webhook of that name: an API server's refusal names only the webhook.
pub(super) fn configuration_of(world: &World, webhook: &str) -> Option<Key> {
    let has = |webhooks: &[Webhook]| webhooks.iter().any(|one| &*one.name == webhook);
    let validating = world
        .all::<ValidatingWebhookConfiguration>()
        .filter(|one| has(&one.webhooks))
        .map(|one| Key::new(Kind::ValidatingWebhookConfiguration, "", &one.metadata.name));
    let mutating = world
        .all::<MutatingWebhookConfiguration>()
        .filter(|one| has(&one.webhooks))
        .map(|one| Key::new(Kind::MutatingWebhookConfiguration, "", &one.metadata.name));
    validating.chain(mutating).next()
}
