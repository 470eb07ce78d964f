//! Containers that the kubelet kills: liveness and startup probes, hooks after the start.

use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;

use super::case::{Case, Slot};
use super::probes;
use crate::engine::analyzers::logs::LogPattern;
use crate::engine::analyzers::messages::probe::{self, ProbeKind};
use crate::engine::analyzers::{exit, facts, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Event, Terminated};

/// A kill comes before the end that it causes, by at most the grace period.
const KILL_BEFORE_END: i64 = 600;
/// Of what happens again and again the kubelet soon tells one event in five minutes (client-go's spam filter, one
/// budget for all events of a pod): a kill that was told several times counts for an hour, which is as long as the
/// API server keeps events.
const REPEATED_KILL_BEFORE_END: i64 = 3_600;
/// What the kubelet sends first …
const SIGTERM: i32 = 15;
/// … and when the grace period is over.
const SIGKILL: i32 = 9;

/// `listening on port 3000`, `{"msg":"listening","port":3000}`: what a server says when it is up.
#[expect(
    clippy::unwrap_used,
    reason = "constant pattern, compiled by the test of this module"
)]
static LISTENING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:listen(?:ing|s)?|serving|started (?:on|server)|ready (?:on|at)|running (?:on|at))\b.{0,60}?\b\d{2,5}\b")
        .unwrap()
});

/// The finding, if the kubelet killed the container for a probe or a hook.
pub(super) fn finding(case: &Case, slot: &Slot, ended: &Terminated) -> Option<Finding> {
    let name = slot.name();
    let near = |event: &Event| is_near(event, ended.finished_at);
    if let Some(hook) = case.event(name, |event| event.reason == "FailedPostStartHook" && near(event)) {
        return Some(hook_fails(case, slot, hook));
    }
    let kill = case.event(name, |event| {
        event.reason == "Killing"
            && probe::killed_by(&event.message).is_some()
            && (near(event) || is_one_of_many(event, ended))
    })?;
    let kind = probe::killed_by(&kill.message)?;
    Some(probe_kills(case, slot, kind, kill))
}

fn is_near(event: &Event, end: Option<Timestamp>) -> bool {
    match (event.last_seen(), end) {
        (Some(seen), Some(end)) => (-30..KILL_BEFORE_END).contains(&grace::between(seen, end)),
        _ => true,
    }
}

/// Whether the end looks like that of a kill that was told before: by its signal, or in order, as servers end that
/// heed SIGTERM.
fn is_one_of_many(kill: &Event, ended: &Terminated) -> bool {
    let killed = ended.exit_code == 0 || matches!(exit::signal(ended.exit_code), Some(SIGKILL | SIGTERM));
    let recent = match (kill.last_seen(), ended.finished_at) {
        (Some(seen), Some(end)) => (-30..REPEATED_KILL_BEFORE_END).contains(&grace::between(seen, end)),
        _ => true,
    };
    kill.times() > 1 && killed && recent
}

fn hook_fails(case: &Case, slot: &Slot, hook: &Event) -> Finding {
    let mut finding = case.finding_in(slot, "ContainerStartError", "postStart hook fails");
    finding.message = format!(
        "The postStart hook of container {} fails, so the kubelet kills the container right after its start.",
        slot.name()
    )
    .into();
    finding.since = hook.first_seen();
    finding.evidence.push(facts::event(hook));
    finding
}

/// A container that is being killed by that probe again and again.
pub(super) fn probe_kills(case: &Case, slot: &Slot, kind: ProbeKind, kill: &Event) -> Finding {
    let name = slot.name();
    let code = match kind {
        ProbeKind::Startup => "StartupProbeFailing",
        _ => "LivenessProbeFailing",
    };
    let (title, evidence) = probes::failure(case, slot, kind);
    let mut finding = case.finding_in(slot, code, title);
    finding.message = format!(
        "The kubelet kills container {name} because its {} fails.",
        kind.words()
    )
    .into();
    finding.since = kill.first_seen();
    finding.count = slot.status.restart_count.max(1);
    finding.evidence = evidence;
    finding.evidence.push(facts::event(kill));
    finding.evidence.extend(listening(case, slot));
    finding
}

/// A container that runs now, but was killed by a probe lately and before.
pub(super) fn lately(case: &mut Case, slot: &Slot) -> bool {
    let name = slot.name();
    let Some(kill) = case.event(name, |event| {
        event.reason == "Killing" && probe::killed_by(&event.message).is_some()
    }) else {
        return false;
    };
    let Some(kind) = probe::killed_by(&kill.message) else {
        return false;
    };
    let repeated = slot.status.restart_count >= 2 || kill.times() >= 2;
    if !repeated || kill.last_seen().is_none() || !case.is_early(kill.last_seen(), grace::STABLE) {
        return false;
    }
    let mut finding = probe_kills(case, slot, kind, kill);
    if slot.status.ready && finding.severity == Severity::Critical {
        finding.severity = Severity::Warning;
    }
    case.report(finding);
    true
}

/// The line in which the server says where it listens, or else the last line that it wrote before it was killed.
fn listening(case: &Case, slot: &Slot) -> Option<Evidence> {
    let (digest, previous) = case.log(slot.name(), slot.ended_id())?;
    let said = digest
        .patterns
        .iter()
        .map(|pattern| &pattern.line)
        .find(|line| LISTENING.is_match(&line.text))
        .or_else(|| digest.tail.iter().rev().find(|line| !line.text.is_empty()))?;
    let pattern = LogPattern {
        line: said.clone(),
        follow: Vec::new(),
        count: 1,
        weight: 0,
    };
    Some(facts::log(&case.object, slot.name(), previous, digest, &pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_say_where_they_listen() {
        for (line, want) in [
            ("{\"level\":\"info\",\"msg\":\"listening\",\"port\":3000}", true),
            ("Listening on 0.0.0.0:8080", true),
            ("Warming product cache", false),
        ] {
            assert_eq!(LISTENING.is_match(line), want, "{line}");
        }
    }
}
