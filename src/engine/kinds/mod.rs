//! Slim forms of the watched kinds: exactly the fields that analyzers read, and nothing else is kept.
//!
//! They decode from the API's JSON (unknown fields are skipped without allocating; an absent or `null` field is its
//! default, so that any object the API server accepts decodes). What is not here (whole templates, environment,
//! volumes' details, managedFields) is fetched when evidence, change or a person asks for it.

/// A kind of object with metadata and a spec, and mostly a status.
macro_rules! kind {
    ($(#[$doc:meta])* $name:ident, $spec:ident $(, $status:ident)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            /// Its metadata.
            pub metadata: Meta,
            /// Its spec.
            #[serde(deserialize_with = "nullable")]
            pub spec: $spec,
            $(
                /// Its status.
                #[serde(deserialize_with = "nullable")]
                pub status: $status,
            )?
        }
    };
}

mod admission;
mod batch;
mod config;
mod core;
mod custom;
mod event;
mod extension;
mod ingress;
mod interned;
mod meta;
mod network;
mod node;
mod placement;
mod pod;
mod policy;
mod rbac;
mod scheduling;
mod storage;
mod workload;

pub use self::core::{Namespace, NamespaceSpec, NamespaceStatus};
pub use admission::{
    AdmissionRule, ExpressionWarning, MatchResources, MutatingWebhookConfiguration, ParamKind, ParamRef,
    TypeChecking, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
    ValidatingAdmissionPolicyBindingSpec, ValidatingAdmissionPolicySpec, ValidatingAdmissionPolicyStatus,
    ValidatingWebhookConfiguration, Webhook, WebhookClient,
};
pub use batch::{ActiveJob, CronJob, CronJobSpec, CronJobStatus, Job, JobSpec, JobStatus, JobTemplate};
pub use config::{ConfigMap, Secret, ServiceAccount, Sizes};
pub use custom::{CustomResource, names_another};
pub use event::Event;
pub use extension::{
    APIService, APIServiceSpec, APIServiceStatus, CertificateSigningRequest, CertificateSigningRequestSpec,
    CertificateSigningRequestStatus, ConversionWebhook, CustomResourceConversion, CustomResourceDefinition,
    CustomResourceDefinitionSpec, CustomResourceDefinitionStatus, CustomResourceNames, CustomResourceVersion,
    ServiceReference,
};
pub use ingress::{
    EgressTraffic, Ingress, IngressBackend, IngressClass, IngressClassSpec, IngressHttp, IngressPath,
    IngressPort, IngressResource, IngressRule, IngressService, IngressSpec, IngressStatus, IngressTls,
    IngressTraffic, IpBlock, NetworkPolicy, NetworkPolicySpec, Peer, PolicyPort,
};
pub use interned::Interned;
pub use meta::{Condition, ConditionWords, Labels, Meta, OwnerRef, Selector, SelectorRequirement, condition};
pub use network::{
    Endpoint, EndpointConditions, EndpointPort, EndpointSlice, IntOrString, LoadBalancer, LoadBalancerPoint,
    Service, ServicePort, ServiceSpec, ServiceStatus, TargetRef,
};
pub use node::{Node, NodeInfo, NodeSpec, NodeStatus, Taint};
pub use placement::{NodeSelector, NodeSelectorTerm, Placement, PodTerm, Spread, Toleration, has_labels};
pub use pod::{
    Capabilities, ClaimSource, Container, ContainerPort, ContainerRole, ContainerSecurity, ContainerState,
    ContainerStatus, Exec, Grpc, HostPath, HttpGet, Mount, Named, Pod, PodResourceClaim,
    PodResourceClaimStatus, PodSecurity, PodSpec, PodStatus, Present, Probe, ReadinessGate, Reference,
    Resources, Running, TcpSocket, Terminated, Usage, Volume, Waiting,
};
pub use policy::{
    HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus, LimitRange,
    LimitRangeItem, LimitRangeSpec, Metric, MetricTarget, PodDisruptionBudget, PodDisruptionBudgetSpec,
    PodDisruptionBudgetStatus, ResourceMetric, ResourceQuota, ResourceQuotaSpec, ResourceQuotaStatus,
    ScaleTarget, ScopeRequirement, ScopeSelector,
};
pub use rbac::{ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject};
pub use scheduling::{
    Allocation, ClaimConsumer, DeviceChoice, DeviceClaim, DeviceRequest, DeviceStatus, PriorityClass,
    ResourceClaim, ResourceClaimSpec, ResourceClaimStatus, RuntimeClass, RuntimeScheduling,
};
pub use storage::{
    ClaimRef, CsiVolume, PersistentVolume, PersistentVolumeClaim, PersistentVolumeSpec,
    PersistentVolumeStatus, PvcResources, PvcSpec, PvcStatus, StorageClass, VolumeAttachment,
    VolumeAttachmentSource, VolumeAttachmentSpec, VolumeAttachmentStatus, VolumeError, VolumeNodeAffinity,
};
pub use workload::{
    ClaimTemplate, DaemonSet, DaemonSetSpec, DaemonSetStatus, DaemonSetStrategy, Deployment, DeploymentSpec,
    DeploymentStatus, Ordinals, ReplicaSet, ReplicaSetSpec, ReplicaSetStatus, ReplicationController,
    ReplicationControllerSpec, StatefulSet, StatefulSetRollingUpdate, StatefulSetSpec, StatefulSetStatus,
    StatefulSetStrategy, Template, TemplateMeta,
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

/// Calls a macro with every watched kind and the name of its table in the world.
macro_rules! for_each_kind {
    ($then:ident) => {
        $then! {
            Pod pods,
            ReplicaSet replica_sets,
            Deployment deployments,
            StatefulSet stateful_sets,
            DaemonSet daemon_sets,
            Job jobs,
            Service services,
            EndpointSlice endpoint_slices,
            PersistentVolumeClaim claims,
            StorageClass storage_classes,
            Node nodes,
            Namespace namespaces,
            Event events,
            CronJob cron_jobs,
            ReplicationController replication_controllers,
            Ingress ingresses,
            IngressClass ingress_classes,
            NetworkPolicy network_policies,
            PersistentVolume volumes,
            VolumeAttachment volume_attachments,
            HorizontalPodAutoscaler autoscalers,
            PodDisruptionBudget disruption_budgets,
            ResourceQuota quotas,
            LimitRange limit_ranges,
            ServiceAccount service_accounts,
            ConfigMap config_maps,
            Secret secrets,
            PriorityClass priority_classes,
            RuntimeClass runtime_classes,
            ResourceClaim resource_claims,
            ValidatingWebhookConfiguration validating_webhooks,
            MutatingWebhookConfiguration mutating_webhooks,
            ValidatingAdmissionPolicy admission_policies,
            ValidatingAdmissionPolicyBinding admission_policy_bindings,
            APIService api_services,
            CustomResourceDefinition custom_resource_definitions,
            CertificateSigningRequest signing_requests,
            Role roles,
            RoleBinding role_bindings,
            ClusterRole cluster_roles,
            ClusterRoleBinding cluster_role_bindings,
        }
    };
}
pub(super) use for_each_kind;

macro_rules! watched {
    ($($kind:ident $table:ident,)*) => {$(
        impl Watched for $kind {
            const KIND: Kind = Kind::$kind;
            fn meta(&self) -> &Meta {
                &self.metadata
            }
        }
    )*};
}
for_each_kind!(watched);

/// For `#[serde(deserialize_with)]`: `null` is the default, as the API means it.
fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
