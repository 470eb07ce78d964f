//! StorageClasses: more than one default, and one that several ask for and that is not there.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::exam::Exam;
use super::{Analysis, Analyzer, Code, Topic, codes, facts, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::Severity;
use crate::engine::kinds::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// So many claims are named that ask for a class.
const SHOWN: usize = 5;

/// Finds out which of several default classes is the one, and which one is missed.
pub struct StorageClassAnalyzer;

impl Analyzer for StorageClassAnalyzer {
    fn name(&self) -> &'static str {
        "StorageClass"
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::Storage)
    }

    fn kind(&self) -> Kind {
        Kind::StorageClass
    }

    fn codes(&self) -> &'static [Code] {
        codes::volume::CLASS
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::PersistentVolumeClaim, Kind::PersistentVolume]
    }

    fn keys(&self, world: &World, namespace: Option<&str>) -> Vec<Key> {
        let mut keys = world.keys(Kind::StorageClass);
        if namespace.is_none() {
            let named = world.named(Kind::StorageClass, None).into_iter();
            keys.extend(named.filter(|key| world.meta(key).is_none()));
        }
        keys
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        // A handful in any cluster, and each speaks of the others.
        if changed.kind == Kind::StorageClass {
            keys.push(changed.clone());
            keys.extend(world.keys(Kind::StorageClass));
        }
        let (namespace, name) = (&*changed.namespace, &*changed.name);
        let class = match changed.kind {
            Kind::PersistentVolumeClaim => world
                .get::<PersistentVolumeClaim>(namespace, name)
                .and_then(|claim| claim.spec.storage_class_name.as_deref()),
            Kind::PersistentVolume => world
                .get::<PersistentVolume>("", name)
                .map(|volume| volume.spec.storage_class_name.as_str()),
            _ => None,
        };
        let class = class.map(|class| Key::new(Kind::StorageClass, "", class));
        keys.extend(class.filter(|class| !class.name.is_empty() && world.meta(class).is_none()));
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        if world.meta(key).is_none() {
            missing(&mut exam);
            return exam.analysis;
        }
        let mut defaults: Vec<&StorageClass> = world
            .all::<StorageClass>()
            .filter(|class| class.is_default())
            .collect();
        // The API server's own rule: the newest, and of equally new ones the first by name.
        defaults.sort_by_key(|class| {
            let meta = &class.metadata;
            (std::cmp::Reverse(meta.creation_timestamp), meta.name.clone())
        });
        if let [newest, others @ ..] = defaults.as_slice()
            && !others.is_empty()
            && newest.metadata.name == key.name
        {
            several(&mut exam, newest, others);
        }
        exam.analysis
    }
}

/// A class that one application asks for is likelier misspelt there than missing here: then the claim says it.
fn missing(exam: &mut Exam) {
    let world = exam.world;
    let known = exam.knows(Kind::StorageClass, "") && exam.knows(Kind::PersistentVolume, "");
    // The class of volumes that were made by hand may be but a word.
    let is_word = world
        .referrers_of(exam.key, Kind::PersistentVolume)
        .next()
        .is_some();
    if !known || is_word {
        return;
    }
    let mut claims: Vec<&PersistentVolumeClaim> = world
        .referrers_of(exam.key, Kind::PersistentVolumeClaim)
        .filter_map(|key| world.get::<PersistentVolumeClaim>(&key.namespace, &key.name))
        .filter(|claim| claim.status.phase != "Bound")
        .collect();
    claims.sort_by_key(|claim| (claim.metadata.namespace.clone(), claim.metadata.name.clone()));
    // The claims of a StatefulSet's template differ in their number.
    let application = |claim: &PersistentVolumeClaim| {
        let name = claim.metadata.name.trim_end_matches(|c: char| c.is_ascii_digit());
        (claim.metadata.namespace.clone(), name.to_owned())
    };
    let applications: BTreeSet<_> = claims.iter().map(|claim| application(claim)).collect();
    let made = claims
        .iter()
        .filter_map(|claim| claim.metadata.creation_timestamp)
        .min();
    if applications.len() < 2 || exam.is_early(made, grace::CLAIM_CLASS) {
        return;
    }
    let mut finding = exam.finding(
        "StorageClassMissing",
        Severity::Critical,
        format!("does not exist, and {} claims ask for it", claims.len()),
    );
    let mut have: Vec<&str> = world
        .all::<StorageClass>()
        .map(|one| &*one.metadata.name)
        .collect();
    have.sort_unstable();
    let have = match have.as_slice() {
        [] => "The cluster has no class at all.".to_owned(),
        have => format!("The cluster has the classes {}.", have.join(", ")),
    };
    finding.message = format!("Nobody makes a volume for the claims that ask for this class. {have}").into();
    finding.since = made;
    for claim in claims.into_iter().take(SHOWN) {
        let (namespace, name) = (&claim.metadata.namespace, &claim.metadata.name);
        finding.evidence.push(Evidence::field(
            Key::new(Kind::PersistentVolumeClaim, namespace, name).object(),
            "spec.storageClassName",
            &*exam.key.name,
        ));
    }
    exam.analysis.findings.push(finding);
}

/// No fault by itself (claims get the newest), but rarely what was meant.
fn several(exam: &mut Exam, newest: &StorageClass, others: &[&StorageClass]) {
    let names: Vec<&str> = others.iter().map(|class| &*class.metadata.name).collect();
    let mut finding = exam.finding(
        "StorageClassSeveralDefaults",
        Severity::Info,
        format!(
            "one of {} default classes; being the newest, it is the one that counts",
            others.len() + 1
        ),
    );
    finding.message = format!(
        "Claims that name no class get {}, because it is the newest of the classes that are marked as default; {} {} so \
         too.",
        newest.metadata.name,
        names.join(", "),
        if names.len() == 1 { "is" } else { "are" },
    )
    .into();
    finding.since = newest.metadata.creation_timestamp;
    let path = "metadata.annotations[\"storageclass.kubernetes.io/is-default-class\"]";
    finding.evidence.push(exam.field(path, "true"));
    for name in names {
        let class = Key::new(Kind::StorageClass, "", name).object();
        finding
            .evidence
            .push(facts::related(class, "is marked as default too"));
    }
    exam.report(finding);
}
