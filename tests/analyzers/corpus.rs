//! The corpus: for each predicate a world in which it must fire, and one that is nearly it and must not.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use k8stui::engine::finding::{Finding, Severity};
use k8stui::engine::world::LogKey;
use serde::Deserialize;
use serde_json::Value;

use super::worlds::{add_log, custom_findings, findings, is_watched, world};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What is being told.
    name: String,
    /// The world: objects of watched kinds, and custom resources.
    objects: Vec<Value>,
    /// Logs by `namespace/pod/container`, with `/previous` for the instance before.
    #[serde(default)]
    logs: BTreeMap<String, String>,
    /// Kinds that have not been read.
    #[serde(default)]
    unread: Vec<String>,
    /// The clock.
    #[serde(default = "noon")]
    now: String,
    /// All findings that there must be; none is a near miss.
    expect: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    code: String,
    object: String,
    severity: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    culprit: String,
    #[serde(default)]
    evidence: Vec<String>,
}

fn noon() -> String {
    "2026-01-01T12:00:00Z".to_owned()
}

fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/analyzers");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let of_file: Vec<Case> =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        cases.extend(of_file.into_iter().map(|case| (name.clone(), case)));
    }
    cases
}

/// Every code that some case expects.
pub fn expected_codes() -> std::collections::BTreeSet<String> {
    let cases = cases().into_iter();
    cases
        .flat_map(|(_, case)| case.expect.into_iter().map(|expected| expected.code))
        .collect()
}

fn matches(finding: &Finding, expected: &Expected) -> bool {
    let severity = match expected.severity.as_str() {
        "critical" => Severity::Critical,
        "warning" => Severity::Warning,
        "info" => Severity::Info,
        other => panic!("no such severity: {other}"),
    };
    let culprit = finding
        .culprit
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    *finding.code == *expected.code
        && finding.object.to_string() == expected.object
        && finding.severity == severity
        && finding.title.contains(&expected.title)
        && (expected.culprit.is_empty() || culprit == expected.culprit)
        && expected.evidence.iter().all(|part| {
            finding
                .evidence
                .iter()
                .any(|fact| format!("{fact:?}").contains(part.as_str()))
        })
}

#[test]
fn each_predicate_fires_and_its_near_miss_does_not() {
    let cases = cases();
    let mut failures = Vec::new();
    for (file, case) in &cases {
        let unread: Vec<&str> = case.unread.iter().map(String::as_str).collect();
        let watched = case.objects.iter().filter(|object| is_watched(object));
        let mut world = world(watched.cloned(), &unread);
        for (path, text) in &case.logs {
            let mut parts = path.split('/');
            let mut next = || parts.next().unwrap_or_default();
            let (namespace, pod, container) = (next(), next(), next());
            let key = LogKey {
                namespace: namespace.into(),
                pod: pod.into(),
                container: container.into(),
                previous: next() == "previous",
            };
            add_log(&mut world, key, "", text);
        }
        let now: Timestamp = case.now.parse().unwrap();
        let mut found = findings(&world, now);
        found.extend(custom_findings(&case.objects, &case.unread, now));
        let right = found.len() == case.expect.len()
            && case
                .expect
                .iter()
                .all(|expected| found.iter().any(|finding| matches(finding, expected)));
        if !right {
            let seen: Vec<String> = found
                .iter()
                .map(|one| {
                    format!(
                        "    {} {} {}: {} -> {:?}",
                        one.severity,
                        one.code,
                        one.object,
                        one.title,
                        one.culprit.as_ref().map(ToString::to_string)
                    )
                })
                .collect();
            failures.push(format!("{file}: {}\n  found:\n{}", case.name, seen.join("\n")));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
    assert!(cases.len() >= 80, "{} cases", cases.len());
}
