//! Claims, their classes and the volumes that come to nodes.

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use super::pods_of;
use crate::engine::finding::Finding;
use crate::engine::kinds::PersistentVolumeClaim;
use crate::engine::object::{Key, Kind};

pub(super) fn by_claim(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    pods_of(sight, group).find_map(|pod| {
        let namespace = &pod.metadata.namespace;
        pod.claims().find_map(|name| {
            let claim = sight.get::<PersistentVolumeClaim>(namespace, &name);
            let is_bound = claim.is_some_and(|claim| claim.status.phase == "Bound");
            // A claim that has its volume keeps no pod from its node, whatever else is wrong with it.
            if is_bound && &*key.code == "PodUnschedulable" {
                return None;
            }
            let claim = Key::new(Kind::PersistentVolumeClaim, namespace, &name).object();
            sight.about(&claim).next().cloned()
        })
    })
}

pub(super) fn by_class(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    group.findings().iter().find_map(|(_, finding)| {
        let object = &finding.object;
        let claim = sight.get::<PersistentVolumeClaim>(&object.namespace, &object.name)?;
        let class = claim.spec.storage_class_name.as_deref()?;
        let class = Key::new(Kind::StorageClass, "", class).object();
        sight.troubles(&class).next().cloned()
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
                    // Claims of a template are named TEMPLATE-STATEFULSET-NUMBER.
                    let made = format!("{}-{}-", cause.subject, cause.owner.name);
                    let number = name.strip_prefix(&made);
                    &*cause.code == "StatefulSetClassMissing"
                        && number.is_some_and(|number| number.parse::<u32>().is_ok())
                })
                .cloned()
        })
    })
}

/// What is said of a pod that waits for a volume.
const OF_VOLUMES: &[&str] = &["volume", "mount", "attach"];

pub(super) fn by_attachment(sight: &Sight, _: &GroupKey, group: &Group) -> Option<GroupKey> {
    let waits = |finding: &Finding| {
        let mut words = OF_VOLUMES.iter();
        words.any(|word| finding.title.contains(word) || finding.message.contains(word))
    };
    if !group.findings().iter().any(|(_, finding)| waits(finding)) {
        return None;
    }
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
