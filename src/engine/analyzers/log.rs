//! Errors in the logs of pods that do not fail: where someone asked for it, some of these are read too.

use jiff::Timestamp;

use super::logs::{LogPattern, headline, is_grave, is_told};
use super::messages::brief;
use super::{Analysis, Analyzer, Code, codes, facts, grace, pod::PodAnalyzer};
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{ContainerRole, Pod};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// The code of what it finds.
pub const LOG_SHOWS_ERROR: &str = "LogShowsError";

/// Finds errors in logs that were read although nothing fails.
pub struct LogAnalyzer;

impl Analyzer for LogAnalyzer {
    fn name(&self) -> &'static str {
        "Log"
    }

    fn kind(&self) -> Kind {
        Kind::Pod
    }

    fn codes(&self) -> &'static [Code] {
        codes::log::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[]
    }

    fn keys(&self, world: &World, namespace: Option<&str>) -> Vec<Key> {
        let skimmed = world.skimmed();
        skimmed
            .filter(|pod| namespace.is_none_or(|namespace| pod.namespace == *namespace))
            .cloned()
            .collect()
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        let pod = match changed.kind {
            Kind::Pod => Some(changed.clone()),
            // What an event tells may be a finding of the pod, which then says it better.
            Kind::Event => super::pod::about(world, changed, Kind::Pod),
            _ => None,
        };
        keys.extend(pod.filter(|pod| world.is_skimmed(pod)));
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        let Some(pod) = world.get::<Pod>(&key.namespace, &key.name) else {
            return analysis;
        };
        // Of a pod that fails its finding says what its log has to do with it.
        let own = PodAnalyzer.analyze(world, key, now);
        if let Some(time) = own.look_again {
            analysis.look_again_at(time);
        }
        if own.findings.iter().any(|one| one.severity > Severity::Info) {
            return analysis;
        }
        for (role, _, status) in pod.statuses() {
            let digest = world.log(key, &status.name, false);
            let Some(digest) = digest.filter(|digest| digest.skimmed && role != ContainerRole::Ephemeral)
            else {
                continue;
            };
            // A log of the instance before, or of a namesake, says nothing of this one.
            if !status.container_id.is_empty() && status.container_id != digest.container_id {
                continue;
            }
            let Some(error) = digest.error().filter(|error| is_told(error)) else {
                continue;
            };
            let object = key.object();
            let title = brief(
                &format!("{} logs an error: {}", status.name, headline(error)),
                140,
            );
            let mut finding = Finding::new(LOG_SHOWS_ERROR, severity(error, now), object, title);
            finding.owner = world.top_owner(key);
            finding.subject = status.name.as_str().into();
            finding.since = error.line.time;
            finding.count = error.count;
            finding.message = format!(
                "The pod does its work as far as its status says; of its log the last {} lines were read.",
                digest.lines
            )
            .into();
            let fact = facts::log(&finding.object, &status.name, false, digest, error);
            finding.evidence.push(fact);
            analysis.findings.push(finding);
        }
        analysis
    }
}

/// What a program itself calls an error, and lately, is worth a look; what only sounds like one, or is long over, is
/// worth knowing.
fn severity(error: &LogPattern, now: Timestamp) -> Severity {
    let recent = error
        .line
        .time
        .is_none_or(|time| grace::between(time, now) <= grace::RECENT);
    if is_grave(error) && recent {
        Severity::Warning
    } else {
        Severity::Info
    }
}
