//! Pod.

mod probe;
mod reference;
mod spec;
mod status;
mod wire;

use serde::Deserialize;

pub use self::probe::{Exec, Grpc, HttpGet, Probe, TcpSocket};
pub use self::reference::{Reference, Usage};
pub use self::spec::{
    Capabilities, ClaimSource, Container, ContainerPort, ContainerSecurity, HostPath, Mount, Named,
    PodResourceClaim, PodSecurity, PodSpec, Present, ReadinessGate, Resources, Volume,
};
pub use self::status::{
    ContainerState, ContainerStatus, PodResourceClaimStatus, PodStatus, Running, Terminated, Waiting,
};
use super::{Condition, Meta, nullable};
use crate::engine::object::{Symbol, Text};

/// A pod.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Pod {
    /// Its metadata.
    pub metadata: Meta,
    /// Its spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: PodSpec,
    /// Its status.
    #[serde(deserialize_with = "nullable")]
    pub status: PodStatus,
}

impl Pod {
    /// The claims that it mounts, those made for it included (`POD-VOLUME`, the API's rule for ephemeral volumes).
    pub fn claims(&self) -> impl Iterator<Item = Text> {
        self.spec.volumes.iter().filter_map(|volume| {
            match (&volume.persistent_volume_claim, &volume.ephemeral) {
                (Some(claim), _) => Some(claim.claim_name.as_str().into()),
                (None, Some(_)) => Some(format!("{}-{}", self.metadata.name, volume.name).into()),
                (None, None) => None,
            }
        })
    }

    /// The resource claims that it uses, those made for it from templates included.
    pub fn resource_claims(&self) -> impl Iterator<Item = &Symbol> {
        let own = self
            .spec
            .resource_claims
            .iter()
            .map(|claim| &claim.resource_claim_name);
        let made = self
            .status
            .resource_claim_statuses
            .iter()
            .map(|claim| &claim.resource_claim_name);
        own.chain(made).filter(|name| !name.is_empty())
    }

    /// Whether it is being deleted.
    pub fn is_terminating(&self) -> bool {
        self.metadata.deletion_timestamp.is_some()
    }

    /// Whether its `Ready` condition is true.
    pub fn is_ready(&self) -> bool {
        self.condition("Ready")
            .is_some_and(|ready| ready.status == "True")
    }

    /// A condition by its type.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        super::condition(&self.status.conditions, kind)
    }

    /// The statuses of all its containers, with where in `status` each stands and what it is of the spec:
    /// init containers first, in the order in which they run.
    pub fn statuses(&self) -> impl Iterator<Item = (ContainerRole, usize, &ContainerStatus)> {
        let init = self
            .status
            .init_container_statuses
            .iter()
            .enumerate()
            .map(|(i, s)| (ContainerRole::Init, i, s));
        let main = self
            .status
            .container_statuses
            .iter()
            .enumerate()
            .map(|(i, s)| (ContainerRole::Main, i, s));
        let ephemeral = self
            .status
            .ephemeral_container_statuses
            .iter()
            .enumerate()
            .map(|(i, s)| (ContainerRole::Ephemeral, i, s));
        init.chain(main).chain(ephemeral)
    }

    /// A container of the spec by its name, of any role, with its role and index.
    pub fn container(&self, name: &str) -> Option<(ContainerRole, usize, &Container)> {
        let roles = [
            (ContainerRole::Init, &self.spec.init_containers),
            (ContainerRole::Main, &self.spec.containers),
            (ContainerRole::Ephemeral, &self.spec.ephemeral_containers),
        ];
        roles.into_iter().find_map(|(role, containers)| {
            let (index, container) = containers
                .iter()
                .enumerate()
                .find(|(_, container)| container.name == name)?;
            Some((role, index, container))
        })
    }
}

/// What a container is to its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContainerRole {
    /// Runs before the others (or beside them, if its restart policy is `Always`).
    Init,
    /// Does the pod's work.
    Main,
    /// Was added for debugging.
    Ephemeral,
}

impl ContainerRole {
    /// Its list in the spec, `initContainers`.
    pub const fn spec_field(self) -> &'static str {
        match self {
            Self::Init => "initContainers",
            Self::Main => "containers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }

    /// Its list in the status, `initContainerStatuses`.
    pub const fn status_field(self) -> &'static str {
        match self {
            Self::Init => "initContainerStatuses",
            Self::Main => "containerStatuses",
            Self::Ephemeral => "ephemeralContainerStatuses",
        }
    }
}
