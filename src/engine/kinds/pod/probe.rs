//! Probes of a container.

use serde::Deserialize;

use crate::engine::kinds::network::IntOrString;
use crate::engine::kinds::nullable;
use crate::engine::object::Text;

/// A probe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Probe {
    /// Asked over HTTP.
    pub http_get: Option<HttpGet>,
    /// Asked by a connection.
    pub tcp_socket: Option<TcpSocket>,
    /// Asked over gRPC.
    pub grpc: Option<Grpc>,
    /// Asked by a command in the container.
    pub exec: Option<Exec>,
    /// Seconds before the first try.
    #[serde(deserialize_with = "nullable")]
    pub initial_delay_seconds: i64,
    /// Seconds between tries; 0 means 10.
    #[serde(deserialize_with = "nullable")]
    pub period_seconds: i64,
    /// Seconds for one try; 0 means 1.
    #[serde(deserialize_with = "nullable")]
    pub timeout_seconds: i64,
    /// Failures before it counts; 0 means 3.
    #[serde(deserialize_with = "nullable")]
    pub failure_threshold: i64,
}

/// An HTTP probe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct HttpGet {
    /// The path.
    #[serde(deserialize_with = "nullable")]
    pub path: Text,
    /// The port.
    pub port: Option<IntOrString>,
}

/// A connection probe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct TcpSocket {
    /// The port.
    pub port: Option<IntOrString>,
}

/// A gRPC probe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct Grpc {
    /// The port.
    #[serde(deserialize_with = "nullable")]
    pub port: i32,
}

/// A command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct Exec {
    /// Its words.
    #[serde(deserialize_with = "nullable")]
    pub command: Box<[Text]>,
}
