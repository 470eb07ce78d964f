//! Why a volume that was made by hand does not fit a claim.

use super::Case;
use crate::engine::analyzers::quantity;
use crate::engine::evidence::Evidence;
use crate::engine::finding::Finding;
use crate::engine::kinds::{PersistentVolume, PersistentVolumeClaim};
use crate::engine::object::{Key, Kind};

/// Why this volume does not fit that claim, as the end of a sentence: `has 1Gi, and it asks for 20Gi`.
pub(super) fn misfit(claim: &PersistentVolumeClaim, volume: &PersistentVolume) -> Option<String> {
    let (wants, gives) = (&claim.spec, &volume.spec);
    if let Some(holder) = &gives.claim_ref {
        let (namespace, name) = (&*holder.namespace, &*holder.name);
        let own = *namespace == *claim.metadata.namespace && *name == *claim.metadata.name;
        if !own {
            return Some(format!("belongs to claim {namespace}/{name}"));
        }
        if !holder.uid.is_empty() && holder.uid != claim.metadata.uid {
            return Some("is still kept for a former claim of the same name".to_owned());
        }
    }
    if matches!(volume.status.phase.as_str(), "Released" | "Failed") {
        return Some(format!(
            "is {}: its former claim is gone, and it was not cleaned",
            volume.status.phase
        ));
    }
    let class = wants.storage_class_name.as_deref().unwrap_or_default();
    if class != gives.storage_class_name.as_str() {
        return Some(match (class, gives.storage_class_name.as_str()) {
            ("", has) => format!("is of class {has}, and it asks for none"),
            (class, "") => format!("has no class, and it asks for {class}"),
            (class, has) => format!("is of class {has}, and it asks for {class}"),
        });
    }
    let (asked, has) = (
        wants.resources.requests.get("storage"),
        gives.capacity.get("storage"),
    );
    if let (Some(asked), Some(has)) = (asked, has)
        && quantity::value(has)? < quantity::value(asked)?
    {
        return Some(format!("has {has}, and it asks for {asked}"));
    }
    let lacks = wants
        .access_modes
        .iter()
        .find(|mode| !gives.access_modes.contains(mode));
    if let Some(mode) = lacks {
        return Some(format!("does not allow {mode}"));
    }
    let block = |mode: &str| mode == "Block";
    if block(&wants.volume_mode) != block(&gives.volume_mode) {
        return Some("is of another volume mode (block device or file system)".to_owned());
    }
    None
}

/// Says in a finding why none of the volumes of a class fits; whether there are any.
pub(super) fn explain(case: &Case, class: &str, finding: &mut Finding) -> bool {
    let of_class: Vec<&PersistentVolume> = if class.is_empty() {
        let all = case.world.all::<PersistentVolume>();
        all.filter(|volume| volume.spec.storage_class_name.is_empty())
            .collect()
    } else {
        let key = Key::new(Kind::StorageClass, "", class);
        let named = case.world.referrers_of(&key, Kind::PersistentVolume);
        named
            .filter_map(|volume| case.world.get::<PersistentVolume>("", &volume.name))
            .collect()
    };
    // A free one that is too small says more than one that is taken.
    let mut misfits: Vec<(&PersistentVolume, String)> = of_class
        .iter()
        .filter_map(|volume| Some((*volume, misfit(case.claim, volume)?)))
        .collect();
    misfits.sort_by_key(|(volume, _)| (volume.spec.claim_ref.is_some(), volume.metadata.name.clone()));
    let Some((nearest, why)) = misfits.first() else {
        return false;
    };
    let what = if class.is_empty() {
        "without a class".to_owned()
    } else {
        format!("of class {class}")
    };
    finding.title = match of_class.len() {
        1 => format!("the only volume {what}, {}, {why}", nearest.metadata.name),
        many => format!(
            "none of the {many} volumes {what} fits it: {} {why}",
            nearest.metadata.name
        ),
    }
    .into();
    finding.message = format!(
        "Volumes {what} are made by hand, and none that is free fits the claim: {} {why}.",
        nearest.metadata.name
    )
    .into();
    let object =
        |volume: &PersistentVolume| Key::new(Kind::PersistentVolume, "", &volume.metadata.name).object();
    for (volume, _) in misfits.iter().take(3) {
        let size = volume.spec.capacity.get("storage").unwrap_or_default();
        finding
            .evidence
            .push(Evidence::field(object(volume), "spec.capacity.storage", size));
        finding.evidence.push(Evidence::field(
            object(volume),
            "status.phase",
            &*volume.status.phase,
        ));
    }
    finding.culprit = None;
    true
}
