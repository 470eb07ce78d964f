//! What keeps a controller from making its pods: a quota, a policy, an account that does not exist.

use jiff::Timestamp;

use super::messages::admission::{self, Denial};
use super::{facts, limit_range, webhook};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{
    Condition, DaemonSet, Event, Job, ReplicaSet, ReplicationController, StatefulSet, condition,
};
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::world::World;

/// The kinds of which an object is refused or not, other than Deployments, whose ReplicaSets are.
pub(super) const MAKERS: &[Kind] = &[
    Kind::ReplicaSet,
    Kind::ReplicationController,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
];

/// What the API server says to a controller that wants to make a pod, or to take one away.
struct Refusal<'a> {
    message: Text,
    since: Option<Timestamp>,
    /// Of the pod's deletion, not of its creation.
    of_deletion: bool,
    event: Option<&'a Event>,
}

/// Status first: the condition stays for as long as the refusal does.
fn by_condition<'a>(conditions: &[Condition], events: &[&'a Event]) -> Option<Refusal<'a>> {
    let failure = condition(conditions, "ReplicaFailure").filter(|failure| failure.status == "True")?;
    let newest = events
        .iter()
        .rev()
        .find(|event| matches!(event.reason.as_str(), "FailedCreate" | "FailedDelete"));
    Some(Refusal {
        message: failure.message.clone(),
        since: failure.last_transition_time,
        of_deletion: failure.reason == "FailedDelete",
        event: newest.copied(),
    })
}

/// Kinds without such a condition say it in events: the last word counts.
fn by_events<'a>(events: &[&'a Event]) -> Option<Refusal<'a>> {
    let last = events
        .iter()
        .rev()
        .find(|event| matches!(event.reason.as_str(), "FailedCreate" | "SuccessfulCreate"))?;
    (last.reason == "FailedCreate").then(|| Refusal {
        message: last.message.clone(),
        since: last.first_seen(),
        of_deletion: false,
        event: Some(last),
    })
}

/// A finding that the pods of a workload cannot be made or taken away, from its conditions or else its events. Those
/// who ask by events know that pods are missing.
pub(super) fn refused(world: &World, code: &str, key: &Key, conditions: &[Condition]) -> Option<Finding> {
    let events = world.events_of(key);
    let refusal = by_condition(conditions, &events).or_else(|| by_events(&events))?;
    let object = key.object();
    let mut finding = if refusal.of_deletion {
        Finding::new(code, Severity::Warning, object.clone(), "pods cannot be deleted")
    } else {
        let denial = admission::parse(&refusal.message);
        let mut finding = Finding::new(code, Severity::Critical, object.clone(), denial.title());
        finding.culprit = culprit(world, &key.namespace, &denial);
        finding
    };
    finding.message = refusal.message.clone();
    finding.since = refusal.since;
    finding.owner = world.top_owner(key);
    finding
        .evidence
        .extend(facts::condition(&object, conditions, "ReplicaFailure"));
    if let Some(culprit) = finding.culprit.clone() {
        finding
            .evidence
            .push(facts::related(culprit, finding.title.clone()));
    }
    // The same sentence comes again and again for other names: the newest stands for all.
    if let Some(event) = refusal.event {
        let repeated = events.iter().filter(|one| one.reason == "FailedCreate");
        finding.count = repeated
            .map(|one| one.times())
            .fold(0, u32::saturating_add)
            .max(1);
        finding.evidence.push(facts::event(event));
    }
    Some(finding)
}

/// The object whose change lets the pods be made, where it is not the workload itself.
pub(super) fn culprit(world: &World, namespace: &str, denial: &Denial) -> Option<ObjectRef> {
    match denial {
        Denial::LimitRange(said) => limit_range::that_says(world, namespace, said),
        Denial::WebhookFails { webhook, .. } => {
            webhook::configuration_of(world, webhook).map(|key| key.object())
        }
        _ => {
            let (version, kind, namespaced, name) = denial.culprit()?;
            let namespace = if namespaced { namespace } else { "" };
            Some(ObjectRef::new(version, kind, namespace, name))
        }
    }
}

/// What makes pods and is refused.
pub(super) struct Refused {
    /// The maker.
    pub key: Key,
    /// Why.
    pub denial: Denial,
    /// The API server's words.
    pub message: Text,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// What makes pods in a namespace and is refused now.
pub(super) fn refusals(world: &World, namespace: &str) -> Vec<Refused> {
    let mut all = Vec::new();
    for set in world.in_namespace::<ReplicaSet>(namespace) {
        all.push((
            Kind::ReplicaSet,
            &set.metadata,
            by_condition(&set.status.conditions, &[]),
        ));
    }
    for controller in world.in_namespace::<ReplicationController>(namespace) {
        let refusal = by_condition(&controller.status.conditions, &[]);
        all.push((Kind::ReplicationController, &controller.metadata, refusal));
    }
    let told = |kind, name: &str| by_events(&world.events_of(&Key::new(kind, namespace, name)));
    for set in world.in_namespace::<StatefulSet>(namespace) {
        if set.status.replicas < set.spec.replicas.unwrap_or(1) {
            let refusal = told(Kind::StatefulSet, &set.metadata.name);
            all.push((Kind::StatefulSet, &set.metadata, refusal));
        }
    }
    for set in world.in_namespace::<DaemonSet>(namespace) {
        if set.status.current_number_scheduled < set.status.desired_number_scheduled {
            let refusal = told(Kind::DaemonSet, &set.metadata.name);
            all.push((Kind::DaemonSet, &set.metadata, refusal));
        }
    }
    for job in world.in_namespace::<Job>(namespace) {
        if job.status.active == 0 && job.status.completion_time.is_none() {
            let refusal = told(Kind::Job, &job.metadata.name);
            all.push((Kind::Job, &job.metadata, refusal));
        }
    }
    all.into_iter()
        .filter_map(|(kind, meta, refusal)| {
            let refusal = refusal.filter(|refusal| !refusal.of_deletion)?;
            meta.deletion_timestamp.is_none().then(|| Refused {
                key: Key::new(kind, namespace, &meta.name),
                denial: admission::parse(&refusal.message),
                message: refusal.message,
                since: refusal.since,
            })
        })
        .collect()
}

/// What of a kind in the namespace to look at again because `changed` may be refused, or be so no longer.
pub(super) fn affected(world: &World, kind: Kind, changed: &Key, keys: &mut Vec<Key>) {
    let told = |event: &Event| matches!(event.reason.as_str(), "FailedCreate" | "SuccessfulCreate");
    if changed.kind == kind {
        keys.push(changed.clone());
    } else if MAKERS.contains(&changed.kind)
        || changed.kind == Kind::Event
            && world
                .get::<Event>(&changed.namespace, &changed.name)
                .is_some_and(told)
    {
        keys.extend(world.keys_in(kind, &changed.namespace));
    }
}

/// Names of workloads that are held up, and facts that show it: the first says it, the rest are counted.
pub(super) fn blocked_words(world: &World, blocked: &[Refused]) -> (String, Vec<Evidence>) {
    let mut owners: Vec<ObjectRef> = blocked.iter().map(|one| world.top_owner(&one.key)).collect();
    owners.sort();
    owners.dedup();
    let words = super::replicas::names(&owners);
    let evidence = blocked.iter().take(3).map(|one| {
        let text = super::messages::brief(&one.message, 300);
        facts::related(one.key.object(), text).at(one.since)
    });
    (words, evidence.collect())
}
