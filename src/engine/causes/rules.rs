//! What follows from what: the table that decides which finding is a symptom of which.
//!
//! The first rule that applies to a group wins. A rule reads the object graph (owner, selector, claim, node) and
//! the groups. Text that a program wrote is read by one rule alone, which looks for the name of a Service that is known
//! to be missing.

use super::group::{Group, GroupKey, Index};
use crate::engine::analyzers::security;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{HorizontalPodAutoscaler, PersistentVolumeClaim, Pod, PodDisruptionBudget, Usage};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::World;

/// One way in which one fault follows from another.
pub struct Rule {
    /// What it says, for people: "a Service follows from its pods".
    pub name: &'static str,
    /// The kinds whose findings may be symptoms by it.
    pub kinds: &'static [&'static str],
    /// The codes that it explains; all of the kinds' codes if empty.
    pub codes: &'static [&'static str],
    /// The group that explains a group.
    find: fn(&World, &GroupKey, &Group, &Index) -> Option<GroupKey>,
}

/// Codes that are never symptoms, whatever else is wrong with their object.
pub const FOLLOW_NOTHING: &[&str] = &["ObjectStuckDeleting"];

/// Whether what a code says has nothing to do with any fault: how much is allowed, and such.
pub fn stands_apart(code: &str) -> bool {
    // What a pod that does its work says in its log explains no fault: one that fails says why itself.
    security::CODES.contains(&code) || code == "LogShowsError"
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
        name: "a claim without a class follows from the StatefulSet whose template names that class",
        kinds: &["PersistentVolumeClaim"],
        codes: &["ClaimClassMissing", "ClaimPending"],
        find: by_claim_template,
    },
    Rule {
        name: "a pod whose log names the Service that its StatefulSet lacks follows from that",
        kinds: &["Pod"],
        codes: &[
            "ContainerCrashLoop",
            "ContainerExited",
            "ContainerNotReady",
            "InitContainerFailing",
            "InitContainerHangs",
            "LivenessProbeFailing",
            "StartupProbeFailing",
        ],
        find: by_missing_service,
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
pub fn cause_of(
    rules: &[Rule],
    world: &World,
    key: &GroupKey,
    group: &Group,
    index: &Index,
) -> Option<GroupKey> {
    let (_, finding) = group.findings.first()?;
    if FOLLOW_NOTHING.contains(&&*key.code) || stands_apart(&key.code) {
        return None;
    }
    rules
        .iter()
        .filter(|rule| rule.kinds.contains(&&*finding.object.kind))
        .filter(|rule| rule.codes.is_empty() || rule.codes.contains(&&*key.code))
        .find_map(|rule| (rule.find)(world, key, group, index).filter(|cause| cause != key))
}

/// How much a code about a pod explains: a higher one is the cause of a lower one about the same container.
/// What kept a container from starting outranks how it ended, which outranks that it is not ready.
fn strength(code: &str) -> u8 {
    match code {
        "ImageInvalid"
        | "ImageNeverPull"
        | "ImagePullFailed"
        | "ContainerConfigError"
        | "ContainerStartError" => 9,
        "PodUnschedulable" | "PodNoScheduler" | "PodStuckStarting" | "PodEvicted" | "PodFailed"
        | "PodOnLostNode" => 8,
        "ContainerOOMKilled" => 7,
        "LivenessProbeFailing" | "StartupProbeFailing" => 6,
        "ContainerCrashLoop" | "ContainerFinishes" | "InitContainerFailing" => 5,
        "ContainerExited" | "InitContainerHangs" | "ContainerWaiting" => 4,
        "PodStuckTerminating" => 3,
        "ContainerNotReady" => 2,
        "PodReadinessGateUnset" => 1,
        _ => 0,
    }
}

fn by_stronger(_: &World, key: &GroupKey, _: &Group, index: &Index) -> Option<GroupKey> {
    let own = strength(&key.code);
    index
        .owned_by(&key.owner)
        .filter(|other| strength(&other.code) > own)
        .filter(|other| other.subject == key.subject || other.subject.is_empty() || key.subject.is_empty())
        .filter(|other| strength(&other.code) > 0)
        .max_by_key(|other| (strength(&other.code), std::cmp::Reverse(*other)))
        .cloned()
}

fn pods_of<'a>(group: &'a Group, world: &'a World) -> impl Iterator<Item = &'a Pod> {
    group
        .findings
        .iter()
        .filter_map(|(_, finding)| world.get::<Pod>(&finding.object.namespace, &finding.object.name))
}

/// The groups about an object from which something may follow: what is only information explains nothing.
fn troubles<'a>(index: &'a Index<'a>, object: &ObjectRef) -> impl Iterator<Item = &'a GroupKey> {
    index
        .about(object)
        .filter(|cause| index.severity(cause) > Severity::Info)
}

fn by_culprit(_: &World, key: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    group.findings.iter().find_map(|(_, finding)| {
        // Of nodes other rules know more.
        let culprit = finding
            .culprit
            .as_ref()
            .filter(|culprit| &*culprit.kind != "Node" && **culprit != finding.object)?;
        troubles(index, culprit)
            .filter(|cause| cause.owner != key.owner)
            // Of several keys that a ConfigMap lacks it is the one that the finding speaks of.
            .max_by_key(|cause| (finding.title.contains(&*cause.subject), std::cmp::Reverse(*cause)))
            .cloned()
    })
}

fn by_reference(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    // Where the finding says what is missing, that rule has spoken.
    if group
        .findings
        .iter()
        .any(|(_, finding)| finding.culprit.is_some())
    {
        return None;
    }
    pods_of(group, world).find_map(|pod| {
        let needed = pod.spec.references.iter().filter(|one| {
            let files = matches!(one.kind, Kind::ConfigMap | Kind::Secret) && one.usage != Usage::Pull;
            files && !one.optional
        });
        let mut objects = needed.map(|one| Key::new(one.kind, &pod.metadata.namespace, &one.name).object());
        objects.find_map(|object| troubles(index, &object).next().cloned())
    })
}

fn by_resource_claim(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    pods_of(group, world).find_map(|pod| {
        let namespace = &pod.metadata.namespace;
        let mut claims = pod
            .resource_claims()
            .map(|claim| Key::new(Kind::ResourceClaim, namespace, claim).object());
        claims.find_map(|claim| troubles(index, &claim).next().cloned())
    })
}

fn by_claim_template(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    group.findings.iter().find_map(|(_, finding)| {
        let (namespace, name) = (&*finding.object.namespace, &*finding.object.name);
        world.pods_with_claim(namespace, name).find_map(|pod| {
            let owner = world.top_owner(pod);
            index
                .owned_by(&owner)
                .find(|cause| {
                    &*cause.code == "StatefulSetClassMissing"
                        && name.starts_with(&format!("{}-", cause.subject))
                })
                .cloned()
        })
    })
}

fn by_missing_service(_: &World, key: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    let cause = index
        .owned_by(&key.owner)
        .find(|cause| &*cause.code == "StatefulSetServiceMissing")?;
    // `db-0.peers.shop.svc` and `peers:9092` name it, `speers` does not.
    let named = |text: &str| {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(&*cause.subject) {
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
            if !inside(before.chars().next_back()) && !inside(after.chars().next()) {
                return true;
            }
            rest = after;
        }
        false
    };
    let speaks =
        |finding: &Finding| named(&finding.title) || finding.evidence.iter().any(|fact| named(&fact.text));
    group
        .findings
        .iter()
        .any(|(_, finding)| speaks(finding))
        .then(|| cause.clone())
}

fn by_jobs(world: &World, key: &GroupKey, _: &Group, index: &Index) -> Option<GroupKey> {
    of_kind(index, &key.owner, world, Kind::Job)
}

fn by_claim(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    pods_of(group, world).find_map(|pod| {
        let namespace = &pod.metadata.namespace;
        pod.claims().find_map(|claim| {
            let claim = Key::new(Kind::PersistentVolumeClaim, namespace, &claim).object();
            index.about(&claim).next().cloned()
        })
    })
}

fn by_node(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    pods_of(group, world).find_map(|pod| {
        let node = Key::new(Kind::Node, "", &pod.spec.node_name).object();
        index
            .about(&node)
            .find(|cause| !matches!(&*cause.code, "NodeCordoned" | "NodeVersionSkew"))
            .cloned()
    })
}

/// A closed node among others explains nothing: only where it is the one that the pod needs does the finding blame it.
fn by_closed_node(_: &World, key: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    let blamed = group
        .findings
        .iter()
        .filter_map(|(_, finding)| finding.culprit.as_ref());
    let mut nodes = blamed.filter(|culprit| &*culprit.kind == "Node");
    nodes.find_map(|node| index.about(node).find(|cause| *cause != key).cloned())
}

fn of_kind<'a>(index: &'a Index<'a>, owner: &ObjectRef, world: &World, kind: Kind) -> Option<GroupKey> {
    index
        .owned_by(owner)
        .filter(|cause| about_kind(index, cause, world, kind))
        .max_by_key(|cause| (strength(&cause.code), std::cmp::Reverse(*cause)))
        .cloned()
}

/// Whether a group is about objects of a kind: about some object of that kind under its owner.
fn about_kind(index: &Index, key: &GroupKey, world: &World, kind: Kind) -> bool {
    let Some(owner) = key.owner.key() else {
        return kind == Kind::Pod;
    };
    let mut open = vec![owner];
    while let Some(at) = open.pop() {
        if at.kind == kind && index.about(&at.object()).any(|group| group == key) {
            return true;
        }
        open.extend(world.children(&at).cloned());
    }
    false
}

/// What is wrong with a workload itself, whatever its pods do.
const OF_ITSELF: &[&str] = &[
    "StatefulSetServiceMissing",
    "StatefulSetClassMissing",
    "DaemonSetSelectsNoNode",
    "DaemonSetMisscheduled",
    "CronJobSuspended",
    "CronJobScheduleInvalid",
    "CronJobDeadlineTooShort",
    "CronJobMissed",
    "JobSuspended",
];

fn by_pods(world: &World, key: &GroupKey, _: &Group, index: &Index) -> Option<GroupKey> {
    if OF_ITSELF.contains(&&*key.code) {
        return None;
    }
    of_kind(index, &key.owner, world, Kind::Pod)
}

fn by_replica_set(world: &World, key: &GroupKey, _: &Group, index: &Index) -> Option<GroupKey> {
    of_kind(index, &key.owner, world, Kind::ReplicaSet)
}

fn selected<'a>(world: &'a World, group: &'a Group) -> impl Iterator<Item = &'a Pod> {
    group.findings.iter().flat_map(|(_, finding)| {
        let (namespace, name) = (&*finding.object.namespace, &*finding.object.name);
        let selector = world
            .get::<crate::engine::kinds::Service>(namespace, name)
            .map(|service| &service.spec.selector)
            .filter(|selector| !selector.is_empty());
        world.in_namespace::<Pod>(namespace).filter(move |pod| {
            selector.is_some_and(|selector| {
                selector
                    .iter()
                    .all(|(key, value)| pod.metadata.labels.get(key) == Some(value))
            })
        })
    })
}

fn by_selected_pods(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    strongest(index, selected(world, group))
}

/// A workload that may not create pods leaves its Service with nothing to select: the template's labels say whose it
/// would be. Templates are not kept, but a workload's own selector is part of its template's labels.
fn by_selected_workload(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    use crate::engine::kinds::{DaemonSet, Deployment, Labels, ReplicationController, StatefulSet};
    group.findings.iter().find_map(|(_, finding)| {
        let (namespace, name) = (&*finding.object.namespace, &*finding.object.name);
        let service = world.get::<crate::engine::kinds::Service>(namespace, name)?;
        let wants = &service.spec.selector;
        let gives = |labels: &Labels| {
            !wants.is_empty() && wants.iter().all(|(key, value)| labels.get(key) == Some(value))
        };
        let deployments = world
            .in_namespace::<Deployment>(namespace)
            .filter(|one| gives(&one.spec.selector.match_labels))
            .map(|one| Key::new(Kind::Deployment, namespace, &one.metadata.name));
        let stateful_sets = world
            .in_namespace::<StatefulSet>(namespace)
            .filter(|one| gives(&one.spec.selector.match_labels))
            .map(|one| Key::new(Kind::StatefulSet, namespace, &one.metadata.name));
        let daemon_sets = world
            .in_namespace::<DaemonSet>(namespace)
            .filter(|one| gives(&one.spec.selector.match_labels))
            .map(|one| Key::new(Kind::DaemonSet, namespace, &one.metadata.name));
        let controllers = world
            .in_namespace::<ReplicationController>(namespace)
            .filter(|one| gives(&one.spec.selector))
            .map(|one| Key::new(Kind::ReplicationController, namespace, &one.metadata.name));
        let mut workloads = deployments
            .chain(stateful_sets)
            .chain(daemon_sets)
            .chain(controllers);
        workloads.find_map(|workload| {
            index
                .owned_by(&workload.object())
                .find(|cause| *cause.subject != *finding.subject || cause.owner != finding.owner)
                .cloned()
        })
    })
}

/// The objects that a group's findings blame.
fn blamed(group: &Group) -> impl Iterator<Item = &ObjectRef> {
    group
        .findings
        .iter()
        .filter_map(|(_, finding)| finding.culprit.as_ref())
}

fn by_blamed(_: &World, key: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    blamed(group)
        .flat_map(|object| index.about(object))
        .find(|cause| *cause != key)
        .cloned()
}

/// The strongest group about any of these pods.
fn strongest<'a>(index: &Index, pods: impl Iterator<Item = &'a Pod>) -> Option<GroupKey> {
    pods.flat_map(|pod| {
        let pod = Key::new(Kind::Pod, &pod.metadata.namespace, &pod.metadata.name).object();
        index.about(&pod).collect::<Vec<_>>()
    })
    .max_by_key(|cause| (strength(&cause.code), std::cmp::Reverse(*cause)))
    .cloned()
}

fn by_protected_pods(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    group.findings.iter().find_map(|(_, finding)| {
        let namespace = &*finding.object.namespace;
        let budget = world.get::<PodDisruptionBudget>(namespace, &finding.object.name)?;
        let selector = budget.spec.selector.as_ref()?;
        let pods = world.in_namespace::<Pod>(namespace);
        strongest(index, pods.filter(|pod| selector.matches(&pod.metadata.labels)))
    })
}

fn by_target(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    group.findings.iter().find_map(|(_, finding)| {
        let (namespace, name) = (&*finding.object.namespace, &*finding.object.name);
        let scaler = world.get::<HorizontalPodAutoscaler>(namespace, name)?;
        let owner = world.top_owner(&scaler.target().key()?);
        of_kind(index, &owner, world, Kind::Pod)
    })
}

fn by_attachment(world: &World, _: &GroupKey, group: &Group, index: &Index) -> Option<GroupKey> {
    pods_of(group, world).find_map(|pod| {
        let namespace = &pod.metadata.namespace;
        pod.claims().find_map(|claim| {
            let claim = world.get::<PersistentVolumeClaim>(namespace, &claim)?;
            let volume = Key::new(Kind::PersistentVolume, "", &claim.spec.volume_name);
            // Also that to another node, which does not let go of it.
            world
                .referrers_of(&volume, Kind::VolumeAttachment)
                .find_map(|key| index.about(&key.object()).next().cloned())
        })
    })
}
