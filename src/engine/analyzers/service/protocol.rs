//! What is spoken on a port.

use crate::engine::kinds::{ContainerPort, Pod};

/// The protocol's name; TCP where none is said.
pub(super) fn name(protocol: &str) -> &str {
    if protocol.is_empty() { "TCP" } else { protocol }
}

/// The protocol that a pod declares a port for, where it declares it for that one and never for the one that is
/// asked.
pub(super) fn other<'a>(pod: &'a Pod, number: i32, asked: &str) -> Option<&'a str> {
    let containers = pod.spec.containers.iter().chain(&pod.spec.init_containers);
    let declared: Vec<&ContainerPort> = containers
        .flat_map(|container| &container.ports)
        .filter(|port| port.container_port == number)
        .collect();
    if declared.iter().any(|port| name(&port.protocol) == name(asked)) {
        return None;
    }
    declared.first().map(|port| name(&port.protocol))
}
