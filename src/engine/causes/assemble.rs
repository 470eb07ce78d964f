//! Problems over time: assembled from the groups of one moment, and what they keep from the moment before
//! (numbers, identity, that they healed).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Findings;
use super::evidence::Numbers;
use super::group::{Forest, Group, GroupKey};
use super::severity;
use crate::engine::analyzers::logs;
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::id::short_hash;
use crate::engine::kinds::Pod;
use crate::engine::object::{ObjectRef, Text};
use crate::engine::playbook::{Playbook, revision};
use crate::engine::problem::{Member, Problem, Role, State};
use crate::engine::world::World;

/// A healed problem stays in sight for so long.
const HEALED_STAYS: SignedDuration = SignedDuration::from_mins(2);

/// The problems of a cluster, as they come and go.
#[derive(Debug, Default)]
pub struct Problems {
    all: Vec<Arc<Problem>>,
    numbers: HashMap<Text, Numbers>,
    healed: u32,
}

impl Problems {
    /// Worst first; of equals those on which most hangs, then the newest, then by id. Healed ones come last.
    pub fn all(&self) -> &[Arc<Problem>] {
        &self.all
    }

    /// How many have healed so far.
    pub fn healed(&self) -> u32 {
        self.healed
    }

    /// When the next healed one is to leave.
    pub fn next_leave(&self) -> Option<Timestamp> {
        let leaves = self.all.iter().filter_map(|problem| match problem.state {
            State::Healed(at) => at.checked_add(HEALED_STAYS).ok(),
            State::Active => None,
        });
        leaves.min()
    }

    /// Takes in the findings of a moment. Says whether anything that can be seen changed.
    pub fn update(
        &mut self,
        world: &World,
        findings: &Findings,
        playbook: &Playbook,
        now: Timestamp,
    ) -> bool {
        let forest = Forest::grow(world, findings);
        let mut trees: BTreeMap<&GroupKey, Vec<&GroupKey>> = BTreeMap::new();
        for key in forest.groups.keys() {
            let tree = trees.entry(forest.root(key)).or_default();
            tree.push(key);
        }
        let mut fresh: Vec<Arc<Problem>> = Vec::new();
        for (root, keys) in trees {
            fresh.extend(self.assemble(world, playbook, &forest, root, &keys));
        }
        for old in &self.all {
            let gone = !fresh.iter().any(|new| same(old, new));
            let healed_at = match old.state {
                State::Active if gone => Some(now),
                State::Healed(at) if gone && now.duration_since(at) < HEALED_STAYS => Some(at),
                _ => None,
            };
            self.healed += u32::from(gone && old.state == State::Active);
            if let Some(at) = healed_at {
                let mut problem = Problem::clone(old);
                problem.state = State::Healed(at);
                fresh.push(Arc::new(problem));
            }
        }
        fresh.sort_by(|a, b| rank(a).cmp(&rank(b)));
        self.numbers
            .retain(|id, _| fresh.iter().any(|problem| problem.id == *id));
        if fresh == self.all {
            return false;
        }
        // What did not change stays the same allocation: whoever compares two snapshots compares pointers first.
        for problem in &mut fresh {
            if let Some(old) = self
                .all
                .iter()
                .find(|old| old.id == problem.id && old == &problem)
            {
                *problem = old.clone();
            }
        }
        self.all = fresh;
        true
    }

    fn assemble(
        &mut self,
        world: &World,
        playbook: &Playbook,
        forest: &Forest,
        root: &GroupKey,
        keys: &[&GroupKey],
    ) -> Option<Arc<Problem>> {
        let (_, finding) = forest.groups.get(root)?.findings.first()?;
        let id = problem_id(&world.cluster, finding);
        let mut listed: Vec<(Role, &Text, &Arc<Finding>)> = Vec::new();
        push(&mut listed, forest.groups.get(root)?, Role::Equal);
        if let Some(first) = listed.first_mut() {
            first.0 = Role::Root;
        }
        let count = listed.len() as u32;
        for key in keys.iter().filter(|key| **key != root) {
            push(&mut listed, forest.groups.get(*key)?, Role::Symptom);
        }
        let facts: Vec<&[Evidence]> = listed
            .iter()
            .map(|(role, _, finding)| telling(*role, finding))
            .collect();
        let awaits = listed
            .iter()
            .any(|(role, _, finding)| *role != Role::Symptom && awaits_logs(world, finding));
        let numbers = self.numbers(&id);
        numbers.settle(awaits);
        let (evidence, numbers) = numbers.number(&facts);
        let highest = listed
            .iter()
            .map(|(_, _, finding)| finding.severity)
            .max()
            .unwrap_or(Severity::Info);
        let mut aliases: Vec<Text> = listed
            .iter()
            .map(|(_, _, member)| problem_id(&world.cluster, member))
            .collect();
        aliases.sort();
        aliases.dedup();
        aliases.retain(|alias| *alias != id);
        let members = listed
            .iter()
            .zip(numbers)
            .map(|((role, id, finding), evidence)| Member {
                id: (*id).clone(),
                finding: (*finding).clone(),
                role: *role,
                evidence,
            })
            .collect();
        let since = listed
            .iter()
            .filter(|(role, _, _)| *role != Role::Symptom)
            .filter_map(|(_, _, finding)| finding.since)
            .min();
        Some(Arc::new(Problem {
            diagnosis: playbook.diagnose(finding, &evidence, revision::before(world, &finding.owner)),
            id,
            aliases,
            cluster: world.cluster.clone(),
            state: State::Active,
            severity: severity::of_problem(world, &finding.owner, highest),
            title: title(finding),
            count,
            since,
            owner: finding.owner.clone(),
            culprit: finding.culprit.clone().unwrap_or_else(|| finding.owner.clone()),
            provisional: provisional(world),
            members,
            evidence,
        }))
    }

    fn numbers(&mut self, id: &Text) -> &mut Numbers {
        self.numbers.entry(id.clone()).or_default()
    }
}

fn push<'a>(listed: &mut Vec<(Role, &'a Text, &'a Arc<Finding>)>, group: &'a Group, role: Role) {
    listed.extend(group.findings.iter().map(|(id, finding)| (role, id, finding)));
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

/// Whether a log that may say why is still to be read.
fn awaits_logs(world: &World, root: &Finding) -> bool {
    let Some(pod) = world
        .get::<Pod>(&root.object.namespace, &root.object.name)
        .filter(|_| &*root.object.kind == "Pod")
    else {
        return false;
    };
    logs::wanted(world, pod)
        .iter()
        .any(|key| world.log(&key.into(), &key.container, key.previous).is_none())
}

/// The id that a problem with this root has: without the name of what is replaced in a rollout.
pub(super) fn problem_id(cluster: &str, root: &Finding) -> Text {
    let owner: &ObjectRef = &root.owner;
    short_hash(&[
        cluster,
        &root.code,
        &root.subject,
        &owner.kind,
        &owner.namespace,
        &owner.name,
    ])
}

/// `checkout: cannot write /var/cache/nginx`.
fn title(root: &Finding) -> Text {
    format!("{}: {}", root.owner.name, root.title).into()
}

/// Whether `new` is what became of `old`.
fn same(old: &Problem, new: &Problem) -> bool {
    old.id == new.id || new.aliases.contains(&old.id) || old.aliases.contains(&new.id)
}

/// While kinds are still being read a better root may come.
fn provisional(world: &World) -> bool {
    use crate::engine::object::Kind;
    use crate::engine::world::Sync;
    Kind::ALL.iter().any(|kind| world.sync(*kind) == Sync::Reading)
}

type Rank<'a> = (
    bool,
    std::cmp::Reverse<Severity>,
    std::cmp::Reverse<usize>,
    std::cmp::Reverse<Option<Timestamp>>,
    &'a Text,
);

fn rank(problem: &Problem) -> Rank<'_> {
    use std::cmp::Reverse;
    let healed = problem.state != State::Active;
    (
        healed,
        Reverse(problem.severity),
        Reverse(problem.members.len()),
        Reverse(problem.since),
        &problem.id,
    )
}
