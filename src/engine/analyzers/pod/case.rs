//! One pod under examination, and what all checks ask of it.

use std::cell::OnceCell;

use jiff::Timestamp;

use crate::engine::analyzers::logs::{LogDigest, LogPattern, headline};
use crate::engine::analyzers::messages::reference::MissingReference;
use crate::engine::analyzers::{Analysis, facts, grace, job};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Container, ContainerRole, ContainerStatus, Event, Job, Node, Pod, condition};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::World;

/// One pod under examination.
pub(super) struct Case<'a> {
    pub world: &'a World,
    pub key: &'a Key,
    pub pod: &'a Pod,
    pub now: Timestamp,
    pub object: ObjectRef,
    owner: ObjectRef,
    events: OnceCell<Vec<&'a Event>>,
    analysis: Analysis,
}

/// A container of the pod: its status, and what the spec says of it.
#[derive(Clone, Copy)]
pub(super) struct Slot<'a> {
    pub role: ContainerRole,
    pub index: usize,
    pub status: &'a ContainerStatus,
    pub spec: Option<(usize, &'a Container)>,
}

impl<'a> Case<'a> {
    pub fn new(world: &'a World, key: &'a Key, pod: &'a Pod, now: Timestamp) -> Self {
        Self {
            world,
            key,
            pod,
            now,
            object: key.object(),
            owner: world.top_owner(key),
            events: OnceCell::new(),
            analysis: Analysis::default(),
        }
    }

    pub fn finish(self) -> Analysis {
        self.analysis
    }

    /// Whether nothing has been found yet.
    pub fn is_clean(&self) -> bool {
        self.analysis.findings.is_empty()
    }

    pub fn slots(&self) -> Vec<Slot<'a>> {
        let pod: &'a Pod = self.pod;
        pod.statuses()
            .map(|(role, index, status)| Slot {
                role,
                index,
                status,
                spec: pod.container(&status.name).map(|(_, index, spec)| (index, spec)),
            })
            .collect()
    }

    /// The events about this very pod, oldest first.
    pub fn events(&self) -> &[&'a Event] {
        self.events.get_or_init(|| self.world.events_of(self.key))
    }

    /// The newest event that passes a test and is about that container, or about none.
    pub fn event(&self, container: &str, test: impl Fn(&Event) -> bool) -> Option<&'a Event> {
        self.events()
            .iter()
            .rev()
            .find(|event| event.container().is_none_or(|name| name == container) && test(event))
            .copied()
    }

    /// The newest event of one of these reasons.
    pub fn event_of(&self, reasons: &[&str]) -> Option<&'a Event> {
        self.events()
            .iter()
            .rev()
            .find(|event| reasons.contains(&event.reason.as_str()))
            .copied()
    }

    /// The Job that runs the pod.
    pub fn job(&self) -> Option<&'a Job> {
        let owner = self
            .pod
            .metadata
            .controller()
            .filter(|owner| owner.kind == "Job")?;
        self.world.get(&self.pod.metadata.namespace, &owner.name)
    }

    /// Whether the pod is of a Job, known or not: its failure is one of several tries.
    pub fn is_of_job(&self) -> bool {
        self.pod
            .metadata
            .controller()
            .is_some_and(|owner| owner.kind == "Job")
    }

    /// Whether its Job has succeeded all the same.
    pub fn job_succeeded(&self) -> bool {
        self.job().is_some_and(|job| {
            ["Complete", "SuccessCriteriaMet"].iter().any(|kind| {
                condition(&job.status.conditions, kind).is_some_and(|condition| condition.status == "True")
            })
        })
    }

    /// A try of a Job that is allowed another one is no fault yet; one of a run of a CronJob that has succeeded since is
    /// history.
    pub fn settle_tries(&mut self) {
        let Some(job) = self.job() else { return };
        let over = self.pod.status.phase == "Failed";
        let ended = self
            .pod
            .condition("Ready")
            .and_then(|ready| ready.last_transition_time)
            .or(self.pod.metadata.creation_timestamp);
        if over && (job::still_tries(job) || job::succeeded_since(self.world, job, ended)) {
            for finding in &mut self.analysis.findings {
                finding.severity = Severity::Info;
            }
        }
    }

    /// The node that the pod is on, where nodes are known.
    pub fn node(&self) -> Option<&'a Node> {
        self.world.get("", &self.pod.spec.node_name)
    }

    /// How bad it is when the pod does not do its work.
    pub fn severity(&self) -> Severity {
        if self.is_of_job() {
            Severity::Warning
        } else {
            Severity::Critical
        }
    }

    /// A finding about the pod.
    pub fn finding(&self, code: &str, title: impl Into<String>) -> Finding {
        let mut finding = Finding::new(code, self.severity(), self.object.clone(), title.into());
        finding.owner = self.owner.clone();
        finding
    }

    /// A finding about one of its containers.
    pub fn finding_in(&self, slot: &Slot, code: &str, title: impl Into<String>) -> Finding {
        let mut finding = self.finding(code, title);
        finding.subject = slot.status.name.as_str().into();
        finding.container = Some(slot.status.name.as_str().into());
        finding.count = slot.status.restart_count.max(1);
        if slot.role == ContainerRole::Ephemeral {
            finding.severity = Severity::Info;
        }
        finding
    }

    pub fn report(&mut self, finding: Finding) {
        self.analysis.findings.push(finding);
    }

    /// Whether `since` is less than so many seconds ago; then the pod is looked at again when they are over. Of an
    /// unknown time it is taken that it is long ago.
    pub fn is_early(&mut self, since: Option<Timestamp>, seconds: i64) -> bool {
        let Some(end) = since.map(|since| grace::later(since, seconds)) else {
            return false;
        };
        let early = self.now < end;
        if early {
            self.analysis.look_again_at(end);
        }
        early
    }

    /// When the pod got its node, or at least when it was made.
    pub fn begun(&self) -> Option<Timestamp> {
        self.pod
            .condition("PodScheduled")
            .filter(|scheduled| scheduled.status == "True")
            .and_then(|scheduled| scheduled.last_transition_time)
            .or(self.pod.status.start_time)
            .or(self.pod.metadata.creation_timestamp)
    }

    /// A field of the pod as evidence.
    pub fn field(&self, path: impl Into<String>, value: impl Into<String>) -> Evidence {
        Evidence::field(self.object.clone(), path.into(), value.into())
    }

    /// A condition of the pod as evidence.
    pub fn condition_fact(&self, kind: &str) -> Option<Evidence> {
        facts::condition(&self.object, &self.pod.status.conditions, kind)
    }

    /// An object of the pod's namespace that a message says is missing.
    pub fn reference(&self, reference: &MissingReference) -> ObjectRef {
        let (version, namespaced) = match reference.kind {
            "RuntimeClass" => ("node.k8s.io/v1", false),
            "PriorityClass" => ("scheduling.k8s.io/v1", false),
            "StorageClass" => ("storage.k8s.io/v1", false),
            "ResourceClaim" => ("resource.k8s.io/v1", true),
            "PersistentVolume" => ("v1", false),
            _ => ("v1", true),
        };
        let namespace = if namespaced { &*self.key.namespace } else { "" };
        ObjectRef::new(version, reference.kind, namespace, &reference.name)
    }

    /// The digest of a container's log that is about the instance that ended (`ended`), else the present one; with
    /// whether it was read as the previous one.
    pub fn log(&self, container: &str, ended: Option<&str>) -> Option<(&'a LogDigest, bool)> {
        let previous = self
            .world
            .log(self.key, container, true)
            .map(|digest| (digest, true));
        let current = self
            .world
            .log(self.key, container, false)
            .map(|digest| (digest, false));
        let Some(id) = ended else {
            return current.or(previous);
        };
        [previous, current]
            .into_iter()
            .flatten()
            .find(|(digest, _)| !id.is_empty() && *digest.container_id == *id)
            .or(previous)
            .or(current)
    }

    /// The line of the log that says what went wrong: as a title and as evidence. Beside the root line of a trace the
    /// lines that name its other causes.
    pub fn log_error(&self, container: &str, ended: Option<&str>) -> Option<(String, Vec<Evidence>)> {
        let (digest, previous) = self.log(container, ended)?;
        let pattern = digest.error()?;
        let mut evidence = vec![facts::log(&self.object, container, previous, digest, pattern)];
        for cause in pattern
            .follow
            .iter()
            .filter(|line| line.trim_start().starts_with("Caused by: "))
        {
            let mut line = LogPattern {
                follow: Vec::new(),
                ..pattern.clone()
            };
            line.line.text = cause.clone();
            evidence.push(facts::log(&self.object, container, previous, digest, &line));
        }
        evidence.truncate(3);
        Some((headline(pattern), evidence))
    }
}

impl<'a> Slot<'a> {
    pub fn name(&self) -> &'a str {
        let status: &'a ContainerStatus = self.status;
        &status.name
    }

    /// A path in the container's status: `status.containerStatuses[0].state.waiting.reason`.
    pub fn status_path(&self, field: &str) -> String {
        format!("status.{}[{}].{field}", self.role.status_field(), self.index)
    }

    /// A path in the container's spec: `spec.containers[0].image`.
    pub fn spec_path(&self, field: &str) -> String {
        let index = self.spec.map_or(self.index, |(index, _)| index);
        format!("spec.{}[{index}].{field}", self.role.spec_field())
    }

    pub fn image(&self) -> &'a str {
        self.spec.map_or("", |(_, spec)| &*spec.image)
    }

    /// Whether it is an init container that must end before the next begins.
    pub fn is_init(&self) -> bool {
        self.role == ContainerRole::Init && !self.is_sidecar()
    }

    /// Whether it is an init container that goes on beside the others.
    pub fn is_sidecar(&self) -> bool {
        self.role == ContainerRole::Init && self.spec.is_some_and(|(_, spec)| spec.restart_policy == "Always")
    }

    /// When it is started again: its own policy, where it has one, comes before its pod's.
    pub fn restart_policy(&self, pod: &'a Pod) -> &'a str {
        let own = self.spec.map_or("", |(_, spec)| spec.restart_policy.as_str());
        let policies = [own, pod.spec.restart_policy.as_str()];
        let said = policies.into_iter().find(|policy| !policy.is_empty());
        said.unwrap_or("Always")
    }

    /// Whether it is started again whenever it ends, whatever its exit code.
    pub fn always_restarts(&self, pod: &'a Pod) -> bool {
        self.is_sidecar() || (self.role == ContainerRole::Main && self.restart_policy(pod) == "Always")
    }

    /// The id by which the instance that ended last is known.
    pub fn ended_id(&self) -> Option<&'a str> {
        let status: &'a ContainerStatus = self.status;
        status
            .state
            .terminated
            .as_ref()
            .or(status.last_state.terminated.as_ref())
            .map(|ended| &*ended.container_id)
    }

    pub fn memory_limit(&self) -> Option<&'a str> {
        self.spec
            .and_then(|(_, spec)| spec.resources.limits.get("memory"))
    }
}

/// The key of a kind in the pod's cluster, for those checks that look one up.
pub(super) fn cluster_object(kind: Kind, name: &str) -> ObjectRef {
    Key::new(kind, "", name).object()
}
