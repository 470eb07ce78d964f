//! What custom resources follow from, and what follows from them.
//!
//! Nothing here knows a product: what an object needs or makes stands in its findings' ties, which come from the data
//! files of the declared analyzers and from the convention that a field `…Ref` names what is needed; who owns whom is
//! an index of the world.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use super::strength::strength;
use crate::engine::analyzers::custom::ABOUT_ITSELF;
use crate::engine::finding::{Finding, Severity};
use crate::engine::object::{Key, Kind, ObjectRef};

/// So many objects below an owner are looked at; who owns more fails for more than one of them.
const MOST_OWNED: usize = 500;

/// The findings of a group that are about custom resources.
fn custom(group: &Group) -> impl Iterator<Item = &Finding> {
    let findings = group.findings().iter().map(|(_, finding)| &**finding);
    findings.filter(|finding| finding.object.is_custom())
}

/// The object that a finding blames, where it is another one.
fn culprit(finding: &Finding) -> Option<ObjectRef> {
    let culprit = finding.culprit.clone()?.known();
    (culprit != finding.object).then_some(culprit)
}

/// Whether a finding blames an object that does not exist: whatever else fails, that alone is the cause.
fn blames_what_is_missing(sight: &Sight, finding: &Finding) -> bool {
    let exists = |culprit: &ObjectRef| culprit.key().is_some_and(|key| sight.meta(&key).is_some());
    culprit(finding).is_some_and(|culprit| !exists(&culprit))
}

/// How well a group explains a finding: one that the finding's text names before one that it does not.
fn weight<'a>(
    sight: &Sight,
    finding: &Finding,
    object: &ObjectRef,
    cause: &'a GroupKey,
) -> (bool, Severity, u8, Reverse<&'a GroupKey>) {
    let named = finding.title.contains(&*object.name) || finding.message.contains(&*object.name);
    (
        named,
        sight.severity(cause),
        strength(&cause.code),
        Reverse(cause),
    )
}

/// What a finding blames.
pub(super) fn by_culprit(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    custom(group).find_map(|finding| {
        sight
            .troubles(&culprit(finding)?)
            .find(|cause| *cause != key)
            .cloned()
    })
}

/// What an object needs, as its analyzer says; of several that fail the one that the finding names, else the first.
pub(super) fn by_need(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    if ABOUT_ITSELF.contains(&&*key.code) {
        return None;
    }
    let mut findings = custom(group).filter(|finding| !blames_what_is_missing(sight, finding));
    findings.find_map(|finding| {
        let needed = finding.ties.because.iter().enumerate();
        let causes = needed.flat_map(|(place, object)| {
            sight
                .troubles(object)
                .filter(|cause| *cause != key)
                .map(move |cause| (weight(sight, finding, object, cause).0, Reverse(place), cause))
        });
        causes
            .max_by_key(|(named, place, cause)| (*named, *place, Reverse(*cause)))
            .map(|(.., cause)| cause.clone())
    })
}

/// What an object owns, the nearest that fails: its own state is a sum of theirs. What its controller does not look at,
/// or what is being deleted, fails for another reason.
pub(super) fn by_owned(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    if ABOUT_ITSELF.contains(&&*key.code) {
        return None;
    }
    let mut findings = custom(group).filter(|finding| culprit(finding).is_none());
    findings.find_map(|finding| nearest_failing(sight, key, finding))
}

fn nearest_failing(sight: &Sight, key: &GroupKey, finding: &Finding) -> Option<GroupKey> {
    let mut seen: BTreeSet<Key> = finding.object.key().into_iter().collect();
    let mut level: Vec<Key> = seen.iter().cloned().collect();
    while !level.is_empty() && seen.len() < MOST_OWNED {
        let below = level.iter().flat_map(|owner| sight.children(owner));
        let below: Vec<Key> = below
            .filter(|child| seen.insert((*child).clone()))
            .cloned()
            .collect();
        // What it makes waits for it, not it for them.
        let objects = below.iter().map(Key::object);
        let objects: Vec<ObjectRef> = objects
            .filter(|object| !finding.ties.makes.contains(object))
            .collect();
        let causes = objects.iter().flat_map(|object| {
            let causes = sight.troubles(object).filter(|cause| *cause != key);
            causes.map(move |cause| weight(sight, finding, object, cause))
        });
        if let Some((.., Reverse(cause))) = causes.max() {
            return Some(cause.clone());
        }
        level = below;
    }
    None
}

/// What should have made the object that is missing or that a finding blames, and fails itself.
pub(super) fn by_maker(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    group.findings().iter().find_map(|(_, finding)| {
        let mut lacking = culprit(finding)
            .into_iter()
            .chain([finding.object.clone()])
            .chain(secret_of_tls(finding));
        lacking.find_map(|object| {
            let mut makers = sight.makers(&object).filter(|cause| *cause != key);
            makers.find(|cause| depends(sight, &object, cause)).cloned()
        })
    })
}

/// The Secret that an Ingress names and that is not there: the Ingress itself is what is blamed for that.
fn secret_of_tls(finding: &Finding) -> Option<ObjectRef> {
    let missing = *finding.code == *"IngressTlsSecretMissing";
    missing.then(|| Key::new(Kind::Secret, &finding.object.namespace, &finding.subject).object())
}

/// Whether an object still depends on what makes it: it is not there, or is kept by it for good. A Secret that is
/// there serves, whatever its next renewal comes to.
fn depends(sight: &Sight, object: &ObjectRef, maker: &GroupKey) -> bool {
    let there = object.key().filter(|key| sight.meta(key).is_some());
    there.is_none_or(|key| sight.top_owner(&key) == maker.owner)
}
