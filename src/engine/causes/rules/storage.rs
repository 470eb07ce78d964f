//! Claims, their classes and the volumes that come to nodes.

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use super::pods_of;
use crate::engine::kinds::PersistentVolumeClaim;
use crate::engine::object::{Key, Kind};

pub(super) fn by_claim(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    pods_of(sight, group).find_map(|pod| {
        let namespace = &pod.metadata.namespace;
        pod.claims().find_map(|claim| {
            let claim = Key::new(Kind::PersistentVolumeClaim, namespace, &claim).object();
            sight.about(&claim).next().cloned()
        })
    })
}

pub(super) fn by_claim_template(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    group.findings().iter().find_map(|(_, finding)| {
        let (namespace, name) = (&*finding.object.namespace, &*finding.object.name);
        sight.pods_with_claim(namespace, name).find_map(|pod| {
            let owner = sight.top_owner(pod);
            sight
                .owned_by(&owner)
                .find(|cause| {
                    &*cause.code == "StatefulSetClassMissing"
                        && name.starts_with(&format!("{}-", cause.subject))
                })
                .cloned()
        })
    })
}

pub(super) fn by_attachment(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    pods_of(sight, group).find_map(|pod| {
        let namespace = &pod.metadata.namespace;
        pod.claims().find_map(|claim| {
            let claim = sight.get::<PersistentVolumeClaim>(namespace, &claim)?;
            let volume = Key::new(Kind::PersistentVolume, "", &claim.spec.volume_name);
            // Also that to another node, which does not let go of it.
            sight
                .referrers_of(&volume, Kind::VolumeAttachment)
                .find_map(|key| sight.about(&key.object()).next().cloned())
        })
    })
}
