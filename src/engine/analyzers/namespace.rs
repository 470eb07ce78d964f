//! Namespaces that were deleted and do not go.

use jiff::Timestamp;

use super::api_service::is_unavailable;
use super::exam::Exam;
use super::messages::brief;
use super::{Analysis, Analyzer, Code, codes, facts, grace};
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{APIService, Namespace, condition};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds namespaces whose deletion does not end.
pub struct NamespaceAnalyzer;

impl Analyzer for NamespaceAnalyzer {
    fn name(&self) -> &'static str {
        "Namespace"
    }

    fn kind(&self) -> Kind {
        Kind::Namespace
    }

    fn codes(&self) -> &'static [Code] {
        codes::deletion::NAMESPACE
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::APIService]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        let leaving = |name: &str| {
            world
                .get::<Namespace>("", name)
                .is_some_and(|namespace| namespace.metadata.deletion_timestamp.is_some())
        };
        match changed.kind {
            Kind::Namespace => keys.push(changed.clone()),
            Kind::APIService => {
                let all = world.keys(Kind::Namespace).into_iter();
                keys.extend(all.filter(|key| leaving(&key.name)));
            }
            Kind::Event | Kind::EndpointSlice => {}
            // What is left in it may be what holds it.
            _ if !changed.namespace.is_empty() && leaving(&changed.namespace) => {
                keys.push(Key::new(Kind::Namespace, "", &changed.namespace));
            }
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        if let Some(namespace) = world.get::<Namespace>("", &key.name)
            && let Some(asked) = namespace.metadata.deletion_timestamp
            && !exam.is_early(Some(asked), grace::TERMINATING)
        {
            stuck(&mut exam, namespace);
        }
        exam.analysis
    }
}

fn stuck(exam: &mut Exam, namespace: &Namespace) {
    let conditions = &namespace.status.conditions;
    let said = |kind: &str| {
        condition(conditions, kind)
            .filter(|one| one.status == "True")
            .map(|one| one.message.clone())
    };
    let mut finding = exam.finding(
        "NamespaceStuckTerminating",
        Severity::Warning,
        "its deletion does not end",
    );
    finding.since = namespace.metadata.deletion_timestamp;
    let discovery =
        said("NamespaceDeletionDiscoveryFailure").or(said("NamespaceDeletionGroupVersionParsingFailure"));
    let content = said("NamespaceDeletionContentFailure");
    let finalizers = said("NamespaceFinalizersRemaining");
    let remaining = said("NamespaceContentRemaining");
    if let Some(message) = discovery {
        finding.title = "its deletion waits for a part of the API that does not answer".into();
        finding.message = message;
        blame_api(exam, &mut finding);
    } else if let Some(message) = finalizers.or(remaining).or(content) {
        finding.title = brief(&format!("its deletion waits: {}", what_is_left(&message)), 120).into();
        finding.message = message;
        blame_content(exam, &mut finding);
    } else if let Some(finalizer) = namespace
        .spec
        .finalizers
        .iter()
        .chain(&*namespace.metadata.finalizers)
        .find(|one| **one != "kubernetes")
    {
        finding.title = format!("its deletion waits for finalizer {finalizer}").into();
        finding.message = "Its contents are gone; a finalizer of the namespace itself is left.".into();
    } else {
        finding.message = "The namespace controller has not finished it, and says nothing.".into();
        blame_content(exam, &mut finding);
    }
    finding
        .evidence
        .push(exam.field("status.phase", &*namespace.status.phase));
    for one in conditions.iter().filter(|one| one.status == "True") {
        finding
            .evidence
            .extend(facts::condition(&exam.object, conditions, &one.kind));
    }
    let finalizers = namespace.spec.finalizers.iter().enumerate();
    finding
        .evidence
        .extend(finalizers.map(|(index, one)| exam.field(format!("spec.finalizers[{index}]"), &**one)));
    exam.report(finding);
}

/// `finalizer shop.example/backup in 1 resource instances` of the controller's sentence.
fn what_is_left(message: &str) -> String {
    let (said, rest) = message.split_once(": ").unwrap_or(("", message));
    if said.contains("finalizers") {
        format!("finalizer {rest}")
    } else {
        rest.replace(". has", " has")
    }
}

fn blame_api(exam: &Exam, finding: &mut Finding) {
    let down = exam.world.all::<APIService>().find(|one| is_unavailable(one));
    let Some(down) = down else { return };
    let object = Key::new(Kind::APIService, "", &down.metadata.name).object();
    finding.title = format!(
        "its deletion waits for API {}/{}, which does not answer",
        down.spec.group, down.spec.version
    )
    .into();
    finding
        .evidence
        .extend(facts::condition(&object, &down.status.conditions, "Available"));
    finding.culprit = Some(object);
}

/// The first of what is still being deleted in it, what a finalizer holds before all others.
fn blame_content(exam: &Exam, finding: &mut Finding) {
    let left = || {
        exam.world
            .deleting()
            .filter(|key| *key.namespace == *exam.key.name)
    };
    let held = left().find(|key| {
        exam.world
            .meta(key)
            .is_some_and(|meta| !meta.finalizers.is_empty())
    });
    let Some(key) = held.or_else(|| left().next()) else {
        return;
    };
    let finalizers = exam.world.meta(key).map(|meta| &meta.finalizers);
    let said = finalizers.and_then(|finalizers| finalizers.first()).map_or_else(
        || "is still being deleted".to_owned(),
        |finalizer| format!("still has finalizer {finalizer}"),
    );
    finding.evidence.push(facts::related(key.object(), said));
    finding.culprit = Some(key.object());
}
