//! The codes of findings about Services.

use super::Code;
use crate::engine::finding::Severity::{Critical, Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "ServiceEndpointsStale",
        severity: &[Critical],
        meaning: "pods are ready, but are not among the endpoints",
        fires: "A minute after they became ready no EndpointSlice names them: the controller that writes these \
             does not run.",
        silent: "Pods that became ready within the last minute.",
    },
    Code {
        code: "ServiceExternalNameDangling",
        severity: &[Warning],
        meaning: "an ExternalName leads nowhere",
        fires: "It is the name of a Service of this cluster that does not exist, ends in .invalid, or is \
             an IP address; the Service is a minute old.",
        silent: "Names outside the cluster: whether they resolve cannot be seen from here.",
    },
    Code {
        code: "ServiceLoadBalancerPending",
        severity: &[Warning],
        meaning: "a Service of type LoadBalancer gets no address",
        fires: "status.loadBalancer.ingress is empty 5 min after the Service was made; why is read out of \
             the events of the controllers that make load balancers.",
        silent: "The first 5 min; any address or name is enough.",
    },
    Code {
        code: "ServiceMissing",
        severity: &[Warning],
        meaning: "the error in a container's log names a Service that does not exist",
        fires: "The name does not resolve, and it can only be one of the cluster: it has no dot, or it ends in \
             `NAMESPACE.svc`.",
        silent: "Names that nobody's error speaks of; a Service whose name differs in a letter or two (then the client \
             is mistaken); what a StatefulSet says of its own Service; Services that may not be read.",
    },
    Code {
        code: "ServiceNoReadyEndpoints",
        severity: &[Critical],
        meaning: "pods stand behind a Service, and none of them is ready",
        fires: "No endpoint is ready, and the pods have had 2 min to start (or 20 s to become ready again).",
        silent: "One ready endpoint is enough; starts in progress.",
    },
    Code {
        code: "ServicePortNotFound",
        severity: &[Critical],
        meaning: "a named target port is the name of no port of the pods",
        fires: "The slices have no number for it although endpoints are ready.",
        silent: "Ports by number.",
    },
    Code {
        code: "ServicePortNotOffered",
        severity: &[Warning],
        meaning: "a client does not reach a port that its Service has not",
        fires: "The error in a container's log is one of the network, and names the Service with a port that is none of \
             its ports.",
        silent: "Ports that nobody's error speaks of; headless Services and those of type ExternalName, which have all \
             the ports that are behind them.",
    },
    Code {
        code: "ServicePortUndeclared",
        severity: &[Info],
        meaning: "a target port is a number that the pods do not declare",
        fires: "Pods declare ports, and not this one. A hint: a client that is refused makes it a cause.",
        silent: "Pods that declare no port at all: they need not.",
    },
    Code {
        code: "ServiceProtocolMismatch",
        severity: &[Info],
        meaning: "a port leads to a number that the pods declare for another protocol only",
        fires: "The target number is declared by a ready pod, for UDP and not for TCP or the like. A \
             hint: what is declared need not be all.",
        silent: "Numbers that the pods do not declare at all: ServicePortUndeclared; numbers declared for \
             both.",
    },
    Code {
        code: "ServiceScaledToZero",
        severity: &[Info, Critical],
        meaning: "the workload behind a Service is scaled to 0",
        fires: "The template of a workload has the labels, and its replicas are 0. Information, since it is by \
             intent; critical for the cluster's own DNS.",
        silent: "Workloads with pods.",
    },
    Code {
        code: "ServiceSelectsNothing",
        severity: &[Critical, Warning, Info],
        meaning: "a Service selects labels that no pod has",
        fires: "No pod has them, and no workload's template either. Critical where pods with nearly these labels \
             exist: then it is a typing error. Information where all that it selects are runs that have ended \
             (pods of a Job).",
        silent: "Services without a selector and of type ExternalName; the first minute; pods that have ended.",
    },
];
