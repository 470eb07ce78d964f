//! Containers that end: crash loops, out-of-memory kills, commands that finish although they should not.

use jiff::Timestamp;

use super::case::{Case, Slot};
use super::{blame, killed};
use crate::engine::analyzers::messages::{brief, start};
use crate::engine::analyzers::{exit, facts, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{ContainerRole, Running, Terminated};

/// A container that has ended and is not (or not yet) started again.
pub(super) fn ended(case: &mut Case, slot: &Slot, ended: &Terminated) {
    let restarts = slot.status.restart_count;
    if slot.role == ContainerRole::Ephemeral {
        return;
    }
    let policy = slot.restart_policy(case.pod);
    if slot.always_restarts(case.pod) {
        // The first end is started again within a second; what happens then decides.
        if restarts == 0 && ended.reason != "OOMKilled" && !is_start_error(ended) {
            return;
        }
        loops(case, slot, ended, "state.terminated");
    } else if ended.exit_code != 0 || ended.reason == "OOMKilled" {
        let again = policy != "Never" && case.pod.status.phase != "Failed";
        if again && restarts == 0 && ended.reason != "OOMKilled" && !is_start_error(ended) {
            return;
        }
        loops(case, slot, ended, "state.terminated");
    }
}

/// A container that waits for its next start.
pub(super) fn backing_off(case: &mut Case, slot: &Slot) {
    if let Some(ended) = &slot.status.last_state.terminated {
        return loops(case, slot, ended, "lastState.terminated");
    }
    let mut finding = case.finding_in(slot, code(slot, "ContainerCrashLoop"), "crashes at every start");
    finding.since = case.begun();
    finding.evidence.push(waiting_fact(case, slot));
    case.report(finding);
}

/// Whether a container that runs at this second ended so lately or so often that it is a finding all the same.
pub(super) fn history(case: &mut Case, slot: &Slot, running: &Running) -> bool {
    let Some(ended) = &slot.status.last_state.terminated else {
        return false;
    };
    let restarts = slot.status.restart_count;
    let finished = ended.finished_at.or(running.started_at);
    if ended.reason == "OOMKilled" {
        let recent = case.is_early(finished, grace::RECENT) && finished.is_some();
        if recent && restarts > 0 {
            loops(case, slot, ended, "lastState.terminated");
        }
        return recent;
    }
    if restarts < 2 || slot.is_init() {
        return false;
    }
    // What ran for an hour and then ended once is no loop; what ran for seconds is not over it in seconds.
    let ran = match (ended.started_at, ended.finished_at) {
        (Some(start), Some(end)) => grace::between(start, end),
        _ => 0,
    };
    let proven = slot.status.ready && slot.spec.is_some_and(|(_, spec)| spec.readiness_probe.is_some());
    // Some die every hour for days; a node that restarts now and then takes all its containers with it.
    let made = case.pod.metadata.creation_timestamp;
    let age = made.map_or(i64::MAX, |made| grace::between(made, case.now));
    let often = ended.exit_code != 0 && restarts >= 5 && age / i64::from(restarts) < grace::OFTEN;
    let window = match restarts {
        2 if proven => 0,
        2 => (ran * 2).clamp(30, grace::STABLE),
        _ if often => (ran * 2).clamp(grace::STABLE, grace::RECENT),
        _ => grace::STABLE,
    };
    if ran > 1_800 && !often
        || window == 0
        || running.started_at.is_none()
        || !case.is_early(running.started_at, window)
    {
        return false;
    }
    loops(case, slot, ended, "lastState.terminated");
    true
}

fn is_start_error(ended: &Terminated) -> bool {
    matches!(
        ended.reason.as_str(),
        "StartError" | "ContainerCannotRun" | "ContainerStartError" | "RunContainerError"
    )
}

/// An init container that fails has a code of its own: the pod never gets to its work.
fn code<'a>(slot: &Slot, code: &'a str) -> &'a str {
    if slot.is_init() {
        "InitContainerFailing"
    } else {
        code
    }
}

/// The finding about a container that ended thus, and is or will be started again.
fn loops(case: &mut Case, slot: &Slot, ended: &Terminated, place: &str) {
    let mut finding = if ended.reason == "OOMKilled" {
        out_of_memory(case, slot, place)
    } else if is_start_error(ended) {
        start_error(case, slot, ended, place)
    } else if let Some(finding) = killed::finding(case, slot, ended) {
        finding
    } else if ended.exit_code == 0 && ended.signal == 0 {
        finishes(case, slot, place)
    } else {
        crashes(case, slot, ended, place)
    };
    if slot.status.state.waiting.is_some() {
        finding.evidence.push(waiting_fact(case, slot));
    }
    if let Some(event) = case.event(slot.name(), |event| {
        event.reason == "BackOff" && event.is_warning()
    }) {
        finding.since = finding.since.or(event.first_seen());
        finding.evidence.push(facts::event(event));
    }
    finding.since = earliest(finding.since, ended.finished_at).or_else(|| case.begun());
    if slot.status.state.running.is_some() && slot.status.ready && finding.severity == Severity::Critical {
        finding.severity = Severity::Warning;
    }
    case.report(finding);
}

fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn out_of_memory(case: &Case, slot: &Slot, place: &str) -> Finding {
    let name = slot.name();
    let title = match slot.memory_limit() {
        Some(limit) => format!("memory limit {limit} reached, killed"),
        None => "killed because memory ran out".to_owned(),
    };
    let mut finding = case.finding_in(slot, "ContainerOOMKilled", title);
    finding.message = match slot.memory_limit() {
        Some(limit) => format!(
            "Container {name} used more than its memory limit of {limit}; the kernel killed it ({}).",
            exit::short(137)
        ),
        None => {
            format!("The kernel killed container {name} because memory ran out; it has no limit of its own.")
        }
    }
    .into();
    finding
        .evidence
        .push(case.field(slot.status_path(&format!("{place}.reason")), "OOMKilled"));
    if let Some(limit) = slot.memory_limit() {
        finding
            .evidence
            .push(case.field(slot.spec_path("resources.limits.memory"), limit));
    }
    finding.evidence.push(restarts_fact(case, slot));
    if let Some((digest, previous)) = case.log(name, slot.ended_id())
        && let Some(last) = digest.tail.iter().rev().find(|line| !line.text.is_empty())
    {
        let pattern = crate::engine::analyzers::logs::LogPattern {
            line: last.clone(),
            follow: Vec::new(),
            count: 1,
            weight: 0,
        };
        finding
            .evidence
            .push(facts::log(&case.object, name, previous, digest, &pattern));
    }
    finding
}

fn start_error(case: &Case, slot: &Slot, ended: &Terminated, place: &str) -> Finding {
    let mut finding = case.finding_in(slot, "ContainerStartError", start::parse(&ended.message).title());
    finding.message = ended.message.clone();
    finding
        .evidence
        .push(case.field(slot.status_path(&format!("{place}.message")), &*ended.message));
    finding.evidence.push(case.field(
        slot.status_path(&format!("{place}.exitCode")),
        ended.exit_code.to_string(),
    ));
    finding
}

/// Ended by itself and well, and is started again for ever.
fn finishes(case: &Case, slot: &Slot, place: &str) -> Finding {
    let name = slot.name();
    let mut finding = case.finding_in(
        slot,
        "ContainerFinishes",
        "finishes with exit code 0 and is restarted for ever",
    );
    finding.message = format!(
        "Container {name} does its work and ends with exit code 0; the pod's restartPolicy Always starts it again \
         and again."
    )
    .into();
    finding
        .evidence
        .push(case.field(slot.status_path(&format!("{place}.exitCode")), "0"));
    finding.evidence.push(case.field("spec.restartPolicy", "Always"));
    finding.evidence.push(restarts_fact(case, slot));
    if let Some((digest, previous)) = case.log(name, slot.ended_id())
        && let Some(last) = digest.patterns.first()
    {
        finding
            .evidence
            .push(facts::log(&case.object, name, previous, digest, last));
    }
    finding
}

fn crashes(case: &Case, slot: &Slot, ended: &Terminated, place: &str) -> Finding {
    let name = slot.name();
    let words = exit::title(ended.exit_code, ended.signal);
    let log = case.log_error(name, slot.ended_id());
    // What the process wrote to its termination message is meant for us; the log says more where it has an error.
    let said = brief(&ended.message, 100);
    let format_error = log
        .as_ref()
        .is_some_and(|(title, _)| title.contains("exec format error"));
    let title = match (&log, said.is_empty()) {
        (Some((title, _)), _) if format_error => start::parse(title).title(),
        (Some((title, _)), _) => title.clone(),
        (None, false) => said.clone(),
        (None, true) => words.clone(),
    };
    let final_end = slot.status.state.terminated.is_some() && case.pod.status.phase == "Failed";
    let never = slot.restart_policy(case.pod) == "Never";
    let plain = if format_error {
        "ContainerStartError"
    } else if final_end || never {
        "ContainerExited"
    } else {
        "ContainerCrashLoop"
    };
    let mut finding = case.finding_in(slot, code(slot, plain), title);
    let kind = if slot.is_init() {
        "Init container"
    } else {
        "Container"
    };
    finding.message = format!("{kind} {name} {words}.").into();
    finding
        .evidence
        .extend(log.map(|(_, evidence)| evidence).unwrap_or_default());
    if !said.is_empty() {
        finding
            .evidence
            .push(case.field(slot.status_path(&format!("{place}.message")), &*ended.message));
    }
    finding.evidence.push(case.field(
        slot.status_path(&format!("{place}.exitCode")),
        ended.exit_code.to_string(),
    ));
    if slot.status.restart_count > 0 {
        finding.evidence.push(restarts_fact(case, slot));
    }
    blame::by_log(case, slot, &mut finding, slot.ended_id());
    finding
}

fn restarts_fact(case: &Case, slot: &Slot) -> Evidence {
    case.field(
        slot.status_path("restartCount"),
        slot.status.restart_count.to_string(),
    )
}

pub(super) fn waiting_fact(case: &Case, slot: &Slot) -> Evidence {
    let reason = slot
        .status
        .state
        .waiting
        .as_ref()
        .map_or("", |waiting| &*waiting.reason);
    case.field(slot.status_path("state.waiting.reason"), reason)
}
