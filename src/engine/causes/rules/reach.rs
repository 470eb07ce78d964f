//! What a log names: the Service that a container does not reach, and the DNS that it asks for names.

use jiff::{SignedDuration, Timestamp};

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use super::selection::selects;
use super::strength::strongest;
use crate::engine::analyzers::logs::{LogDigest, Target, Trouble};
use crate::engine::evidence::Source;
use crate::engine::finding::Finding;
use crate::engine::kinds::{Pod, Service};
use crate::engine::object::ObjectRef;
use crate::engine::world::is_of_cluster;

/// What is said of a Service that keeps its clients from reaching it, most telling first.
const UNREACHED: &[&str] = &[
    "ServiceMissing",
    "ServiceExternalNameDangling",
    "ServiceSelectsNothing",
    "ServiceScaledToZero",
    "ServicePortNotOffered",
    "ServicePortNotFound",
    "ServiceNoReadyEndpoints",
    "ServiceEndpointsStale",
    "ServicePortUndeclared",
    "ServiceProtocolMismatch",
];

/// What is said of one port of a Service: its subject is the port.
const OF_PORT: &[&str] = &[
    "ServicePortNotOffered",
    "ServicePortNotFound",
    "ServicePortUndeclared",
    "ServiceProtocolMismatch",
];

/// What is said of a Service whose name does not resolve; of a headless one also that it has no endpoints.
const UNRESOLVED: &[&str] = &["ServiceMissing", "ServiceExternalNameDangling"];

/// A Service behind which nobody answers.
const NOBODY: &[&str] = &[
    "ServiceSelectsNothing",
    "ServiceScaledToZero",
    "ServiceNoReadyEndpoints",
    "ServiceEndpointsStale",
];

/// A cause is there before what follows from it; probes and back-offs notice it up to so much later.
const NOTICED: SignedDuration = SignedDuration::from_mins(2);

/// Whether a group began early enough to be the cause of another, as far as is known.
pub(super) fn precedes(sight: &Sight, cause: &GroupKey, group: &Group) -> bool {
    let (Some(cause), Some(symptom)) = (onset(sight, cause), group.onset()) else {
        return true;
    };
    cause.duration_since(symptom) <= NOTICED
}

/// When a group began. Pods that crash are ready for a moment now and then: of a Service it is when theirs did.
fn onset(sight: &Sight, cause: &GroupKey) -> Option<Timestamp> {
    let own = sight.onset(cause);
    if &*cause.code != "ServiceNoReadyEndpoints" {
        return own;
    }
    let service = sight.get::<Service>(&cause.owner.namespace, &cause.owner.name)?;
    let pods = sight
        .failing::<Pod>(&service.metadata.namespace)
        .filter(|(_, pod)| selects(&service.spec.selector, &pod.metadata.labels));
    let theirs = pods.flat_map(|(object, _)| sight.about(object).collect::<Vec<_>>());
    theirs.filter_map(|key| sight.onset(key)).chain(own).min()
}

/// The log that a finding about a container speaks of.
fn spoken_of<'a>(sight: &Sight<'a>, finding: &Finding) -> Option<&'a LogDigest> {
    let pod = finding.object.key()?;
    let quoted = finding.evidence.iter().find_map(|fact| match &fact.source {
        Source::Log {
            container, previous, ..
        } => Some((container, *previous)),
        _ => None,
    });
    if let Some((container, previous)) = quoted {
        return sight.log(&pod, container, previous);
    }
    let container = finding.container.as_ref()?;
    let before = sight.log(&pod, container, true);
    before.or_else(|| sight.log(&pod, container, false))
}

/// The hosts that a container does not reach: as its log names them, else its settings.
fn targets(digest: &LogDigest, pod: Option<&Pod>, finding: &Finding) -> Vec<Target> {
    if !digest.named.unreached.is_empty() {
        return digest.named.unreached.clone();
    }
    let container = finding.container.as_deref().unwrap_or_default();
    let spec = pod.and_then(|pod| pod.container(container));
    let hosts = spec.map(|(_, _, spec)| &*spec.hosts).unwrap_or_default();
    // One setting is the one; of several it is not known which.
    match hosts {
        [host] => {
            let (name, port) = host.split_once(':').unwrap_or((host, ""));
            vec![Target {
                host: name.into(),
                port: port.parse().ok(),
            }]
        }
        _ => Vec::new(),
    }
}

pub(super) fn by_unreached(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    group.findings().iter().find_map(|(_, finding)| {
        let digest = spoken_of(sight, finding)?;
        let trouble = digest.named.trouble?;
        let namespace = &*finding.object.namespace;
        let pod = sight.get::<Pod>(namespace, &finding.object.name);
        targets(digest, pod, finding).iter().find_map(|target| {
            let service = match sight.service_at(&target.host, namespace) {
                Some(service) => service,
                None => Sight::service_missed(&target.host, namespace)?,
            };
            let there = sight.get::<Service>(&service.namespace, &service.name);
            // One who asks itself for an answer is not answered because it fails.
            let own = there.zip(pod).is_some_and(|(there, pod)| {
                *service.namespace == *namespace && selects(&there.spec.selector, &pod.metadata.labels)
            });
            if own {
                return None;
            }
            let cause = of_service(sight, &service.object(), there, trouble, target)
                .or_else(|| behind(sight, there?, trouble))?;
            (cause.owner != key.owner && precedes(sight, &cause, group)).then_some(cause)
        })
    })
}

/// What is wrong with a Service so that it is not reached in that manner.
fn of_service(
    sight: &Sight,
    object: &ObjectRef,
    there: Option<&Service>,
    trouble: Trouble,
    target: &Target,
) -> Option<GroupKey> {
    let headless = there.is_some_and(|service| service.spec.cluster_ip == "None");
    let port = target.port.map(|port| port.to_string());
    let fits = |cause: &&GroupKey| {
        let code = &*cause.code;
        let of_port = !OF_PORT.contains(&code) || port.as_deref().is_none_or(|port| *cause.subject == *port);
        let of_name = UNRESOLVED.contains(&code);
        let as_it_fails = match trouble {
            Trouble::Unresolved => of_name || headless && NOBODY.contains(&code),
            Trouble::NoAnswer => of_name,
            Trouble::Refused | Trouble::TimedOut | Trouble::Awaited => true,
        };
        of_port && as_it_fails
    };
    let place = |cause: &&GroupKey| UNREACHED.iter().position(|code| *code == &*cause.code);
    sight
        .about(object)
        .filter(|cause| place(cause).is_some())
        .filter(fits)
        .min_by_key(|cause| (place(cause), *cause))
        .cloned()
}

/// What is wrong with the pods behind a Service of which nothing is said itself, where none of them serves.
fn behind(sight: &Sight, service: &Service, trouble: Trouble) -> Option<GroupKey> {
    let namespace = &*service.metadata.namespace;
    if trouble.is_of_names() || sight.serves(namespace, &service.metadata.name) {
        return None;
    }
    let pods = sight
        .failing::<Pod>(namespace)
        .filter(|(_, pod)| selects(&service.spec.selector, &pod.metadata.labels));
    strongest(sight, pods.map(|(object, _)| object))
}

/// Whether a Service is the cluster's own DNS.
fn is_dns(service: &Service) -> bool {
    let label = service.metadata.labels.get("k8s-app");
    matches!(label, Some("kube-dns" | "coredns"))
        || matches!(
            &*service.metadata.name,
            "kube-dns" | "coredns" | "rke2-coredns-rke2-coredns"
        )
}

pub(super) fn by_dns(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    let asks_in_vain = group.findings().iter().any(|(_, finding)| {
        let named = spoken_of(sight, finding).map(|digest| &digest.named);
        named.is_some_and(|named| match named.trouble {
            Some(Trouble::NoAnswer) => true,
            // That of what is there is not known either.
            Some(Trouble::Unresolved) => named.unreached.iter().any(|target| {
                let there = sight.service_at(&target.host, &finding.object.namespace);
                is_of_cluster(&target.host) && there.is_some()
            }),
            _ => false,
        })
    });
    if !asks_in_vain {
        return None;
    }
    let servers = sight
        .failing::<Service>("kube-system")
        .filter(|(_, service)| is_dns(service));
    let causes = servers.flat_map(|(object, _)| sight.about(object).collect::<Vec<_>>());
    causes
        .filter(|cause| NOBODY.contains(&&*cause.code) && precedes(sight, cause, group))
        .min()
        .cloned()
}
