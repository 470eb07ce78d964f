//! Problems over time: assembled from the groups of one moment, and what they keep from the moment before
//! (numbers, identity, that they healed).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Findings;
use super::evidence::Numbers;
use super::group::{Forest, Group, GroupKey, custom_kind};
use super::{healing, severity};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::id::short_hash;
use crate::engine::object::{Key, ObjectRef, Text};
use crate::engine::playbook::{Playbook, revision};
use crate::engine::problem::{Member, Problem, Role, State};
use crate::engine::world::World;

/// A healed problem stays in sight for so long.
const HEALED_STAYS: SignedDuration = SignedDuration::from_mins(2);

/// Whether a log of that pod was asked for and is neither here nor known to be unreadable.
pub type Awaited<'a> = &'a dyn Fn(&Key) -> bool;

/// The problems of a cluster, as they come and go.
#[derive(Debug, Default)]
pub struct Problems {
    all: Vec<Arc<Problem>>,
    numbers: HashMap<Text, Numbers>,
    healed: u32,
    /// What hung on what at the last update; empty while kinds are being read.
    forest: Forest,
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

    /// Takes in the findings of a moment. `awaited` says whether a log of that pod is still on its way. Says whether
    /// anything that can be seen changed.
    pub fn update(
        &mut self,
        world: &World,
        findings: &Findings,
        playbook: &Playbook,
        awaited: Awaited,
        now: Timestamp,
    ) -> bool {
        let mut forest = Forest::grow(world, findings);
        forest.keep_healed(&self.forest, now);
        let mut trees: BTreeMap<&GroupKey, Vec<&GroupKey>> = BTreeMap::new();
        for key in forest.groups.keys() {
            let tree = trees.entry(forest.root(key)).or_default();
            tree.push(key);
        }
        let mut fresh: Vec<Arc<Problem>> = Vec::new();
        for (root, keys) in trees {
            fresh.extend(self.assemble(world, playbook, awaited, &forest, root, &keys));
        }
        let alive = Alive::of(&fresh);
        for old in &self.all {
            let gone = !alive.has(old);
            let healed_at = match old.state {
                // While kinds are still being read, what goes was not understood yet: it gets another name (its
                // owner's) or another root, and nothing has healed.
                State::Active if gone && !old.provisional => Some(now),
                State::Healed(at) if gone && now.duration_since(at) < HEALED_STAYS => Some(at),
                _ => None,
            };
            let told = old.severity > Severity::Info && !old.provisional;
            self.healed += u32::from(gone && old.state == State::Active && told);
            if let Some(at) = healed_at {
                fresh.push(Arc::new(healing::ended(old, findings, at)));
            }
        }
        // What was said while kinds were being read was provisional: if it goes, it was mistaken, it has not healed.
        self.forest = if world.is_reading() {
            Forest::default()
        } else {
            forest
        };
        fresh.sort_by(|a, b| rank(a).cmp(&rank(b)));
        let ids: HashSet<&Text> = fresh.iter().map(|problem| &problem.id).collect();
        self.numbers.retain(|id, _| ids.contains(id));
        if fresh == self.all {
            return false;
        }
        // What did not change stays the same allocation: whoever compares two snapshots compares pointers first.
        let before: HashMap<&Text, &Arc<Problem>> = self.all.iter().map(|old| (&old.id, old)).collect();
        for problem in &mut fresh {
            if let Some(old) = before.get(&problem.id).filter(|old| **old == problem) {
                *problem = Arc::clone(old);
            }
        }
        self.all = fresh;
        true
    }

    fn assemble(
        &mut self,
        world: &World,
        playbook: &Playbook,
        awaited: Awaited,
        forest: &Forest,
        root: &GroupKey,
        keys: &[&GroupKey],
    ) -> Option<Arc<Problem>> {
        let rooted = forest.groups.get(root)?;
        let (_, finding) = rooted.findings.first()?;
        let id = problem_id(&world.cluster, finding);
        let mut listed: Vec<Listed> = list(rooted, Role::Equal).collect();
        if let Some(first) = listed.first_mut() {
            first.role = Role::Root;
        }
        let count = listed.len() as u32;
        for key in keys.iter().filter(|key| **key != root) {
            listed.extend(list(forest.groups.get(*key)?, Role::Symptom));
        }
        let facts: Vec<&[Evidence]> = listed.iter().map(|one| telling(one.role, one.finding)).collect();
        // While kinds are still being read a better root may come.
        let provisional = world.is_reading();
        let awaits = |finding: &Finding| finding.object.key().is_some_and(|key| awaited(&key));
        let open = provisional || listed.iter().any(|one| awaits(one.finding));
        let numbers = self.numbers(&id);
        numbers.settle(open);
        let (evidence, numbers) = numbers.number(&facts);
        let rated = listed
            .iter()
            // What has healed hurts no more.
            .map(|one| match one.healed {
                Some(_) => (&one.finding.owner, Severity::Info),
                None => (&one.finding.owner, one.finding.severity),
            });
        let severity = severity::of_problem(world, rated);
        let mut aliases: Vec<Text> = listed
            .iter()
            .map(|one| problem_id(&world.cluster, one.finding))
            .collect();
        aliases.sort();
        aliases.dedup();
        aliases.retain(|alias| *alias != id);
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
        let since = listed
            .iter()
            .filter(|one| one.role != Role::Symptom)
            .filter_map(|one| one.finding.since)
            .min();
        let diagnosis = playbook.diagnose(finding, &evidence, revision::before(world, &finding.owner));
        Some(Arc::new(Problem {
            diagnosis: match rooted.healed {
                Some(_) => healing::after(diagnosis),
                None => diagnosis,
            },
            id,
            aliases,
            cluster: world.cluster.clone(),
            state: State::Active,
            severity,
            title: title(finding),
            count,
            since,
            owner: finding.owner.clone(),
            culprit: finding.culprit.clone().unwrap_or_else(|| finding.owner.clone()),
            provisional,
            members,
            evidence,
        }))
    }

    fn numbers(&mut self, id: &Text) -> &mut Numbers {
        self.numbers.entry(id.clone()).or_default()
    }
}

/// A finding on its way into a problem.
struct Listed<'a> {
    role: Role,
    id: &'a Text,
    finding: &'a Arc<Finding>,
    healed: Option<Timestamp>,
}

fn list(group: &Group, role: Role) -> impl Iterator<Item = Listed<'_>> {
    group.findings.iter().map(move |(id, finding)| Listed {
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

/// The id that a problem with this root has: without the name of what is replaced in a rollout.
pub(super) fn problem_id(cluster: &str, root: &Finding) -> Text {
    let owner: &ObjectRef = &root.owner;
    let kind = custom_kind(&root.object);
    short_hash(&[
        cluster,
        &root.code,
        &root.subject,
        &owner.kind,
        &owner.namespace,
        &owner.name,
        &kind,
    ])
}

/// `checkout: cannot write /var/cache/nginx`.
fn title(root: &Finding) -> Text {
    format!("{}: {}", root.owner.name, root.title).into()
}

/// The ids that the problems of a moment go by.
struct Alive {
    ids: HashSet<Text>,
    aliases: HashSet<Text>,
}

impl Alive {
    fn of(problems: &[Arc<Problem>]) -> Self {
        Self {
            ids: problems.iter().map(|problem| problem.id.clone()).collect(),
            aliases: problems
                .iter()
                .flat_map(|problem| problem.aliases.iter().cloned())
                .collect(),
        }
    }

    /// Whether one of them is what became of `old`.
    fn has(&self, old: &Problem) -> bool {
        self.ids.contains(&old.id)
            || self.aliases.contains(&old.id)
            || old.aliases.iter().any(|alias| self.ids.contains(alias))
    }
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
