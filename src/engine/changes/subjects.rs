//! Whose past matters to a problem.

use super::touch::depends_on_reads;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{
    DaemonSet, Deployment, Meta, Node, Pod, ReplicaSet, Selector, StatefulSet, Usage,
};
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::world::World;

/// The pasts of so many objects are read for one problem.
const MOST: usize = 16;

/// The workloads of so many symptoms are compared with what they were.
const FOLLOWERS: usize = 3;

/// Of so many pods of a workload it is looked at whether they are ready.
const PODS: usize = 200;

/// Where the Deployment controller writes the number of a revision.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// Where controllers write the revision that a pod is of.
const HASH: &str = "controller-revision-hash";

/// An object whose past matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Which.
    pub key: Key,
    /// What it is to the problem.
    pub relation: Relation,
    /// What to read.
    pub ask: Ask,
}

/// What an object is to a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The workload that fails.
    Failing,
    /// A workload that fails because something else does: only what names that counts.
    Follower,
    /// What fails, what must be changed, or what the failing container reads.
    Touched,
    /// What is around it: its node.
    Around,
}

/// What to read of an object's past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Two ReplicaSets of a Deployment.
    ReplicaSets {
        /// Of the revision that fails.
        failing: Key,
        /// Of the one that it is compared with.
        before: Key,
        /// Whether that has ready pods.
        worked: bool,
    },
    /// The ControllerRevisions of a StatefulSet or DaemonSet.
    Revisions {
        /// The name of the one that fails; the newest where it is not known.
        failing: Option<Text>,
        /// The revisions of which pods are ready, as the pods name them.
        ready: Vec<Text>,
        /// The labels by which they are found.
        selector: Text,
    },
    /// When it was written, and by whom.
    Writes,
}

/// The objects whose past matters to a problem of this root, with these symptoms; in order of what they say.
pub fn subjects<'a>(
    world: &World,
    root: &Finding,
    symptoms: impl Iterator<Item = &'a Finding>,
) -> Vec<Subject> {
    let mut found = Found {
        world,
        subjects: Vec::new(),
    };
    if root.severity == Severity::Info {
        return found.subjects;
    }
    found.workload(root, Relation::Failing);
    let culprit = root.culprit.as_ref().unwrap_or(&root.object);
    for object in [culprit, &root.object] {
        found.itself(object);
    }
    if let Some(pod) = pod(world, &root.object) {
        found.read_by(pod, root);
        found.node(&pod.spec.node_name);
    }
    if root.code.ends_with("CreateFailed") || &*root.code == "DeploymentReplicaFailure" {
        for kind in [Kind::ResourceQuota, Kind::LimitRange] {
            for key in world.keys_in(kind, &root.object.namespace) {
                found.add(key, Relation::Touched, Ask::Writes);
            }
        }
    }
    let mut followers: Vec<&ObjectRef> = Vec::new();
    for symptom in symptoms.filter(|symptom| symptom.owner != root.owner) {
        // What happens to the pods of a node is not of their own making.
        if &*root.object.kind != "Node" && followers.len() < FOLLOWERS && !followers.contains(&&symptom.owner)
        {
            followers.push(&symptom.owner);
            found.workload(symptom, Relation::Follower);
        }
    }
    found.subjects
}

struct Found<'a> {
    world: &'a World,
    subjects: Vec<Subject>,
}

impl Found<'_> {
    fn add(&mut self, key: Key, relation: Relation, ask: Ask) {
        let known = self.subjects.iter().any(|subject| subject.key == key);
        if !known && self.subjects.len() < MOST {
            self.subjects.push(Subject { key, relation, ask });
        }
    }

    /// The workload of a finding, if it has had more than one revision.
    fn workload(&mut self, finding: &Finding, relation: Relation) {
        let Some(owner) = finding.owner.key() else {
            return;
        };
        let world = self.world;
        let ask = match owner.kind {
            Kind::Deployment => replica_sets(world, &owner, &finding.object),
            Kind::StatefulSet => {
                let set = world.get::<StatefulSet>(&owner.namespace, &owner.name);
                set.and_then(|set| {
                    let named = pod(world, &finding.object).and_then(revision);
                    let newest = Some(&set.status.update_revision).filter(|name| !name.is_empty());
                    let failing = named.map(Text::from).or_else(|| newest.cloned());
                    revisions(world, &owner, &set.metadata, &set.spec.selector, failing)
                })
            }
            Kind::DaemonSet => {
                let set = world.get::<DaemonSet>(&owner.namespace, &owner.name);
                set.and_then(|set| {
                    let named = pod(world, &finding.object).and_then(revision);
                    let failing = named.map(|hash| format!("{}-{hash}", owner.name).into());
                    revisions(world, &owner, &set.metadata, &set.spec.selector, failing)
                })
            }
            _ => None,
        };
        if let Some(ask) = ask {
            self.add(owner, relation, ask);
        }
    }

    /// What fails or must be changed, where that is no pod and no workload.
    fn itself(&mut self, object: &ObjectRef) {
        let workloads = [
            Kind::Pod,
            Kind::ReplicaSet,
            Kind::Deployment,
            Kind::StatefulSet,
            Kind::DaemonSet,
            Kind::Job,
            Kind::Event,
            Kind::EndpointSlice,
        ];
        let key = object.key().filter(|key| !workloads.contains(&key.kind));
        if let Some(key) = key.filter(|key| self.world.meta(key).is_some()) {
            self.add(key, Relation::Touched, Ask::Writes);
        }
    }

    /// The ConfigMaps and Secrets that the container of a finding reads; of a pull, those that it is made with.
    fn read_by(&mut self, pod: &Pod, finding: &Finding) {
        let is_pull = &*finding.code == "ImagePullFailed";
        if !is_pull && !depends_on_reads(finding) {
            return;
        }
        let container = finding.container.as_deref();
        let mut references: Vec<_> = pod
            .spec
            .references
            .iter()
            .filter(|reference| matches!(reference.kind, Kind::ConfigMap | Kind::Secret))
            .filter(|reference| (reference.usage == Usage::Pull) == is_pull)
            // The cluster's own: it is in every pod, and nobody writes it.
            .filter(|reference| reference.name != "kube-root-ca.crt")
            .filter(|reference| {
                reference.container.is_empty() || container.is_none_or(|name| reference.container == name)
            })
            .collect();
        references.sort();
        for reference in references {
            let key = Key::new(reference.kind, &pod.metadata.namespace, &reference.name);
            if self.world.meta(&key).is_some() {
                self.add(key, Relation::Touched, Ask::Writes);
            }
        }
    }

    /// The node of a pod, if anything is the matter with it.
    fn node(&mut self, name: &str) {
        let Some(node) = self.world.get::<Node>("", name) else {
            return;
        };
        let mut conditions = node.status.conditions.iter();
        let is_bad = conditions.any(|one| (one.kind == "Ready") != (one.status == "True"));
        if is_bad || node.spec.unschedulable || !node.spec.taints.is_empty() {
            self.add(Key::new(Kind::Node, "", name), Relation::Around, Ask::Writes);
        }
    }
}

fn pod<'a>(world: &'a World, object: &ObjectRef) -> Option<&'a Pod> {
    let key = object.key().filter(|key| key.kind == Kind::Pod)?;
    world.get(&key.namespace, &key.name)
}

fn revision(pod: &Pod) -> Option<&str> {
    pod.metadata.labels.get(HASH)
}

/// The ReplicaSet that fails, and the newest older one that has ready pods, or else the one before.
fn replica_sets(world: &World, deployment: &Key, object: &ObjectRef) -> Option<Ask> {
    let number = |meta: &Meta| -> Option<u64> { meta.annotations.get(REVISION)?.parse().ok() };
    let mut sets: Vec<(u64, &ReplicaSet)> = world
        .children(deployment)
        .filter(|child| child.kind == Kind::ReplicaSet)
        .filter_map(|child| world.get::<ReplicaSet>(&child.namespace, &child.name))
        .filter_map(|set| Some((number(&set.metadata)?, set)))
        .collect();
    sets.sort_by_key(|(number, _)| *number);
    let failing: Option<Text> = match &*object.kind {
        "Pod" => pod(world, object)
            .and_then(|pod| pod.metadata.controller())
            .map(|owner| Text::from(&*owner.name)),
        "ReplicaSet" => Some(object.name.clone()),
        _ => None,
    };
    let (failing, _) = if let Some(name) = &failing {
        sets.iter().find(|(_, set)| set.metadata.name == *name)?
    } else {
        let deployment = world.get::<Deployment>(&deployment.namespace, &deployment.name)?;
        let present = number(&deployment.metadata);
        let is_present = |(number, _): &&(u64, &ReplicaSet)| Some(*number) == present;
        sets.iter().find(is_present).or(sets.last())?
    };
    let failing = *failing;
    let name = |set: &ReplicaSet| Key::new(Kind::ReplicaSet, &deployment.namespace, &set.metadata.name);
    let of = |wanted: u64| {
        sets.iter()
            .find(|(number, _)| *number == wanted)
            .map(|(_, set)| *set)
    };
    let older = || sets.iter().rev().filter(|(number, _)| *number < failing);
    let worked = older().find(|(_, set)| set.status.ready_replicas > 0);
    let (_, before) = worked.or_else(|| older().next())?;
    Some(Ask::ReplicaSets {
        failing: name(of(failing)?),
        before: name(before),
        worked: worked.is_some(),
    })
}

fn revisions(
    world: &World,
    owner: &Key,
    meta: &Meta,
    selector: &Selector,
    failing: Option<Text>,
) -> Option<Ask> {
    // Nothing of it was ever changed.
    if meta.generation == 1 {
        return None;
    }
    let pods = world
        .children(owner)
        .filter(|child| child.kind == Kind::Pod)
        .take(PODS);
    let mut ready: Vec<Text> = pods
        .filter_map(|key| world.get::<Pod>(&key.namespace, &key.name))
        .filter(|pod| pod.is_ready())
        .filter_map(|pod| revision(pod).map(Text::from))
        .collect();
    ready.sort();
    ready.dedup();
    let labels = selector
        .match_labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"));
    Some(Ask::Revisions {
        failing,
        ready,
        selector: labels.collect::<Vec<_>>().join(",").into(),
    })
}
