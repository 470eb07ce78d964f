//! What the core knows about one problem, or about some objects.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Core;
use crate::engine::analyzers::logs;
use crate::engine::evidence::dossier::{ContainerLog, Dossier, EventLine};
use crate::engine::kinds::{Meta, Pod};
use crate::engine::object::{Key, Kind, ObjectRef};

/// The logs of so many pods of a problem go into its dossier: replicas that fail alike say the same.
const PODS_WITH_LOGS: usize = 3;

impl Core {
    /// The dossier of the problem that answers to `id`, without the whole objects, which must be fetched.
    pub fn dossier(&mut self, id: &str, now: Timestamp) -> Option<Dossier> {
        let snapshot = self.snapshot(now);
        let problem = snapshot.problem(id)?.clone();
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
        Some(Dossier {
            cluster: snapshot.cluster.clone(),
            at: now,
            owners,
            objects: Vec::new(),
            events: self.events(objects.iter().cloned()),
            logs: self.logs_of(problem.members.iter().map(|member| &member.finding.object)),
            problem,
            coverage: snapshot.coverage,
        })
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
