//! What findings rest on besides what their analyzers are told of: what is alike and may have been meant, who else is
//! concerned. Where such a part of the world changes, an object is looked at again if it has such a finding; whether
//! it has one does not depend on it.

use crate::engine::finding::Finding;
use crate::engine::object::{Kind, ObjectRef, Symbol};
use crate::engine::world::Part;

/// The parts of the world that the words of a finding, how bad it is and what it blames depend on.
pub fn rests_on(finding: &Finding) -> Vec<Part> {
    let namespace: Symbol = (&*finding.object.namespace).into();
    let here = |kind| Part::Objects(kind, Some(namespace.clone()));
    let anywhere = |kind| Part::Objects(kind, None);
    match &*finding.code {
        // The labels that come nearest to the selector.
        "BudgetSelectsNothing" | "NetworkPolicySelectsNothing" | "ServiceSelectsNothing" => {
            vec![Part::Labels(Kind::Pod, namespace)]
        }
        // The Service whose name comes nearest.
        "IngressBackendMissing" => vec![here(Kind::Service)],
        // Whether nobody is behind a Service by intent.
        "IngressBackendNotReady" | "WebhookNobodyReady" | "APIServiceUnavailable" => {
            vec![anywhere(Kind::Deployment), anywhere(Kind::StatefulSet)]
        }
        // The object that refuses.
        "ReplicaSetCreateFailed"
        | "StatefulSetCreateFailed"
        | "DaemonSetCreateFailed"
        | "JobCreateFailed"
        | "ReplicationControllerCreateFailed"
        | "DeploymentReplicaFailure" => vec![
            here(Kind::LimitRange),
            anywhere(Kind::ValidatingWebhookConfiguration),
            anywhere(Kind::MutatingWebhookConfiguration),
        ],
        // Whether the keys of what is mounted hold the file, whether the account is bound to a role that allows it.
        "ContainerCrashLoop"
        | "ContainerExited"
        | "InitContainerFailing"
        | "InitContainerHangs"
        | "ContainerNotReady" => {
            let culprit = finding.culprit.as_ref().and_then(ObjectRef::key);
            match culprit.as_ref().map(|culprit| culprit.kind) {
                Some(Kind::ConfigMap | Kind::Secret) => culprit.into_iter().map(Part::Object).collect(),
                Some(Kind::ServiceAccount | Kind::RoleBinding | Kind::ClusterRoleBinding) => vec![
                    here(Kind::RoleBinding),
                    here(Kind::Role),
                    anywhere(Kind::ClusterRoleBinding),
                    anywhere(Kind::ClusterRole),
                ],
                _ => Vec::new(),
            }
        }
        // The names of those who miss it, and the Service whose name comes nearest.
        "ServiceMissing" | "ServicePortNotOffered" => vec![here(Kind::ReplicaSet), here(Kind::Service)],
        // What each node lacks.
        "PodUnschedulable" => vec![anywhere(Kind::Node)],
        // The volumes that are there, and why each does not do.
        "ClaimPending" => vec![anywhere(Kind::PersistentVolume)],
        // Which namespaces a webhook is asked for.
        "WebhookServiceMissing" | "WebhookPortMissing" => {
            vec![Part::Labels(Kind::Namespace, Symbol::default())]
        }
        // The workload that a pod which names it belongs to.
        "SecretMissing"
        | "SecretKeyMissing"
        | "ConfigMapMissing"
        | "ConfigMapKeyMissing"
        | "ServiceAccountMissing"
        | "PullSecretMissing"
        | "ClaimMissing"
        | "ResourceClaimMissing" => vec![here(Kind::ReplicaSet)],
        _ => Vec::new(),
    }
}
