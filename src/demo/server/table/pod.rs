//! Rows of pods and events.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::age::age;
use super::{Printer, at, created, list, name, number, or_none, text};

pub(super) const PODS: Printer = Printer {
    columns: &[
        ("Name", "string", false),
        ("Ready", "string", false),
        ("Status", "string", false),
        ("Restarts", "string", false),
        ("Age", "string", false),
        ("IP", "string", true),
        ("Node", "string", true),
        ("Nominated Node", "string", true),
        ("Readiness Gates", "string", true),
    ],
    cells: |pod, now| {
        let statuses = list(pod, "/status/containerStatuses");
        let ready = statuses
            .iter()
            .filter(|s| s.get("ready") == Some(&Value::Bool(true)))
            .count();
        let total = list(pod, "/spec/containers").len();
        vec![
            name(pod),
            json!(format!("{ready}/{total}")),
            json!(status(pod)),
            json!(restarts(statuses, now)),
            created(pod, now),
            or_none(text(pod, "/status/podIP")),
            or_none(text(pod, "/spec/nodeName")),
            or_none(text(pod, "/status/nominatedNodeName")),
            json!("<none>"),
        ]
    },
};

/// The word that sums a pod up: the worst container's reason before the phase.
fn status(pod: &Value) -> String {
    let mut word = match text(pod, "/status/reason") {
        "" => text(pod, "/status/phase").to_owned(),
        reason => reason.to_owned(),
    };
    if let Some(init) = init_status(pod) {
        word = init;
    } else {
        let mut running = false;
        for container in list(pod, "/status/containerStatuses").iter().rev() {
            if let Some(reason) = reason(container) {
                word = reason;
            } else if container.get("ready") == Some(&Value::Bool(true))
                && container.pointer("/state/running").is_some()
            {
                running = true;
            }
        }
        // A completed container beside one that runs does not make the pod completed.
        if word == "Completed" && running {
            "Running".clone_into(&mut word);
        }
    }
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        "Terminating".clone_into(&mut word);
    }
    word
}

fn init_status(pod: &Value) -> Option<String> {
    let total = list(pod, "/spec/initContainers").len();
    for (index, container) in list(pod, "/status/initContainerStatuses").iter().enumerate() {
        if container.pointer("/state/terminated/exitCode") == Some(&json!(0)) {
            continue;
        }
        return Some(match reason(container) {
            Some(reason) if reason != "PodInitializing" => format!("Init:{reason}"),
            _ => format!("Init:{index}/{total}"),
        });
    }
    None
}

fn reason(container: &Value) -> Option<String> {
    let waiting = text(container, "/state/waiting/reason");
    if !waiting.is_empty() {
        return Some(waiting.to_owned());
    }
    let terminated = container.pointer("/state/terminated").filter(|t| !t.is_null())?;
    Some(
        match (
            text(terminated, "/reason"),
            number(terminated, "/signal"),
            number(terminated, "/exitCode"),
        ) {
            ("", 0, code) => format!("ExitCode:{code}"),
            ("", signal, _) => format!("Signal:{signal}"),
            (reason, _, _) => reason.to_owned(),
        },
    )
}

fn restarts(statuses: &[Value], now: Timestamp) -> String {
    let total: i64 = statuses.iter().map(|s| number(s, "/restartCount")).sum();
    let last = statuses
        .iter()
        .filter_map(|s| {
            s.pointer("/lastState/terminated/finishedAt")
                .and_then(Value::as_str)
        })
        .max();
    match last {
        Some(last) if total > 0 => format!("{total} ({} ago)", age(last, now)),
        _ => total.to_string(),
    }
}

pub(super) const EVENTS: Printer = Printer {
    columns: &[
        ("Last Seen", "string", false),
        ("Type", "string", false),
        ("Reason", "string", false),
        ("Object", "string", false),
        ("Subobject", "string", true),
        ("Source", "string", true),
        ("Message", "string", false),
        ("First Seen", "string", true),
        ("Count", "string", true),
        ("Name", "string", true),
    ],
    cells: |event, now| {
        let first = match text(event, "/firstTimestamp") {
            "" => text(event, "/eventTime"),
            first => first,
        };
        let last = [
            text(event, "/series/lastObservedTime"),
            text(event, "/lastTimestamp"),
            first,
        ];
        let last = last.into_iter().find(|time| !time.is_empty()).unwrap_or_default();
        let object = format!(
            "{}/{}",
            text(event, "/involvedObject/kind").to_lowercase(),
            text(event, "/involvedObject/name")
        );
        let source = match (text(event, "/source/component"), text(event, "/source/host")) {
            ("", _) => text(event, "/reportingComponent").to_owned(),
            (component, "") => component.to_owned(),
            (component, host) => format!("{component}, {host}"),
        };
        let count = number(event, "/count").max(number(event, "/series/count")).max(1);
        vec![
            json!(age(last, now)),
            at(event, "/type"),
            at(event, "/reason"),
            json!(object),
            json!(text(event, "/involvedObject/fieldPath")),
            json!(source),
            json!(text(event, "/message").trim()),
            json!(age(first, now)),
            json!(count.to_string()),
            name(event),
        ]
    },
};
