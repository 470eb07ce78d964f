//! Groups: findings of one owner that say the same of the same subject.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Findings;
use super::reads::Read;
use super::rules::stands_apart;
use crate::engine::finding::{Finding, Severity};
use crate::engine::object::{Kind, ObjectRef, Text};

/// What equals have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
            kind: match &finding.object {
                object if object.is_custom() => object.kind.clone(),
                _ => Text::default(),
            },
        }
    }
}

/// A finding with its id.
pub type Identified = (Text, Arc<Finding>);

/// Equal findings, in order of their object: of one object there is one.
#[derive(Clone, Debug, Default)]
pub struct Group {
    findings: Vec<Identified>,
    severities: BTreeMap<Severity, usize>,
    /// When it healed, where something that hangs on it has not: then these are the findings of that moment.
    pub healed: Option<Timestamp>,
}

impl Group {
    /// Id and finding.
    pub fn findings(&self) -> &[Identified] {
        &self.findings
    }

    /// When the first of them began, as far as is known.
    pub fn onset(&self) -> Option<Timestamp> {
        self.findings
            .iter()
            .filter_map(|(_, finding)| finding.since)
            .min()
    }

    fn place(&self, finding: &Finding) -> Result<usize, usize> {
        self.findings
            .binary_search_by(|(_, known)| known.object.cmp(&finding.object))
    }

    fn insert(&mut self, id: &Text, finding: &Arc<Finding>) {
        *self.severities.entry(finding.severity).or_default() += 1;
        let at = self.place(finding).unwrap_or_else(|at| at);
        self.findings.insert(at, (id.clone(), finding.clone()));
    }

    fn remove(&mut self, finding: &Finding) -> Option<Identified> {
        let removed = self.findings.remove(self.place(finding).ok()?);
        if let Some(count) = self.severities.get_mut(&removed.1.severity) {
            *count -= 1;
            if *count == 0 {
                self.severities.remove(&removed.1.severity);
            }
        }
        Some(removed)
    }

    fn severity(&self) -> Severity {
        let highest = self.severities.last_key_value();
        highest.map_or(Severity::Info, |(severity, _)| *severity)
    }
}

/// What taking findings in did.
#[derive(Debug, Default)]
pub struct Shift {
    /// The groups that have come or have other findings than before.
    pub changed: BTreeSet<GroupKey>,
    /// The groups that are gone, as they were. They are still among the groups, without a finding.
    pub emptied: BTreeMap<GroupKey, Group>,
    /// What changed for those who look groups up.
    pub fired: HashSet<Read>,
}

/// All groups, and look-ups over those that live.
#[derive(Debug, Default)]
pub struct Groups {
    all: BTreeMap<GroupKey, Group>,
    /// Those that have healed.
    healed: BTreeSet<GroupKey>,
    /// Where each finding is.
    placed: HashMap<Text, (GroupKey, Arc<Finding>)>,
    /// By the object that a finding is about.
    by_object: BTreeMap<ObjectRef, BTreeSet<GroupKey>>,
    /// By owner.
    by_owner: BTreeMap<ObjectRef, BTreeSet<GroupKey>>,
    /// By an object that comes to be only once what a finding is about is well.
    by_made: BTreeMap<ObjectRef, BTreeSet<GroupKey>>,
}

impl Groups {
    /// A group.
    pub fn get(&self, key: &GroupKey) -> Option<&Group> {
        self.all.get(key)
    }

    /// A group that has not healed.
    pub fn live(&self, key: &GroupKey) -> Option<&Group> {
        self.all.get(key).filter(|group| group.healed.is_none())
    }

    /// Whether a group is kept although it has healed.
    pub fn is_healed(&self, key: &GroupKey) -> bool {
        self.all.get(key).is_some_and(|group| group.healed.is_some())
    }

    /// The groups that have not healed.
    pub fn all_live(&self) -> impl Iterator<Item = &GroupKey> {
        let live = self.all.iter().filter(|(_, group)| group.healed.is_none());
        live.map(|(key, _)| key)
    }

    /// The groups that are kept although they have healed.
    pub fn all_healed(&self) -> impl Iterator<Item = &GroupKey> {
        self.healed.iter()
    }

    /// The ids of the findings that are not, or not in that form, what is known of them.
    pub fn differing(&self, findings: &Findings) -> BTreeSet<Text> {
        let is_new = |(id, finding): &(&Text, &Arc<Finding>)| {
            self.placed
                .get(*id)
                .is_none_or(|(_, known)| !Arc::ptr_eq(known, finding))
        };
        let new = findings.iter().filter(is_new).map(|(id, _)| id);
        let gone = self.placed.keys().filter(|id| !findings.contains_key(*id));
        new.chain(gone).cloned().collect()
    }

    /// Takes in what became of some findings.
    pub fn take_in<'a>(&mut self, findings: &Findings, ids: impl IntoIterator<Item = &'a Text>) -> Shift {
        let mut shift = Shift::default();
        for id in ids {
            let new = findings.get(id);
            if let Some((key, old)) = self.placed.remove(id) {
                self.take_out(&mut shift, key, id, &old);
            }
            if let Some(finding) = new {
                self.put_in(&mut shift, id, finding);
            }
        }
        let is_empty = |key: &GroupKey| self.all.get(key).is_none_or(|group| group.findings.is_empty());
        shift.emptied.retain(|key, _| is_empty(key));
        shift.changed.retain(|key| !shift.emptied.contains_key(key));
        shift
    }

    fn take_out(&mut self, shift: &mut Shift, key: GroupKey, id: &Text, finding: &Arc<Finding>) {
        let Some(group) = self.all.get_mut(&key) else {
            return;
        };
        let severity = group.severity();
        group.remove(finding);
        shift.emptied.entry(key.clone()).or_default().insert(id, finding);
        let emptied = group.findings.is_empty();
        let severity_fell = group.severity() != severity;
        if !stands_apart(finding) {
            unlist(&mut self.by_object, &finding.object, &key);
            for made in &finding.ties.makes {
                unlist(&mut self.by_made, made, &key);
            }
            if emptied {
                unlist(&mut self.by_owner, &key.owner, &key);
            }
            shift.fire(&key, finding);
            if severity_fell {
                self.fire_severity(shift, &key);
            }
        }
        shift.changed.insert(key);
    }

    fn put_in(&mut self, shift: &mut Shift, id: &Text, finding: &Arc<Finding>) {
        let key = GroupKey::of(finding);
        let group = self.all.entry(key.clone()).or_default();
        if group.healed.is_some() {
            // What it had when it healed is history.
            *group = Group::default();
            self.healed.remove(&key);
        }
        let severity = group.severity();
        group.insert(id, finding);
        let severity_rose = group.severity() != severity;
        self.placed.insert(id.clone(), (key.clone(), finding.clone()));
        if !stands_apart(finding) {
            let about = self.by_object.entry(finding.object.clone()).or_default();
            about.insert(key.clone());
            for made in &finding.ties.makes {
                self.by_made.entry(made.clone()).or_default().insert(key.clone());
            }
            let owned = self.by_owner.entry(key.owner.clone()).or_default();
            owned.insert(key.clone());
            shift.fire(&key, finding);
            if severity_rose {
                self.fire_severity(shift, &key);
            }
        }
        shift.changed.insert(key);
    }

    /// Everybody who looked at that group may have asked how bad it is.
    fn fire_severity(&self, shift: &mut Shift, key: &GroupKey) {
        let group = self.all.get(key);
        for (_, finding) in group.into_iter().flat_map(Group::findings) {
            shift.fired.insert(Read::About(finding.object.clone()));
            let made = finding.ties.makes.iter().cloned();
            shift.fired.extend(made.map(Read::Makers));
        }
    }

    /// Keeps a group that is gone, as it was, for what hangs on it.
    pub fn keep_healed(&mut self, key: GroupKey, mut group: Group, at: Timestamp) {
        group.healed = Some(at);
        self.healed.insert(key.clone());
        self.all.insert(key, group);
    }

    /// Forgets a group that has no finding any more.
    pub fn forget(&mut self, key: &GroupKey) {
        self.healed.remove(key);
        self.all.remove(key);
    }

    /// The groups with a finding about that object.
    pub fn about(&self, object: &ObjectRef) -> impl Iterator<Item = &GroupKey> + use<'_> {
        self.by_object.get(object).into_iter().flatten()
    }

    /// The groups about what should have made an object.
    pub fn makers(&self, object: &ObjectRef) -> impl Iterator<Item = &GroupKey> + use<'_> {
        self.by_made.get(object).into_iter().flatten()
    }

    /// How bad the worst finding of a group is.
    pub fn severity(&self, key: &GroupKey) -> Severity {
        self.all.get(key).map_or(Severity::Info, Group::severity)
    }

    /// The groups of that owner.
    pub fn owned_by(&self, owner: &ObjectRef) -> impl Iterator<Item = &GroupKey> + use<'_> {
        self.by_owner.get(owner).into_iter().flatten()
    }

    /// The objects of a kind in a namespace that a finding is about, in order.
    pub fn objects_in(&self, kind: Kind, namespace: &str) -> impl Iterator<Item = &ObjectRef> + use<'_> {
        of_kind(&self.by_object, kind, namespace)
    }

    /// The objects of a kind in a namespace that own a group, in order.
    pub fn owners_in(&self, kind: Kind, namespace: &str) -> impl Iterator<Item = &ObjectRef> + use<'_> {
        of_kind(&self.by_owner, kind, namespace)
    }
}

impl Shift {
    fn fire(&mut self, key: &GroupKey, finding: &Finding) {
        let object = &finding.object;
        self.fired.insert(Read::About(object.clone()));
        self.fired.insert(Read::Owned(key.owner.clone()));
        let made = finding.ties.makes.iter().cloned();
        self.fired.extend(made.map(Read::Makers));
        for failing in [object, &key.owner] {
            self.fired
                .insert(Read::Failing(failing.kind.clone(), failing.namespace.clone()));
        }
    }
}

type Listed = BTreeMap<ObjectRef, BTreeSet<GroupKey>>;

fn unlist(index: &mut Listed, object: &ObjectRef, key: &GroupKey) {
    if let Some(keys) = index.get_mut(object) {
        keys.remove(key);
        if keys.is_empty() {
            index.remove(object);
        }
    }
}

fn of_kind<'a>(
    index: &'a Listed,
    kind: Kind,
    namespace: &str,
) -> impl Iterator<Item = &'a ObjectRef> + use<'a> {
    // In order of version, kind, namespace and name, so that those of a namespace stand together.
    let first = ObjectRef::new(&kind.api_version(), kind.name(), namespace, "");
    let same = first.clone();
    index
        .range(first..)
        .map(|(object, _)| object)
        .take_while(move |object| {
            object.namespace == same.namespace
                && object.kind == same.kind
                && object.api_version == same.api_version
        })
}
