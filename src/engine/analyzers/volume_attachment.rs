//! VolumeAttachments: a volume that does not come to its node, or does not leave it.

use jiff::Timestamp;

use super::exam::Exam;
use super::messages::{brief, last_clause};
use super::{Analysis, Analyzer, Code, Topic, codes, facts, grace};
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Node, VolumeAttachment, VolumeError, condition};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds volumes that cannot be attached or detached.
pub struct VolumeAttachmentAnalyzer;

impl Analyzer for VolumeAttachmentAnalyzer {
    fn name(&self) -> &'static str {
        "VolumeAttachment"
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::Storage)
    }

    fn kind(&self) -> Kind {
        Kind::VolumeAttachment
    }

    fn codes(&self) -> &'static [Code] {
        codes::volume::ATTACHMENT
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::Node]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::VolumeAttachment => keys.push(changed.clone()),
            Kind::Node => keys.extend(world.referrers_of(changed, self.kind())),
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        if let Some(attachment) = world.get::<VolumeAttachment>("", &key.name) {
            let status = &attachment.status;
            let leaving = attachment.metadata.deletion_timestamp;
            if let (Some(error), true) = (&status.detach_error, leaving.is_some()) {
                if !exam.is_early(leaving, grace::ATTACH) {
                    detach(&mut exam, attachment, error);
                }
            } else if let (Some(error), false, None) = (&status.attach_error, status.attached, leaving)
                && !exam.is_early(attachment.metadata.creation_timestamp, grace::ATTACH)
            {
                attach(&mut exam, attachment, error);
            }
        }
        exam.analysis
    }
}

fn volume(attachment: &VolumeAttachment) -> &str {
    match &*attachment.spec.source.persistent_volume_name {
        "" => "its volume",
        name => name,
    }
}

fn attach(exam: &mut Exam, attachment: &VolumeAttachment, error: &VolumeError) {
    let (volume, node) = (volume(attachment), &attachment.spec.node_name);
    let why = brief(last_clause(&error.message), 70);
    let mut finding = exam.finding(
        "VolumeAttachFailed",
        Severity::Warning,
        format!("{volume} cannot be attached to node {node}: {why}"),
    );
    finding.message = error.message.clone();
    finding.since = attachment.metadata.creation_timestamp;
    finding.evidence.push(
        exam.field("status.attachError.message", &*error.message)
            .at(error.time),
    );
    places(exam, attachment, &mut finding);
    exam.report(finding);
}

fn detach(exam: &mut Exam, attachment: &VolumeAttachment, error: &VolumeError) {
    let (volume, node) = (volume(attachment), &attachment.spec.node_name);
    let why = brief(last_clause(&error.message), 70);
    let mut finding = exam.finding(
        "VolumeDetachFailed",
        Severity::Warning,
        format!("{volume} cannot be detached from node {node}: {why}"),
    );
    finding.message = format!(
        "{} Until it is, no other node can have it.",
        error.message.trim_end_matches('.')
    )
    .into();
    finding.since = attachment.metadata.deletion_timestamp;
    finding.evidence.push(
        exam.field("status.detachError.message", &*error.message)
            .at(error.time),
    );
    places(exam, attachment, &mut finding);
    exam.report(finding);
}

/// Volume, node and driver; a node that does not answer is to blame.
fn places(exam: &Exam, attachment: &VolumeAttachment, finding: &mut Finding) {
    let spec = &attachment.spec;
    finding
        .evidence
        .push(exam.field("spec.nodeName", &*spec.node_name));
    finding
        .evidence
        .push(exam.field("spec.attacher", &*spec.attacher));
    let node = exam.world.get::<Node>("", &spec.node_name);
    let ready = node.and_then(|node| condition(&node.status.conditions, "Ready"));
    if let Some(node) = node.filter(|_| ready.is_some_and(|ready| ready.status != "True")) {
        let object = Key::new(Kind::Node, "", &spec.node_name).object();
        finding
            .evidence
            .extend(facts::condition(&object, &node.status.conditions, "Ready"));
        finding.culprit = Some(object);
    }
}
