//! Namespace.

use serde::Deserialize;

use super::{Condition, Meta, nullable};
use crate::engine::object::Symbol;

/// A namespace.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Namespace {
    /// Its metadata.
    pub metadata: Meta,
    /// Its spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: NamespaceSpec,
    /// Its status.
    #[serde(deserialize_with = "nullable")]
    pub status: NamespaceStatus,
}

/// The spec of a namespace.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct NamespaceSpec {
    /// What must be done before it may go, beside the finalizers of its metadata.
    #[serde(deserialize_with = "nullable")]
    pub finalizers: Box<[Symbol]>,
}

/// The status of a namespace.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct NamespaceStatus {
    /// `Active`, `Terminating`.
    pub phase: Symbol,
    /// What holds up its deletion.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}
