//! Service and EndpointSlice.

use serde::Deserialize;

use super::{Labels, Meta, nullable};
use crate::engine::object::{Symbol, Text};

/// A number or a name: a port.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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
    /// Whether pods that are not ready are endpoints too.
    #[serde(deserialize_with = "nullable")]
    pub publish_not_ready_addresses: bool,
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
