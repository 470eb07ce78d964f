//! What the indexes see of an object: whom it names.

use crate::engine::kinds::{
    APIService, CertificateSigningRequest, ClusterRole, ClusterRoleBinding, ConfigMap, CronJob,
    CustomResourceDefinition, DaemonSet, Deployment, EndpointSlice, Event, HorizontalPodAutoscaler, Ingress,
    IngressClass, Interned, Job, LimitRange, Meta, MutatingWebhookConfiguration, Namespace, NetworkPolicy,
    Node, PersistentVolume, PersistentVolumeClaim, Pod, PodDisruptionBudget, PodSpec, PriorityClass,
    Reference, ReplicaSet, ReplicationController, ResourceClaim, ResourceQuota, Role, RoleBinding,
    RuntimeClass, Secret, Service, ServiceAccount, ServiceReference, StatefulSet, StorageClass, Subject,
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration,
    VolumeAttachment, Webhook,
};
use crate::engine::object::{Key, Kind, Symbol, Text};

/// What the indexes see of an object.
pub(super) struct View<'a> {
    pub meta: &'a Meta,
    pub node: Option<&'a Symbol>,
    pub claims: Vec<Text>,
    pub service: Option<&'a str>,
    pub about: Option<(&'a Symbol, &'a Symbol, &'a Text)>,
    /// What its pods name: the same list for all pods of a template.
    pub references: Option<&'a Interned<Reference>>,
    /// Whom else it names.
    pub names: Vec<Key>,
    /// The hosts that it takes requests for; the empty one stands for all.
    pub hosts: Vec<&'a Symbol>,
    /// The address that it is reached at in the cluster.
    pub address: Option<&'a Symbol>,
}

impl<'a> View<'a> {
    pub(super) fn plain(meta: &'a Meta) -> Self {
        Self {
            meta,
            node: None,
            claims: Vec::new(),
            service: None,
            about: None,
            references: None,
            names: Vec::new(),
            hosts: Vec::new(),
            address: None,
        }
    }

    fn template(meta: &'a Meta, spec: &'a PodSpec) -> Self {
        let mut view = Self {
            references: Some(&spec.references),
            ..Self::plain(meta)
        };
        for (_, claim) in spec.claims() {
            view.name(Kind::PersistentVolumeClaim, claim);
        }
        view
    }

    /// Whether it names others than another form of the same object does.
    pub fn names_others_than(&self, other: &Self) -> bool {
        self.references != other.references || self.names != other.names || self.claims != other.claims
    }

    /// Names an object, if there is a name; in the namespace of the one that names it where the kind has one.
    fn name(&mut self, kind: Kind, name: &str) {
        let namespace = if kind.namespaced() {
            &*self.meta.namespace
        } else {
            ""
        };
        if !name.is_empty() {
            self.names.push(Key::new(kind, namespace, name));
        }
    }

    fn service(&mut self, service: Option<&ServiceReference>) {
        let key = service.and_then(|service| service.object().key());
        self.names.extend(key);
    }

    fn webhooks(meta: &'a Meta, webhooks: &[Webhook]) -> Self {
        let mut view = Self::plain(meta);
        for webhook in webhooks {
            view.service(webhook.client_config.service.as_ref());
        }
        view
    }

    fn subjects(&mut self, subjects: &[Subject]) {
        let accounts = subjects.iter().filter(|subject| subject.kind == "ServiceAccount");
        self.names.extend(
            accounts.map(|account| Key::new(Kind::ServiceAccount, &account.namespace, &account.name)),
        );
    }
}

macro_rules! plain_views {
    ($($kind:ident)*) => {$(
        impl<'a> From<&'a $kind> for View<'a> {
            fn from(object: &'a $kind) -> Self {
                Self::plain(&object.metadata)
            }
        }
    )*};
}

plain_views!(ReplicaSet StorageClass Node Namespace IngressClass NetworkPolicy PodDisruptionBudget);
plain_views!(ResourceQuota LimitRange ConfigMap Secret PriorityClass RuntimeClass ResourceClaim);
plain_views!(ValidatingAdmissionPolicy CertificateSigningRequest Role ClusterRole);

macro_rules! template_views {
    ($($kind:ident)*) => {$(
        impl<'a> From<&'a $kind> for View<'a> {
            fn from(object: &'a $kind) -> Self {
                Self::template(&object.metadata, &object.spec.template.spec)
            }
        }
    )*};
}

template_views!(Deployment DaemonSet Job ReplicationController);

impl<'a> From<&'a CronJob> for View<'a> {
    fn from(cron: &'a CronJob) -> Self {
        Self::template(&cron.metadata, &cron.spec.job_template.spec.template.spec)
    }
}

impl<'a> From<&'a StatefulSet> for View<'a> {
    fn from(set: &'a StatefulSet) -> Self {
        let mut view = Self::template(&set.metadata, &set.spec.template.spec);
        view.name(Kind::Service, &set.spec.service_name);
        for claim in &set.spec.volume_claim_templates {
            let class = claim.spec.storage_class_name.as_deref();
            view.name(Kind::StorageClass, class.unwrap_or_default());
        }
        view
    }
}

impl<'a> From<&'a Pod> for View<'a> {
    fn from(pod: &'a Pod) -> Self {
        let node = Some(&pod.spec.node_name).filter(|node| !node.is_empty());
        let mut view = Self {
            node,
            claims: pod.claims().collect(),
            references: Some(&pod.spec.references),
            ..Self::plain(&pod.metadata)
        };
        // Those that it names itself are among its references.
        for made in &pod.status.resource_claim_statuses {
            view.name(Kind::ResourceClaim, &made.resource_claim_name);
        }
        view
    }
}

impl<'a> From<&'a Service> for View<'a> {
    fn from(service: &'a Service) -> Self {
        let mut view = Self::plain(&service.metadata);
        let target = service.spec.leads_to();
        view.names
            .extend(target.map(|(name, namespace)| Key::new(Kind::Service, namespace, name)));
        let address = &service.spec.cluster_ip;
        view.address = Some(address).filter(|address| !address.is_empty() && *address != "None");
        view
    }
}

impl<'a> From<&'a EndpointSlice> for View<'a> {
    fn from(slice: &'a EndpointSlice) -> Self {
        Self {
            service: slice.service(),
            ..Self::plain(&slice.metadata)
        }
    }
}

impl<'a> From<&'a Event> for View<'a> {
    fn from(event: &'a Event) -> Self {
        let involved = &event.involved_object;
        Self {
            about: Some((&involved.kind, &involved.namespace, &involved.name)),
            ..Self::plain(&event.metadata)
        }
    }
}

impl<'a> From<&'a PersistentVolumeClaim> for View<'a> {
    fn from(claim: &'a PersistentVolumeClaim) -> Self {
        let mut view = Self::plain(&claim.metadata);
        let class = claim.spec.storage_class_name.as_deref();
        view.name(Kind::StorageClass, class.unwrap_or_default());
        view.name(Kind::PersistentVolume, &claim.spec.volume_name);
        view
    }
}

impl<'a> From<&'a PersistentVolume> for View<'a> {
    fn from(volume: &'a PersistentVolume) -> Self {
        let mut view = Self::plain(&volume.metadata);
        view.name(Kind::StorageClass, &volume.spec.storage_class_name);
        let claim = volume.spec.claim_ref.as_ref();
        view.names
            .extend(claim.map(|claim| Key::new(Kind::PersistentVolumeClaim, &claim.namespace, &claim.name)));
        view
    }
}

impl<'a> From<&'a VolumeAttachment> for View<'a> {
    fn from(attachment: &'a VolumeAttachment) -> Self {
        let mut view = Self::plain(&attachment.metadata);
        view.name(Kind::Node, &attachment.spec.node_name);
        view.name(
            Kind::PersistentVolume,
            &attachment.spec.source.persistent_volume_name,
        );
        view
    }
}

impl<'a> From<&'a Ingress> for View<'a> {
    fn from(ingress: &'a Ingress) -> Self {
        let mut view = Self::plain(&ingress.metadata);
        view.name(Kind::IngressClass, ingress.class().unwrap_or_default());
        for (_, backend) in ingress.backends() {
            let service = backend.service.as_ref();
            view.name(Kind::Service, service.map_or("", |service| &service.name));
        }
        for tls in &ingress.spec.tls {
            view.name(Kind::Secret, &tls.secret_name);
        }
        view.hosts
            .extend(ingress.spec.rules.iter().map(|rule| &rule.host));
        view
    }
}

impl<'a> From<&'a HorizontalPodAutoscaler> for View<'a> {
    fn from(autoscaler: &'a HorizontalPodAutoscaler) -> Self {
        let mut view = Self::plain(&autoscaler.metadata);
        view.names.extend(autoscaler.target().key());
        view
    }
}

impl<'a> From<&'a ServiceAccount> for View<'a> {
    fn from(account: &'a ServiceAccount) -> Self {
        let mut view = Self::plain(&account.metadata);
        for secret in &account.image_pull_secrets {
            view.name(Kind::Secret, &secret.name);
        }
        view
    }
}

impl<'a> From<&'a ValidatingWebhookConfiguration> for View<'a> {
    fn from(configuration: &'a ValidatingWebhookConfiguration) -> Self {
        Self::webhooks(&configuration.metadata, &configuration.webhooks)
    }
}

impl<'a> From<&'a MutatingWebhookConfiguration> for View<'a> {
    fn from(configuration: &'a MutatingWebhookConfiguration) -> Self {
        Self::webhooks(&configuration.metadata, &configuration.webhooks)
    }
}

impl<'a> From<&'a ValidatingAdmissionPolicyBinding> for View<'a> {
    fn from(binding: &'a ValidatingAdmissionPolicyBinding) -> Self {
        let mut view = Self::plain(&binding.metadata);
        view.name(Kind::ValidatingAdmissionPolicy, &binding.spec.policy_name);
        view
    }
}

impl<'a> From<&'a APIService> for View<'a> {
    fn from(extension: &'a APIService) -> Self {
        let mut view = Self::plain(&extension.metadata);
        view.service(extension.spec.service.as_ref());
        view
    }
}

impl<'a> From<&'a CustomResourceDefinition> for View<'a> {
    fn from(definition: &'a CustomResourceDefinition) -> Self {
        let mut view = Self::plain(&definition.metadata);
        let conversion = &definition.spec.conversion.webhook.client_config;
        view.service(conversion.service.as_ref());
        view
    }
}

impl<'a> From<&'a RoleBinding> for View<'a> {
    fn from(binding: &'a RoleBinding) -> Self {
        let mut view = Self::plain(&binding.metadata);
        view.names.extend(binding.role().key());
        view.subjects(&binding.subjects);
        view
    }
}

impl<'a> From<&'a ClusterRoleBinding> for View<'a> {
    fn from(binding: &'a ClusterRoleBinding) -> Self {
        let mut view = Self::plain(&binding.metadata);
        view.names.extend(binding.role().key());
        view.subjects(&binding.subjects);
        view
    }
}
