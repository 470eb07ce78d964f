//! StatefulSets: start-ups and rollouts that stand still, pods that run but are not ready, a Service or a class that
//! does not exist. Which pods are its own is known by ownership; their numbers only serve to name the next one.

use jiff::Timestamp;

use super::{Analysis, Analyzer, Code, codes, creation, facts, grace, replica_set, replicas};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{PersistentVolume, Pod, Service, StatefulSet, StorageClass};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::{Sync, World};

/// Finds StatefulSets that do not reach what they are to be.
pub struct StatefulSetAnalyzer;

impl Analyzer for StatefulSetAnalyzer {
    fn name(&self) -> &'static str {
        "StatefulSet"
    }

    fn kind(&self) -> Kind {
        Kind::StatefulSet
    }

    fn codes(&self) -> &'static [Code] {
        codes::stateful_set::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[
            Kind::Pod,
            Kind::Service,
            Kind::StorageClass,
            Kind::PersistentVolume,
        ]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::Service | Kind::StorageClass => keys.extend(world.referrers_of(changed, self.kind())),
            Kind::PersistentVolume => keys.extend(asking_for(world, changed)),
            _ => replica_set::affected(world, self.kind(), changed, keys),
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let Some(set) = world.get::<StatefulSet>(&key.namespace, &key.name) else {
            return Analysis::default();
        };
        let meta = &set.metadata;
        let wanted = set.spec.replicas.unwrap_or(1);
        let unseen = set.status.observed_generation < meta.generation;
        if meta.deletion_timestamp.is_some() || wanted <= 0 || unseen {
            return Analysis::default();
        }
        let pods = replicas::owned(world, key);
        let mut case = Case {
            world,
            key,
            set,
            wanted,
            pods,
            object: key.object(),
            now,
            analysis: Analysis::default(),
        };
        service(&mut case);
        classes(&mut case);
        if set.status.replicas < wanted
            && let Some(mut finding) =
                creation::refused(world, "StatefulSetCreateFailed", key, &set.status.conditions)
        {
            finding.severity = case.severity();
            case.report(finding);
        } else if !replicas::are_being_read(world, &key.namespace) && !rollout(&mut case) {
            shortage(&mut case);
        }
        case.analysis
    }
}

/// One set under examination.
struct Case<'a> {
    world: &'a World,
    key: &'a Key,
    set: &'a StatefulSet,
    wanted: i32,
    /// Its own, in order of name.
    pods: Vec<&'a Pod>,
    object: ObjectRef,
    now: Timestamp,
    analysis: Analysis,
}

impl Case<'_> {
    /// How bad it is: critical when nothing of it serves.
    fn severity(&self) -> Severity {
        if self.set.status.ready_replicas == 0 {
            Severity::Critical
        } else {
            Severity::Warning
        }
    }

    fn is_early(&mut self, since: Option<Timestamp>, seconds: i64) -> bool {
        replicas::is_early(since, seconds, self.now, &mut self.analysis)
    }

    fn field(&self, path: &str, value: &impl ToString) -> Evidence {
        Evidence::field(self.object.clone(), path, value.to_string())
    }

    fn report(&mut self, mut finding: Finding) {
        finding.owner = self.world.top_owner(self.key);
        let (ready, wanted) = (self.set.status.ready_replicas, self.wanted);
        finding.evidence.push(self.field("status.readyReplicas", &ready));
        finding.evidence.push(self.field("spec.replicas", &wanted));
        self.analysis.findings.push(finding);
    }

    fn is_of_update(&self, pod: &Pod) -> bool {
        let revision = &*self.set.status.update_revision;
        pod.metadata.labels.get("controller-revision-hash") == Some(revision)
    }

    /// The first pod, by its number, that is to be and has not been made.
    fn next_missing(&self) -> Option<String> {
        let start = self.set.spec.ordinals.start;
        let numbers = start..start.saturating_add(self.wanted);
        numbers
            .map(|number| format!("{}-{number}", self.key.name))
            .find(|name| !self.pods.iter().any(|pod| *pod.metadata.name == **name))
    }
}

/// The Service that is to give the pods their names. An empty name is legal: then they have none.
fn service(case: &mut Case) {
    let name = case.set.spec.service_name.clone();
    let namespace = case.key.namespace.clone();
    let there = case.world.get::<Service>(&namespace, &name).is_some();
    if name.is_empty() || there || case.world.sync(Kind::Service, &namespace) != Sync::Synced {
        return;
    }
    if case.is_early(case.set.metadata.creation_timestamp, grace::REFERENCE) {
        return;
    }
    let title = format!("its Service {name} does not exist, so its pods have no names of their own");
    let mut finding = Finding::new(
        "StatefulSetServiceMissing",
        Severity::Warning,
        case.object.clone(),
        title,
    );
    finding.subject = name.as_str().into();
    finding.message = format!(
        "spec.serviceName is {name}, and namespace {namespace} has no such Service: names like {}-{}.{name} do not \
         resolve, by which its members find each other.",
        case.key.name, case.set.spec.ordinals.start
    )
    .into();
    finding.since = case.set.metadata.creation_timestamp;
    finding.evidence.push(case.field("spec.serviceName", &name));
    let missing = Key::new(Kind::Service, &namespace, &name).object();
    finding.evidence.push(facts::related(missing, "does not exist"));
    case.report(finding);
}

/// The StatefulSets whose claims ask for the class that a volume bears.
fn asking_for(world: &World, volume: &Key) -> Vec<Key> {
    let Some(volume) = world.get::<PersistentVolume>("", &volume.name) else {
        return Vec::new();
    };
    let class = Key::new(Kind::StorageClass, "", &volume.spec.storage_class_name);
    world.referrers_of(&class, Kind::StatefulSet).collect()
}

/// The classes of its claims. An empty one asks for volumes made by hand; one that volumes made by hand bear needs no
/// object.
fn classes(case: &mut Case) {
    let world = case.world;
    let synced = |kind| world.sync(kind, "") == Sync::Synced;
    if !synced(Kind::StorageClass) || !synced(Kind::PersistentVolume) {
        return;
    }
    let set = case.set;
    for (index, claim) in set.spec.volume_claim_templates.iter().enumerate() {
        let Some(class) = claim
            .spec
            .storage_class_name
            .as_ref()
            .filter(|class| !class.is_empty())
        else {
            continue;
        };
        let by_hand = || {
            world
                .all::<PersistentVolume>()
                .any(|volume| volume.spec.storage_class_name == *class)
        };
        if world.get::<StorageClass>("", class).is_some() || by_hand() {
            continue;
        }
        if case.is_early(set.metadata.creation_timestamp, grace::REFERENCE) {
            return;
        }
        let template = &claim.metadata.name;
        let title = format!("storage class {class} of its claims {template} does not exist");
        let whole = set.status.ready_replicas >= case.wanted;
        // Claims that are bound go on; one more pod would wait.
        let severity = if whole { Severity::Info } else { case.severity() };
        let mut finding = Finding::new("StatefulSetClassMissing", severity, case.object.clone(), title);
        finding.subject = template.as_str().into();
        finding.message =
            format!("The claims that are made for its pods name the storage class {class}; nobody makes a volume of it.")
                .into();
        finding.since = set.metadata.creation_timestamp;
        let path = format!("spec.volumeClaimTemplates[{index}].spec.storageClassName");
        finding.evidence.push(case.field(&path, &class));
        let missing = Key::new(Kind::StorageClass, "", class).object();
        finding.evidence.push(facts::related(missing, "does not exist"));
        case.report(finding);
    }
}

/// Whether a rollout stands still at a pod of the new revision.
fn rollout(case: &mut Case) -> bool {
    let (spec, status) = (&case.set.spec, &case.set.status);
    let by_itself = spec.update_strategy.kind != "OnDelete";
    let running = !status.update_revision.is_empty() && status.update_revision != status.current_revision;
    // Pods below the partition stay as they are, by intent.
    let partition = spec.update_strategy.rolling_update.partition;
    let kept = partition.saturating_sub(spec.ordinals.start).max(0);
    let to_update = case.wanted.saturating_sub(kept).max(0);
    if !by_itself || !running || status.updated_replicas >= to_update {
        return false;
    }
    let new: Vec<&Pod> = case
        .pods
        .iter()
        .filter(|pod| case.is_of_update(pod))
        .copied()
        .collect();
    let unready = replicas::unready(&new);
    let Some(stuck) = unready.pods.first().copied() else {
        return false;
    };
    if case.is_early(unready.since, grace::AVAILABLE) {
        return true;
    }
    let pod = &stuck.metadata.name;
    let (updated, ready) = (status.updated_replicas, status.ready_replicas);
    let title =
        format!("rollout stands still at {pod}: {updated} of {to_update} pods are of the new revision");
    let mut finding = Finding::new(
        "StatefulSetRolloutStuck",
        case.severity(),
        case.object.clone(),
        title,
    );
    finding.message = format!(
        "Pod {pod} of the new revision does not become ready, so the rollout goes no further; {ready} of {} pods are \
         ready.",
        case.wanted
    )
    .into();
    finding.since = unready.since;
    for (path, revision) in [
        ("status.updateRevision", &status.update_revision),
        ("status.currentRevision", &status.current_revision),
    ] {
        finding.evidence.push(case.field(path, &revision));
    }
    finding
        .evidence
        .push(case.field("status.updatedReplicas", &updated));
    let pod = Key::new(Kind::Pod, &case.key.namespace, pod).object();
    finding.evidence.push(facts::related(pod, "is not ready"));
    case.report(finding);
    true
}

/// Fewer pods are ready than there should be, for longer than a start takes.
fn shortage(case: &mut Case) {
    let ready = case.set.status.ready_replicas;
    if ready >= case.wanted {
        return;
    }
    let unready = replicas::unready(&case.pods);
    let since = unready
        .since
        .or_else(|| replicas::last_step(case.set.metadata.creation_timestamp, &case.pods));
    if case.is_early(since, grace::AVAILABLE) {
        return;
    }
    // Pods that may not be read are in the status all the same.
    let made = case.set.status.replicas.max(case.pods.len() as i32);
    let missing = case.wanted.saturating_sub(made);
    let in_order = case.set.spec.pod_management_policy != "Parallel";
    let (code, title) = match unready.pods.first() {
        Some(first) if in_order && made < case.wanted => (
            "StatefulSetStartStuck",
            format!(
                "start stands still at {}: {missing} of {} pods have not been made",
                first.metadata.name, case.wanted
            ),
        ),
        Some(_) if replicas::all_run(&case.pods) && made >= case.wanted => (
            "StatefulSetUnavailable",
            format!(
                "all its pods run, but {} of {} are not ready",
                unready.pods.len(),
                case.wanted
            ),
        ),
        None if made < case.wanted => (
            "StatefulSetUnavailable",
            match case.next_missing() {
                Some(name) => format!(
                    "{missing} of {} pods are missing: {name} is not made",
                    case.wanted
                ),
                None => format!("{missing} of {} pods are missing", case.wanted),
            },
        ),
        _ if ready == 0 => ("StatefulSetUnavailable", "no pod of it is ready".to_owned()),
        _ => (
            "StatefulSetUnavailable",
            format!("only {ready} of {} pods are ready", case.wanted),
        ),
    };
    let mut finding = Finding::new(code, case.severity(), case.object.clone(), title);
    if replicas::all_gated(&unready.pods) {
        finding.severity = Severity::Info;
    }
    finding.since = since;
    finding.message = format!("{ready} of {} pods are ready.", case.wanted).into();
    for pod in unready.pods.iter().take(3) {
        let pod = Key::new(Kind::Pod, &case.key.namespace, &pod.metadata.name).object();
        finding.evidence.push(facts::related(pod, "is not ready"));
    }
    case.report(finding);
}
