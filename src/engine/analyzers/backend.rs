//! A Service as others see it that send it requests: Ingresses, webhooks, extensions of the API.

use jiff::Timestamp;

use super::service::workloads;
use crate::engine::evidence::Evidence;
use crate::engine::kinds::{Pod, Service};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::{Sync, World};

/// What whoever sends a request to a Service meets there.
pub(super) enum Backend<'a> {
    /// Not known: not all that it takes to tell has been read, or its endpoints are none of the cluster's.
    Unknown,
    /// No such Service.
    Missing,
    /// It is there and has not that port.
    NoPort(&'a Service),
    /// It is there, and nobody behind it is ready.
    Nobody(&'a Service),
    /// Someone answers.
    Answers,
}

/// A port of a Service as others name it.
#[derive(Clone, Copy)]
pub(super) enum PortName<'a> {
    Number(i32),
    Name(&'a str),
}

impl std::fmt::Display for PortName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => write!(f, "\"{name}\""),
        }
    }
}

/// What a request to that port of that Service meets.
pub(super) fn meet<'a>(world: &'a World, namespace: &str, name: &str, port: PortName) -> Backend<'a> {
    let Some(service) = world.get::<Service>(namespace, name) else {
        return match world.sync(Kind::Service, namespace) {
            Sync::Synced => Backend::Missing,
            _ => Backend::Unknown,
        };
    };
    let spec = &service.spec;
    // A name elsewhere; which ports are open there is not the cluster's to know.
    if spec.kind == "ExternalName" || service.metadata.deletion_timestamp.is_some() {
        return Backend::Unknown;
    }
    let named = |one: &crate::engine::kinds::ServicePort| match port {
        PortName::Number(number) => one.port == number,
        PortName::Name(name) => one.name == name,
    };
    if !spec.ports.is_empty() && !spec.ports.iter().any(named) {
        return Backend::NoPort(service);
    }
    if world.sync(Kind::EndpointSlice, namespace) != Sync::Synced {
        return Backend::Unknown;
    }
    let ready = world
        .slices(namespace, name)
        .flat_map(|slice| &slice.endpoints)
        .any(|endpoint| endpoint.conditions.ready != Some(false));
    if ready {
        Backend::Answers
    } else {
        Backend::Nobody(service)
    }
}

/// Since when nobody can have answered for a Service: its own age, or since the last of its pods became unready.
pub(super) fn nobody_since(world: &World, service: &Service) -> Option<Timestamp> {
    let selector = &service.spec.selector;
    let namespace = &service.metadata.namespace;
    let pods = world.in_namespace::<Pod>(namespace).filter(|pod| {
        let labels = &pod.metadata.labels;
        !selector.is_empty() && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
    });
    pods.filter_map(|pod| pod.condition("Ready")?.last_transition_time)
        .chain(service.metadata.creation_timestamp)
        .max()
}

/// Whether nobody is behind a Service by intent: its workload is scaled to nothing.
pub(super) fn is_scaled_to_zero(world: &World, service: &Service) -> bool {
    let selector = &service.spec.selector;
    !selector.is_empty()
        && workloads::behind(world, &service.metadata.namespace, selector)
            .is_some_and(|workload| workload.replicas == 0)
}

/// The ports of a Service in words, `80 (http), 443`.
pub(super) fn ports(service: &Service) -> String {
    let ports = service.spec.ports.iter().map(|port| match port.name.as_str() {
        "" => port.port.to_string(),
        name => format!("{} ({name})", port.port),
    });
    ports.collect::<Vec<_>>().join(", ")
}

/// The ports of a Service as facts.
pub(super) fn port_facts(service: &Service) -> Vec<Evidence> {
    let object = object(service);
    let ports = service.spec.ports.iter().enumerate().take(4);
    ports
        .map(|(index, port)| {
            let value = format!("{} {}", port.name, port.port);
            Evidence::field(object.clone(), format!("spec.ports[{index}]"), value.trim())
        })
        .collect()
}

/// How many endpoints a Service has, as a fact.
pub(super) fn endpoint_fact(world: &World, service: &Service) -> Evidence {
    let (namespace, name) = (&*service.metadata.namespace, &*service.metadata.name);
    let all: usize = world
        .slices(namespace, name)
        .map(|slice| slice.endpoints.len())
        .sum();
    let object = world.slices(namespace, name).next().map_or_else(
        || object(service),
        |slice| Key::new(Kind::EndpointSlice, namespace, &slice.metadata.name).object(),
    );
    Evidence::field(object, "endpoints", format!("{all} endpoints, 0 ready"))
}

fn object(service: &Service) -> ObjectRef {
    Key::new(Kind::Service, &service.metadata.namespace, &service.metadata.name).object()
}

/// The Service of a slice, or the Service itself: what has changed for those who send it requests.
pub(super) fn changed_service(world: &World, changed: &Key) -> Option<Key> {
    match changed.kind {
        Kind::Service => Some(changed.clone()),
        Kind::EndpointSlice => {
            let slice =
                world.get::<crate::engine::kinds::EndpointSlice>(&changed.namespace, &changed.name)?;
            Some(Key::new(Kind::Service, &changed.namespace, slice.service()?))
        }
        _ => None,
    }
}
