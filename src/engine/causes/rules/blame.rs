//! What a finding, or the object that it is about, names as missing or broken.

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use super::pods_of;
use crate::engine::finding::Finding;
use crate::engine::kinds::Usage;
use crate::engine::object::{Key, Kind, ObjectRef};

pub(super) fn by_culprit(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    group.findings().iter().find_map(|(_, finding)| {
        // Of nodes other rules know more.
        let culprit = finding
            .culprit
            .as_ref()
            .filter(|culprit| &*culprit.kind != "Node" && **culprit != finding.object)?;
        sight
            .troubles(culprit)
            .filter(|cause| cause.owner != key.owner)
            // Of several keys that a ConfigMap lacks it is the one that the finding speaks of.
            .max_by_key(|cause| (finding.title.contains(&*cause.subject), std::cmp::Reverse(*cause)))
            .cloned()
    })
}

pub(super) fn by_reference(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    // Where the finding says what is missing, that rule has spoken.
    if group
        .findings()
        .iter()
        .any(|(_, finding)| finding.culprit.is_some())
    {
        return None;
    }
    pods_of(sight, group).find_map(|pod| {
        let needed = pod.spec.references.iter().filter(|one| {
            let files = matches!(one.kind, Kind::ConfigMap | Kind::Secret) && one.usage != Usage::Pull;
            files && !one.optional
        });
        let mut objects = needed.map(|one| Key::new(one.kind, &pod.metadata.namespace, &one.name).object());
        objects.find_map(|object| sight.troubles(&object).next().cloned())
    })
}

/// Devices are allotted when a pod gets its node: that none are yet is a cause only where the scheduler says so.
pub(super) fn by_resource_claim(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    let says = |finding: &Finding| finding.message.contains("claim");
    if !group.findings().iter().any(|(_, finding)| says(finding)) {
        return None;
    }
    pods_of(sight, group).find_map(|pod| {
        let namespace = &pod.metadata.namespace;
        let mut claims = pod
            .resource_claims()
            .map(|claim| Key::new(Kind::ResourceClaim, namespace, claim).object());
        claims.find_map(|claim| sight.troubles(&claim).next().cloned())
    })
}

pub(super) fn by_missing_service(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    let cause = sight
        .owned_by(&key.owner)
        .find(|cause| &*cause.code == "StatefulSetServiceMissing")?;
    // `db-0.peers.shop.svc` and `peers:9092` name it, `speers` does not.
    let named = |text: &str| {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(&*cause.subject) {
            let inside =
                |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
            // `/var/lib/db/LOCK` is a path, `redis://db/0` is not.
            let in_path = before.ends_with('/') && !before.ends_with("//");
            if !in_path && !inside(before.chars().next_back()) && !inside(after.chars().next()) {
                return true;
            }
            rest = after;
        }
        false
    };
    let speaks =
        |finding: &Finding| named(&finding.title) || finding.evidence.iter().any(|fact| named(&fact.text));
    group
        .findings()
        .iter()
        .any(|(_, finding)| speaks(finding))
        .then(|| cause.clone())
}

/// The objects that a group's findings blame.
fn blamed(group: &Group) -> impl Iterator<Item = &ObjectRef> {
    group
        .findings()
        .iter()
        .filter_map(|(_, finding)| finding.culprit.as_ref())
}

pub(super) fn by_blamed(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    blamed(group)
        .flat_map(|object| sight.about(object))
        .find(|cause| *cause != key)
        .cloned()
}
