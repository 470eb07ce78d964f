//! Service and EndpointSlice.

use serde::Deserialize;

use super::{Condition, Labels, Meta, nullable};
use crate::engine::object::{Symbol, Text};

/// A number or a name: a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(untagged)]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// A name.
    Name(Text),
}

impl std::fmt::Display for IntOrString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// A Service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Its metadata.
    pub metadata: Meta,
    /// Its spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: ServiceSpec,
    /// Its status.
    #[serde(deserialize_with = "nullable")]
    pub status: ServiceStatus,
}

/// The status of a Service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceStatus {
    /// Where a Service of type `LoadBalancer` is reached from outside.
    #[serde(deserialize_with = "nullable")]
    pub load_balancer: LoadBalancer,
    /// What a load balancer's controller says.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

/// Where a Service or an Ingress is reached from outside; nowhere yet where empty.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LoadBalancer {
    /// Its points.
    #[serde(deserialize_with = "nullable")]
    pub ingress: Box<[LoadBalancerPoint]>,
}

/// A point at which a Service or an Ingress is reached from outside.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LoadBalancerPoint {
    /// Its address.
    pub ip: Symbol,
    /// Or its name.
    pub hostname: Symbol,
}

/// The spec of a Service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceSpec {
    /// The labels of the pods behind it; empty means that its endpoints are kept by someone else.
    pub selector: Labels,
    /// Its ports.
    #[serde(deserialize_with = "nullable")]
    pub ports: Box<[ServicePort]>,
    /// `ClusterIP` (also where empty), `NodePort`, `LoadBalancer`, `ExternalName`.
    #[serde(rename = "type")]
    pub kind: Symbol,
    /// `None` for a headless one.
    #[serde(rename = "clusterIP")]
    pub cluster_ip: Symbol,
    /// For `ExternalName`.
    #[serde(deserialize_with = "nullable")]
    pub external_name: Text,
    /// Who makes the load balancer, where it is not the cluster's own.
    pub load_balancer_class: Symbol,
    /// `Local`: traffic from outside only goes to pods on the node that it reaches.
    pub external_traffic_policy: Symbol,
    /// Whether pods that are not ready are endpoints too.
    #[serde(deserialize_with = "nullable")]
    pub publish_not_ready_addresses: bool,
}

impl ServiceSpec {
    /// The Service of this cluster that an `ExternalName` is the name of (`db.shop.svc`, with or without the cluster's
    /// domain), if it is one: its name and its namespace.
    pub fn leads_to(&self) -> Option<(&str, &str)> {
        let name = self.external_name.trim_end_matches('.');
        let mut labels = name.split('.');
        let (service, namespace, svc) = (labels.next()?, labels.next()?, labels.next()?);
        let domain: Vec<&str> = labels.collect();
        let own = domain.is_empty() || domain == ["cluster", "local"];
        (self.kind == "ExternalName" && svc == "svc" && own && !service.is_empty())
            .then_some((service, namespace))
    }
}

/// A port of a Service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePort {
    /// Its name.
    pub name: Symbol,
    /// The port that clients use.
    #[serde(deserialize_with = "nullable")]
    pub port: i32,
    /// The pods' port; where absent the same number.
    pub target_port: Option<IntOrString>,
    /// `TCP` where empty.
    pub protocol: Symbol,
    /// What is spoken on it.
    pub app_protocol: Symbol,
    /// The port on each node, where it has one.
    #[serde(deserialize_with = "nullable")]
    pub node_port: i32,
}

/// A part of a Service's endpoints.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointSlice {
    /// Its metadata; the label `kubernetes.io/service-name` names the Service.
    pub metadata: Meta,
    /// Its endpoints.
    #[serde(deserialize_with = "nullable")]
    pub endpoints: Box<[Endpoint]>,
    /// Its ports.
    #[serde(deserialize_with = "nullable")]
    pub ports: Box<[EndpointPort]>,
}

impl EndpointSlice {
    /// The name of its Service.
    pub fn service(&self) -> Option<&str> {
        self.metadata.labels.get("kubernetes.io/service-name")
    }
}

/// One endpoint.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Endpoint {
    /// Whether it serves.
    #[serde(deserialize_with = "nullable")]
    pub conditions: EndpointConditions,
    /// The pod.
    pub target_ref: Option<TargetRef>,
}

/// Whether an endpoint serves.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EndpointConditions {
    /// `None` is to be read as ready, says the API.
    pub ready: Option<bool>,
    /// Ready apart from termination.
    pub serving: Option<bool>,
    /// Being deleted.
    pub terminating: Option<bool>,
}

/// The object behind an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TargetRef {
    /// `Pod`.
    pub kind: Symbol,
    /// Its namespace.
    pub namespace: Symbol,
    /// Its name.
    #[serde(deserialize_with = "nullable")]
    pub name: Text,
}

/// A port of a slice.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EndpointPort {
    /// The name of the Service's port.
    pub name: Symbol,
    /// The number; `None` where no pod has it.
    pub port: Option<i32>,
}
