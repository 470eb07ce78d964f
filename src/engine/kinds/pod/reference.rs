//! What a pod, or a template of pods, names.

use crate::engine::object::{Kind, Symbol, Text};

/// An object that a pod names and needs in order to start.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// Its kind: ConfigMap, Secret, ServiceAccount, PriorityClass, RuntimeClass or ResourceClaim.
    pub kind: Kind,
    /// Its name.
    pub name: Symbol,
    /// Its keys that are needed; empty: itself alone.
    pub keys: Box<[Symbol]>,
    /// Whether the pod starts without it, or without the keys.
    pub optional: bool,
    /// What for.
    pub usage: Usage,
    /// The container that it is for; empty: the pod.
    pub container: Symbol,
    /// Where the pod says so, `spec.containers[0].env[2].valueFrom.secretKeyRef`.
    pub path: Text,
}

/// What a pod needs an object for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Usage {
    /// The value of one variable. Without it the container is not made (`CreateContainerConfigError`).
    Env,
    /// A variable for each of its keys. As [`Usage::Env`].
    EnvFrom,
    /// Files. Without it no container starts (`FailedMount`).
    Volume,
    /// Mounts a volume of another kind with it (CSI, Ceph, …).
    VolumeSecret,
    /// Pulls images with it. Without it the pull is tried without.
    Pull,
    /// Is it to the API. Without it the pod is not created.
    Account,
    /// Its priority. Without it the pod is not created.
    Priority,
    /// How it is run. Without it the pod is not created.
    Runtime,
    /// Its devices. Without it the pod is not scheduled.
    Device,
}
