//! NetworkPolicies: those that protect nothing, and those that let nothing through.

use jiff::Timestamp;

use super::exam::Exam;
use super::{Analysis, Analyzer, Code, codes, facts, grace, selection};
use crate::engine::evidence::Evidence;
use crate::engine::finding::Severity;
use crate::engine::kinds::{NetworkPolicy, Pod, Service};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds NetworkPolicies that do nothing, or more than may be meant.
pub struct NetworkPolicyAnalyzer;

impl Analyzer for NetworkPolicyAnalyzer {
    fn name(&self) -> &'static str {
        "NetworkPolicy"
    }

    fn kind(&self) -> Kind {
        Kind::NetworkPolicy
    }

    fn codes(&self) -> &'static [Code] {
        codes::network_policy::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[
            Kind::Pod,
            Kind::Service,
            Kind::Deployment,
            Kind::StatefulSet,
            Kind::DaemonSet,
        ]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            // What a policy lets through depends on the others of its namespace.
            Kind::NetworkPolicy => {
                keys.push(changed.clone());
                keys.extend(world.keys_in(Kind::NetworkPolicy, &changed.namespace));
            }
            Kind::Service | Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => {
                keys.extend(world.keys_in(Kind::NetworkPolicy, &changed.namespace));
            }
            // A pod that changes is selected as before; of one that came or went only those need to know that
            // select it, or selected nothing.
            Kind::Pod => {
                let pod = world.get::<Pod>(&changed.namespace, &changed.name);
                let policies = world.in_namespace::<NetworkPolicy>(&changed.namespace);
                let policies = policies.filter(|policy| {
                    pod.is_none_or(|pod| policy.spec.pod_selector.matches(&pod.metadata.labels))
                });
                keys.extend(
                    policies.map(|policy| {
                        Key::new(Kind::NetworkPolicy, &changed.namespace, &policy.metadata.name)
                    }),
                );
            }
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let policy = world
            .get::<NetworkPolicy>(&key.namespace, &key.name)
            .filter(|policy| policy.metadata.deletion_timestamp.is_none());
        if let Some(policy) = policy
            && exam.knows(Kind::Pod, &key.namespace)
        {
            let selector = &policy.spec.pod_selector;
            if selection::pods(world, &key.namespace, selector).next().is_some() {
                isolates(&mut exam, policy);
            } else {
                selects_nothing(&mut exam, policy);
            }
        }
        exam.analysis
    }
}

fn selects_nothing(exam: &mut Exam, policy: &NetworkPolicy) {
    let selector = &policy.spec.pod_selector;
    let namespace = &*exam.key.namespace;
    // An empty one selects all pods: also those that are not there yet.
    if selection::is_empty(selector)
        || selection::awaits(exam.world, namespace, selector)
        || exam.is_early(policy.metadata.creation_timestamp, grace::SELECTOR)
    {
        return;
    }
    let words = selection::words(selector);
    let meant = selection::meant(exam.world, namespace, selector);
    let (severity, title) = match &meant {
        Some(near) => (
            Severity::Warning,
            format!(
                "selects {}, but the pods are labelled {}",
                near.wanted_words(),
                near.has_words()
            ),
        ),
        None => (Severity::Info, format!("selects {words}, which no pod has")),
    };
    let mut finding = exam.finding("NetworkPolicySelectsNothing", severity, title);
    finding.message = match &meant {
        Some(near) => format!(
            "No pod has the labels {words}, so the policy is about nothing. Pod {} has {} instead.",
            near.pod.name,
            near.has_words()
        ),
        None => {
            format!("No pod of namespace {namespace} has the labels {words}: the policy is about nothing.")
        }
    }
    .into();
    finding.since = policy.metadata.creation_timestamp;
    finding.evidence.push(exam.field("spec.podSelector", &*words));
    if let Some(near) = meant {
        finding.evidence.extend(near.has.iter().map(|(key, value)| {
            Evidence::field(
                near.pod.object(),
                format!("metadata.labels[\"{key}\"]"),
                value.as_str(),
            )
        }));
    }
    exam.report(finding);
}

fn restricts(policy: &NetworkPolicy, direction: &str) -> bool {
    // Without types it is about what comes in, and about what goes out where it says what may.
    let types = &policy.spec.policy_types;
    match direction {
        "Ingress" => types.is_empty() || types.iter().any(|one| one == "Ingress"),
        _ if types.is_empty() => !policy.spec.egress.is_empty(),
        _ => types.iter().any(|one| one == "Egress"),
    }
}

/// By intent, most likely; told because it is the first thing to know when connections to that Service time out.
fn isolates(exam: &mut Exam, policy: &NetworkPolicy) {
    if !restricts(policy, "Ingress") || !policy.spec.ingress.is_empty() {
        return;
    }
    let namespace = &*exam.key.namespace;
    let world = exam.world;
    let opens = |pod: &Pod| {
        world.in_namespace::<NetworkPolicy>(namespace).any(|other| {
            restricts(other, "Ingress")
                && !other.spec.ingress.is_empty()
                && other.spec.pod_selector.matches(&pod.metadata.labels)
        })
    };
    let closed = |service: &&Service| {
        let selector = &service.spec.selector;
        let mut pods = world
            .in_namespace::<Pod>(namespace)
            .filter(|pod| {
                let labels = &pod.metadata.labels;
                selector.iter().all(|(key, value)| labels.get(key) == Some(value))
            })
            .filter(|pod| policy.spec.pod_selector.matches(&pod.metadata.labels))
            .peekable();
        !selector.is_empty() && pods.peek().is_some() && !pods.any(opens)
    };
    let services: Vec<&Service> = world
        .in_namespace::<Service>(namespace)
        .filter(closed)
        .take(3)
        .collect();
    let Some(first) = services.first() else { return };
    let names: Vec<&str> = services.iter().map(|service| &*service.metadata.name).collect();
    let mut finding = exam.finding(
        "NetworkPolicyIsolates",
        Severity::Info,
        format!("lets nothing reach the pods of Service {}", first.metadata.name),
    );
    finding.message = format!(
        "The policy selects the pods behind {} and allows nothing to reach them, and no other policy does: where \
         policies are enforced, connections to them time out.",
        names.join(", ")
    )
    .into();
    finding.since = policy.metadata.creation_timestamp;
    let selector = selection::words(&policy.spec.pod_selector);
    let selector = if selector.is_empty() {
        "{}: every pod of the namespace".to_owned()
    } else {
        selector
    };
    finding.evidence.push(exam.field("spec.podSelector", selector));
    finding
        .evidence
        .push(exam.field("spec.ingress", "nothing is allowed"));
    for name in names {
        let service = Key::new(Kind::Service, namespace, name).object();
        finding
            .evidence
            .push(facts::related(service, "nothing may reach its pods"));
    }
    exam.report(finding);
}
