//! The ports of a Service: what is behind each.

use super::{Case, protocol};
use crate::engine::evidence::Evidence;
use crate::engine::finding::Severity;
use crate::engine::kinds::{IntOrString, Pod, ServicePort};
use crate::engine::object::{Key, Kind};

impl Case<'_> {
    /// Endpoints are there: does every port have a number behind it?
    pub(super) fn ports(&mut self) {
        for (index, port) in self.service.spec.ports.iter().enumerate() {
            let name = match &port.target_port {
                Some(IntOrString::Name(name)) => name,
                Some(IntOrString::Int(number)) => {
                    self.undeclared(index, port, *number);
                    continue;
                }
                None => {
                    self.undeclared(index, port, port.port);
                    continue;
                }
            };
            let resolved = self
                .slices
                .iter()
                .flat_map(|slice| &slice.ports)
                .any(|slice_port| slice_port.name == port.name && slice_port.port.is_some());
            if resolved {
                continue;
            }
            let pod = self
                .world
                .in_namespace::<Pod>(&self.key.namespace)
                .find(|pod| self.selects(pod));
            let have: Vec<&str> = pod
                .into_iter()
                .flat_map(|pod| &pod.spec.containers)
                .flat_map(|container| &container.ports)
                .map(|port| &*port.name)
                .filter(|name| !name.is_empty())
                .collect();
            let mut finding = self.finding(
                "ServicePortNotFound",
                Severity::Critical,
                format!("target port \"{name}\" is not a port of its pods"),
            );
            finding.subject = port.port.to_string().into();
            finding.since = self.service.metadata.creation_timestamp;
            finding.message = match have.as_slice() {
                [] => format!(
                    "Port {} leads to a port named {name}, and the pods name none.",
                    port.port
                ),
                have => format!(
                    "Port {} leads to a port named {name}; the pods name theirs {}.",
                    port.port,
                    have.join(", ")
                ),
            }
            .into();
            finding.evidence.insert(
                0,
                Evidence::field(
                    self.object.clone(),
                    format!("spec.ports[{index}].targetPort"),
                    &**name,
                ),
            );
            if let Some(pod) = pod {
                finding.evidence.extend(port_facts(pod));
            }
            finding.evidence.extend(self.slice_fact());
            self.analysis.findings.push(finding);
        }
    }

    /// A number that the pods declare for another protocol only.
    fn other_protocol(&mut self, index: usize, port: &ServicePort, number: i32) {
        let pods = self.world.in_namespace::<Pod>(&self.key.namespace);
        let pod = pods.filter(|pod| pod.is_ready()).find(|pod| self.selects(pod));
        if let Some(pod) = pod
            && let Some(has) = protocol::other(pod, number, &port.protocol)
        {
            let mut finding = self.finding(
                "ServiceProtocolMismatch",
                Severity::Info,
                format!(
                    "leads to port {number} by {}, which its pods declare for {has}",
                    protocol::name(&port.protocol)
                ),
            );
            finding.subject = port.port.to_string().into();
            finding.message = format!(
                "Port {} sends {} to port {number} of the pods; they declare it for {has} only.",
                port.port,
                protocol::name(&port.protocol)
            )
            .into();
            let path = format!("spec.ports[{index}].protocol");
            let fact = Evidence::field(self.object.clone(), path, protocol::name(&port.protocol));
            finding.evidence.insert(0, fact);
            finding.evidence.extend(port_facts(pod));
            self.analysis.findings.push(finding);
        }
    }

    /// A number that the pods do not declare. They need not: a hint, which a client that is refused makes a cause.
    fn undeclared(&mut self, index: usize, port: &ServicePort, number: i32) {
        let Some(pod) = self
            .world
            .in_namespace::<Pod>(&self.key.namespace)
            .find(|pod| self.selects(pod) && pod.is_ready())
        else {
            return;
        };
        let declared: Vec<String> = pod
            .spec
            .containers
            .iter()
            .chain(&pod.spec.init_containers)
            .flat_map(|container| &container.ports)
            .map(|port| port.container_port.to_string())
            .collect();
        if declared.contains(&number.to_string()) {
            return self.other_protocol(index, port, number);
        }
        if declared.is_empty() {
            return;
        }
        let mut finding = self.finding(
            "ServicePortUndeclared",
            Severity::Info,
            format!("leads to port {number}, which its pods do not declare"),
        );
        finding.subject = port.port.to_string().into();
        finding.message = format!(
            "Port {} leads to port {number} of the pods; they declare {}.",
            port.port,
            declared.join(", ")
        )
        .into();
        finding.evidence.insert(
            0,
            Evidence::field(
                self.object.clone(),
                format!("spec.ports[{index}].targetPort"),
                number.to_string(),
            ),
        );
        finding.evidence.extend(port_facts(pod));
        self.analysis.findings.push(finding);
    }
}

fn port_facts(pod: &Pod) -> Vec<Evidence> {
    let object = Key::new(Kind::Pod, &pod.metadata.namespace, &pod.metadata.name).object();
    let mut facts = Vec::new();
    for (i, container) in pod.spec.containers.iter().enumerate() {
        for (j, port) in container.ports.iter().enumerate() {
            facts.push(Evidence::field(
                object.clone(),
                format!("spec.containers[{i}].ports[{j}]"),
                format!("{} {}", port.name, port.container_port),
            ));
        }
    }
    facts.truncate(4);
    facts
}
