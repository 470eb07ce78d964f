//! ReplicaSets: pods that cannot be created, and too few of them where no Deployment speaks of it.

use jiff::Timestamp;

use super::{Analysis, Analyzer, Code, codes, creation, facts, grace, replicas};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Condition, Meta, ReplicaSet, ReplicaSetStatus};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds ReplicaSets that cannot create or delete their pods, or whose pods are not ready.
pub struct ReplicaSetAnalyzer;

impl Analyzer for ReplicaSetAnalyzer {
    fn name(&self) -> &'static str {
        "ReplicaSet"
    }

    fn kind(&self) -> Kind {
        Kind::ReplicaSet
    }

    fn codes(&self) -> &'static [Code] {
        codes::deployment::REPLICA_SET
    }

    fn reads(&self) -> &'static [Kind] {
        &[
            Kind::Pod,
            Kind::LimitRange,
            Kind::ValidatingWebhookConfiguration,
            Kind::MutatingWebhookConfiguration,
        ]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        affected(world, self.kind(), changed, keys);
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let Some(set) = world.get::<ReplicaSet>(&key.namespace, &key.name) else {
            return Analysis::default();
        };
        let of_deployment = set
            .metadata
            .controller()
            .is_some_and(|owner| owner.kind == "Deployment");
        let keeper = Keeper {
            meta: &set.metadata,
            wanted: set.spec.replicas.unwrap_or(1),
            status: &set.status,
            refused: "ReplicaSetCreateFailed",
            // Its Deployment says it, and knows of rollouts.
            unavailable: (!of_deployment).then_some("ReplicaSetUnavailable"),
        };
        keeper.analyze(world, key, now)
    }
}

/// The object itself, or the one whose pod or event changed.
pub(super) fn affected(world: &World, kind: Kind, changed: &Key, keys: &mut Vec<Key>) {
    match changed.kind {
        Kind::Event => keys.extend(super::pod::about(world, changed, kind)),
        Kind::Pod => {
            let owner = world.meta(changed).and_then(Meta::controller);
            let owner = owner.filter(|owner| owner.kind == kind.name());
            keys.extend(owner.map(|owner| Key::new(kind, &changed.namespace, &owner.name)));
        }
        _ if changed.kind == kind => keys.push(changed.clone()),
        _ => {}
    }
}

/// What keeps a number of pods: a ReplicaSet or a ReplicationController.
pub(super) struct Keeper<'a> {
    pub meta: &'a Meta,
    pub wanted: i32,
    pub status: &'a ReplicaSetStatus,
    /// The code where its pods are refused.
    pub refused: &'static str,
    /// The code where too few are ready, if it is to be said.
    pub unavailable: Option<&'static str>,
}

impl Keeper<'_> {
    pub fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        if self.meta.deletion_timestamp.is_some() {
            return analysis;
        }
        let conditions: &[Condition] = &self.status.conditions;
        let failing = conditions
            .iter()
            .any(|one| one.kind == "ReplicaFailure" && one.status == "True");
        let refused = failing
            .then(|| creation::refused(world, self.refused, key, conditions))
            .flatten();
        let found = match refused {
            Some(mut finding) => {
                if self.status.ready_replicas > 0 {
                    finding.severity = finding.severity.min(Severity::Warning);
                }
                Some(finding)
            }
            None => self.unavailable(world, key, now, &mut analysis),
        };
        if let Some(mut finding) = found {
            finding.owner = world.top_owner(key);
            for (path, value) in [
                ("status.replicas", self.status.replicas),
                ("spec.replicas", self.wanted),
            ] {
                let fact = Evidence::field(key.object(), path, value.to_string());
                finding.evidence.push(fact);
            }
            analysis.findings.push(finding);
        }
        analysis
    }

    fn unavailable(
        &self,
        world: &World,
        key: &Key,
        now: Timestamp,
        analysis: &mut Analysis,
    ) -> Option<Finding> {
        let code = self.unavailable?;
        let seen = self.status.observed_generation >= self.meta.generation;
        let reading = replicas::are_being_read(world, &key.namespace);
        if self.wanted <= 0 || !seen || reading || self.status.ready_replicas >= self.wanted {
            return None;
        }
        let pods = replicas::owned(world, key);
        let unready = replicas::unready(&pods);
        let since = unready
            .since
            .or_else(|| replicas::last_step(self.meta.creation_timestamp, &pods));
        if replicas::is_early(since, grace::AVAILABLE, now, analysis) {
            return None;
        }
        let ready = self.status.ready_replicas;
        let (title, severity) = match ready {
            0 => ("no pod of it is ready".to_owned(), Severity::Critical),
            some => (
                format!("only {some} of {} pods are ready", self.wanted),
                Severity::Warning,
            ),
        };
        let mut finding = Finding::new(code, severity, key.object(), title);
        if replicas::all_gated(&unready.pods) {
            finding.severity = Severity::Info;
        }
        finding.since = since;
        finding.evidence.push(Evidence::field(
            key.object(),
            "status.readyReplicas",
            ready.to_string(),
        ));
        for pod in unready.pods.iter().take(3) {
            let pod = Key::new(Kind::Pod, &key.namespace, &pod.metadata.name).object();
            finding.evidence.push(facts::related(pod, "is not ready"));
        }
        Some(finding)
    }
}
