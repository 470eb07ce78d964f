//! Custom resources as their controllers write them: what is broken is found, what is healthy or on its way is left in
//! peace, and what follows from what hangs on it. `scripts/custom-resources` holds the same against a real API server.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use k8stui::engine::cluster::Files;
use k8stui::engine::finding::Severity;
use k8stui::engine::object::ObjectRef;
use k8stui::engine::problem::Member;
use k8stui::engine::snapshot::Snapshot;
use serde::Deserialize;
use serde_json::Value;

use super::trees::{Tree, fixtures, list, look};

/// The moment that the files are written for.
fn noon() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

async fn look_at(path: &Path) -> Arc<Snapshot> {
    let files = Files::open(path, Some(noon()), noon()).unwrap();
    look(&files, noon(), &[]).await
}

/// Whether a head means that object: its kind may stand with its group where another kind has the same name.
fn is_named(object: &ObjectRef, name: &str) -> bool {
    let (kind, place) = name.split_once('/').unwrap();
    let own = object.path();
    let (_, own_place) = own.split_once('/').unwrap();
    let full = format!("{}.{}", object.kind, object.group());
    place == own_place && (kind == &*object.kind || kind == full)
}

fn told(member: &Member, name: &str) -> bool {
    is_named(&member.finding.object, name) && member.finding.severity > Severity::Info
}

/// What is not so of what a head says.
fn wrong(snapshot: &Snapshot, what: &str, text: &str) -> Option<String> {
    let members = || snapshot.problems.iter().flat_map(|problem| &problem.members);
    let about = |name: &str| {
        let told = members().filter(|member| told(member, name));
        let said = told.map(|member| format!("{}: {}", member.finding.code, member.finding.title));
        said.collect::<Vec<_>>()
    };
    match what {
        "broken" => {
            let (code, name) = text.split_once(' ').unwrap();
            let found = about(name);
            (!found.iter().any(|said| said.starts_with(&format!("{code}:"))))
                .then(|| format!("{text} is not found but {found:?}"))
        }
        "silent" => {
            let found = about(text);
            (!found.is_empty()).then(|| format!("{text}: {found:?}"))
        }
        "follows" => {
            let (symptom, root) = text.split_once(" < ").unwrap();
            let problem = snapshot
                .problems
                .iter()
                .find(|problem| problem.symptoms().any(|member| told(member, symptom)));
            let found = problem.and_then(|problem| problem.root());
            let found = found.map(|member| &member.finding.object);
            (!found.is_some_and(|found| is_named(found, root)))
                .then(|| format!("{symptom} does not follow from {root} but from {found:?}"))
        }
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_controllers_write_is_told_as_it_is() {
    let folder = fixtures().join("custom/objects");
    let snapshot = look_at(&folder).await;
    let mut failures = Vec::new();
    let mut truths = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let head = text.lines().map_while(|line| line.strip_prefix("# "));
        for (what, text) in head.filter_map(|line| line.split_once(": ")) {
            truths += usize::from(what != "product");
            failures.extend(wrong(&snapshot, what, text));
        }
    }
    assert!(truths >= 95, "{truths} truths");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_kind_of_the_objects_has_a_definition() {
    let read = |path: &Path| -> Vec<Value> {
        let text = std::fs::read_to_string(path).unwrap();
        serde_saphyr::from_multiple(&text).unwrap()
    };
    let definitions = read(&fixtures().join("custom/definitions.yaml"));
    let defined = |object: &Value| {
        let (group, version) = object["apiVersion"].as_str().unwrap().split_once('/')?;
        definitions.iter().find(|definition| {
            let spec = &definition["spec"];
            spec["group"] == group
                && spec["versions"][0]["name"] == version
                && spec["names"]["kind"] == object["kind"]
                && (spec["scope"] == "Namespaced") == object["metadata"]["namespace"].is_string()
        })
    };
    for file in std::fs::read_dir(fixtures().join("custom/objects")).unwrap() {
        for object in read(&file.unwrap().path()) {
            let version = object["apiVersion"].as_str().unwrap();
            let built_in = matches!(version, "v1" | "apps/v1" | "discovery.k8s.io/v1");
            assert!(built_in || defined(&object).is_some(), "{object}");
        }
    }
}

/// Some objects, and the problems that are to be seen in them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Code and object, the root first, then the symptoms in order.
    problems: Vec<Vec<String>>,
    objects: Vec<Value>,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_from_what_is_told_from_what_only_looks_like_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/offline/custom-causes.yaml");
    let cases: Vec<Case> = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut failures = Vec::new();
    for case in &cases {
        let tree = Tree::new();
        tree.write("objects.json", list(&case.objects.iter().collect::<Vec<_>>()));
        let snapshot = look_at(tree.path()).await;
        let problems = snapshot
            .problems
            .iter()
            .filter(|problem| problem.severity > Severity::Info);
        let mut seen: Vec<Vec<String>> = problems
            .map(|problem| {
                let said = |member: &Member| format!("{} {}", member.finding.code, member.finding.object);
                let mut members: Vec<String> = problem.members.iter().map(said).collect();
                if let Some((_, rest)) = members.split_first_mut() {
                    rest.sort();
                }
                members
            })
            .collect();
        seen.sort();
        let mut wanted = case.problems.clone();
        wanted.sort();
        if seen != wanted {
            failures.push(format!(
                "{}:\n  {}",
                case.name,
                serde_json::to_string(&seen).unwrap()
            ));
        }
    }
    assert!(cases.len() >= 30, "{} cases", cases.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
