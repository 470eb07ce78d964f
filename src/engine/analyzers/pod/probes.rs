//! Containers that run but are not ready.

use jiff::Timestamp;

use super::case::{Case, Slot};
use super::{blame, killed};
use crate::engine::analyzers::messages::brief;
use crate::engine::analyzers::messages::probe::{self, ProbeKind};
use crate::engine::analyzers::{facts, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::Severity;
use crate::engine::kinds::{ContainerRole, Probe, Running, condition};

/// A container that runs: whether probes kill it or keep it out of traffic.
pub(super) fn check(case: &mut Case, slot: &Slot, running: &Running) {
    if slot.role == ContainerRole::Ephemeral || slot.is_init() || killed::lately(case, slot) {
        return;
    }
    if slot.status.ready || case.pod.status.phase != "Running" {
        return;
    }
    let Some((_, spec)) = slot.spec else { return };
    if spec.startup_probe.is_some() && slot.status.started == Some(false) {
        return starting(case, slot, running);
    }
    let Some(probe) = &spec.readiness_probe else {
        return;
    };
    let lost = case
        .pod
        .condition("Ready")
        .and_then(|ready| ready.last_transition_time)
        .filter(|lost| {
            running
                .started_at
                .is_none_or(|started| grace::between(started, *lost) > 30)
        });
    let early = match lost {
        // It has been ready, and its probe has failed as often as it takes.
        Some(lost) => case.is_early(Some(lost), grace::READY_AGAIN),
        None => case.is_early(running.started_at, budget(probe).max(grace::READY)),
    };
    if early {
        return;
    }
    let since = lost.or(running.started_at);
    not_ready(case, slot, since);
}

/// How long a probe may fail before it counts.
fn budget(probe: &Probe) -> i64 {
    let or = |value: i64, default: i64| if value <= 0 { default } else { value };
    let tries = or(probe.failure_threshold, 3).clamp(1, 100_000);
    let period = or(probe.period_seconds, 10).clamp(1, 100_000);
    probe.initial_delay_seconds.clamp(0, 1_000_000) + tries * period
}

fn not_ready(case: &mut Case, slot: &Slot, since: Option<Timestamp>) {
    let (title, evidence) = failure(case, slot, ProbeKind::Readiness);
    let mut finding = case.finding_in(slot, "ContainerNotReady", title);
    finding.message = format!(
        "Container {} runs, but its readiness probe fails: no traffic reaches the pod.",
        slot.name()
    )
    .into();
    finding.since = since;
    finding.count = 1;
    finding.evidence = evidence;
    finding.evidence.extend(case.condition_fact("Ready"));
    // Why it is not ready is often in its log.
    if let Some((_, evidence)) = case.log_error(slot.name(), None) {
        finding.evidence.extend(evidence);
    }
    blame::by_log(case, slot, &mut finding, None);
    case.report(finding);
}

/// A startup that takes longer than its probe allows; the kubelet then kills, which [`killed`] tells.
fn starting(case: &mut Case, slot: &Slot, running: &Running) {
    let Some((_, spec)) = slot.spec else { return };
    let Some(probe) = &spec.startup_probe else { return };
    let allowed = budget(probe) + grace::READY;
    if case.is_early(running.started_at, allowed) {
        return;
    }
    let (title, evidence) = failure(case, slot, ProbeKind::Startup);
    let mut finding = case.finding_in(slot, "StartupProbeFailing", title);
    finding.message = format!("Container {} does not finish its start.", slot.name()).into();
    finding.since = running.started_at;
    finding.evidence = evidence;
    case.report(finding);
}

/// What a probe of a container complains about: a title, and the evidence for it.
pub(super) fn failure(case: &Case, slot: &Slot, kind: ProbeKind) -> (String, Vec<Evidence>) {
    let name = slot.name();
    let spec = slot.spec.map(|(_, spec)| spec);
    let the_probe = spec.and_then(|spec| match kind {
        ProbeKind::Readiness => spec.readiness_probe.as_deref(),
        ProbeKind::Liveness => spec.liveness_probe.as_deref(),
        ProbeKind::Startup => spec.startup_probe.as_deref(),
    });
    let asks = the_probe.map(asks).unwrap_or_default();
    // While a server starts it refuses, later it may answer wrongly: what was said most often says it best.
    let unhealthy = case
        .events()
        .iter()
        .filter(|event| {
            event.reason == "Unhealthy"
                && event.container().is_none_or(|container| container == name)
                && probe::kind(&event.message) == Some(kind)
        })
        .max_by_key(|event| (event.times(), event.last_seen()));
    let mut evidence = Vec::new();
    let title = match unhealthy {
        Some(event) => {
            evidence.push(facts::event(event));
            format!(
                "{} fails: {}",
                kind.words(),
                probe::parse(&event.message).words(&asks)
            )
        }
        None if asks.is_empty() => format!("{} fails", kind.words()),
        None => format!("{} fails: {asks}", kind.words()),
    };
    if let Some(the_probe) = the_probe {
        evidence.extend(probe_facts(case, slot, kind, the_probe));
    }
    (title, evidence)
}

/// What a probe asks: `GET /healthz`, `port 8080`, `cat /tmp/ok`.
fn asks(probe: &Probe) -> String {
    if let Some(http) = &probe.http_get {
        let path = if http.path.is_empty() { "/" } else { &*http.path };
        format!("GET {path}")
    } else if let Some(tcp) = &probe.tcp_socket {
        tcp.port
            .as_ref()
            .map_or_else(String::new, |port| format!("port {port}"))
    } else if let Some(grpc) = &probe.grpc {
        format!("gRPC port {}", grpc.port)
    } else if let Some(exec) = &probe.exec {
        brief(&exec.command.join(" "), 40)
    } else {
        String::new()
    }
}

fn probe_facts(case: &Case, slot: &Slot, kind: ProbeKind, probe: &Probe) -> Vec<Evidence> {
    let path = |field: &str| slot.spec_path(&format!("{}.{field}", kind.field()));
    let mut facts = Vec::new();
    if let Some(http) = &probe.http_get {
        facts.push(case.field(path("httpGet.path"), &*http.path));
        if let Some(port) = &http.port {
            facts.push(case.field(path("httpGet.port"), port.to_string()));
        }
    }
    if let Some(port) = probe.tcp_socket.as_ref().and_then(|tcp| tcp.port.as_ref()) {
        facts.push(case.field(path("tcpSocket.port"), port.to_string()));
    }
    if let Some(exec) = &probe.exec {
        facts.push(case.field(path("exec.command"), exec.command.join(" ")));
    }
    if kind != ProbeKind::Readiness {
        facts.push(case.field(path("failureThreshold"), probe.failure_threshold.to_string()));
        facts.push(case.field(
            path("initialDelaySeconds"),
            probe.initial_delay_seconds.to_string(),
        ));
    }
    facts
}

/// Readiness gates that nobody sets: all containers are ready, the pod is not.
pub(super) fn gates(case: &mut Case) {
    let pod = case.pod;
    let ready = pod
        .condition("ContainersReady")
        .filter(|condition| condition.status == "True");
    let Some(ready) = ready else { return };
    if pod.is_ready() || pod.status.phase != "Running" {
        return;
    }
    let unset = pod.spec.readiness_gates.iter().enumerate().find(|(_, gate)| {
        condition(&pod.status.conditions, &gate.condition_type)
            .is_none_or(|condition| condition.status != "True")
    });
    let Some((index, gate)) = unset else { return };
    if case.is_early(ready.last_transition_time, grace::GATE) {
        return;
    }
    let gate = gate.condition_type.as_str();
    let mut finding = case.finding(
        "PodReadinessGateUnset",
        format!("readiness gate {gate} is not set"),
    );
    finding.subject = gate.into();
    finding.message = format!(
        "All containers are ready, but the pod counts as ready only when a controller sets the condition {gate}, and \
         none does."
    )
    .into();
    finding.since = ready.last_transition_time;
    finding.severity = finding.severity.min(Severity::Critical);
    finding
        .evidence
        .push(case.field(format!("spec.readinessGates[{index}].conditionType"), gate));
    finding.evidence.extend(case.condition_fact("Ready"));
    finding.evidence.extend(case.condition_fact(gate));
    case.report(finding);
}
