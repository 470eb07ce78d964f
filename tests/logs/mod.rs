//! A corpus of logs as programs write them: in each the line that says what went wrong is found, or none where nothing
//! did, and the playbook knows what kills containers from what only looks like it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use jiff::Timestamp;
use k8stui::engine::analyzers::logs::{self, LogDigest, LogLine};
use k8stui::engine::causes;
use k8stui::engine::playbook::Playbook;
use k8stui::engine::problem::{Diagnosis, Problem};
use k8stui::engine::world::LogKey;
use serde::Deserialize;
use serde_json::{Value, json};

use super::analyzers::worlds;
use super::support::long_log;

static PLAYBOOK: LazyLock<Playbook> = LazyLock::new(Playbook::builtin);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    log: String,
    /// The line that says what went wrong; `null` where none does.
    error: Option<String>,
    /// Whether another line may be taken for it: of several that say the same, or where every reader would waver.
    #[serde(default)]
    lenient: bool,
    /// A part of the title.
    title: Option<String>,
    /// How the container ended.
    exit: Option<i32>,
    /// The signature of the playbook that explains it.
    signature: Option<String>,
    /// Signatures that must not.
    #[serde(default)]
    not: Vec<String>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let more: Vec<Case> =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        cases.extend(more);
    }
    cases
}

fn digest(log: &str) -> LogDigest {
    let lines: Vec<LogLine> = log
        .lines()
        .map(|text| LogLine {
            time: None,
            text: text.into(),
        })
        .collect();
    logs::digest("containerd://1", &lines, false)
}

#[test]
fn the_line_that_says_what_went_wrong_is_found_and_none_where_nothing_did() {
    let cases = cases();
    assert!(cases.len() >= 120, "{} logs", cases.len());
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two logs have one name");
    let mut wrong = Vec::new();
    for case in &cases {
        let digest = digest(&case.log);
        let found = digest.error();
        let line = found.map(|error| error.line.text.trim().to_owned());
        if !case.lenient && line.as_deref() != case.error.as_deref().map(str::trim) {
            wrong.push(format!(
                "{}:\n  found {line:?}\n  not   {:?}",
                case.name, case.error
            ));
        }
        let title = found.map(logs::headline).unwrap_or_default();
        if let Some(part) = case.title.as_ref().filter(|part| !title.contains(*part)) {
            wrong.push(format!(
                "{}: the title {title:?} does not say {part:?}",
                case.name
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

/// What the program says of a container that ends with this log, again and again.
fn problem(case: &Case) -> Problem {
    let exit = case.exit.unwrap_or(1);
    let end = json!({"exitCode": exit, "reason": "Error", "containerID": "containerd://1",
        "startedAt": "2026-01-01T11:59:50Z", "finishedAt": "2026-01-01T11:59:59Z"});
    let waiting =
        json!({"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=web"});
    let pod = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web-1", "namespace": "shop", "uid": "u1", "creationTimestamp": "2026-01-01T11:00:00Z",
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-7c", "controller": true}]},
        "spec": {"nodeName": "n1", "serviceAccountName": "web", "containers": [{"name": "web", "image": "shop/web:1"}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "web", "ready": false, "restartCount": 7,
            "image": "shop/web:1", "state": {"waiting": waiting}, "lastState": {"terminated": end}}]}});
    let owner = |kind: &str, name: &str, owner: Value| {
        json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": "shop",
            "ownerReferences": owner}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}}})
    };
    let deployment =
        json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": true}]);
    let objects = [
        pod,
        owner("ReplicaSet", "web-7c", deployment),
        owner("Deployment", "web", json!([])),
    ];
    let mut world = worlds::world(objects, &[]);
    let key = LogKey {
        namespace: "shop".into(),
        pod: "web-1".into(),
        container: "web".into(),
        previous: true,
    };
    worlds::add_log(&mut world, key, "containerd://1", &case.log);
    let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
    // What is judged here is the log's own signature, not the Service that the log blames.
    let findings: BTreeMap<_, _> = worlds::findings(&world, now)
        .into_iter()
        .filter(|finding| *finding.code != *"ServiceMissing")
        .map(|finding| (finding.id("cluster"), finding.into()))
        .collect();
    let problems = causes::problems(&world, &findings, &PLAYBOOK, now);
    let crash = problems.iter().find(|problem| *problem.owner.name == *"web");
    (**crash.unwrap_or_else(|| panic!("{}: no problem", case.name))).clone()
}

fn diagnosis(case: &Case) -> Diagnosis {
    problem(case).diagnosis
}

#[test]
fn what_kills_containers_is_recognised_and_what_only_looks_like_it_is_not() {
    let mut wrong = Vec::new();
    for case in cases() {
        if case.signature.is_none() && case.not.is_empty() {
            continue;
        }
        let diagnosis = diagnosis(&case);
        let name = diagnosis.signature.as_deref();
        if case.signature.is_some() && name != case.signature.as_deref() {
            wrong.push(format!(
                "{}: {name:?} is not {:?}: {}",
                case.name, case.signature, diagnosis.cause
            ));
        }
        if case.not.iter().any(|not| name == Some(not)) {
            wrong.push(format!("{}: is no {name:?}", case.name));
        }
        if case.signature.is_some() {
            if diagnosis.why.is_empty() || diagnosis.docs.is_none() || diagnosis.commands.is_empty() {
                wrong.push(format!(
                    "{}: {name:?} has no evidence, page or command",
                    case.name
                ));
            }
            for command in &diagnosis.commands {
                if command.command.contains('<') {
                    wrong.push(format!("{}: not complete: {}", case.name, command.command));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// The files whose signatures are about logs.
const ABOUT_LOGS: &str = "logs";

#[test]
fn every_signature_about_logs_has_a_log_that_it_is_and_one_that_only_looks_like_it() {
    let cases = cases();
    let is: BTreeSet<&str> = cases
        .iter()
        .filter_map(|case| case.signature.as_deref())
        .collect();
    let looks: BTreeSet<&str> = cases
        .iter()
        .flat_map(|case| &case.not)
        .map(String::as_str)
        .collect();
    let mut named = BTreeSet::new();
    let mut bare = Vec::new();
    for entry in PLAYBOOK.entries().filter(|entry| entry.file.contains(ABOUT_LOGS)) {
        let name = entry
            .name
            .unwrap_or_else(|| panic!("{}: a signature without a name", entry.file));
        named.insert(name);
        if !is.contains(name) {
            bare.push(format!("no log is a {name}"));
        }
        if !looks.contains(name) {
            bare.push(format!("no log only looks like a {name}"));
        }
    }
    bare.extend(
        is.union(&looks)
            .filter(|name| !named.contains(*name))
            .map(|name| format!("no signature is called {name}")),
    );
    assert!(
        named.len() >= 40 && bare.is_empty(),
        "{}\n{}",
        named.len(),
        bare.join("\n")
    );
}

#[test]
fn a_needle_in_a_hundred_thousand_lines_is_found() {
    for (name, text) in long_log::forms() {
        let digest = digest(&text.join("\n"));
        assert_eq!(digest.lines as usize, long_log::LINES + 1, "{name}");
        assert_eq!(&*digest.error().unwrap().line.text, long_log::NEEDLE, "{name}");
    }
}
