//! Prometheus: where its configuration lies, and what is said of it.

use std::io::Write;
use std::process::Command;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use k8stui::engine::analyzers::prometheus::{Place, Source, findings, place, text};
use k8stui::engine::object::ObjectRef;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    receives: bool,
    config: String,
    expect: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    code: String,
    subject: String,
    title: String,
    #[serde(default = "warning")]
    severity: String,
    #[serde(default)]
    evidence: String,
}

fn warning() -> String {
    "warning".to_owned()
}

#[test]
fn each_fault_is_said_and_its_near_miss_is_not() {
    let cases: Vec<Case> = serde_saphyr::from_str(include_str!("configurations.yaml")).unwrap();
    let mut failures = Vec::new();
    for case in cases {
        let source = Source {
            owner: ObjectRef::new("apps/v1", "Deployment", "monitoring", "prometheus"),
            map: ObjectRef::new("v1", "ConfigMap", "monitoring", "prometheus"),
            key: "prometheus.yml".into(),
            receives: case.receives,
        };
        let found = findings(&source, &case.config);
        let right = found.len() == case.expect.len()
            && found.iter().zip(&case.expect).all(|(finding, expected)| {
                *finding.code == *expected.code
                    && *finding.subject == *expected.subject
                    && finding.severity.name() == expected.severity
                    && finding.title.contains(&expected.title)
                    && finding
                        .evidence
                        .iter()
                        .any(|fact| fact.text.contains(&expected.evidence))
            });
        if !right {
            failures.push(format!("{}: {found:#?}", case.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lies {
    name: String,
    pod: Value,
    place: String,
}

#[test]
fn a_configuration_is_found_by_arguments_mounts_and_volumes() {
    let cases: Vec<Lies> = serde_saphyr::from_str(include_str!("places.yaml")).unwrap();
    for case in cases {
        let found = match place(&case.pod) {
            None => "none".to_owned(),
            Some(Place::ConfigMap { name, key, receives }) => {
                format!(
                    "ConfigMap {name} {key}{}",
                    if receives { " receives" } else { "" }
                )
            }
            Some(Place::Secret { name }) => format!("Secret {name}"),
            Some(Place::Elsewhere { path }) => format!("Elsewhere {path}"),
        };
        assert_eq!(found, case.place, "{}", case.name);
    }
}

fn packed(text: &str) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    base64::engine::general_purpose::STANDARD.encode(encoder.finish().unwrap())
}

#[test]
fn plain_and_packed_texts_are_read_and_what_is_neither_is_said() {
    let map = json!({
        "data": {"plain": "a: 1"},
        "binaryData": {"packed": packed("b: 2"), "bytes": "/w==", "cut": "H4sIAAAAAAAAAw==", "odd": "???"},
    });
    assert_eq!(text(&map, "plain").unwrap(), "a: 1");
    assert_eq!(text(&map, "packed").unwrap(), "b: 2");
    for (key, said) in [
        ("bytes", "no text"),
        ("cut", "unpacked"),
        ("odd", "odd"),
        ("absent", "no key"),
    ] {
        let why = text(&map, key).unwrap_err();
        assert!(why.contains(said), "{key}: {why}");
    }
}

/// A namespace with a Prometheus of two replicas, and one whose configuration lies in a Secret.
fn cluster(config: &str) -> String {
    let pod = |name: &str, owner: &str, volume: &Value| {
        json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "monitoring", "creationTimestamp": "2026-01-01T10:00:00Z",
                "labels": {"app": "prometheus"},
                "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": owner, "uid": "s",
                    "controller": true}]},
            "spec": {"containers": [{"name": "prometheus", "image": "prom/prometheus:v3.5.0",
                    "volumeMounts": [{"name": "c", "mountPath": "/etc/prometheus"}]}],
                "volumes": [volume]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{"name": "prometheus", "ready": true,
                    "state": {"running": {"startedAt": "2026-01-01T10:00:01Z"}}}]}})
    };
    let in_map = json!({"name": "c", "configMap": {"name": "prom"}});
    let in_secret = json!({"name": "c", "secret": {"secretName": "prom-config"}});
    json!({"apiVersion": "v1", "kind": "List", "items": [
        pod("prom-0", "prom", &in_map),
        pod("prom-1", "prom", &in_map),
        pod("hidden-0", "hidden", &in_secret),
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "prom", "namespace": "monitoring"},
            "binaryData": {"prometheus.yml": packed(config)}},
    ]})
    .to_string()
}

#[test]
fn a_running_prometheus_is_judged_by_what_it_mounts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("objects.json");
    let look = |config: &str| -> Value {
        std::fs::write(&file, cluster(config)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_k8stui"))
            .env_clear()
            .env("HOME", folder.path())
            .args(["analyze", "-o", "json", "--now", "2026-01-01T12:00:00Z", "--from"])
            .arg(&file)
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    };
    let about = |document: &Value| -> Vec<String> {
        let all = document["findings"].as_array().unwrap().iter();
        all.filter(|one| one["code"].as_str().unwrap().starts_with("Prometheus"))
            .map(|one| format!("{} {} {}", one["code"], one["name"], one["owner"]).replace('"', ""))
            .collect()
    };
    let broken = look("scrape_configs:\n- job_name: a\n- job_name: a\n");
    assert_eq!(about(&broken), ["PrometheusConfigInvalid prom StatefulSet/prom"]);
    let entries = broken["coverage"]["entries"].as_array().unwrap().iter();
    let lines: Vec<String> = entries
        .filter(|entry| entry["what"] == "analyzer")
        .map(|entry| format!("{} {}", entry["status"], entry["detail"]).replace('"', ""))
        .collect();
    assert_eq!(
        lines,
        [
            "forbidden StatefulSet/hidden: its configuration lies in the Secret prom-config: values of Secrets are never read",
            "ok "
        ]
    );
    let well = look("scrape_configs:\n- job_name: a\n");
    assert!(about(&well).is_empty(), "{well}");
}
