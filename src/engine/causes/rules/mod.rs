//! What follows from what: the table that decides which finding is a symptom of which.
//!
//! The first rule that applies to a group wins. A rule reads the object graph (owner, selector, claim, node), the groups,
//! and what the log of a container names (see `analyzers::logs::Named`): of the text that a program wrote nothing else,
//! but for the name of a Service that is known to be missing.

mod blame;
mod custom;
mod nodes;
mod reach;
mod selection;
mod storage;
mod strength;
mod workloads;

use self::blame::{by_blamed, by_culprit, by_missing_service, by_reference, by_resource_claim};
use self::nodes::{by_closed_node, by_node};
use self::reach::{by_dns, by_unreached};
use self::selection::{by_protected_pods, by_selected_pods, by_selected_workload};
use self::storage::{by_attachment, by_claim, by_claim_template, by_class};
use self::strength::by_stronger;
use self::workloads::{by_jobs, by_pods, by_replica_set, by_target};
use super::groups::{Group, GroupKey};
use super::reads::Sight;
use crate::engine::analyzers::{LOG_SHOWS_ERROR, security};
use crate::engine::finding::Finding;
use crate::engine::kinds::Pod;

/// One way in which one fault follows from another.
pub struct Rule {
    /// What it says, for people: "a Service follows from its pods".
    pub name: &'static str,
    /// The kinds whose findings may be symptoms by it; all kinds if empty.
    pub kinds: &'static [&'static str],
    /// The codes that it explains; all of the kinds' codes if empty.
    pub codes: &'static [&'static str],
    /// The group that explains a group.
    find: fn(&Sight, &GroupKey, &Group) -> Option<GroupKey>,
}

/// Codes that are never symptoms, whatever else is wrong with their object.
pub const FOLLOW_NOTHING: &[&str] = &["ObjectStuckDeleting"];

/// Whether what a finding says has nothing to do with any fault: how much is allowed, what a scan found, and such.
pub fn stands_apart(finding: &Finding) -> bool {
    // What a pod that does its work says in its log explains no fault: one that fails says why itself.
    security::tells(&finding.code) || finding.ties.apart || *finding.code == *LOG_SHOWS_ERROR
}

/// All rules, in the order in which they are tried.
pub const RULES: &[Rule] = &[
    Rule {
        name: "what leads to an object, or waits for it, follows from what is wrong with that object",
        kinds: &[
            "Ingress",
            "ValidatingWebhookConfiguration",
            "MutatingWebhookConfiguration",
            "APIService",
            "CustomResourceDefinition",
            "HorizontalPodAutoscaler",
            "Namespace",
            "VolumeAttachment",
        ],
        codes: &[],
        find: by_blamed,
    },
    Rule {
        name: "a budget follows from the pods that it protects",
        kinds: &["PodDisruptionBudget"],
        codes: &["BudgetTooFewHealthy"],
        find: by_protected_pods,
    },
    Rule {
        name: "an autoscaler without metrics follows from the pods that it should measure",
        kinds: &["HorizontalPodAutoscaler"],
        codes: &["AutoscalerNoMetrics", "AutoscalerCannotScale"],
        find: by_target,
    },
    Rule {
        name: "a pod that cannot start follows from the volume that does not come to its node",
        kinds: &["Pod"],
        codes: &["PodStuckStarting"],
        find: by_attachment,
    },
    Rule {
        name: "what fails follows from the object that it blames: a missing Secret, a quota, a webhook",
        kinds: &[
            "Pod",
            "Deployment",
            "ReplicaSet",
            "StatefulSet",
            "DaemonSet",
            "ReplicationController",
            "Job",
            "CronJob",
        ],
        codes: &[],
        find: by_culprit,
    },
    Rule {
        name: "a pod that cannot start follows from the missing object that it names",
        kinds: &["Pod"],
        codes: &["PodStuckStarting", "ContainerConfigError"],
        find: by_reference,
    },
    Rule {
        name: "a pod that cannot be placed follows from the devices that it waits for",
        kinds: &["Pod"],
        codes: &["PodUnschedulable"],
        find: by_resource_claim,
    },
    Rule {
        name: "a claim follows from the class that others miss too",
        kinds: &["PersistentVolumeClaim"],
        codes: &["ClaimClassMissing"],
        find: by_class,
    },
    Rule {
        name: "a claim without a class follows from the StatefulSet whose template names that class",
        kinds: &["PersistentVolumeClaim"],
        codes: &["ClaimClassMissing", "ClaimPending"],
        find: by_claim_template,
    },
    Rule {
        name: "a pod whose log names the Service that its StatefulSet lacks follows from that",
        kinds: &["Pod"],
        codes: OF_LOGS,
        find: by_missing_service,
    },
    Rule {
        name: "a pod that resolves no name follows from the DNS of the cluster",
        kinds: &["Pod"],
        codes: OF_LOGS,
        find: by_dns,
    },
    Rule {
        name: "a pod that does not reach the Service that its log names follows from what is wrong with that",
        kinds: &["Pod"],
        codes: OF_LOGS,
        find: by_unreached,
    },
    Rule {
        name: "a pod that cannot start or be placed follows from the claim that it mounts",
        kinds: &["Pod"],
        codes: &["PodUnschedulable", "PodStuckStarting"],
        find: by_claim,
    },
    Rule {
        name: "a pod that is lost, evicted or not ready follows from its node",
        kinds: &["Pod"],
        codes: &[
            "ContainerNotReady",
            "PodOnLostNode",
            "PodEvicted",
            "PodStuckTerminating",
            "PodFailed",
            "ContainerStatusUnknown",
        ],
        find: by_node,
    },
    Rule {
        name: "a pod that no node takes follows from the one node that it needs",
        kinds: &["Pod"],
        codes: &["PodUnschedulable"],
        find: by_closed_node,
    },
    Rule {
        name: "what is said more weakly of a container follows from what is said more strongly",
        kinds: &["Pod"],
        codes: &[],
        find: by_stronger,
    },
    Rule {
        name: "a workload follows from its pods",
        kinds: &[
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "ReplicationController",
            "Job",
            "CronJob",
        ],
        codes: &[],
        find: by_pods,
    },
    Rule {
        name: "a CronJob follows from its Jobs",
        kinds: &["CronJob"],
        codes: &["CronJobFailing", "CronJobBlocked", "CronJobNeverSucceeds"],
        find: by_jobs,
    },
    Rule {
        name: "a Deployment follows from its ReplicaSet",
        kinds: &["Deployment"],
        codes: &[],
        find: by_replica_set,
    },
    Rule {
        name: "a Service follows from the pods that it selects",
        kinds: &["Service"],
        codes: OF_SELECTION,
        find: by_selected_pods,
    },
    Rule {
        name: "a Service follows from the workload whose pods it selects",
        kinds: &["Service"],
        codes: OF_SELECTION,
        find: by_selected_workload,
    },
    Rule {
        name: "a custom resource follows from the object that it blames",
        kinds: &[],
        codes: &[],
        find: custom::by_culprit,
    },
    Rule {
        name: "what lacks an object follows from the custom resource that is to make it",
        kinds: &[],
        codes: &[],
        find: custom::by_maker,
    },
    Rule {
        name: "a custom resource follows from what it needs, as its analyzer says or a field …Ref names",
        kinds: &[],
        codes: &[],
        find: custom::by_need,
    },
    Rule {
        name: "a custom resource follows from what it owns",
        kinds: &[],
        codes: &[],
        find: custom::by_owned,
    },
];

/// What is said of a container whose log may name the cause.
const OF_LOGS: &[&str] = &[
    "ContainerCrashLoop",
    "ContainerExited",
    "ContainerNotReady",
    "InitContainerFailing",
    "InitContainerHangs",
    "LivenessProbeFailing",
    "StartupProbeFailing",
];

/// What is said of a Service that its pods may explain.
const OF_SELECTION: &[&str] = &[
    "ServiceNoReadyEndpoints",
    "ServiceEndpointsStale",
    "ServiceSelectsNothing",
    "ServicePortNotFound",
    "ServicePortUndeclared",
    "ServiceScaledToZero",
];

/// The group that explains a group, by the first rule that applies.
pub fn cause_of(rules: &[Rule], sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    let (_, finding) = group.findings().first()?;
    if FOLLOW_NOTHING.contains(&&*key.code) || stands_apart(finding) {
        return None;
    }
    rules
        .iter()
        .filter(|rule| rule.kinds.is_empty() || rule.kinds.contains(&&*finding.object.kind))
        .filter(|rule| rule.codes.is_empty() || rule.codes.contains(&&*key.code))
        .find_map(|rule| (rule.find)(sight, key, group).filter(|cause| cause != key))
}

/// The first rule that applies to a group, by its name.
pub fn rule_of(rules: &[Rule], sight: &Sight, key: &GroupKey, group: &Group) -> Option<&'static str> {
    rules
        .iter()
        .find(|rule| cause_of(std::slice::from_ref(*rule), sight, key, group).is_some())
        .map(|rule| rule.name)
}

/// The pods that a group is about.
fn pods_of<'a>(sight: &Sight<'a>, group: &Group) -> impl Iterator<Item = &'a Pod> {
    group
        .findings()
        .iter()
        .filter_map(|(_, finding)| sight.get::<Pod>(&finding.object.namespace, &finding.object.name))
}
