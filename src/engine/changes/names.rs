//! What the fields of a pod template are called, and how a part of one is told in a few words.

use serde_json::Value;

use super::value::{cut, is_secret, shown, words};

/// The name of a field, by its place in its container or in the pod: `memory limit`, `readiness probe path`.
pub fn of_field(field: &[&str], in_container: bool) -> String {
    match field {
        ["resources", bound @ ("limits" | "requests"), resource] => {
            format!("{resource} {}", bound.trim_end_matches('s'))
        }
        ["env", name] => format!("env {name}"),
        [
            probe @ ("livenessProbe" | "readinessProbe" | "startupProbe"),
            rest @ ..,
        ] => {
            let probe = format!("{} probe", probe.trim_end_matches("Probe"));
            match rest {
                [] => probe,
                [_, "path"] => format!("{probe} path"),
                [_, "port"] => format!("{probe} port"),
                ["exec", "command"] => format!("{probe} command"),
                rest => format!("{probe} {}", rest.join(".")),
            }
        }
        ["securityContext", rest @ ..] if in_container => rest.join("."),
        ["securityContext", rest @ ..] => format!("pod {}", rest.join(".")),
        ["volumes", name, rest @ ..] => with("volume", name, rest),
        ["volumeMounts", path, rest @ ..] => with("mount", path, rest),
        ["ports", port, rest @ ..] => with("port", port, rest),
        ["envFrom", source] => format!("env from {source}"),
        ["initContainers", name] => format!("init container {name}"),
        ["containers", name] => format!("container {name}"),
        ["imagePullSecrets", name] => format!("pull secret {name}"),
        ["tolerations", _] => "toleration".to_owned(),
        ["labels", name] => format!("label {name}"),
        ["annotations", name] => format!("annotation {name}"),
        other => other.join("."),
    }
}

fn with(kind: &str, name: &str, rest: &[&str]) -> String {
    if rest.is_empty() {
        format!("{kind} {name}")
    } else {
        format!("{kind} {name} {}", rest.join("."))
    }
}

/// A part that is told as a whole: what came, went, or is another one now. `None`: not to be shown.
pub fn summary(list: &str, name: &str, part: &Value) -> Option<String> {
    let text = |pointer: &str| part.pointer(pointer).map(shown);
    let told = match list {
        "containers" | "initContainers" => format!("image {}", text("/image").unwrap_or_default()),
        "env" => {
            let value = text("/value").unwrap_or_default();
            match variable(part) {
                Some(reference) => reference,
                None if is_secret(name, &value) => return None,
                None if value.is_empty() => "\"\"".to_owned(),
                None => value,
            }
        }
        "envFrom" => source(part),
        "volumes" => volume(part),
        "volumeMounts" => {
            let inside = text("/subPath").map_or(String::new(), |path| format!(" {path}"));
            format!("volume {}{inside}", text("/name").unwrap_or_default())
        }
        "ports" => text("/name").unwrap_or_else(|| "unnamed".to_owned()),
        "tolerations" => toleration(part),
        "probe" => probe(part),
        _ => shown(part),
    };
    Some(cut(told))
}

/// Where the value of a variable comes from, where it is not written down.
fn variable(variable: &Value) -> Option<String> {
    let text = |pointer: &str| variable.pointer(pointer).map(shown);
    for (field, kind) in [("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")] {
        if let Some(name) = text(&format!("/valueFrom/{field}/name")) {
            let key = text(&format!("/valueFrom/{field}/key")).unwrap_or_default();
            return Some(format!("{kind} {name} key {key}"));
        }
    }
    text("/valueFrom/fieldRef/fieldPath")
        .map(|path| format!("field {path}"))
        .or_else(|| text("/valueFrom/resourceFieldRef/resource").map(|name| format!("resource {name}")))
        .or_else(|| text("/valueFrom"))
}

/// `ConfigMap settings`, of an `envFrom`.
pub fn source(part: &Value) -> String {
    let text = |pointer: &str| part.pointer(pointer).map(shown);
    let prefix = text("/prefix").map_or(String::new(), |prefix| format!(" as {prefix}*"));
    match (text("/configMapRef/name"), text("/secretRef/name")) {
        (Some(name), _) => format!("ConfigMap {name}{prefix}"),
        (_, Some(name)) => format!("Secret {name}{prefix}"),
        _ => shown(part),
    }
}

fn volume(part: &Value) -> String {
    for (pointer, kind) in [
        ("/configMap/name", "ConfigMap"),
        ("/secret/secretName", "Secret"),
        ("/persistentVolumeClaim/claimName", "claim"),
        ("/hostPath/path", "host path"),
    ] {
        if let Some(name) = part.pointer(pointer).map(shown) {
            return format!("{kind} {name}");
        }
    }
    let mut kinds = part.as_object().into_iter().flat_map(|fields| fields.keys());
    let kind = kinds.find(|name| *name != "name");
    kind.map_or_else(|| "empty".to_owned(), String::clone)
}

fn probe(part: &Value) -> String {
    let text = |pointer: &str| part.pointer(pointer).map(shown);
    if let Some(port) = text("/httpGet/port") {
        return format!(
            "GET {} on port {port}",
            text("/httpGet/path").unwrap_or_else(|| "/".to_owned())
        );
    }
    if let Some(port) = text("/tcpSocket/port") {
        return format!("TCP port {port}");
    }
    if let Some(port) = text("/grpc/port") {
        return format!("gRPC port {port}");
    }
    match part.pointer("/exec/command").and_then(Value::as_array) {
        Some(command) => words(command).join(" "),
        None => shown(part),
    }
}

fn toleration(part: &Value) -> String {
    let text = |field: &str| part.get(field).map(shown).unwrap_or_default();
    let key = match (text("key"), text("value")) {
        (key, _) if key.is_empty() => "every taint".to_owned(),
        (key, value) if value.is_empty() => key,
        (key, value) => format!("{key}={value}"),
    };
    match text("effect") {
        effect if effect.is_empty() => key,
        effect => format!("{key}:{effect}"),
    }
}
