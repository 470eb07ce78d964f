//! What pods may do to their node. Told of the workload that makes them, once, however many there are.

use jiff::Timestamp;

use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::messages::brief;
use crate::engine::analyzers::{Analysis, Analyzer, Code, Topic, codes};
use crate::engine::finding::Severity;
use crate::engine::kinds::{
    Container, CronJob, DaemonSet, Deployment, Job, OwnerRef, Pod, PodSpec, ReplicationController,
    StatefulSet,
};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Looks at what the pods of one kind of workload may do.
pub struct PostureAnalyzer(pub Kind);

/// The kinds whose templates are kept, and pods without any of them.
const KINDS: &[Kind] = &[
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::CronJob,
    Kind::Job,
    Kind::ReplicationController,
    Kind::Pod,
];

/// The kinds that are looked at.
pub fn kinds() -> impl Iterator<Item = Kind> {
    KINDS.iter().copied()
}

impl Analyzer for PostureAnalyzer {
    fn name(&self) -> &'static str {
        "Security"
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::Security)
    }

    fn kind(&self) -> Kind {
        self.0
    }

    fn codes(&self) -> &'static [Code] {
        codes::security::WORKLOAD
    }

    fn reads(&self) -> &'static [Kind] {
        // What makes a pod says what it is made from.
        &[Kind::ReplicaSet]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        if changed.kind == self.0 {
            keys.push(changed.clone());
        } else if changed.kind == Kind::ReplicaSet && self.0 == Kind::Pod {
            // Whether a Deployment stands above it: then that one is told.
            let pods = world.children(changed).filter(|child| child.kind == Kind::Pod);
            keys.extend(pods.cloned());
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        if let Some((spec, path)) = spec(world, key) {
            privileged(&mut exam, spec, path);
            host(&mut exam, spec, path);
            root(&mut exam, spec, path);
        }
        exam.analysis
    }
}

/// What the pods are made from, and where it stands; nothing where their owner says it.
fn spec<'a>(world: &'a World, key: &Key) -> Option<(&'a PodSpec, &'static str)> {
    let (namespace, name) = (&*key.namespace, &*key.name);
    let template = "spec.template.spec";
    match key.kind {
        Kind::Deployment => Some((
            &world.get::<Deployment>(namespace, name)?.spec.template.spec,
            template,
        )),
        Kind::StatefulSet => Some((
            &world.get::<StatefulSet>(namespace, name)?.spec.template.spec,
            template,
        )),
        Kind::DaemonSet => Some((
            &world.get::<DaemonSet>(namespace, name)?.spec.template.spec,
            template,
        )),
        Kind::ReplicationController => {
            let controller = world.get::<ReplicationController>(namespace, name)?;
            Some((&controller.spec.template.spec, template))
        }
        Kind::CronJob => {
            let cron = world.get::<CronJob>(namespace, name)?;
            Some((
                &cron.spec.job_template.spec.template.spec,
                "spec.jobTemplate.spec.template.spec",
            ))
        }
        Kind::Job => {
            let job = world.get::<Job>(namespace, name)?;
            let alone = job.metadata.controller().is_none();
            alone.then_some((&job.spec.template.spec, template))
        }
        Kind::Pod => {
            let pod = world.get::<Pod>(namespace, name)?;
            let ended = matches!(pod.status.phase.as_str(), "Succeeded" | "Failed");
            let is_told_of = |owner: &OwnerRef| KINDS.iter().any(|kind| owner.kind == kind.name());
            // A ReplicaSet's template is not kept, but its Deployment's is.
            let told = pod.metadata.controller().is_some_and(|owner| {
                let set = Key::new(Kind::ReplicaSet, namespace, &owner.name);
                is_told_of(owner)
                    || (owner.kind == "ReplicaSet"
                        && world
                            .meta(&set)
                            .is_none_or(|set| set.controller().is_some_and(is_told_of)))
            });
            (!ended && !told).then_some((&pod.spec, "spec"))
        }
        _ => None,
    }
}

/// All containers with where each stands.
fn containers(spec: &PodSpec) -> impl Iterator<Item = (String, &Container)> {
    let of = |field: &'static str, list| {
        let list: &[Container] = list;
        list.iter()
            .enumerate()
            .map(move |(index, one)| (format!("{field}[{index}]"), one))
    };
    of("initContainers", &spec.init_containers).chain(of("containers", &spec.containers))
}

fn privileged(exam: &mut Exam, spec: &PodSpec, path: &str) {
    let which: Vec<(String, &Container)> = containers(spec)
        .filter(|(_, one)| one.security.privileged == Some(true))
        .collect();
    let Some((_, first)) = which.first() else { return };
    let mut finding = exam.finding(
        "WorkloadPrivileged",
        Severity::Info,
        format!(
            "container {} is privileged: it may do all that root on its node may",
            first.name
        ),
    );
    finding.message = "A privileged container is not held to any of the limits that containers have.".into();
    for (place, _) in which.iter().take(3) {
        finding
            .evidence
            .push(exam.field(format!("{path}.{place}.securityContext.privileged"), "true"));
    }
    exam.report(finding);
}

fn host(exam: &mut Exam, spec: &PodSpec, path: &str) {
    let security = &spec.security;
    let mut uses: Vec<(String, String, String)> = [
        (security.host_network, "hostNetwork", "network"),
        (security.host_pid, "hostPID", "processes"),
        (security.host_ipc, "hostIPC", "shared memory"),
    ]
    .iter()
    .filter(|(used, ..)| *used)
    .map(|(_, field, what)| ((*what).to_owned(), (*field).to_owned(), "true".to_owned()))
    .collect();
    for volume in &spec.volumes {
        if let Some(host) = &volume.host_path {
            let field = format!("volumes[{}].hostPath.path", volume.index);
            uses.push((format!("path {}", host.path), field, host.path.to_string()));
        }
    }
    if uses.is_empty() {
        return;
    }
    let what: Vec<&str> = uses.iter().map(|(what, ..)| what.as_str()).collect();
    let mut finding = exam.finding(
        "WorkloadUsesHost",
        Severity::Info,
        brief(&format!("uses its node's {}", what.join(", ")), 110),
    );
    finding.message = "What it shares with its node it shares with all that runs there.".into();
    for (_, field, value) in uses.iter().take(6) {
        finding
            .evidence
            .push(exam.field(format!("{path}.{field}"), value.as_str()));
    }
    exam.report(finding);
}

/// Whether a container may run as root; its own word counts before its pod's.
fn may_be_root(spec: &PodSpec, container: &Container) -> bool {
    let own = &container.security;
    let never = own.run_as_non_root.or(spec.security.run_as_non_root) == Some(true);
    let user = own.run_as_user.or(spec.security.run_as_user);
    !never && user.is_none_or(|user| user == 0)
}

fn root(exam: &mut Exam, spec: &PodSpec, path: &str) {
    let which: Vec<(String, &Container)> = containers(spec)
        .filter(|(_, one)| may_be_root(spec, one))
        .collect();
    let Some((place, first)) = which.first() else {
        return;
    };
    let user = first.security.run_as_user.or(spec.security.run_as_user);
    let title = match user {
        Some(_) => format!("container {} runs as root", first.name),
        None => format!("container {} runs as root if its image says so", first.name),
    };
    let mut finding = exam.finding("WorkloadMayRunAsRoot", Severity::Info, title);
    finding.message =
        "Neither the pod nor the container says that it must not run as root (runAsNonRoot) or as whom it \
                       runs (runAsUser)."
            .into();
    if user.is_some() {
        finding.message = "It is told to run as user 0.".into();
    }
    finding.evidence.push(exam.field(
        format!("{path}.{place}.securityContext"),
        user.map_or("runAsNonRoot is not set", |_| "runAsUser is 0"),
    ));
    exam.report(finding);
}
