//! PersistentVolumeClaims: no volume comes, the volume is lost, it does not go, it does not grow.

mod fit;
mod resize;

use jiff::Timestamp;

use super::messages::{brief, last_clause};
use super::{Analysis, Analyzer, Code, Topic, codes, facts, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Event, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::{Sync, World};

/// Finds claims without a volume.
pub struct ClaimAnalyzer;

impl Analyzer for ClaimAnalyzer {
    fn name(&self) -> &'static str {
        "PersistentVolumeClaim"
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::Storage)
    }

    fn kind(&self) -> Kind {
        Kind::PersistentVolumeClaim
    }

    fn codes(&self) -> &'static [Code] {
        codes::claim::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::StorageClass, Kind::PersistentVolume, Kind::Pod]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::PersistentVolumeClaim => keys.push(changed.clone()),
            Kind::Event => keys.extend(super::pod::about(world, changed, self.kind())),
            Kind::Pod => {
                if let Some(pod) = world.get::<Pod>(&changed.namespace, &changed.name) {
                    let claims = pod.claims();
                    keys.extend(claims.map(|claim| Key::new(self.kind(), &changed.namespace, &claim)));
                }
            }
            Kind::PersistentVolume => {
                keys.extend(world.referrers_of(changed, self.kind()));
                // A volume that is free may be what a claim of its class waits for; one that is not is why it waits.
                if let Some(volume) = world.get::<PersistentVolume>("", &changed.name) {
                    let class = Key::new(Kind::StorageClass, "", &volume.spec.storage_class_name);
                    let waits = |claim: &Key| {
                        let claim = world.get::<PersistentVolumeClaim>(&claim.namespace, &claim.name);
                        claim.is_some_and(|claim| claim.status.phase != "Bound")
                    };
                    keys.extend(world.referrers_of(&class, self.kind()).filter(waits));
                }
            }
            // Classes come and go rarely, and claims are few beside pods.
            Kind::StorageClass => keys.extend(
                world
                    .all::<PersistentVolumeClaim>()
                    .filter(|claim| claim.status.phase != "Bound")
                    .map(|claim| Key::new(self.kind(), &claim.metadata.namespace, &claim.metadata.name)),
            ),
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let Some(claim) = world.get::<PersistentVolumeClaim>(&key.namespace, &key.name) else {
            return Analysis::default();
        };
        let mut case = Case {
            world,
            key,
            claim,
            now,
            object: key.object(),
            events: world.events_of(key),
            analysis: Analysis::default(),
        };
        if claim.metadata.deletion_timestamp.is_some() {
            terminating(&mut case);
        } else {
            match claim.status.phase.as_str() {
                "Pending" => pending(&mut case),
                "Lost" => lost(&mut case),
                _ => resize::check(&mut case),
            }
        }
        case.analysis
    }
}

/// One claim under examination.
struct Case<'a> {
    world: &'a World,
    key: &'a Key,
    claim: &'a PersistentVolumeClaim,
    now: Timestamp,
    object: ObjectRef,
    events: Vec<&'a Event>,
    analysis: Analysis,
}

impl<'a> Case<'a> {
    fn is_early(&mut self, since: Option<Timestamp>, seconds: i64) -> bool {
        let Some(end) = since.map(|since| grace::later(since, seconds)) else {
            return false;
        };
        let early = self.now < end;
        if early {
            self.analysis.look_again_at(end);
        }
        early
    }

    fn event(&self, reasons: &[&str]) -> Option<&'a Event> {
        self.events
            .iter()
            .rev()
            .find(|event| reasons.contains(&event.reason.as_str()))
            .copied()
    }

    fn consumers(&self) -> Vec<&'a Key> {
        self.world
            .pods_with_claim(&self.key.namespace, &self.key.name)
            .collect()
    }

    fn finding(&self, code: &str, title: impl Into<String>) -> Finding {
        // Nobody is hit by a claim that no pod mounts.
        let severity = if self.consumers().is_empty() {
            Severity::Warning
        } else {
            Severity::Critical
        };
        let mut finding = Finding::new(code, severity, self.object.clone(), title.into());
        finding.owner = self.world.top_owner(self.key);
        finding.since = self.claim.metadata.creation_timestamp;
        finding
    }

    fn field(&self, path: &str, value: impl Into<String>) -> Evidence {
        Evidence::field(self.object.clone(), path, value.into())
    }

    /// Adds what all claims without a volume show, and reports.
    fn report_pending(&mut self, mut finding: Finding) {
        if let Some(event) = self.event(&["ProvisioningFailed", "FailedBinding", "ProvisioningCleanupFailed"])
        {
            finding.count = event.times();
            finding.evidence.push(facts::event(event));
        }
        finding.evidence.push(self.field("status.phase", "Pending"));
        if let Some(size) = self.claim.spec.resources.requests.get("storage") {
            finding
                .evidence
                .push(self.field("spec.resources.requests.storage", size));
        }
        for (index, mode) in self.claim.spec.access_modes.iter().enumerate() {
            finding
                .evidence
                .push(self.field(&format!("spec.accessModes[{index}]"), &**mode));
        }
        for pod in self.consumers().into_iter().take(3) {
            finding
                .evidence
                .push(facts::related(pod.object(), "waits for this claim"));
        }
        self.analysis.findings.push(finding);
    }
}

fn pending(case: &mut Case) {
    let made = case.claim.metadata.creation_timestamp;
    let classes_known = case.world.sync(Kind::StorageClass, "") == Sync::Synced;
    let volume = &case.claim.spec.volume_name;
    if !volume.is_empty() {
        return asked_volume(case, volume);
    }
    match case.claim.spec.storage_class_name.as_deref() {
        None => {
            let has_default = case.world.all::<StorageClass>().any(StorageClass::is_default);
            if classes_known && !has_default && !case.is_early(made, grace::CLAIM_CLASS) {
                let mut finding = case.finding(
                    "ClaimWithoutClass",
                    "names no storage class, and the cluster has no default one",
                );
                finding.message =
                    "The claim leaves its storage class to the cluster, and no class is marked as default: \
                                   nobody makes a volume for it."
                        .into();
                finding.evidence.push(case.field("spec.storageClassName", ""));
                case.report_pending(finding);
            } else {
                failing(case, None);
            }
        }
        Some("") => {
            if !case.is_early(made, grace::CLAIM) {
                let mut finding = case.finding("ClaimPending", "no volume made by hand fits it");
                finding.message =
                    "The claim wants a volume that was made by hand (its class is empty), and no free one \
                                   has its size, access mode and labels."
                        .into();
                finding.evidence.push(case.field("spec.storageClassName", ""));
                fit::explain(case, "", &mut finding);
                case.report_pending(finding);
            }
        }
        Some(name) => match case.world.get::<StorageClass>("", name) {
            Some(class) => failing(case, Some(class)),
            None if classes_known => {
                if !case.is_early(made, grace::CLAIM_CLASS) {
                    class_missing(case, name);
                }
            }
            None => failing(case, None),
        },
    }
}

fn class_missing(case: &mut Case, name: &str) {
    // Volumes made by hand may have a class that is but a word.
    let mut finding = case.finding("ClaimPending", "no volume made by hand fits it");
    if fit::explain(case, name, &mut finding) {
        finding.evidence.push(case.field("spec.storageClassName", name));
        return case.report_pending(finding);
    }
    let mut finding = case.finding(
        "ClaimClassMissing",
        format!("storage class {name} does not exist"),
    );
    let mut have: Vec<&str> = case
        .world
        .all::<StorageClass>()
        .map(|class| &*class.metadata.name)
        .collect();
    have.sort_unstable();
    let class = Key::new(Kind::StorageClass, "", name).object();
    finding.message = match have.as_slice() {
        [] => format!(
            "Nobody makes a volume of class {name}: there is no such class (nor any other), and no volume made by hand \
             for it fits."
        ),
        have => format!(
            "Nobody makes a volume of class {name}: there is no such class, and no volume made by hand for it fits. The \
             cluster has the classes {}.",
            have.join(", ")
        ),
    }
    .into();
    finding.evidence.push(case.field("spec.storageClassName", name));
    finding.evidence.push(facts::related(
        class,
        format!("storage class {name} does not exist"),
    ));
    case.report_pending(finding);
}

/// A claim whose class is there, or unknown to us.
fn failing(case: &mut Case, class: Option<&StorageClass>) {
    let made = case.claim.metadata.creation_timestamp;
    let waits = class.is_some_and(|class| class.volume_binding_mode == "WaitForFirstConsumer");
    let consumers = case.consumers();
    // By intent: the volume is made where the first pod lands.
    if waits && consumers.is_empty() {
        return;
    }
    let by_hand = class.is_some_and(|class| class.provisioner == "kubernetes.io/no-provisioner");
    if let Some(event) = case.event(&["ProvisioningFailed", "FailedBinding"])
        && !(waits && event.reason == "FailedBinding")
        && !case.is_early(made, grace::CLAIM_CLASS)
    {
        let message = event.message.clone();
        let mut finding = case.finding("ClaimProvisioningFailed", provisioning_title(&message));
        finding.message = message;
        finding.since = event.first_seen().or(made);
        class_facts(case, class, &mut finding);
        return case.report_pending(finding);
    }
    // The scheduler has not yet chosen a node; the pod tells why.
    let chosen = case
        .claim
        .metadata
        .annotations
        .get("volume.kubernetes.io/selected-node")
        .is_some();
    if (waits && !chosen) || case.is_early(made, grace::CLAIM) || class.is_none() {
        return;
    }
    let provisioner = class.map_or("", |class| &*class.provisioner);
    let title = if by_hand {
        "no volume made by hand fits it".to_owned()
    } else {
        format!("provisioner {provisioner} makes no volume for it")
    };
    let mut finding = case.finding("ClaimPending", title);
    finding.message = if by_hand {
        "Volumes of its class are made by hand, and no free one has its size and access mode.".into()
    } else {
        format!(
            "The claim waits for {provisioner}, which does not answer: it may not be installed or not run."
        )
        .into()
    };
    class_facts(case, class, &mut finding);
    if by_hand && let Some(class) = class {
        fit::explain(case, &class.metadata.name, &mut finding);
    }
    if let Some(event) = case.event(&["ExternalProvisioning", "Provisioning"]) {
        finding.evidence.push(facts::event(event));
    }
    case.report_pending(finding);
}

fn class_facts(case: &Case, class: Option<&StorageClass>, finding: &mut Finding) {
    let Some(class) = class else { return };
    let object = Key::new(Kind::StorageClass, "", &class.metadata.name).object();
    finding
        .evidence
        .push(case.field("spec.storageClassName", &*class.metadata.name));
    finding.evidence.push(Evidence::field(
        object.clone(),
        "provisioner",
        &*class.provisioner,
    ));
    finding.culprit = Some(object);
}

fn provisioning_title(message: &str) -> String {
    let lower = message.to_ascii_lowercase();
    if lower.contains("no persistent volumes available") {
        "no volume fits it, and it names no storage class that makes one".to_owned()
    } else if lower.contains("quota") || lower.contains("limit exceeded") {
        brief(
            &format!(
                "the storage provider's quota is used up: {}",
                last_clause(message)
            ),
            100,
        )
    } else {
        brief(&format!("no volume can be made: {}", last_clause(message)), 100)
    }
}

/// A claim that asks for one volume by name.
fn asked_volume(case: &mut Case, volume: &str) {
    if case.is_early(case.claim.metadata.creation_timestamp, grace::CLAIM) {
        return;
    }
    let mut finding = case.finding(
        "ClaimPending",
        format!("waits for volume {volume}, which does not bind to it"),
    );
    finding.message = format!(
        "The claim asks for volume {volume} by name; it does not exist, belongs to another claim, or differs in size, \
         class or access mode."
    )
    .into();
    let object = ObjectRef::new("v1", "PersistentVolume", "", volume);
    match case.world.get::<PersistentVolume>("", volume) {
        Some(there) => {
            if let Some(why) = fit::misfit(case.claim, there) {
                finding.title = format!("waits for volume {volume}, which {why}").into();
                finding.message = format!("The claim asks for volume {volume} by name, which {why}.").into();
                finding.evidence.push(facts::related(object.clone(), why));
            }
        }
        None if case.world.sync(Kind::PersistentVolume, "") == Sync::Synced => {
            finding.title = format!("waits for volume {volume}, which does not exist").into();
            finding.message =
                format!("The claim asks for volume {volume} by name, and there is no such volume.").into();
            finding.evidence.push(facts::related(
                object.clone(),
                format!("volume {volume} does not exist"),
            ));
        }
        None => {}
    }
    finding.culprit = Some(object);
    finding.evidence.push(case.field("spec.volumeName", volume));
    case.report_pending(finding);
}

fn lost(case: &mut Case) {
    let volume = case.claim.spec.volume_name.clone();
    let mut finding = case.finding("ClaimLost", format!("its volume {volume} no longer exists"));
    finding.severity = Severity::Critical;
    finding.message = "The claim was bound to a volume that has been deleted: its data may be lost.".into();
    finding.since = None;
    finding.evidence.push(case.field("status.phase", "Lost"));
    finding.evidence.push(case.field("spec.volumeName", &*volume));
    if let Some(event) = case.event(&["ClaimLost", "ClaimMisbound"]) {
        finding.since = event.first_seen();
        finding.evidence.push(facts::event(event));
    }
    finding.culprit = Some(ObjectRef::new("v1", "PersistentVolume", "", &volume));
    case.analysis.findings.push(finding);
}

fn terminating(case: &mut Case) {
    let asked = case.claim.metadata.deletion_timestamp;
    if case.is_early(asked, grace::TERMINATING) {
        return;
    }
    let user = case.consumers().into_iter().next().cloned();
    let protected = case
        .claim
        .metadata
        .finalizers
        .iter()
        .any(|finalizer| finalizer == "kubernetes.io/pvc-protection");
    let title = match (&user, case.claim.metadata.finalizers.first()) {
        (Some(pod), _) if protected => format!("its deletion waits for pod {}, which uses it", pod.name),
        (_, Some(finalizer)) => format!("its deletion waits for finalizer {finalizer}"),
        _ => "its deletion does not end".to_owned(),
    };
    let mut finding = case.finding("ClaimStuckTerminating", title);
    finding.severity = Severity::Warning;
    finding.since = asked;
    for (index, finalizer) in case.claim.metadata.finalizers.iter().enumerate() {
        finding
            .evidence
            .push(case.field(&format!("metadata.finalizers[{index}]"), &**finalizer));
    }
    if let Some(pod) = user {
        finding
            .evidence
            .push(facts::related(pod.object(), "uses the claim"));
    }
    finding.message = "The claim was deleted and is still there.".into();
    case.analysis.findings.push(finding);
}
