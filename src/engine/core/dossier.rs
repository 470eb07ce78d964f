//! What the core knows about one problem, about one object, or about the cluster.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::logs::instance;
use super::{Core, WantedLog};
use crate::engine::analyzers::logs;
use crate::engine::evidence::dossier::{
    About, ContainerLog, Dossier, EventLine, Overview, SoundObject, Subject,
};
use crate::engine::kinds::{Meta, Pod, Service};
use crate::engine::named::Named;
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::problem::Problem;
use crate::engine::snapshot::Snapshot;
use crate::engine::world::{LogKey, Sync};

/// The logs of so many pods of a problem go into its dossier: replicas that fail alike say the same.
const PODS_WITH_LOGS: usize = 3;

/// The events of so many pods of a workload with which nothing is wrong go into its dossier.
const PODS_WITH_EVENTS: usize = 20;

/// So many objects may wait to be looked under for pods: what owns more (a namespace's operator) is not walked.
const CHILDREN: usize = 10_000;

/// The logs of so many containers of a pod with which nothing is wrong are read.
const CONTAINERS: usize = 4;

impl Core {
    /// The dossier of a subject, without the whole objects, which must be fetched; and the logs that must be read for
    /// it. `None` where there is nothing of the kind.
    pub fn dossier(&mut self, subject: &Subject, now: Timestamp) -> Option<(Dossier, Vec<WantedLog>)> {
        let snapshot = self.snapshot(now);
        match subject {
            Subject::Problem(id) => {
                let problem = snapshot.problem(id)?.clone();
                Some((self.of_problem(snapshot, problem), Vec::new()))
            }
            Subject::Object(object) => match self.problem_of(&snapshot, object) {
                Some(problem) => Some((self.of_problem(snapshot, problem), Vec::new())),
                None => self.of_object(snapshot, object),
            },
            Subject::Cluster => Some((of_cluster(snapshot), Vec::new())),
        }
    }

    fn of_problem(&self, snapshot: Snapshot, problem: Arc<Problem>) -> Dossier {
        let (problem, placed) = self.placed(problem);
        let owners = problem
            .root()
            .map(|root| self.chain(&root.finding.object))
            .unwrap_or_default();
        let mut objects: BTreeSet<ObjectRef> = problem
            .members
            .iter()
            .map(|member| member.finding.object.clone())
            .collect();
        objects.extend(owners.iter().cloned());
        objects.extend(self.claims_of(&objects));
        Dossier {
            cluster: snapshot.cluster,
            at: snapshot.at,
            owners,
            objects: Vec::new(),
            events: self.events(objects),
            logs: self.logs_of(problem.members.iter().map(|member| &member.finding.object)),
            placed,
            images: self.images_like(&problem),
            about: About::Problem(problem),
            coverage: snapshot.coverage,
        }
    }

    /// The problem that an object belongs to: it fails, is what must be changed, or stands between what fails and its
    /// owner.
    fn problem_of(&self, snapshot: &Snapshot, object: &ObjectRef) -> Option<Arc<Problem>> {
        let members = |problem: &Problem| {
            problem
                .members
                .iter()
                .any(|member| member.finding.object == *object)
        };
        let around = |problem: &Problem| {
            let root = problem.root().map(|root| self.chain(&root.finding.object));
            problem.owner == *object
                || problem.culprit == *object
                || root.is_some_and(|chain| chain.contains(object))
        };
        let problems = || snapshot.problems.iter();
        problems()
            .find(|problem| members(problem))
            .or_else(|| problems().find(|problem| around(problem)))
            .cloned()
    }

    /// An object with which nothing is wrong; `None` where its kind is watched and it is not there.
    fn of_object(&self, snapshot: Snapshot, object: &ObjectRef) -> Option<(Dossier, Vec<WantedLog>)> {
        let key = object.key();
        let absent = |key: &Key| {
            self.world.meta(key).is_none() && self.world.sync(key.kind, &key.namespace) == Sync::Synced
        };
        if key.as_ref().is_some_and(absent) {
            return None;
        }
        let pods = key.map(|key| self.pods_under(&key)).unwrap_or_default();
        let owners = self.chain(object);
        let mut objects: BTreeSet<ObjectRef> = owners.iter().cloned().collect();
        objects.extend(pods.iter().take(PODS_WITH_EVENTS).map(Key::object));
        objects.extend(self.claims_of(&objects));
        let pod = |key: &Key| self.world.get::<Pod>(&key.namespace, &key.name);
        let ready = pods.iter().filter_map(pod).filter(|pod| pod.is_ready()).count();
        let wanted = pods.iter().filter_map(pod).find(|pod| pod.is_ready());
        let wanted = wanted.or_else(|| pods.first().and_then(pod));
        let dossier = Dossier {
            cluster: snapshot.cluster,
            at: snapshot.at,
            about: About::Object(SoundObject {
                object: object.clone(),
                watched: object.key().is_some_and(|key| self.world.meta(&key).is_some()),
                pods: (!pods.is_empty()).then_some((pods.len(), ready)),
            }),
            owners,
            objects: Vec::new(),
            events: self.events(objects),
            logs: Vec::new(),
            placed: None,
            images: Vec::new(),
            coverage: snapshot.coverage,
        };
        Some((dossier, wanted.map(written).unwrap_or_default()))
    }

    /// The pods that an object owns, in order; of a pod itself. A Service owns none, but has those that it selects.
    fn pods_under(&self, top: &Key) -> Vec<Key> {
        let mut pods = BTreeSet::new();
        let mut open = vec![top.clone()];
        while let Some(key) = open.pop() {
            if key.kind == Kind::Pod {
                pods.insert(key);
            } else if open.len() < CHILDREN {
                open.extend(self.world.children(&key).cloned());
            }
        }
        if let Some(service) = self
            .world
            .get::<Service>(&top.namespace, &top.name)
            .filter(|_| top.kind == Kind::Service)
        {
            let labels = &service.spec.selector;
            let selected = |pod: &&Pod| {
                !labels.is_empty()
                    && labels
                        .iter()
                        .all(|(key, value)| pod.metadata.labels.get(key) == Some(value))
            };
            let found = self.world.in_namespace::<Pod>(&top.namespace).filter(selected);
            pods.extend(found.map(|pod| Key::new(Kind::Pod, &pod.metadata.namespace, &pod.metadata.name)));
        }
        pods.into_iter().collect()
    }

    /// The objects that a name may mean: those that are there, and those that problems name although they are not;
    /// in order.
    pub fn named(&self, named: &Named) -> Vec<ObjectRef> {
        let watched = named
            .watched()
            .map(|kind| self.world.keys(kind))
            .unwrap_or_default();
        let mut found: BTreeSet<ObjectRef> = watched.iter().map(Key::object).collect();
        let problems = self.shown();
        for problem in &problems {
            found.extend([problem.owner.clone(), problem.culprit.clone()]);
            found.extend(problem.members.iter().map(|member| member.finding.object.clone()));
        }
        found.retain(|object| named.means(object));
        found.into_iter().collect()
    }

    /// The events about some objects, oldest first.
    pub fn events(&self, objects: impl IntoIterator<Item = ObjectRef>) -> Vec<EventLine> {
        let mut lines: Vec<EventLine> = objects
            .into_iter()
            .flat_map(|object| match object.key() {
                Some(key) => self.world.events_of(&key),
                None => self
                    .world
                    .events(&object.kind, &object.namespace, &object.name, ""),
            })
            .map(EventLine::from)
            .collect();
        lines.sort_by(|a, b| (a.last, &a.object, &a.message).cmp(&(b.last, &b.object, &b.message)));
        lines.dedup();
        lines
    }

    /// From an object up to its top owner.
    fn chain(&self, object: &ObjectRef) -> Vec<ObjectRef> {
        let mut chain = vec![object.clone()];
        let mut at = object.key();
        while let Some(key) = at.take() {
            let Some(owner) = self.world.meta(&key).and_then(Meta::controller) else {
                break;
            };
            let owner = ObjectRef::new(&owner.api_version, &owner.kind, &key.namespace, &owner.name);
            if &*owner.kind == "Node" || chain.contains(&owner) {
                break;
            }
            at = owner.key();
            chain.push(owner);
        }
        chain
    }

    fn claims_of(&self, objects: &BTreeSet<ObjectRef>) -> Vec<ObjectRef> {
        objects
            .iter()
            .filter(|object| &*object.kind == "Pod")
            .filter_map(|object| self.world.get::<Pod>(&object.namespace, &object.name))
            .flat_map(|pod| {
                let namespace = &pod.metadata.namespace;
                pod.claims()
                    .map(|claim| Key::new(Kind::PersistentVolumeClaim, namespace, &claim).object())
            })
            .collect()
    }

    fn logs_of<'a>(&self, objects: impl Iterator<Item = &'a ObjectRef>) -> Vec<ContainerLog> {
        let mut pods: Vec<&ObjectRef> = objects.filter(|object| &*object.kind == "Pod").collect();
        pods.dedup();
        pods.into_iter()
            .filter_map(|object| Some((object, self.world.get::<Pod>(&object.namespace, &object.name)?)))
            .take(PODS_WITH_LOGS)
            .flat_map(|(object, pod)| {
                let key = Key::new(Kind::Pod, &object.namespace, &object.name);
                logs::wanted(&self.world, pod).into_iter().filter_map(move |log| {
                    Some(ContainerLog {
                        pod: object.clone(),
                        container: log.container.as_str().into(),
                        previous: log.previous,
                        digest: self.world.log(&key, &log.container, log.previous)?.clone(),
                    })
                })
            })
            .collect()
    }
}

fn of_cluster(snapshot: Snapshot) -> Dossier {
    Dossier {
        cluster: snapshot.cluster,
        at: snapshot.at,
        about: About::Cluster(Overview {
            problems: snapshot.problems,
            objects: snapshot.objects,
            kinds: snapshot.kinds,
            healthy: snapshot.healthy,
        }),
        owners: Vec::new(),
        objects: Vec::new(),
        events: Vec::new(),
        logs: Vec::new(),
        placed: None,
        images: Vec::new(),
        coverage: snapshot.coverage,
    }
}

/// The logs of the containers of a pod that run or have run.
fn written(pod: &Pod) -> Vec<WantedLog> {
    pod.statuses()
        .filter(|(_, _, status)| status.state.running.is_some() || status.state.terminated.is_some())
        .take(CONTAINERS)
        .map(|(_, _, status)| {
            let key = LogKey {
                namespace: pod.metadata.namespace.clone(),
                pod: pod.metadata.name.clone(),
                container: status.name.clone(),
                previous: false,
            };
            WantedLog {
                skim: false,
                container_id: instance(pod, &key),
                key,
            }
        })
        .collect()
}
