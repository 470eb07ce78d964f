//! The spec of a pod. What all pods of a template have in common is interned: a pod costs one pointer for each list.

use std::sync::LazyLock;

use serde::Deserialize;

use super::probe::Probe;
use super::reference::{Reference, Usage};
use super::wire;
use crate::engine::kinds::placement::Placement;
use crate::engine::kinds::{Interned, Labels, nullable};
use crate::engine::object::{Kind, Symbol, Text};

/// The spec of a pod, or of a template of pods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "wire::Spec")]
pub struct PodSpec {
    /// Where it runs; empty while it is not scheduled.
    pub node_name: Symbol,
    /// Who schedules it.
    pub scheduler_name: Symbol,
    /// `Always` (also where empty), `OnFailure`, `Never`.
    pub restart_policy: Symbol,
    /// What must be lifted before it may be scheduled, by intent.
    pub scheduling_gates: Interned<Named>,
    /// Its containers.
    pub containers: Interned<Container>,
    /// Run before those; one whose restart policy is `Always` is a sidecar.
    pub init_containers: Interned<Container>,
    /// Added to the running pod.
    pub ephemeral_containers: Interned<Container>,
    /// Its volumes, those that hold files of other objects (see [`PodSpec::references`]) or nothing to speak of left
    /// out.
    pub volumes: Interned<Volume>,
    /// Conditions that must be true beside its containers' readiness.
    pub readiness_gates: Interned<ReadinessGate>,
    /// The labels that its node must have.
    pub node_selector: Labels,
    /// What else the scheduler goes by, see [`PodSpec::placement`].
    pub(in crate::engine::kinds) placement: Option<Box<Placement>>,
    /// The objects that it names, in the order in which it does.
    pub references: Interned<Reference>,
    /// Its devices.
    pub resource_claims: Interned<PodResourceClaim>,
    /// What it may do to its node.
    pub security: PodSecurity,
}

impl PodSpec {
    /// The names of what it refers to of a kind.
    pub fn references_to(&self, kind: Kind) -> impl Iterator<Item = &Reference> {
        self.references
            .iter()
            .filter(move |reference| reference.kind == kind)
    }

    /// What gives a volume its files.
    pub fn files_of(&self, volume: usize) -> impl Iterator<Item = &Reference> {
        let place = format!("spec.volumes[{volume}].");
        self.references
            .iter()
            .filter(move |reference| reference.usage == Usage::Volume && reference.path.starts_with(&place))
    }

    /// The claims that it names, each with the place of its volume; those that are made for a pod are none of them.
    pub fn claims(&self) -> impl Iterator<Item = (usize, &Symbol)> {
        self.volumes.iter().filter_map(|volume| {
            let claim = volume.persistent_volume_claim.as_ref()?;
            Some((volume.index, &claim.claim_name))
        })
    }

    /// What the scheduler goes by besides names and labels of nodes. Of a pod that has its node only what keeps others
    /// away from there.
    pub fn placement(&self) -> &Placement {
        static ANYWHERE: LazyLock<Placement> = LazyLock::new(Placement::default);
        self.placement.as_deref().unwrap_or(&ANYWHERE)
    }

    /// Who it is to the API; empty in a template that does not say (then `default`).
    pub fn service_account(&self) -> &str {
        self.references_to(Kind::ServiceAccount)
            .next()
            .map_or("", |reference| &reference.name)
    }
}

/// Something of which only the name matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct Named {
    /// The name.
    pub name: Symbol,
}

/// A condition that must be true for the pod to be ready.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReadinessGate {
    /// Its type.
    pub condition_type: Symbol,
}

/// A container of the spec. What it takes from other objects is in [`PodSpec::references`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Container {
    /// Its name.
    pub name: Symbol,
    /// Its image.
    pub image: Symbol,
    /// `Always` on an init container makes it a sidecar.
    pub restart_policy: Symbol,
    /// Its requests and limits.
    pub resources: Resources,
    /// The ports that it says it has.
    pub ports: Box<[ContainerPort]>,
    /// Its liveness probe.
    pub liveness_probe: Option<Box<Probe>>,
    /// Its readiness probe.
    pub readiness_probe: Option<Box<Probe>>,
    /// Its startup probe.
    pub startup_probe: Option<Box<Probe>>,
    /// What it may do.
    pub security: ContainerSecurity,
    /// Where it has the files of ConfigMaps and Secrets.
    pub mounts: Box<[Mount]>,
    /// The hosts that its settings name, `orders-db:5432`: what else they say is not kept.
    pub hosts: Box<[Text]>,
}

/// Where a container has the files of ConfigMaps or Secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mount {
    /// The directory; the file where `sub_path` names one.
    pub path: Text,
    /// The one file, or folder, of the volume that is there; empty: all of it.
    pub sub_path: Text,
    /// The volume's place in `spec.volumes`.
    pub volume: usize,
}

/// A port of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerPort {
    /// Its name.
    pub name: Symbol,
    /// The number.
    #[serde(deserialize_with = "nullable")]
    pub container_port: i32,
    /// `TCP` where empty.
    pub protocol: Symbol,
    /// The port of the node that it takes; 0: none.
    #[serde(deserialize_with = "nullable")]
    pub host_port: i32,
    /// The address of the node that it takes it on; empty: all of them.
    #[serde(rename = "hostIP")]
    pub host_ip: Symbol,
}

/// What a container asks for and may use, as quantities by resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// What the scheduler sets aside.
    pub requests: Labels,
    /// What it may not exceed.
    pub limits: Labels,
}

/// A volume that refers to a claim or to the node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Volume {
    /// Its place in `spec.volumes`.
    pub index: usize,
    /// Its name.
    pub name: Symbol,
    /// The claim.
    pub persistent_volume_claim: Option<ClaimSource>,
    /// A claim that is made for this pod, named `POD-VOLUME`.
    pub ephemeral: Option<Present>,
    /// A path of the node.
    pub host_path: Option<HostPath>,
}

/// The claim of a volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimSource {
    /// Its name.
    pub claim_name: Symbol,
}

/// Something of which only its presence matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct Present {}

/// A path of the node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct HostPath {
    /// The path.
    #[serde(deserialize_with = "nullable")]
    pub path: Text,
}

/// A device claim that a pod names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodResourceClaim {
    /// Its name in the pod.
    pub name: Symbol,
    /// The claim; empty where one is made from a template.
    pub resource_claim_name: Symbol,
    /// The template; empty where a claim is named.
    pub resource_claim_template_name: Symbol,
}

/// What a pod may do to its node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PodSecurity {
    /// Uses the node's network.
    pub host_network: bool,
    /// Sees the node's processes.
    pub host_pid: bool,
    /// Shares memory with the node's processes.
    pub host_ipc: bool,
    /// Must not run as root.
    pub run_as_non_root: Option<bool>,
    /// Who it runs as.
    pub run_as_user: Option<i64>,
    /// Whether its account's token is in its containers; `None`: as the account says.
    pub automount_token: Option<bool>,
}

/// What a container may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerSecurity {
    /// May do all that root on the node may.
    pub privileged: Option<bool>,
    /// May gain rights that its parent process has not; `None`: yes.
    pub allow_privilege_escalation: Option<bool>,
    /// Must not run as root.
    pub run_as_non_root: Option<bool>,
    /// Who it runs as.
    pub run_as_user: Option<i64>,
    /// Whether its own files are read-only.
    pub read_only_root_filesystem: Option<bool>,
    /// Rights of root that it has, or has not.
    #[serde(deserialize_with = "nullable")]
    pub capabilities: Capabilities,
}

/// Rights of root that a container has, or has not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// Given.
    #[serde(deserialize_with = "nullable")]
    pub add: Box<[Symbol]>,
    /// Taken.
    #[serde(deserialize_with = "nullable")]
    pub drop: Box<[Symbol]>,
}
