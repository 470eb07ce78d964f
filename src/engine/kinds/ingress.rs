//! Ingress, IngressClass and NetworkPolicy.

use serde::Deserialize;

use super::network::{IntOrString, LoadBalancer};
use super::{Meta, Selector, nullable};
use crate::engine::object::{Symbol, Text};

kind!(
    /// An Ingress.
    Ingress, IngressSpec, IngressStatus
);
kind!(
    /// An IngressClass; the annotation `ingressclass.kubernetes.io/is-default-class` is kept.
    IngressClass, IngressClassSpec
);
kind!(
    /// A NetworkPolicy.
    NetworkPolicy, NetworkPolicySpec
);

impl Ingress {
    /// Its class, from the field or the older annotation.
    pub fn class(&self) -> Option<&str> {
        let annotation = self.metadata.annotations.get("kubernetes.io/ingress.class");
        self.spec
            .ingress_class_name
            .as_deref()
            .or(annotation)
            .filter(|class| !class.is_empty())
    }

    /// Its backends, each with where the Ingress names it.
    pub fn backends(&self) -> impl Iterator<Item = (String, &IngressBackend)> {
        let default = self.spec.default_backend.as_ref();
        let rules = self.spec.rules.iter().enumerate().flat_map(|(r, rule)| {
            rule.http
                .paths
                .iter()
                .enumerate()
                .map(move |(p, path)| (format!("spec.rules[{r}].http.paths[{p}].backend"), &path.backend))
        });
        default
            .map(|backend| ("spec.defaultBackend".to_owned(), backend))
            .into_iter()
            .chain(rules)
    }
}

/// The spec of an Ingress.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IngressSpec {
    /// Its class; `None`: that of the annotation, or the default one.
    pub ingress_class_name: Option<Symbol>,
    /// Where requests go that no rule takes.
    pub default_backend: Option<IngressBackend>,
    /// Its rules.
    #[serde(deserialize_with = "nullable")]
    pub rules: Box<[IngressRule]>,
    /// Its certificates.
    #[serde(deserialize_with = "nullable")]
    pub tls: Box<[IngressTls]>,
}

/// Where requests go.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressBackend {
    /// To a Service of its namespace.
    pub service: Option<IngressService>,
    /// Or to another object.
    pub resource: Option<IngressResource>,
}

/// A Service behind an Ingress.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressService {
    /// Its name.
    pub name: Symbol,
    /// Its port.
    #[serde(deserialize_with = "nullable")]
    pub port: IngressPort,
}

/// A port of a Service, by one of the two.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressPort {
    /// Its name.
    pub name: Symbol,
    /// Its number; 0: by name.
    #[serde(deserialize_with = "nullable")]
    pub number: i32,
}

/// An object behind an Ingress that is no Service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IngressResource {
    /// Its API group.
    pub api_group: Symbol,
    /// Its kind.
    pub kind: Symbol,
    /// Its name.
    pub name: Symbol,
}

/// What becomes of the requests for a host.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressRule {
    /// The host; empty: all.
    pub host: Symbol,
    /// By path.
    #[serde(deserialize_with = "nullable")]
    pub http: IngressHttp,
}

/// What becomes of requests by their path.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressHttp {
    /// The paths.
    #[serde(deserialize_with = "nullable")]
    pub paths: Box<[IngressPath]>,
}

/// What becomes of the requests for a path.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IngressPath {
    /// The path.
    pub path: Symbol,
    /// `Exact`, `Prefix`, `ImplementationSpecific`.
    pub path_type: Symbol,
    /// Where they go.
    #[serde(deserialize_with = "nullable")]
    pub backend: IngressBackend,
}

/// A certificate of an Ingress.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IngressTls {
    /// The hosts that it is for.
    #[serde(deserialize_with = "nullable")]
    pub hosts: Box<[Symbol]>,
    /// The Secret that holds it; empty: the controller has one.
    pub secret_name: Symbol,
}

/// The status of an Ingress.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IngressStatus {
    /// Where it is reached from outside.
    #[serde(deserialize_with = "nullable")]
    pub load_balancer: LoadBalancer,
}

/// The spec of an IngressClass.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressClassSpec {
    /// Who serves its Ingresses.
    pub controller: Symbol,
}

/// The spec of a NetworkPolicy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkPolicySpec {
    /// The pods that it is about; one without requirements: all of its namespace.
    #[serde(deserialize_with = "nullable")]
    pub pod_selector: Selector,
    /// `Ingress`, `Egress`.
    #[serde(deserialize_with = "nullable")]
    pub policy_types: Box<[Symbol]>,
    /// What may reach them; none: nothing may.
    #[serde(deserialize_with = "nullable")]
    pub ingress: Box<[IngressTraffic]>,
    /// What they may reach; none: nothing.
    #[serde(deserialize_with = "nullable")]
    pub egress: Box<[EgressTraffic]>,
}

/// Traffic to pods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressTraffic {
    /// From any of these; none: from anywhere.
    #[serde(deserialize_with = "nullable")]
    pub from: Box<[Peer]>,
    /// On any of these ports; none: on all.
    #[serde(deserialize_with = "nullable")]
    pub ports: Box<[PolicyPort]>,
}

/// Traffic from pods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EgressTraffic {
    /// To any of these; none: to anywhere.
    #[serde(deserialize_with = "nullable")]
    pub to: Box<[Peer]>,
    /// On any of these ports; none: on all.
    #[serde(deserialize_with = "nullable")]
    pub ports: Box<[PolicyPort]>,
}

/// Who is at the other end.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Peer {
    /// Pods with these labels; `None`: all.
    pub pod_selector: Option<Selector>,
    /// Of namespaces with these labels; `None`: of the policy's own.
    pub namespace_selector: Option<Selector>,
    /// Or addresses.
    pub ip_block: Option<IpBlock>,
}

/// Addresses.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IpBlock {
    /// These,
    #[serde(deserialize_with = "nullable")]
    pub cidr: Text,
    /// without these.
    #[serde(deserialize_with = "nullable")]
    pub except: Box<[Text]>,
}

/// Ports of a policy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyPort {
    /// `TCP` where empty.
    pub protocol: Symbol,
    /// The port; `None`: all.
    pub port: Option<IntOrString>,
    /// The last port of a range.
    pub end_port: Option<i32>,
}
