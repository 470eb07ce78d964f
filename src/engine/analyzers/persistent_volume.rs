//! PersistentVolumes: those that could not be given back, and those that are kept for nobody.

use jiff::Timestamp;

use super::exam::Exam;
use super::messages::brief;
use super::{Analysis, Analyzer, Code, Topic, codes, facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{ClaimRef, PersistentVolume, PersistentVolumeClaim};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds volumes that are of no use to anybody.
pub struct PersistentVolumeAnalyzer;

impl Analyzer for PersistentVolumeAnalyzer {
    fn name(&self) -> &'static str {
        "PersistentVolume"
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::Storage)
    }

    fn kind(&self) -> Kind {
        Kind::PersistentVolume
    }

    fn codes(&self) -> &'static [Code] {
        codes::volume::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::PersistentVolumeClaim]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::PersistentVolume => keys.push(changed.clone()),
            Kind::PersistentVolumeClaim => keys.extend(world.referrers_of(changed, self.kind())),
            Kind::Event => keys.extend(super::pod::about(world, changed, self.kind())),
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let volume = world
            .get::<PersistentVolume>("", &key.name)
            .filter(|volume| volume.metadata.deletion_timestamp.is_none());
        if let Some(volume) = volume {
            match volume.status.phase.as_str() {
                "Failed" => failed(&mut exam, volume),
                "Released" => released(&mut exam, volume),
                "Bound" => {}
                _ => kept(&mut exam, volume),
            }
        }
        exam.analysis
    }
}

fn claim_words(claim: Option<&ClaimRef>) -> String {
    claim.map_or_else(
        || "its claim".to_owned(),
        |claim| format!("claim {}/{}", claim.namespace, claim.name),
    )
}

/// Its claim is gone, and it could not be deleted or emptied.
fn failed(exam: &mut Exam, volume: &PersistentVolume) {
    let status = &volume.status;
    let why = if status.message.is_empty() {
        &*status.reason
    } else {
        &*status.message
    };
    let title = if why.is_empty() {
        "could not be reclaimed".to_owned()
    } else {
        brief(&format!("could not be reclaimed: {why}"), 110)
    };
    let mut finding = exam.finding("VolumeFailed", Severity::Warning, title);
    finding.message = format!(
        "{} is gone, and the volume could not be reclaimed ({}): it stays, and is paid for. {why}",
        capital(&claim_words(volume.spec.claim_ref.as_ref())),
        volume.spec.persistent_volume_reclaim_policy,
    )
    .into();
    finding.since = status.last_phase_transition_time;
    finding.evidence.push(exam.field("status.phase", "Failed"));
    if !status.message.is_empty() {
        finding
            .evidence
            .push(exam.field("status.message", &*status.message));
    }
    if let Some(event) = exam.event(&["VolumeFailedDelete", "VolumeFailedRecycle"]) {
        finding.evidence.push(facts::event(event));
    }
    exam.report(finding);
}

fn released(exam: &mut Exam, volume: &PersistentVolume) {
    let status = &volume.status;
    let claim = claim_words(volume.spec.claim_ref.as_ref());
    let retained = volume.spec.persistent_volume_reclaim_policy == "Retain";
    let since = status.last_phase_transition_time;
    if !retained && exam.is_early(since, grace::RECLAIM) {
        return;
    }
    let (code, severity, title, message) = if retained {
        (
            "VolumeReleased",
            Severity::Info,
            format!("kept after {claim} was deleted (policy Retain)"),
            "By its policy the volume and its data stay until someone decides; no other claim gets it before that.",
        )
    } else {
        (
            "VolumeNotReclaimed",
            Severity::Warning,
            format!(
                "still there although {claim} is gone and its policy is {}",
                volume.spec.persistent_volume_reclaim_policy
            ),
            "Its provisioner should have deleted it: it does not run, or it cannot.",
        )
    };
    let mut finding = exam.finding(code, severity, title);
    finding.message = message.into();
    finding.since = since;
    finding.evidence.push(exam.field("status.phase", "Released"));
    finding.evidence.push(exam.field(
        "spec.persistentVolumeReclaimPolicy",
        &*volume.spec.persistent_volume_reclaim_policy,
    ));
    if let Some(event) = exam.event(&["VolumeFailedDelete", "VolumeFailedRecycle"]) {
        finding.evidence.push(facts::event(event));
    }
    exam.report(finding);
}

/// Kept for a claim that has another volume, or was replaced by one of the same name.
fn kept(exam: &mut Exam, volume: &PersistentVolume) {
    let Some(reference) = &volume.spec.claim_ref else {
        return;
    };
    let Some(claim) = exam
        .world
        .get::<PersistentVolumeClaim>(&reference.namespace, &reference.name)
    else {
        return;
    };
    let (bound, replaced) = (
        &*claim.spec.volume_name,
        !reference.uid.is_empty() && reference.uid != claim.metadata.uid,
    );
    let elsewhere = !bound.is_empty() && bound != &*volume.metadata.name;
    if (!elsewhere && !replaced) || exam.is_early(volume.metadata.creation_timestamp, grace::CLAIM) {
        return;
    }
    let words = claim_words(Some(reference));
    let (title, message) = if elsewhere {
        (
            format!("kept for {words}, which has volume {bound}"),
            "The volume names a claim that has another volume: nobody can have it.",
        )
    } else {
        (
            format!("kept for a former {words}"),
            "The volume names a claim that was deleted; the present one of that name is another, and cannot have it.",
        )
    };
    let mut finding = exam.finding("VolumeKeptForOther", Severity::Info, title);
    finding.message = message.into();
    finding.since = volume.status.last_phase_transition_time;
    finding.evidence.push(exam.field(
        "spec.claimRef",
        format!("{}/{}", reference.namespace, reference.name),
    ));
    let object = Key::new(Kind::PersistentVolumeClaim, &reference.namespace, &reference.name).object();
    finding.evidence.push(facts::related(
        object,
        if elsewhere {
            format!("is bound to {bound}")
        } else {
            "is another one of the same name".to_owned()
        },
    ));
    exam.report(finding);
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
