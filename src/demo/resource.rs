//! The kinds that the embedded API serves: one table that discovery, paths and the store read.

/// A kind of object and the path that it is served under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The API group; empty for the core one.
    pub group: &'static str,
    /// The one version that is served.
    pub version: &'static str,
    /// Its word in paths: `pods`.
    pub plural: &'static str,
    /// `pod`.
    pub singular: &'static str,
    /// `Pod`.
    pub kind: &'static str,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Short names that kubectl knows: `po`.
    pub short: &'static [&'static str],
    /// Whether `kubectl get all` shows it.
    pub in_all: bool,
    /// Whether it has a `scale` subresource.
    pub scales: bool,
}

impl Resource {
    /// `v1`, `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Its name in messages: `pods`, `deployments.apps`.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// The resource with this group, version and plural.
    pub fn by_path(group: &str, version: &str, plural: &str) -> Option<&'static Self> {
        RESOURCES
            .iter()
            .find(|r| r.group == group && r.version == version && r.plural == plural)
    }

    /// The resource of objects that say this `apiVersion` and `kind`.
    pub fn by_kind(api_version: &str, kind: &str) -> Option<&'static Self> {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        RESOURCES
            .iter()
            .find(|r| r.group == group && r.version == version && r.kind == kind)
    }

    /// The resource whose plural this is; plurals are unique in the table.
    pub fn named(plural: &str) -> Option<&'static Self> {
        RESOURCES.iter().find(|r| r.plural == plural)
    }
}

const fn cluster(
    group: &'static str,
    plural: &'static str,
    singular: &'static str,
    kind: &'static str,
    short: &'static [&'static str],
) -> Resource {
    Resource {
        group,
        version: "v1",
        plural,
        singular,
        kind,
        namespaced: false,
        short,
        in_all: false,
        scales: false,
    }
}

const fn namespaced(
    group: &'static str,
    plural: &'static str,
    singular: &'static str,
    kind: &'static str,
    short: &'static [&'static str],
) -> Resource {
    Resource {
        namespaced: true,
        ..cluster(group, plural, singular, kind, short)
    }
}

const fn workload(resource: Resource) -> Resource {
    Resource {
        in_all: true,
        ..resource
    }
}

const fn scalable(resource: Resource) -> Resource {
    Resource {
        in_all: true,
        scales: true,
        ..resource
    }
}

/// Every kind that is served.
pub static RESOURCES: &[Resource] = &[
    namespaced("", "configmaps", "configmap", "ConfigMap", &["cm"]),
    namespaced("", "endpoints", "endpoints", "Endpoints", &["ep"]),
    namespaced("", "events", "event", "Event", &["ev"]),
    namespaced("", "limitranges", "limitrange", "LimitRange", &["limits"]),
    cluster("", "namespaces", "namespace", "Namespace", &["ns"]),
    cluster("", "nodes", "node", "Node", &["no"]),
    namespaced(
        "",
        "persistentvolumeclaims",
        "persistentvolumeclaim",
        "PersistentVolumeClaim",
        &["pvc"],
    ),
    cluster(
        "",
        "persistentvolumes",
        "persistentvolume",
        "PersistentVolume",
        &["pv"],
    ),
    workload(namespaced("", "pods", "pod", "Pod", &["po"])),
    workload(namespaced(
        "",
        "replicationcontrollers",
        "replicationcontroller",
        "ReplicationController",
        &["rc"],
    )),
    namespaced("", "resourcequotas", "resourcequota", "ResourceQuota", &["quota"]),
    namespaced("", "secrets", "secret", "Secret", &[]),
    namespaced("", "serviceaccounts", "serviceaccount", "ServiceAccount", &["sa"]),
    workload(namespaced("", "services", "service", "Service", &["svc"])),
    namespaced(
        "apps",
        "controllerrevisions",
        "controllerrevision",
        "ControllerRevision",
        &[],
    ),
    workload(namespaced(
        "apps",
        "daemonsets",
        "daemonset",
        "DaemonSet",
        &["ds"],
    )),
    scalable(namespaced(
        "apps",
        "deployments",
        "deployment",
        "Deployment",
        &["deploy"],
    )),
    scalable(namespaced(
        "apps",
        "replicasets",
        "replicaset",
        "ReplicaSet",
        &["rs"],
    )),
    scalable(namespaced(
        "apps",
        "statefulsets",
        "statefulset",
        "StatefulSet",
        &["sts"],
    )),
    Resource {
        version: "v2",
        ..workload(namespaced(
            "autoscaling",
            "horizontalpodautoscalers",
            "horizontalpodautoscaler",
            "HorizontalPodAutoscaler",
            &["hpa"],
        ))
    },
    workload(namespaced("batch", "cronjobs", "cronjob", "CronJob", &["cj"])),
    workload(namespaced("batch", "jobs", "job", "Job", &[])),
    namespaced("coordination.k8s.io", "leases", "lease", "Lease", &[]),
    namespaced(
        "discovery.k8s.io",
        "endpointslices",
        "endpointslice",
        "EndpointSlice",
        &[],
    ),
    cluster(
        "networking.k8s.io",
        "ingressclasses",
        "ingressclass",
        "IngressClass",
        &[],
    ),
    namespaced("networking.k8s.io", "ingresses", "ingress", "Ingress", &["ing"]),
    namespaced(
        "networking.k8s.io",
        "networkpolicies",
        "networkpolicy",
        "NetworkPolicy",
        &["netpol"],
    ),
    namespaced(
        "policy",
        "poddisruptionbudgets",
        "poddisruptionbudget",
        "PodDisruptionBudget",
        &["pdb"],
    ),
    cluster(
        "scheduling.k8s.io",
        "priorityclasses",
        "priorityclass",
        "PriorityClass",
        &["pc"],
    ),
    cluster(
        "node.k8s.io",
        "runtimeclasses",
        "runtimeclass",
        "RuntimeClass",
        &[],
    ),
    namespaced(
        "resource.k8s.io",
        "resourceclaims",
        "resourceclaim",
        "ResourceClaim",
        &[],
    ),
    cluster(
        "rbac.authorization.k8s.io",
        "clusterrolebindings",
        "clusterrolebinding",
        "ClusterRoleBinding",
        &[],
    ),
    cluster(
        "rbac.authorization.k8s.io",
        "clusterroles",
        "clusterrole",
        "ClusterRole",
        &[],
    ),
    namespaced(
        "rbac.authorization.k8s.io",
        "rolebindings",
        "rolebinding",
        "RoleBinding",
        &[],
    ),
    namespaced("rbac.authorization.k8s.io", "roles", "role", "Role", &[]),
    cluster(
        "admissionregistration.k8s.io",
        "mutatingwebhookconfigurations",
        "mutatingwebhookconfiguration",
        "MutatingWebhookConfiguration",
        &[],
    ),
    cluster(
        "admissionregistration.k8s.io",
        "validatingadmissionpolicies",
        "validatingadmissionpolicy",
        "ValidatingAdmissionPolicy",
        &[],
    ),
    cluster(
        "admissionregistration.k8s.io",
        "validatingadmissionpolicybindings",
        "validatingadmissionpolicybinding",
        "ValidatingAdmissionPolicyBinding",
        &[],
    ),
    cluster(
        "admissionregistration.k8s.io",
        "validatingwebhookconfigurations",
        "validatingwebhookconfiguration",
        "ValidatingWebhookConfiguration",
        &[],
    ),
    cluster(
        "apiregistration.k8s.io",
        "apiservices",
        "apiservice",
        "APIService",
        &[],
    ),
    cluster(
        "apiextensions.k8s.io",
        "customresourcedefinitions",
        "customresourcedefinition",
        "CustomResourceDefinition",
        &["crd", "crds"],
    ),
    cluster(
        "certificates.k8s.io",
        "certificatesigningrequests",
        "certificatesigningrequest",
        "CertificateSigningRequest",
        &["csr"],
    ),
    cluster(
        "storage.k8s.io",
        "volumeattachments",
        "volumeattachment",
        "VolumeAttachment",
        &[],
    ),
    cluster(
        "storage.k8s.io",
        "storageclasses",
        "storageclass",
        "StorageClass",
        &["sc"],
    ),
];
