//! Problems over time: what changed is grouped, hung and assembled anew, and the rest stays as it was, with its numbers
//! and its identity.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Findings;
use super::assemble::{self, IsAwaited, Scene};
use super::evidence::Numbers;
use super::forest::Forest;
use super::groups::{GroupKey, Groups};
use super::healing::{self, Ruled};
use super::names::Names;
use super::order::Reorder;
use super::reads::{Read, Reader, Sight};
use super::rules::{RULES, cause_of};
use crate::engine::finding::Severity;
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::playbook::Playbook;
use crate::engine::problem::{Problem, State};
use crate::engine::readers::Readers;
use crate::engine::world::{Part, World};

/// A healed problem stays in sight for so long.
const HEALED_STAYS: SignedDuration = SignedDuration::from_mins(2);

/// What may have changed since the last update.
#[derive(Clone, Copy, Debug)]
pub enum Changed<'a> {
    /// Anything.
    Everything,
    /// The findings with these ids, and what was noted by [`Problems::touch`] and its like.
    Findings(&'a BTreeSet<Text>),
}

/// The problems of a cluster, as they come and go.
#[derive(Debug, Default)]
pub struct Problems {
    all: Vec<Arc<Problem>>,
    groups: Groups,
    forest: Forest,
    readers: Readers<Read, Reader>,
    /// What may not be read and would have been looked at for a group's cause.
    hidden: BTreeMap<GroupKey, Vec<Kind>>,
    /// By root.
    active: BTreeMap<GroupKey, Arc<Problem>>,
    /// Healed, and still in sight.
    ended: Vec<Arc<Problem>>,
    names: Names,
    numbers: HashMap<Text, Numbers>,
    healed: u32,
    /// How many problems that hurt are about a pod.
    hurt: HashMap<ObjectRef, usize>,
    /// Whether every kind had been read at the last update. What was said while kinds were being read was provisional:
    /// if it goes, it was mistaken, it has not healed.
    remembers: bool,
    /// Those that came or changed since [`Problems::take_fresh`] was last called.
    fresh: Vec<Arc<Problem>>,
}

impl Problems {
    /// Worst first; of equals those on which most hangs, then the newest, then by id. Healed ones come last.
    pub fn all(&self) -> &[Arc<Problem>] {
        &self.all
    }

    /// Those that came or changed since this was last called.
    pub fn take_fresh(&mut self) -> Vec<Arc<Problem>> {
        std::mem::take(&mut self.fresh)
    }

    /// How many have healed so far.
    pub fn healed(&self) -> u32 {
        self.healed
    }

    /// How many pods are members of a problem that hurts.
    pub fn failing_pods(&self) -> usize {
        self.hurt.len()
    }

    /// When the next healed one is to leave.
    pub fn next_leave(&self) -> Option<Timestamp> {
        let leaves = self.ended.iter().filter_map(|problem| match problem.state {
            State::Healed(at) => at.checked_add(HEALED_STAYS).ok(),
            State::Active => None,
        });
        leaves.min()
    }

    /// A part of the world changed.
    pub fn touch(&mut self, part: &Part) {
        if !self.readers.is_empty() {
            self.readers.fire(&Read::World(part.clone()));
        }
    }

    /// A log of a pod was asked for, or has come, or never will.
    pub fn touch_log(&mut self, pod: &Key) {
        self.readers.fire(&Read::Log(pod.clone()));
    }

    /// Whether an update would have anything to do besides findings.
    pub fn is_touched(&self) -> bool {
        self.readers.has_stale()
    }

    /// Takes in what changed. `awaited` says whether something is still on its way. Says whether anything that
    /// can be seen changed.
    pub fn update(
        &mut self,
        world: &World,
        findings: &Findings,
        changed: Changed,
        playbook: &Playbook,
        awaited: IsAwaited,
        now: Timestamp,
    ) -> bool {
        let mut shaken = self.regroup(world, findings, changed, now);
        let was_provisional = !self.remembers;
        self.remembers = !world.is_reading();
        if matches!(changed, Changed::Everything) || was_provisional == self.remembers {
            shaken.extend(self.forest.roots().cloned());
        }
        let scene = Scene {
            world,
            groups: &self.groups,
            forest: &self.forest,
            playbook,
            awaited,
            hidden: &self.hidden,
        };
        let mut gone: Vec<Arc<Problem>> = Vec::new();
        let mut order = Reorder::default();
        for root in shaken {
            let reader = Reader::Problem(root.clone());
            let is_root = self.forest.root_of(&root) == Some(&root);
            let fresh = is_root.then(|| {
                let numbers = self.numbers.entry(root.problem_id(&world.cluster)).or_default();
                scene.assemble(&root, numbers)
            });
            let Some(fresh) = fresh.flatten() else {
                self.readers.forget(&reader);
                gone.extend(self.active.remove(&root));
                continue;
            };
            self.readers.set(&reader, assemble::reads(world, &fresh));
            let old = self.active.get(&root);
            // What did not change stays the same allocation: whoever compares two snapshots compares pointers first.
            if old.is_some_and(|old| *old == fresh) {
                continue;
            }
            self.fresh.push(Arc::clone(&fresh));
            self.names.add(&fresh);
            count(&mut self.hurt, &fresh, true);
            order.come.push(Arc::clone(&fresh));
            if let Some(old) = self.active.insert(root, fresh) {
                self.names.remove(&old);
                count(&mut self.hurt, &old, false);
                order.leave.push(old);
            }
        }
        for old in &gone {
            self.names.remove(old);
            count(&mut self.hurt, old, false);
        }
        order.leave.extend(gone.iter().cloned());
        let before = std::mem::take(&mut self.ended);
        self.ended = self.end(gone, &before, findings, now);
        if self.ended != before {
            order.leave.extend(before);
            order.come.extend(self.ended.iter().cloned());
        }
        let differs = order.apply(&mut self.all);
        if self.numbers.len() > self.all.len() {
            let shown = |id: &Text| self.names.is_id(id) || self.ended.iter().any(|one| one.id == *id);
            self.numbers.retain(|id, _| shown(id));
        }
        differs
    }

    /// Groups what changed and hangs it. Gives the roots of the trees that are not as they were.
    fn regroup(
        &mut self,
        world: &World,
        findings: &Findings,
        changed: Changed,
        now: Timestamp,
    ) -> BTreeSet<GroupKey> {
        let shift = match changed {
            Changed::Everything => {
                let differing = self.groups.differing(findings);
                self.groups.take_in(findings, &differing)
            }
            Changed::Findings(ids) => self.groups.take_in(findings, ids),
        };
        for read in &shift.fired {
            self.readers.fire(read);
        }
        let mut asked = shift.changed.clone();
        let mut shaken = BTreeSet::new();
        for reader in self.readers.take_stale() {
            match reader {
                Reader::Cause(key) => drop(asked.insert(key)),
                Reader::Problem(root) => drop(shaken.insert(root)),
            }
        }
        if matches!(changed, Changed::Everything) {
            asked.extend(self.groups.all_live().cloned());
        }
        let mut ruled = Ruled::new();
        for key in asked {
            let Some(group) = self
                .groups
                .live(&key)
                .filter(|_| !shift.emptied.contains_key(&key))
            else {
                continue;
            };
            let sight = Sight::new(world, &self.groups);
            let cause = cause_of(RULES, &sight, &key, group);
            let hidden = sight.hidden();
            if cause.is_none() && !hidden.is_empty() {
                self.hidden.insert(key.clone(), hidden);
            } else {
                self.hidden.remove(&key);
            }
            self.readers.set(&Reader::Cause(key.clone()), sight.into_reads());
            ruled.insert(key, cause);
        }
        for key in shift.emptied.keys() {
            self.hidden.remove(key);
            self.readers.forget(&Reader::Cause(key.clone()));
        }
        let emptied: Vec<GroupKey> = shift.emptied.keys().cloned().collect();
        healing::hang(
            &mut self.groups,
            &mut self.forest,
            ruled,
            shift.emptied,
            self.remembers,
            now,
        );
        shaken.extend(self.forest.settle());
        // Of these the tree is the same and its findings are not.
        let whole = shift.changed.iter().chain(&emptied);
        shaken.extend(whole.filter_map(|key| self.forest.root_of(key).cloned()));
        shaken
    }

    /// Sees to those that are gone, and to those that were: some heal, some leave, some are back by another name.
    /// Gives those that have healed and are still in sight.
    fn end(
        &mut self,
        gone: Vec<Arc<Problem>>,
        before: &[Arc<Problem>],
        findings: &Findings,
        now: Timestamp,
    ) -> Vec<Arc<Problem>> {
        let mut ended = Vec::new();
        for old in gone {
            // While kinds are still being read, what goes was not understood yet: it gets another name (its owner's)
            // or another root, and nothing has healed.
            if old.provisional || self.names.has(&old) {
                continue;
            }
            self.healed += u32::from(old.severity > Severity::Info);
            ended.push(Arc::new(healing::ended(&old, findings, now)));
        }
        for old in before {
            let State::Healed(at) = old.state else {
                continue;
            };
            if now.duration_since(at) < HEALED_STAYS && !self.names.has(old) {
                let still = healing::ended(old, findings, at);
                ended.push(if still == **old {
                    Arc::clone(old)
                } else {
                    Arc::new(still)
                });
            }
        }
        ended
    }
}

/// Counts the pods that a problem hurts in, or out.
fn count(hurt: &mut HashMap<ObjectRef, usize>, problem: &Problem, is_in: bool) {
    if problem.severity == Severity::Info {
        return;
    }
    let active = problem.members.iter().filter(|member| member.healed.is_none());
    for object in active.map(|member| &member.finding.object) {
        if *object.kind != *Kind::Pod.name() {
            continue;
        }
        let of = hurt.entry(object.clone()).or_default();
        *of = if is_in { *of + 1 } else { of.saturating_sub(1) };
        if *of == 0 {
            hurt.remove(object);
        }
    }
}
