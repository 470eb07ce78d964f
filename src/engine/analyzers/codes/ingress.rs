//! The codes of findings about Ingresses.

use super::Code;
use crate::engine::finding::Severity::{Critical, Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "IngressBackendMissing",
        severity: &[Critical, Warning],
        meaning: "an Ingress leads to a Service that does not exist",
        fires: "A path or the default backend names it, and the Ingress is a minute old; one finding for \
             each Service and port, and a Service with a like name is named. Critical where everything \
             that the Ingress leads to is broken.",
        silent: "Backends that are no Service; the port use-annotation of the AWS controller; Services \
             that could not be read.",
    },
    Code {
        code: "IngressBackendNotReady",
        severity: &[Critical, Warning, Info],
        meaning: "an Ingress leads to a Service behind which nobody is ready",
        fires: "No endpoint of it is ready, for a minute since the last of its pods became unready. \
             Critical where everything that the Ingress leads to is broken. Information where its \
             workload is scaled to 0.",
        silent: "One ready endpoint is enough; Services of type ExternalName; endpoints that could not be \
             read.",
    },
    Code {
        code: "IngressClassMissing",
        severity: &[Warning],
        meaning: "the class of an Ingress does not exist",
        fires: "spec.ingressClassName names no IngressClass, nobody has given the Ingress an address, and \
             it is a minute old.",
        silent: "A class by the annotation kubernetes.io/ingress.class, which needs no object; an Ingress \
             that has an address; classes that could not be read.",
    },
    Code {
        code: "IngressConflict",
        severity: &[Warning],
        meaning: "two Ingresses of one class want the same requests",
        fires: "An older one has the same host, path and path type, and leads elsewhere; told of the \
             younger one.",
        silent: "Canaries of the nginx controller; controllers that make a load balancer for each Ingress \
             (AWS, GKE); two that say the same of a path within a namespace; other classes.",
    },
    Code {
        code: "IngressNoAddress",
        severity: &[Warning],
        meaning: "the controller gives an Ingress no address, though it serves others",
        fires: "Another Ingress of its class has an address, and it has had none for 5 min.",
        silent: "Classes of which no Ingress has an address: many controllers write none.",
    },
    Code {
        code: "IngressPortMissing",
        severity: &[Critical, Warning],
        meaning: "an Ingress leads to a port that its Service has not",
        fires: "By number or by name, and the Ingress is a minute old; the ports that there are are said. \
             Critical where everything that the Ingress leads to is broken.",
        silent: "Services of type ExternalName, and those that name no port.",
    },
    Code {
        code: "IngressTlsSecretIncomplete",
        severity: &[Warning],
        meaning: "the TLS Secret of an Ingress holds no certificate",
        fires: "It lacks the key tls.crt or tls.key, and the Ingress is a minute old (10 min where \
             cert-manager is to issue it).",
        silent: "Secrets of which the keys are not known (only their metadata may be read).",
    },
    Code {
        code: "IngressTlsSecretMissing",
        severity: &[Warning],
        meaning: "the TLS Secret of an Ingress does not exist",
        fires: "spec.tls names it, and the Ingress is a minute old (10 min where cert-manager is to issue \
             it, by annotation).",
        silent: "An empty secretName: the controller has a certificate of its own; Secrets that may not \
             be read.",
    },
    Code {
        code: "IngressWithoutClass",
        severity: &[Warning],
        meaning: "an Ingress names no class, and the cluster has no default one",
        fires: "Neither field nor annotation, no IngressClass is marked as default, nobody has given the \
             Ingress an address, and it is a minute old.",
        silent: "An Ingress that has an address; classes that could not be read.",
    },
];
