//! Groups: findings of one owner that say the same of the same subject.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Findings;
use super::rules::{RULES, cause_of, stands_apart};
use crate::engine::finding::{Finding, Severity};
use crate::engine::object::{ObjectRef, Text};
use crate::engine::world::World;

/// What equals have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// The top owner.
    pub owner: ObjectRef,
    /// The finding's code.
    pub code: Text,
    /// The finding's subject.
    pub subject: Text,
    /// The kind that it is about, where that is a custom one: the same is said of all of them, and one that fails
    /// because another fails is no equal of it. Empty for other kinds.
    pub kind: Text,
}

impl GroupKey {
    /// The group that a finding belongs to.
    pub fn of(finding: &Finding) -> Self {
        Self {
            owner: finding.owner.clone(),
            code: finding.code.clone(),
            subject: finding.subject.clone(),
            kind: custom_kind(&finding.object),
        }
    }
}

/// The kind of an object, where it is a custom one; empty for others.
pub(super) fn custom_kind(object: &ObjectRef) -> Text {
    if object.is_custom() {
        object.kind.clone()
    } else {
        Text::default()
    }
}

/// Equal findings, in order of their object.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Id and finding.
    pub findings: Vec<(Text, Arc<Finding>)>,
    /// When it healed, where something that hangs on it has not: then these are the findings of that moment.
    pub healed: Option<Timestamp>,
}

/// All groups and what each hangs on.
#[derive(Debug, Default)]
pub struct Forest {
    /// The groups.
    pub groups: BTreeMap<GroupKey, Group>,
    /// From a group to the one that it follows from.
    pub causes: BTreeMap<GroupKey, GroupKey>,
}

impl Forest {
    /// Groups findings and finds what follows from what.
    pub fn grow(world: &World, findings: &Findings) -> Self {
        let mut forest = Self::default();
        for (id, finding) in findings {
            let group = forest.groups.entry(GroupKey::of(finding)).or_default();
            group.findings.push((id.clone(), finding.clone()));
        }
        for group in forest.groups.values_mut() {
            group.findings.sort_by(|(_, a), (_, b)| a.object.cmp(&b.object));
        }
        let index = Index::new(&forest.groups);
        for (key, group) in &forest.groups {
            if let Some(cause) = cause_of(RULES, world, key, group, &index) {
                forest.causes.insert(key.clone(), cause);
            }
        }
        forest
    }

    /// The group at the end of the chain of causes. Rules may form a ring (two groups that explain each other);
    /// then its smallest member is the root, whoever asks.
    pub fn root<'a>(&'a self, key: &'a GroupKey) -> &'a GroupKey {
        let mut seen = vec![key];
        let mut at = key;
        while let Some(next) = self.causes.get(at) {
            if let Some(start) = seen.iter().position(|one| *one == next) {
                return seen
                    .get(start..)
                    .unwrap_or_default()
                    .iter()
                    .copied()
                    .min()
                    .unwrap_or(key);
            }
            seen.push(next);
            at = next;
        }
        at
    }
}

/// Look-ups over the groups that rules need.
#[derive(Debug)]
pub struct Index<'a> {
    /// By the object that a finding is about.
    by_object: BTreeMap<&'a ObjectRef, Vec<&'a GroupKey>>,
    /// By owner.
    by_owner: BTreeMap<&'a ObjectRef, Vec<&'a GroupKey>>,
    /// By an object that comes to be only once what a finding is about is well.
    by_made: BTreeMap<&'a ObjectRef, Vec<&'a GroupKey>>,
    /// The highest of each group.
    severities: BTreeMap<&'a GroupKey, Severity>,
}

impl<'a> Index<'a> {
    fn new(groups: &'a BTreeMap<GroupKey, Group>) -> Self {
        let mut index = Self {
            by_object: BTreeMap::new(),
            by_owner: BTreeMap::new(),
            by_made: BTreeMap::new(),
            severities: BTreeMap::new(),
        };
        for (key, group) in groups.iter().filter(|(key, group)| !stands_apart(key, group)) {
            index.by_owner.entry(&key.owner).or_default().push(key);
            let severities = group.findings.iter().map(|(_, finding)| finding.severity);
            let highest = severities.max().unwrap_or(Severity::Info);
            index.severities.insert(key, highest);
            for (_, finding) in &group.findings {
                index.by_object.entry(&finding.object).or_default().push(key);
                for made in &finding.ties.makes {
                    index.by_made.entry(made).or_default().push(key);
                }
            }
        }
        index
    }

    /// The groups with a finding about that object.
    pub fn about(&self, object: &ObjectRef) -> impl Iterator<Item = &'a GroupKey> {
        self.by_object.get(object).into_iter().flatten().copied()
    }

    /// The groups about what should have made an object.
    pub fn makers(&self, object: &ObjectRef) -> impl Iterator<Item = &'a GroupKey> {
        self.by_made.get(object).into_iter().flatten().copied()
    }

    /// How bad the worst finding of a group is.
    pub fn severity(&self, key: &GroupKey) -> Severity {
        self.severities.get(key).copied().unwrap_or(Severity::Info)
    }

    /// The groups of that owner.
    pub fn owned_by(&self, owner: &ObjectRef) -> impl Iterator<Item = &'a GroupKey> {
        self.by_owner.get(owner).into_iter().flatten().copied()
    }
}
