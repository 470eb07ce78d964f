//! Who names an object, and what becomes of them without it.

use jiff::Timestamp;

use super::spec_of;
use crate::engine::analyzers::{job, messages::image};
use crate::engine::kinds::{
    ContainerStatus, CronJob, DaemonSet, Deployment, Job, Pod, Reference, ReplicationController, StatefulSet,
    Usage,
};
use crate::engine::object::{Key, Kind, ObjectRef, Symbol, Text};
use crate::engine::world::World;

/// Of the pods of one template so many are looked at: they are alike.
const PODS: usize = 40;

/// One that names an object.
#[derive(Clone)]
pub(super) struct User<'a> {
    pub key: Key,
    /// The workload on top of it.
    pub owner: ObjectRef,
    /// Where it names it.
    pub path: Text,
    /// The keys that it needs.
    pub keys: &'a [Symbol],
    /// What for; `None`: a claim's volume.
    pub usage: Option<Usage>,
    pub made: Option<Timestamp>,
    /// Whether the absence hurts it, now or when it next starts.
    pub hurts: bool,
    /// Whether it is a pod that is not ready.
    pub fails: bool,
    /// Whether it is a pod whose containers are still to be made.
    pub waits: bool,
}

/// Those that name an object and need it, workloads first. What is over, or does without, is none of them.
pub(super) fn users<'a>(world: &'a World, to: &Key) -> Vec<User<'a>> {
    let mut users = Vec::new();
    for naming in world.namings(to) {
        let mut wanted = naming
            .references()
            .iter()
            .filter(|one| one.kind == to.kind && *one.name == *to.name && !one.optional)
            .peekable();
        if wanted.peek().is_none() {
            continue;
        }
        let wanted: Vec<&Reference> = wanted.collect();
        // Pods that are there have got their priority: only what makes new ones is hit.
        let pods = if to.kind == Kind::PriorityClass { 0 } else { PODS };
        for key in naming.workloads().chain(naming.pods().take(pods)) {
            users.extend(wanted.iter().filter_map(|reference| user(world, &key, reference)));
        }
    }
    if to.kind == Kind::PersistentVolumeClaim {
        let pods = world.pods_with_claim(&to.namespace, &to.name).take(PODS);
        users.extend(pods.filter_map(|pod| mounts(world, pod, to)));
        let templates = world.referrers(to).into_iter();
        users.extend(templates.filter_map(|key| will_mount(world, &key, to)));
    }
    if to.kind == Kind::Secret {
        let accounts = world.referrers_of(to, Kind::ServiceAccount);
        users.extend(accounts.map(|key| User {
            owner: key.object(),
            path: "imagePullSecrets".into(),
            keys: &[],
            usage: Some(Usage::Pull),
            made: world.meta(&key).and_then(|meta| meta.creation_timestamp),
            // Admission has written it into the pods that it concerns: those speak for themselves.
            hurts: false,
            fails: false,
            waits: false,
            key,
        }));
    }
    users.sort_by(|a, b| {
        let rank = |user: &User| {
            (
                !user.hurts,
                user.key.kind == Kind::Pod,
                user.key.clone(),
                user.path.clone(),
            )
        };
        rank(a).cmp(&rank(b))
    });
    users
}

/// The workloads on top, each once.
pub(super) fn owners(users: &[User]) -> Vec<ObjectRef> {
    let mut owners: Vec<ObjectRef> = Vec::new();
    for user in users {
        if !owners.contains(&user.owner) {
            owners.push(user.owner.clone());
        }
    }
    owners
}

fn user<'a>(world: &'a World, key: &Key, reference: &'a Reference) -> Option<User<'a>> {
    let meta = world.meta(key).filter(|meta| meta.deletion_timestamp.is_none())?;
    let pod = (key.kind == Kind::Pod)
        .then(|| world.get::<Pod>(&key.namespace, &key.name))
        .flatten();
    let starts = starts(world, key)?;
    let pulls = reference.usage == Usage::Pull;
    // Without a pull secret an image may be pulled all the same: only one that is not says that it is needed.
    let hurts = starts && (!pulls || pod.is_some_and(cannot_pull));
    Some(User {
        owner: world.top_owner(key),
        path: format!("{}{}", root(key.kind), reference.path).into(),
        keys: &reference.keys,
        usage: Some(reference.usage),
        made: meta.creation_timestamp,
        hurts,
        fails: pod.is_some_and(|pod| !pod.is_ready()),
        waits: pod.is_some_and(is_being_made),
        key: key.clone(),
    })
}

/// Where the spec of an object's pods begins.
fn root(kind: Kind) -> &'static str {
    match kind {
        Kind::Pod => "",
        Kind::CronJob => "spec.jobTemplate.spec.template.",
        _ => "spec.template.",
    }
}

/// A workload whose pods mount a claim, also while none of them could be made.
fn will_mount<'a>(world: &'a World, key: &Key, claim: &Key) -> Option<User<'a>> {
    let meta = world.meta(key).filter(|meta| meta.deletion_timestamp.is_none())?;
    let (index, _) = spec_of(world, key)?
        .claims()
        .find(|(_, name)| ***name == *claim.name)?;
    Some(User {
        owner: world.top_owner(key),
        path: format!(
            "{}spec.volumes[{index}].persistentVolumeClaim.claimName",
            root(key.kind)
        )
        .into(),
        keys: &[],
        usage: None,
        made: meta.creation_timestamp,
        hurts: starts(world, key)?,
        fails: false,
        waits: false,
        key: key.clone(),
    })
}

/// A pod that mounts a claim. The claims of its own ephemeral volumes are made for it.
fn mounts<'a>(world: &'a World, key: &Key, claim: &Key) -> Option<User<'a>> {
    let pod = world.get::<Pod>(&key.namespace, &key.name)?;
    if pod.is_terminating() {
        return None;
    }
    let volume = pod.spec.volumes.iter().find(|volume| {
        let source = volume.persistent_volume_claim.as_ref();
        source.is_some_and(|source| *source.claim_name == *claim.name)
    })?;
    Some(User {
        owner: world.top_owner(key),
        path: format!("spec.volumes[{}].persistentVolumeClaim.claimName", volume.index).into(),
        keys: &[],
        usage: None,
        made: pod.metadata.creation_timestamp,
        hurts: starts(world, key)?,
        fails: !pod.is_ready(),
        waits: is_being_made(pod),
        key: key.clone(),
    })
}

/// Whether something of it is running or will be started; `None` where it is over for good.
fn starts(world: &World, key: &Key) -> Option<bool> {
    let (namespace, name) = (&*key.namespace, &*key.name);
    // Held back by intent, or with nothing to run: a fault only once that changes.
    let any = |replicas: Option<i32>| replicas.unwrap_or(1) > 0;
    match key.kind {
        Kind::Pod => {
            let pod = world.get::<Pod>(namespace, name)?;
            let over = matches!(pod.status.phase.as_str(), "Succeeded" | "Failed");
            (!over).then_some(pod.spec.scheduling_gates.is_empty())
        }
        Kind::Deployment => world
            .get::<Deployment>(namespace, name)
            .map(|one| any(one.spec.replicas) && !one.spec.paused),
        Kind::StatefulSet => world
            .get::<StatefulSet>(namespace, name)
            .map(|one| any(one.spec.replicas)),
        Kind::ReplicationController => world
            .get::<ReplicationController>(namespace, name)
            .map(|one| any(one.spec.replicas)),
        Kind::DaemonSet => world
            .get::<DaemonSet>(namespace, name)
            .map(|one| one.status.desired_number_scheduled > 0),
        Kind::CronJob => world.get::<CronJob>(namespace, name).map(|one| !one.spec.suspend),
        Kind::Job => {
            let job = world.get::<Job>(namespace, name)?;
            let over = job::has_succeeded(job) || job::failure(job).is_some();
            (!over).then_some(!job.spec.suspend)
        }
        _ => spec_of(world, key).map(|_| true),
    }
}

/// Whether a pod has a node, and its containers are still to be made.
fn is_being_made(pod: &Pod) -> bool {
    let creating = |status: &ContainerStatus| {
        let waiting = status.state.waiting.as_ref();
        waiting
            .is_some_and(|waiting| matches!(waiting.reason.as_str(), "ContainerCreating" | "PodInitializing"))
    };
    pod.status.phase == "Pending" && pod.statuses().any(|(_, _, status)| creating(status))
}

/// Whether a pod waits for an image that a registry does not give it.
fn cannot_pull(pod: &Pod) -> bool {
    pod.statuses().any(|(_, _, status)| {
        let waiting = status.state.waiting.as_ref();
        waiting.is_some_and(|waiting| {
            let refused = matches!(
                image::parse(&waiting.message),
                None | Some(image::PullFailure::NotFoundOrDenied | image::PullFailure::Unauthorized)
            );
            matches!(waiting.reason.as_str(), "ErrImagePull" | "ImagePullBackOff") && refused
        })
    })
}
