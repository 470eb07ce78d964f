//! Two Ingresses that want the same requests.

use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{Ingress, IngressClass, IngressPath, Watched};
use crate::engine::object::{Key, Symbol};

/// Controllers that make a load balancer for each Ingress: what two of them say of one host is no conflict.
const ONE_EACH: &[&str] = &["ingress.k8s.aws/alb", "k8s.io/ingress-gce", "networking.gke.io"];
/// How soon it is asked again whether the other one is still there: that it went is told to nobody.
const ASK_AGAIN: i64 = 60;

/// A host and path that an older Ingress of the same class has, which leads elsewhere: that one wins.
pub(super) fn check(exam: &mut Exam, ingress: &Ingress) {
    if is_canary(ingress) || one_each(exam, ingress) {
        return;
    }
    for (r, rule) in ingress.spec.rules.iter().enumerate() {
        for (p, path) in rule.http.paths.iter().enumerate() {
            let Some(other) = winner(exam, ingress, &rule.host, path) else {
                continue;
            };
            let place = format!(
                "{}{}",
                rule.host,
                if path.path.is_empty() { "/" } else { &path.path }
            );
            let mut finding = exam.finding(
                "IngressConflict",
                Severity::Warning,
                format!("{place} already belongs to Ingress {}", other.object().path()),
            );
            finding.subject = place.clone().into();
            finding.message = format!(
                "Both Ingresses have the same class and say where {place} goes, and they say different things: \
                 controllers keep to the older one."
            )
            .into();
            finding.since = ingress.metadata.creation_timestamp;
            finding
                .evidence
                .push(exam.field(format!("spec.rules[{r}].http.paths[{p}]"), &*place));
            finding.evidence.push(facts::related(
                other.object(),
                format!("has {place} too, and is older"),
            ));
            exam.report(finding);
            exam.analysis.look_again_at(grace::later(exam.now, ASK_AGAIN));
        }
    }
}

fn is_canary(ingress: &Ingress) -> bool {
    ingress
        .metadata
        .annotations
        .get("nginx.ingress.kubernetes.io/canary")
        == Some("true")
}

fn one_each(exam: &Exam, ingress: &Ingress) -> bool {
    let class = ingress.class().unwrap_or_default();
    let controller = exam
        .world
        .get::<IngressClass>("", class)
        .map_or("", |class| class.spec.controller.as_str());
    ["alb", "gce", "gce-internal"].contains(&class)
        || ONE_EACH.iter().any(|known| controller.starts_with(known))
}

/// The older Ingress that has the same host and path and leads elsewhere.
fn winner<'a>(exam: &Exam<'a>, ingress: &Ingress, host: &Symbol, path: &IngressPath) -> Option<&'a Key> {
    let age = |one: &Ingress| {
        (
            one.metadata.creation_timestamp,
            one.metadata.namespace.clone(),
            one.metadata.name.clone(),
        )
    };
    let own = age(ingress);
    exam.world.ingresses_of(host).find(|key| {
        let Some(other) = exam.world.get::<Ingress>(&key.namespace, &key.name) else {
            return false;
        };
        let same_place = other
            .spec
            .rules
            .iter()
            .filter(|rule| rule.host == *host)
            .flat_map(|rule| &rule.http.paths)
            .any(|one| {
                let elsewhere =
                    one.backend != path.backend || other.meta().namespace != ingress.metadata.namespace;
                one.path == path.path && one.path_type == path.path_type && elsewhere
            });
        *key != exam.key
            && same_place
            && age(other) < own
            && other.class() == ingress.class()
            && !is_canary(other)
            && other.metadata.deletion_timestamp.is_none()
    })
}
