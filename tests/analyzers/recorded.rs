//! A real cluster with a hundred faults at once, as it was recorded: each namespace is one scenario, and its name says
//! which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use k8stui::engine::analyzers::{self, logs};
use k8stui::engine::causes::{self, Findings};
use k8stui::engine::evidence::Numbered;
use k8stui::engine::finding::{Finding, Severity};
use k8stui::engine::kinds::Pod;
use k8stui::engine::object::Kind;
use k8stui::engine::playbook::{Case, Playbook};
use k8stui::engine::world::World;
use serde_json::Value;

use super::worlds::{add_log, findings, found_by, world};

/// The objects of a kind that were recorded.
pub fn recorded(kind: Kind) -> Vec<Value> {
    let path = fixtures().join(format!("recorded/{}.json", kind.plural()));
    std::fs::read_to_string(path).map_or_else(|_| Vec::new(), |text| serde_json::from_str(&text).unwrap())
}

/// When the recording was made.
pub const NOW: &str = "2026-11-21T01:27:40Z";

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The recorded cluster, with those logs that a console would have read.
pub fn cluster() -> World {
    // Secrets were not recorded: that none is there means nothing.
    let objects: Vec<Value> = Kind::ALL.iter().flat_map(|kind| recorded(*kind)).collect();
    let mut world = world(objects, &["Secret"]);
    let wanted: Vec<_> = world
        .all::<Pod>()
        .flat_map(|pod| logs::wanted(&world, pod))
        .collect();
    for key in wanted {
        // Of a container that waits, both instances are the same one: the recording keeps it once.
        let path = fixtures().join(format!(
            "logs/{}/{}/{}.log",
            key.namespace, key.pod, key.container
        ));
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let pod = world.get::<Pod>(&key.namespace, &key.pod).unwrap();
        let id = pod
            .statuses()
            .find(|(_, _, status)| status.name == key.container)
            .map(
                |(_, _, status)| match (&status.last_state.terminated, key.previous) {
                    (Some(ended), true) => ended.container_id.clone(),
                    _ => status.container_id.clone(),
                },
            )
            .unwrap_or_default();
        add_log(&mut world, key, &id, &text);
    }
    world
}

/// The findings that are worse than information, by namespace (nodes under `-`).
fn by_scenario(all: &[Finding]) -> BTreeMap<String, Vec<&Finding>> {
    let mut map: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in all.iter().filter(|finding| finding.severity > Severity::Info) {
        let namespace = if finding.object.namespace.is_empty() {
            "-".to_owned()
        } else {
            finding.object.namespace.to_string()
        };
        map.entry(namespace).or_default().push(finding);
    }
    map
}

#[test]
fn every_scenario_says_its_cause() {
    let now: Timestamp = NOW.parse().unwrap();
    let all = findings(&cluster(), now);
    let mut shown = String::new();
    for (scenario, findings) in by_scenario(&all) {
        shown.extend([scenario.as_str(), "\n"]);
        let mut lines: Vec<String> = findings
            .iter()
            .map(|finding| {
                let culprit = finding
                    .culprit
                    .as_ref()
                    .map_or(String::new(), |culprit| format!("  -> {culprit}"));
                format!(
                    "  {} {} {}: {}{culprit}\n",
                    finding.severity.sign(),
                    finding.code,
                    finding.owner.short(),
                    finding.title
                )
            })
            .collect();
        lines.sort();
        lines.dedup();
        shown.extend(lines);
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn every_scenario_is_joined_to_its_cause() {
    let now: Timestamp = NOW.parse().unwrap();
    let world = cluster();
    let findings: Findings = findings(&world, now)
        .into_iter()
        .map(|finding| (finding.id(&world.cluster), Arc::new(finding)))
        .collect();
    let problems = causes::problems(&world, &findings, &Playbook::builtin(), now);
    let mut lines: Vec<String> = problems
        .iter()
        .filter(|problem| problem.severity > Severity::Info)
        .map(|problem| {
            let codes: BTreeSet<&str> = problem.symptoms().map(|symptom| &*symptom.finding.code).collect();
            let codes: Vec<&str> = codes.into_iter().collect();
            format!(
                "{} {} x{} -> {} [{}]\n",
                problem.severity.sign(),
                problem.title,
                problem.count,
                problem.culprit,
                codes.join(" ")
            )
        })
        .collect();
    lines.sort();
    insta::assert_snapshot!(lines.concat());
}

#[test]
fn what_is_healthy_is_left_in_peace() {
    let now: Timestamp = NOW.parse().unwrap();
    let all = findings(&cluster(), now);
    let scenarios = by_scenario(&all);
    let false_alarms: Vec<_> = scenarios
        .iter()
        .filter(|(namespace, _)| namespace.starts_with("healthy"))
        .collect();
    assert!(false_alarms.is_empty(), "{false_alarms:#?}");
}

#[test]
fn the_order_and_the_texts_are_the_same_every_time() {
    let now: Timestamp = NOW.parse().unwrap();
    assert_eq!(findings(&cluster(), now), findings(&cluster(), now));
}

#[test]
fn every_finding_has_evidence_a_title_and_a_diagnosis() {
    let now: Timestamp = NOW.parse().unwrap();
    let playbook = Playbook::builtin();
    let cluster = cluster();
    let posture = found_by(analyzers::posture(), &cluster, now);
    assert!(!posture.is_empty());
    for finding in findings(&cluster, now).into_iter().chain(posture) {
        assert!(!finding.evidence.is_empty(), "{finding:?}");
        assert!(
            !finding.title.is_empty() && finding.title.chars().count() <= 140,
            "{}",
            finding.title
        );
        assert!(!finding.title.contains('\u{1b}'));
        let numbered: Vec<Numbered> = (1..)
            .zip(finding.evidence.iter().cloned())
            .map(|(n, evidence)| Numbered { n, evidence })
            .collect();
        let diagnosis = playbook.diagnose(&Case::new(&finding, &numbered));
        assert!(
            !diagnosis.cause.is_empty() && !diagnosis.fix.is_empty(),
            "{finding:?}"
        );
        assert!(!diagnosis.why.is_empty(), "{finding:?}");
        assert!(!diagnosis.commands.is_empty(), "{finding:?}");
    }
}

#[test]
fn every_scenario_is_explained() {
    let now: Timestamp = NOW.parse().unwrap();
    let playbook = Playbook::builtin();
    let all = findings(&cluster(), now);
    let mut shown = String::new();
    for (scenario, findings) in by_scenario(&all) {
        shown.extend([scenario.as_str(), "\n"]);
        let mut seen = Vec::new();
        // What follows from the pods has one word for all.
        let roots = findings.into_iter().filter(|finding| {
            !matches!(
                &*finding.code,
                "DeploymentUnavailable" | "ServiceNoReadyEndpoints"
            )
        });
        for finding in roots {
            let numbered: Vec<Numbered> = (1..)
                .zip(finding.evidence.iter().cloned())
                .map(|(n, evidence)| Numbered { n, evidence })
                .collect();
            let diagnosis = playbook.diagnose(&Case::new(finding, &numbered));
            if seen.contains(&(finding.code.clone(), diagnosis.cause.clone())) {
                continue;
            }
            seen.push((finding.code.clone(), diagnosis.cause.clone()));
            let words = format!(
                "  {} [{}] why {:?}\n    cause: {}\n    fix:   {}\n",
                finding.code,
                diagnosis.confidence.name(),
                diagnosis.why,
                diagnosis.cause,
                diagnosis.fix
            );
            shown.push_str(&words);
            for command in &diagnosis.commands {
                let sign = if command.mutates { "!" } else { "-" };
                shown.extend(["    ", sign, " ", &command.command, "\n"]);
            }
        }
    }
    insta::assert_snapshot!(shown);
}
