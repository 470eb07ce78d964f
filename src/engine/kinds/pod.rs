//! Pod.

use jiff::Timestamp;
use serde::Deserialize;

use super::network::IntOrString;
use super::{Condition, Labels, Meta, nullable};
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

/// The spec of a pod.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    /// Where it runs; empty while it is not scheduled.
    pub node_name: Symbol,
    /// Who schedules it.
    pub scheduler_name: Symbol,
    /// `Always` (also where empty), `OnFailure`, `Never`.
    pub restart_policy: Symbol,
    /// What must be lifted before it may be scheduled, by intent.
    #[serde(deserialize_with = "nullable")]
    pub scheduling_gates: Box<[Named]>,
    /// Its containers.
    #[serde(deserialize_with = "nullable")]
    pub containers: Box<[Container]>,
    /// Run before those; one whose restart policy is `Always` is a sidecar.
    #[serde(deserialize_with = "nullable")]
    pub init_containers: Box<[Container]>,
    /// Added to the running pod.
    #[serde(deserialize_with = "nullable")]
    pub ephemeral_containers: Box<[Container]>,
    /// Its volumes.
    #[serde(deserialize_with = "nullable")]
    pub volumes: Box<[Volume]>,
    /// Conditions that must be true beside its containers' readiness.
    #[serde(deserialize_with = "nullable")]
    pub readiness_gates: Box<[ReadinessGate]>,
    /// The labels that its node must have.
    pub node_selector: Labels,
}

/// Something of which only the name matters.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Named {
    /// The name.
    pub name: Symbol,
}

/// A condition that must be true for the pod to be ready.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReadinessGate {
    /// Its type.
    pub condition_type: Symbol,
}

/// A container of the spec.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    /// Its name.
    pub name: Symbol,
    /// Its image.
    pub image: Symbol,
    /// `Always` on an init container makes it a sidecar.
    pub restart_policy: Symbol,
    /// Its requests and limits.
    #[serde(deserialize_with = "nullable")]
    pub resources: Resources,
    /// The ports that it says it has.
    #[serde(deserialize_with = "nullable")]
    pub ports: Box<[ContainerPort]>,
    /// Its liveness probe.
    pub liveness_probe: Option<Box<Probe>>,
    /// Its readiness probe.
    pub readiness_probe: Option<Box<Probe>>,
    /// Its startup probe.
    pub startup_probe: Option<Box<Probe>>,
}

/// A port of a container.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerPort {
    /// Its name.
    pub name: Symbol,
    /// The number.
    #[serde(deserialize_with = "nullable")]
    pub container_port: i32,
    /// `TCP` where empty.
    pub protocol: Symbol,
}

/// What a container asks for and may use, as quantities by resource.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// What the scheduler sets aside.
    pub requests: Labels,
    /// What it may not exceed.
    pub limits: Labels,
}

/// A probe.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct HttpGet {
    /// The path.
    #[serde(deserialize_with = "nullable")]
    pub path: Text,
    /// The port.
    pub port: Option<IntOrString>,
}

/// A connection probe.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TcpSocket {
    /// The port.
    pub port: Option<IntOrString>,
}

/// A gRPC probe.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Grpc {
    /// The port.
    #[serde(deserialize_with = "nullable")]
    pub port: i32,
}

/// A command.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Exec {
    /// Its words.
    #[serde(deserialize_with = "nullable")]
    pub command: Box<[Text]>,
}

/// A volume: only what refers to other objects.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Volume {
    /// Its name.
    pub name: Symbol,
    /// The claim.
    pub persistent_volume_claim: Option<ClaimSource>,
    /// A claim that is made for this pod, named `POD-VOLUME`.
    pub ephemeral: Option<Present>,
}

/// The claim of a volume.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimSource {
    /// Its name.
    pub claim_name: Symbol,
}

/// Something of which only its presence matters.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Present {}

/// The status of a pod.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
    pub phase: Symbol,
    /// `Evicted` and the like.
    pub reason: Symbol,
    /// A sentence for the reason.
    #[serde(deserialize_with = "nullable")]
    pub message: Text,
    /// When the kubelet took it.
    pub start_time: Option<Timestamp>,
    /// `PodScheduled`, `Ready`, …
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
    /// How its containers stand.
    #[serde(deserialize_with = "nullable")]
    pub container_statuses: Box<[ContainerStatus]>,
    /// How its init containers stand.
    #[serde(deserialize_with = "nullable")]
    pub init_container_statuses: Box<[ContainerStatus]>,
    /// How its ephemeral containers stand.
    #[serde(deserialize_with = "nullable")]
    pub ephemeral_container_statuses: Box<[ContainerStatus]>,
}

/// How a container stands.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerStatus {
    /// Its name.
    pub name: Symbol,
    /// Whether it passes its readiness probe.
    #[serde(deserialize_with = "nullable")]
    pub ready: bool,
    /// Whether it has passed its startup probe.
    pub started: Option<bool>,
    /// How often it was started again.
    #[serde(deserialize_with = "nullable")]
    pub restart_count: u32,
    /// How it is.
    #[serde(deserialize_with = "nullable")]
    pub state: ContainerState,
    /// How the instance before ended.
    #[serde(deserialize_with = "nullable")]
    pub last_state: ContainerState,
    /// Which instance, `containerd://…`.
    #[serde(rename = "containerID", deserialize_with = "nullable")]
    pub container_id: Text,
}

/// One of three, or none of them yet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ContainerState {
    /// Not started.
    pub waiting: Option<Box<Waiting>>,
    /// Running.
    pub running: Option<Running>,
    /// Ended.
    pub terminated: Option<Box<Terminated>>,
}

/// Not started.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Waiting {
    /// `CrashLoopBackOff`.
    pub reason: Symbol,
    /// A sentence for it.
    #[serde(deserialize_with = "nullable")]
    pub message: Text,
}

/// Running.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Running {
    /// Since when.
    pub started_at: Option<Timestamp>,
}

/// Ended.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terminated {
    /// `Error`, `OOMKilled`, `Completed`, …
    pub reason: Symbol,
    /// What the runtime or the termination message file says.
    #[serde(deserialize_with = "nullable")]
    pub message: Text,
    /// 128 + n where signal n ended it.
    #[serde(deserialize_with = "nullable")]
    pub exit_code: i32,
    /// The signal, where the runtime says it.
    #[serde(deserialize_with = "nullable")]
    pub signal: i32,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Which instance.
    #[serde(rename = "containerID", deserialize_with = "nullable")]
    pub container_id: Text,
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
        super::meta::condition(&self.status.conditions, kind)
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
