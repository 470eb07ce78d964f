//! Init containers that neither end nor fail.

use super::blame;
use super::case::Case;
use crate::engine::analyzers::logs::{LogPattern, headline};
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::Severity;

/// The first init container that runs for longer than a start takes.
pub(super) fn check(case: &mut Case) {
    let running = case.slots().into_iter().find_map(|slot| {
        let started = slot.status.state.running.as_ref()?.started_at;
        slot.is_init().then_some((slot, started))
    });
    let Some((slot, started)) = running else { return };
    let name = slot.name();
    let log = case.log(name, None);
    let waits = log.and_then(|(digest, previous)| {
        let pattern = digest.error()?;
        Some((digest, previous, pattern))
    });
    let patience = if waits.is_some() {
        grace::INIT_WAITING
    } else {
        grace::INIT
    };
    if case.is_early(started, patience) {
        return;
    }
    let said = waits.map(|(_, _, pattern)| headline(pattern));
    let title = match &said {
        Some(said) => format!("init container {name} does not end: {said}"),
        None => format!("init container {name} does not end"),
    };
    let mut finding = case.finding_in(&slot, "InitContainerHangs", title);
    finding.message =
        format!("Init container {name} runs and does not end, so the pod's own containers are not started.")
            .into();
    finding.since = started;
    if said.is_none() {
        finding.severity = Severity::Warning;
    }
    if let Some((digest, previous, pattern)) = waits {
        finding.count = pattern.count;
        finding
            .evidence
            .push(facts::log(&case.object, name, previous, digest, pattern));
    } else if let Some((digest, previous)) = log
        && let Some(last) = digest.tail.iter().rev().find(|line| !line.text.is_empty())
    {
        let pattern = LogPattern {
            line: last.clone(),
            follow: Vec::new(),
            count: 1,
            weight: 0,
        };
        finding
            .evidence
            .push(facts::log(&case.object, name, previous, digest, &pattern));
    }
    finding.evidence.push(case.field(
        slot.status_path("state.running.startedAt"),
        started.map_or(String::new(), |at| at.to_string()),
    ));
    finding.evidence.extend(case.condition_fact("Initialized"));
    blame::by_log(case, &slot, &mut finding, None);
    case.report(finding);
}
