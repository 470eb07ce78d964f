//! A problem, assembled from the groups of a tree.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::evidence::Numbers;
use super::forest::Forest;
use super::groups::{Group, GroupKey, Groups};
use super::reads::Read;
use super::{healing, severity};
use crate::engine::analyzers::logs::LogDigest;
use crate::engine::changes;
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::id::short_hash;
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::playbook::{Case, Playbook};
use crate::engine::problem::{Confidence, Diagnosis, Member, Problem, Role, State};
use crate::engine::world::{Part, World};

/// Something that the evidence of a problem may still wait for.
#[derive(Clone, Copy, Debug)]
pub enum Awaited<'a> {
    /// A log of that pod.
    Log(&'a Key),
    /// The past of that object.
    History(&'a Key),
}

/// Whether something was asked for, or will be, and is neither here nor known to be unreadable.
pub type IsAwaited<'a> = &'a dyn Fn(Awaited) -> bool;

/// All that a problem is assembled from.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub world: &'a World,
    pub groups: &'a Groups,
    pub forest: &'a Forest,
    pub playbook: &'a Playbook,
    pub awaited: IsAwaited<'a>,
    /// What may not be read and would have been looked at for a group's cause.
    pub hidden: &'a BTreeMap<GroupKey, Vec<Kind>>,
}

impl Scene<'_> {
    /// The problem with this root. `numbers` are those that it has given so far.
    pub fn assemble(&self, root: &GroupKey, numbers: &mut Numbers) -> Option<Arc<Problem>> {
        let world = self.world;
        let rooted = self.groups.get(root)?;
        let (_, finding) = rooted.findings().first()?;
        let mut listed: Vec<Listed> = list(rooted, Role::Equal).collect();
        if let Some(first) = listed.first_mut() {
            first.role = Role::Root;
        }
        let count = listed.len() as u32;
        for key in self.forest.tree(root).filter(|key| *key != root) {
            listed.extend(list(self.groups.get(key)?, Role::Symptom));
        }
        let since = listed
            .iter()
            .filter(|one| one.role != Role::Symptom)
            .filter_map(|one| one.finding.since)
            .min();
        let symptoms = listed.iter().filter(|one| one.role == Role::Symptom);
        let subjects = changes::subjects(world, finding, symptoms.map(|one| &**one.finding));
        let changes = changes::told(world, finding, &subjects, since);
        let mut facts: Vec<&[Evidence]> = listed.iter().map(|one| telling(one.role, one.finding)).collect();
        // Behind what shows the root, before what shows its equals and symptoms.
        facts.insert(1, &changes.evidence);
        // While kinds are still being read a better root may come.
        let provisional = world.is_reading();
        let mut pods = listed.iter().filter_map(|one| pod(one.finding));
        let mut pasts = subjects.iter().map(|subject| &subject.key);
        let waits = pods.any(|pod| (self.awaited)(Awaited::Log(&pod)))
            || pasts.any(|key| (self.awaited)(Awaited::History(key)));
        numbers.settle(provisional || waits);
        let (evidence, mut numbers) = numbers.number(&facts);
        let changed = numbers.remove(1);
        if let Some(root) = numbers.first_mut() {
            root.extend(&changed);
        }
        let rated = listed
            .iter()
            // What has healed hurts no more.
            .map(|one| match one.healed {
                Some(_) => (&one.finding.owner, Severity::Info),
                None => (&one.finding.owner, one.finding.severity),
            });
        let severity = severity::of_problem(world, rated);
        let id = root.problem_id(&world.cluster);
        let mut aliases: Vec<Text> = (self.forest.tree(root).filter(|key| *key != root))
            .map(|key| key.problem_id(&world.cluster))
            .collect();
        aliases.sort();
        let members = listed
            .iter()
            .zip(numbers)
            .map(|(one, evidence)| Member {
                id: one.id.clone(),
                finding: one.finding.clone(),
                role: one.role,
                evidence,
                healed: one.healed,
            })
            .collect();
        let unknown = self.hidden.get(root).cloned().unwrap_or_default();
        let mut diagnosis = self.playbook.diagnose(&Case {
            root: finding,
            evidence: &evidence,
            before: changes.blame.as_ref().and_then(|blame| blame.back_to),
            logs: &logs(world, finding),
        });
        if let Some(blame) = &changes.blame {
            blame.tell(&mut diagnosis, changed.first().copied());
        }
        Some(Arc::new(Problem {
            diagnosis: match rooted.healed {
                Some(_) => healing::after(diagnosis),
                None => unsure(diagnosis, &unknown),
            },
            id,
            aliases,
            cluster: world.cluster.clone(),
            state: State::Active,
            severity,
            title: title(finding, &unknown),
            count,
            since,
            owner: finding.owner.clone(),
            culprit: finding.culprit.clone().unwrap_or_else(|| finding.owner.clone()),
            provisional,
            unknown_cause: unknown,
            members,
            evidence,
        }))
    }
}

/// What a problem depends on besides the findings of its members: how many of a workload's replicas are ready, which
/// revisions it has, the pasts of what matters, and whether logs are on their way.
pub(super) fn reads(world: &World, problem: &Problem) -> HashSet<Read> {
    let mut reads = HashSet::new();
    for member in &problem.members {
        reads.extend(
            member
                .finding
                .owner
                .key()
                .map(|owner| Read::World(Part::Object(owner))),
        );
        reads.extend(pod(&member.finding).map(Read::Log));
    }
    if let Some(owner) = problem.owner.key().filter(|owner| owner.kind == Kind::Deployment) {
        reads.insert(Read::World(Part::Children(owner)));
    }
    if let Some(root) = problem.root() {
        let symptoms = problem.symptoms().map(|member| &*member.finding);
        let subjects = changes::subjects(world, &root.finding, symptoms).into_iter();
        reads.extend(subjects.map(|subject| Read::World(Part::History(subject.key))));
    }
    reads
}

/// What the container of a finding logged: the instance that ended first.
fn logs<'a>(world: &'a World, finding: &Finding) -> Vec<&'a LogDigest> {
    let (Some(pod), Some(container)) = (pod(finding), &finding.container) else {
        return Vec::new();
    };
    let instances = [true, false].into_iter();
    instances
        .filter_map(|previous| world.log(&pod, container, previous))
        .collect()
}

fn pod(finding: &Finding) -> Option<Key> {
    finding.object.key().filter(|key| key.kind == Kind::Pod)
}

/// A finding on its way into a problem.
struct Listed<'a> {
    role: Role,
    id: &'a Text,
    finding: &'a Arc<Finding>,
    healed: Option<Timestamp>,
}

fn list(group: &Group, role: Role) -> impl Iterator<Item = Listed<'_>> {
    group.findings().iter().map(move |(id, finding)| Listed {
        role,
        id,
        finding,
        healed: group.healed,
    })
}

/// Replicas that fail alike say the same: of each a little is enough.
const FACTS_OF_EQUALS: usize = 2;

/// The facts of a member that are kept.
fn telling(role: Role, finding: &Finding) -> &[Evidence] {
    match role {
        Role::Root | Role::Symptom => &finding.evidence,
        Role::Equal => finding
            .evidence
            .get(..FACTS_OF_EQUALS)
            .unwrap_or(&finding.evidence),
    }
}

impl GroupKey {
    /// The id that a problem with this root has: without the name of what is replaced in a rollout.
    pub(super) fn problem_id(&self, cluster: &str) -> Text {
        let owner: &ObjectRef = &self.owner;
        let mut parts = vec![
            cluster,
            &self.code,
            &self.subject,
            &owner.kind,
            &owner.namespace,
            &owner.name,
        ];
        if !self.kind.is_empty() {
            parts.push(&self.kind);
        }
        short_hash(&parts)
    }
}

/// `checkout: cannot write /var/cache/nginx`.
fn title(root: &Finding, unknown: &[Kind]) -> Text {
    let unsure = if unknown.is_empty() {
        ""
    } else {
        " (cause unknown)"
    };
    format!("{}: {}{unsure}", root.owner.name, root.title).into()
}

/// A diagnosis of what may follow from something that may not be read.
fn unsure(mut diagnosis: Diagnosis, unknown: &[Kind]) -> Diagnosis {
    if !unknown.is_empty() {
        let kinds: Vec<&str> = unknown.iter().map(|kind| kind.name()).collect();
        diagnosis.confidence = Confidence::Possible;
        diagnosis.cause = format!(
            "{} Whether it follows from something else is unknown: {} may not be read.",
            diagnosis.cause,
            kinds.join(", ")
        )
        .into();
    }
    diagnosis
}
