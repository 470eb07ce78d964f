//! Slim forms of the watched kinds: exactly the fields that analyzers read, and nothing else is kept.
//!
//! They decode from the API's JSON (unknown fields are skipped without allocating; an absent or `null` field is its
//! default, so that any object the API server accepts decodes). What is not here (whole templates, environment,
//! volumes' details, managedFields) is fetched when evidence, change or a person asks for it.

mod core;
mod event;
mod meta;
mod network;
mod node;
mod pod;
mod storage;
mod workload;

pub use self::core::Namespace;
pub use event::Event;
pub use meta::{Condition, Labels, Meta, OwnerRef, Selector, SelectorRequirement, condition};
pub use network::{
    Endpoint, EndpointConditions, EndpointPort, EndpointSlice, IntOrString, Service, ServicePort,
    ServiceSpec, TargetRef,
};
pub use node::{Node, NodeSpec, NodeStatus, Taint};
pub use pod::{
    Container, ContainerPort, ContainerRole, ContainerState, ContainerStatus, Pod, PodSpec, PodStatus, Probe,
    Resources, Running, Terminated, Volume, Waiting,
};
pub use storage::{PersistentVolumeClaim, PvcSpec, PvcStatus, StorageClass};
pub use workload::{
    DaemonSet, DaemonSetStatus, Deployment, DeploymentSpec, DeploymentStatus, Job, JobSpec, JobStatus,
    ReplicaSet, ReplicaSetSpec, ReplicaSetStatus, StatefulSet, StatefulSetSpec, StatefulSetStatus,
};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::object::Kind;

/// A watched kind's slim form.
pub trait Watched: DeserializeOwned + Send + Sync + 'static {
    /// Which kind it is the form of.
    const KIND: Kind;
    /// Its metadata.
    fn meta(&self) -> &Meta;
}

macro_rules! watched {
    ($($kind:ident),*) => {$(
        impl Watched for $kind {
            const KIND: Kind = Kind::$kind;
            fn meta(&self) -> &Meta {
                &self.metadata
            }
        }
    )*};
}

watched!(
    Pod,
    ReplicaSet,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    Service,
    EndpointSlice,
    PersistentVolumeClaim,
    StorageClass,
    Node,
    Namespace,
    Event
);

/// For `#[serde(deserialize_with)]`: `null` is the default, as the API means it.
fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
