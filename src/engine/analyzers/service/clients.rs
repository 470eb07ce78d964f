//! What the clients of a Service say in their logs: that it does not exist, that it has not the port that they ask for.
//! Nobody else would miss either.

use std::collections::BTreeMap;

use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::logs::Trouble;
use crate::engine::analyzers::{alike, facts, messages, replicas};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{IntOrString, Pod, Service};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::{Client, World, is_of_cluster};

/// Lines of logs that are shown.
const SHOWN: usize = 3;

/// A Service that is not there, and whose name does not resolve for want of it.
pub(super) fn missing(exam: &mut Exam) {
    let (world, key) = (exam.world, exam.key);
    // A StatefulSet that lacks its own Service says so itself.
    let of_set = world.referrers_of(key, Kind::StatefulSet).next().is_some();
    if of_set || !exam.knows(Kind::Service, &key.namespace) {
        return;
    }
    let mut clients = world.clients_of(key);
    clients.retain(|client| {
        let host = &*client.target.host;
        let awaited = client.trouble == Trouble::Awaited && client.target.port.is_some();
        // What a container calls itself is no Service.
        let other = *host != *client.log.pod && *host != *client.log.container;
        (client.trouble == Trouble::Unresolved || awaited) && is_of_cluster(host) && other
    });
    let others = world.keys_in(Kind::Service, &key.namespace);
    let names = || others.iter().map(|other| &*other.name);
    // Then the client is mistaken, and it is its own settings that heal it.
    if clients.is_empty() || names().any(|name| alike::is_mistyped(&key.name, name)) {
        return;
    }
    let words = replicas::names(&owners(world, &clients));
    let title = messages::brief(&format!("Service does not exist, {words} looks for it"), 140);
    let mut finding = Finding::new("ServiceMissing", Severity::Warning, key.object(), title);
    let near = alike::nearest(&key.name, names());
    let similar = near.map_or_else(String::new, |near| format!(" There is one called {near}."));
    finding.message = format!(
        "No Service in namespace {} is called {}: the name does not resolve.{similar}",
        key.namespace, key.name
    )
    .into();
    describe(world, &mut finding, &clients);
    if let Some(near) = near {
        let other = Key::new(Kind::Service, &key.namespace, near).object();
        finding.evidence.push(facts::related(other, "has a similar name"));
    }
    exam.report(finding);
}

/// Ports that clients ask for and the Service has not.
pub(super) fn ports(exam: &mut Exam, service: &Service) {
    let spec = &service.spec;
    // What leads out of the cluster, or to each pod itself, has all the ports that are behind it.
    if spec.kind == "ExternalName" || spec.cluster_ip == "None" || spec.ports.is_empty() {
        return;
    }
    let mut asked: BTreeMap<u16, Vec<Client>> = BTreeMap::new();
    for client in exam.world.clients_of(exam.key) {
        let Some(port) = client.target.port.filter(|_| !client.trouble.is_of_names()) else {
            continue;
        };
        if spec.ports.iter().all(|has| has.port != i32::from(port)) {
            asked.entry(port).or_default().push(client);
        }
    }
    let has: Vec<String> = spec.ports.iter().map(|port| port.port.to_string()).collect();
    let has = has.join(", ");
    for (port, clients) in asked {
        let owners = owners(exam.world, &clients);
        let words = replicas::names(&owners);
        let title = messages::brief(&format!("has no port {port}, which {words} asks for"), 140);
        let mut finding = exam.finding("ServicePortNotOffered", Severity::Warning, title);
        finding.subject = port.to_string().into();
        let behind = leads_to(exam.world, service, i32::from(port));
        finding.message = match &behind {
            Some(place) => format!("The Service offers {has}, not {port}; {place}."),
            None => {
                format!("The Service offers {has}, not {port}, and nothing behind it says that it has one.")
            }
        }
        .into();
        finding.since = service.metadata.creation_timestamp;
        for (index, one) in spec.ports.iter().enumerate() {
            finding
                .evidence
                .push(exam.field(format!("spec.ports[{index}].port"), one.port.to_string()));
        }
        describe(exam.world, &mut finding, &clients);
        // A port that nobody has was asked for by mistake.
        if behind.is_none() {
            finding.culprit = owners.into_iter().next();
        }
        exam.report(finding);
    }
}

/// Where the pods behind a Service have a port that it does not offer.
fn leads_to(world: &World, service: &Service, port: i32) -> Option<String> {
    let target = |one: &&crate::engine::kinds::ServicePort| one.target_port == Some(IntOrString::Int(port));
    if let Some(one) = service.spec.ports.iter().find(target) {
        return Some(format!("its port {} leads to port {port} of the pods", one.port));
    }
    let selector = &service.spec.selector;
    let selected = world
        .in_namespace::<Pod>(&service.metadata.namespace)
        .filter(|pod| {
            let has = |(key, value)| pod.metadata.labels.get(key) == Some(value);
            !selector.is_empty() && selector.iter().all(has)
        });
    let mut ports = selected.flat_map(|pod| pod.spec.containers.iter().flat_map(|one| &one.ports));
    ports
        .any(|one| one.container_port == port)
        .then(|| format!("its pods have port {port}"))
}

fn owners(world: &World, clients: &[Client]) -> Vec<ObjectRef> {
    let mut owners: Vec<ObjectRef> = clients
        .iter()
        .map(|client| world.top_owner(&Key::from(client.log)))
        .collect();
    owners.sort();
    owners.dedup();
    owners
}

/// The lines that say so, and since when there is one who misses it.
fn describe(world: &World, finding: &mut Finding, clients: &[Client]) {
    let made = clients
        .iter()
        .filter_map(|client| world.meta(&Key::from(client.log))?.creation_timestamp);
    finding.since = finding.since.or(made.min());
    for client in clients.iter().take(SHOWN) {
        let pod = Key::from(client.log).object();
        let line: Option<Evidence> = client.digest.error().map(|error| {
            facts::log(
                &pod,
                &client.log.container,
                client.log.previous,
                client.digest,
                error,
            )
        });
        finding.evidence.extend(line);
    }
}
