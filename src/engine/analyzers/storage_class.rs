//! StorageClasses: more than one default.

use jiff::Timestamp;

use super::exam::Exam;
use super::{Analysis, Analyzer, Code, Topic, codes, facts};
use crate::engine::finding::Severity;
use crate::engine::kinds::StorageClass;
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds out which of several default classes is the one.
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
        &[]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        // A handful in any cluster, and each speaks of the others.
        if changed.kind == Kind::StorageClass {
            keys.push(changed.clone());
            keys.extend(world.keys(Kind::StorageClass));
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
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
