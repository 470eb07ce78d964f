//! What is being deleted and does not go, because of a finalizer.

use jiff::Timestamp;

use super::exam::Exam;
use super::{Analysis, Analyzer, Code, Topic, codes, facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{Meta, PersistentVolume};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds objects of one kind whose deletion waits for a finalizer.
pub struct DeletionAnalyzer(pub Kind);

/// Kinds whose own analyzers tell of their deletion, and those that nothing holds.
const NOT_HERE: &[Kind] = &[
    Kind::Pod,
    Kind::PersistentVolumeClaim,
    Kind::Namespace,
    Kind::Event,
    Kind::EndpointSlice,
];

/// The kinds that are looked at.
pub(super) fn kinds() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| !NOT_HERE.contains(kind))
}

impl Analyzer for DeletionAnalyzer {
    fn name(&self) -> &'static str {
        "Finalizer"
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::Finalizer)
    }

    fn kind(&self) -> Kind {
        self.0
    }

    fn codes(&self) -> &'static [Code] {
        codes::deletion::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        // Deletion is not taken back: what is neither on its way nor gone has nothing to say, and never had.
        if changed.kind == self.0 {
            let meta = world.meta(changed);
            if meta.is_none_or(|meta| meta.deletion_timestamp.is_some()) {
                keys.push(changed.clone());
            }
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let leaving = world.meta(key).filter(|meta| meta.deletion_timestamp.is_some());
        if let Some(meta) = leaving {
            stuck(&mut exam, meta);
        }
        exam.analysis
    }
}

/// How long a finalizer may take, and what it waits for where that is known.
fn known(finalizer: &str) -> (i64, Option<&'static str>) {
    match finalizer {
        "foregroundDeletion" => (grace::FINALIZER_CLOUD, Some("what it owns to be deleted first")),
        "orphan" => (grace::FINALIZER_CLOUD, Some("what it owns to be let go of")),
        "kubernetes.io/pv-protection" => (grace::FINALIZER_CLOUD, Some("the claim that is bound to it")),
        "service.kubernetes.io/load-balancer-cleanup" => (
            grace::FINALIZER_CLOUD,
            Some("the cloud to take down its load balancer"),
        ),
        "customresourcecleanup.apiextensions.k8s.io" => {
            (grace::FINALIZER_CLOUD, Some("its objects to be deleted first"))
        }
        one if one.starts_with("external-attacher/") || one.starts_with("external-provisioner") => {
            (grace::FINALIZER_CLOUD, Some("the storage driver"))
        }
        _ => (grace::TERMINATING, None),
    }
}

fn stuck(exam: &mut Exam, meta: &Meta) {
    let Some(finalizer) = meta.finalizers.first() else {
        return;
    };
    let (seconds, waits_for) = known(finalizer);
    if exam.is_early(meta.deletion_asked(), seconds) {
        return;
    }
    let kind = exam.key.kind;
    let bound = exam
        .world
        .get::<PersistentVolume>("", &exam.key.name)
        .filter(|volume| kind == Kind::PersistentVolume && volume.status.phase == "Bound")
        .and_then(|volume| volume.spec.claim_ref.as_ref());
    // A volume that is in use stays for as long as it is: so it was asked for.
    let severity = match (&**finalizer, &bound) {
        ("kubernetes.io/pv-protection", Some(_)) => Severity::Info,
        _ => Severity::Warning,
    };
    let title = match (&bound, waits_for) {
        (Some(claim), _) => format!(
            "its deletion waits for claim {}/{}, which uses it",
            claim.namespace, claim.name
        ),
        (None, Some(what)) => format!("its deletion waits for {what} (finalizer {finalizer})"),
        (None, None) => format!("its deletion waits for finalizer {finalizer}"),
    };
    let mut finding = exam.finding("ObjectStuckDeleting", severity, title);
    finding.owner = exam.object.clone();
    finding.message = format!(
        "The {}{} was deleted and stays until {} {} removed; whoever set {} does not run, or does not get it done.",
        kind.name(),
        if kind.namespaced() { format!(" in namespace {}", exam.key.namespace) } else { String::new() },
        meta.finalizers.iter().map(|one| &**one).collect::<Vec<_>>().join(", "),
        if meta.finalizers.len() == 1 { "is" } else { "are" },
        if meta.finalizers.len() == 1 { "it" } else { "them" },
    )
    .into();
    finding.since = meta.deletion_asked();
    for (index, finalizer) in meta.finalizers.iter().enumerate().take(4) {
        finding
            .evidence
            .push(exam.field(format!("metadata.finalizers[{index}]"), &**finalizer));
    }
    if let Some(time) = meta.deletion_timestamp {
        finding.evidence.push(
            exam.field("metadata.deletionTimestamp", time.to_string())
                .at(Some(time)),
        );
    }
    if let Some(event) = exam
        .world
        .events_of(exam.key)
        .iter()
        .rev()
        .find(|event| event.is_warning())
    {
        finding.evidence.push(facts::event(event));
    }
    exam.report(finding);
}
