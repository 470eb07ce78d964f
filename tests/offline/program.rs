//! The program itself, without a cluster.

use std::path::Path;
use std::process::{Command, Output};

use jiff::SignedDuration;
use k8stui::demo::{Demo, DemoOptions, Pace};
use k8stui::engine::snapshot::Connection;
use serde_json::{Value, json};

use super::trees::{NOW, Tree, flat, tar};
use crate::support::console::Console;
use crate::support::fixtures;
use crate::support::pty::Terminal;

fn run(arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_k8stui"))
        .env_clear()
        .env("HOME", home.path())
        .env("TZ", "UTC")
        .args(arguments)
        .output()
        .unwrap()
}

fn says(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn every_command_that_looks_looks_at_files_too() {
    let tree = flat();
    let from = text(tree.path());
    let document: Value =
        serde_json::from_str(&says(&["analyze", "--from", from, "--now", NOW, "-o", "json"])).unwrap();
    assert_eq!(document["generated_at"], NOW);
    assert_eq!(document["clusters"][0]["context"], "");
    let problems = document["problems"].as_array().unwrap();
    let landing = problems
        .iter()
        .find(|one| one["title"].as_str().unwrap().contains("client_temp"))
        .unwrap();
    let id = landing["id"].as_str().unwrap();
    let seed = says(&["--from", from, "prompt", id, "--now", NOW]);
    assert!(seed.contains("Read-only file system"), "{seed}");
    let answer = says(&["explain", "deploy/landing", "--from", from]);
    assert!(
        answer.contains("no model") && answer.contains("read-only"),
        "{answer}"
    );
    let told = says(&["analyze", "--from", from]);
    assert!(
        told.contains("as of 2026-11-21T01:2") && told.contains("Not in the files:"),
        "{told}"
    );
    assert_eq!(
        run(&["analyze", "--from", from, "--fail-on", "critical"])
            .status
            .code(),
        Some(1)
    );
    let packed = Tree::new();
    let archive = packed.path().join("dump.tgz");
    tar(tree.path(), &archive, true);
    let again = says(&["analyze", "--from", text(&archive), "--now", NOW, "-o", "json"]);
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again["problems"].as_array().unwrap().len(), problems.len());
}

#[test]
fn logs_of_pods_that_do_not_fail_are_read_only_where_they_are_asked_for() {
    let tree = Tree::new();
    let pod = |name: &str, state: Value, ready: bool| {
        json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "shop", "creationTimestamp": "2026-11-20T08:00:00Z"},
            "spec": {"nodeName": "n1", "containers": [{"name": "web", "image": "shop/web:1"}]},
            "status": {"phase": "Running",
                "conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}],
                "containerStatuses": [{"name": "web", "ready": ready, "restartCount": 0, "state": state}]}})
    };
    let running = json!({"running": {"startedAt": "2026-11-20T08:00:00Z"}});
    let waiting = json!({"waiting": {"reason": "InvalidImageName", "message": "no"}});
    let pods = [
        pod("calm", running.clone(), true),
        pod("fails", waiting, false),
        pod("mute", running.clone(), true),
        pod("works", running, true),
    ];
    tree.write(
        "pods.json",
        json!({"apiVersion": "v1", "kind": "List", "items": pods}).to_string(),
    );
    let error = "2026-11-21T01:00:00.0Z ERROR cannot write order 17: disk quota exceeded\n";
    tree.write("logs/shop/works/web.log", error);
    tree.write("logs/shop/fails/web.log", error);
    tree.write(
        "logs/shop/calm/web.log",
        "2026-11-21T01:00:00.0Z INFO served, errors: 0\n",
    );
    let from = text(tree.path());
    let analyzed = |more: &[&str]| -> Value {
        let arguments = [&["analyze", "--from", from, "--now", NOW, "-o", "json"], more].concat();
        serde_json::from_str(&says(&arguments)).unwrap()
    };
    let found = |document: &Value| {
        let findings = document["findings"].as_array().unwrap().iter();
        let told = findings.map(|one| {
            format!(
                "{} {}",
                one["code"].as_str().unwrap(),
                one["name"].as_str().unwrap()
            )
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(found(&analyzed(&[])), ["ImageInvalid fails"]);
    let asked = analyzed(&["--filter", "Log"]);
    assert_eq!(found(&asked), ["LogShowsError works"]);
    // Of the third no log is there, and that is said.
    let entries = asked["coverage"]["entries"].as_array().unwrap();
    let unread = entries
        .iter()
        .find(|one| one["what"] == "logs" && one["status"] == "error");
    assert_eq!(unread.unwrap()["objects"], 1, "{entries:?}");
    assert!(found(&analyzed(&["--filter", "Log", "--no-logs"])).is_empty());
}

#[test]
fn what_is_piped_in_is_read_too() {
    let tree = flat();
    let pods = std::fs::File::open(tree.path().join("pods.json")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_k8stui"))
        .env_clear()
        .env("HOME", home.path())
        .args(["analyze", "--from", "-", "--now", NOW])
        .stdin(pods)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("stripe-credentials") && said.contains("Not in the files:"),
        "{output:?}"
    );
}

#[test]
fn the_console_opens_files() {
    let tree = flat();
    let from = text(tree.path());
    let mut terminal = Terminal::start(120, 40, &["--from", from, "--now", NOW], &[]);
    let screen = terminal.until("the first problem, with everything read", |screen| {
        screen.contains("landing: cannot write") && screen.contains("as of 2026-11-21 01:27:40")
    });
    assert!(!screen.contains("live"), "{screen}");
    terminal.keys("/landing\r");
    terminal.until_text("Deployment read-only-root-filesystem/landing");
    terminal.keys("l");
    terminal.until_text("[emerg]");
    terminal.keys("q");
    assert_eq!(terminal.exit_code(), 0);
    assert!(terminal.is_restored());
}

#[test]
fn the_doctor_says_what_the_files_hold() {
    let tree = flat();
    tree.write("broken.json", "{\"a\":");
    tree.write(
        "things.json",
        r#"{"apiVersion":"example.org/v1","kind":"Widget","metadata":{"name":"w"}}"#,
    );
    let said = says(&["doctor", "--from", text(tree.path())]);
    for part in [
        "as of 2026-11-21T01:2",
        "kind           Pod: ",
        "in all namespaces",
        "not in the files: nothing can be said of them",
        "1 Widget.example.org",
        "broken.json, line 1",
        "playbook answers",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    assert_eq!(run(&["doctor", "--from", "nowhere"]).status.code(), Some(2));
}

#[test]
fn what_does_not_go_together_is_wrong_usage_and_what_is_not_there_is_not() {
    let tree = flat();
    let from = text(tree.path());
    for arguments in [
        vec!["analyze", "--now", NOW],
        vec!["--now", NOW, "analyze"],
        vec!["analyze", "--from", from, "--now", "yesterday"],
        vec!["analyze", "--from", from, "--context", "blue"],
        vec!["demo", "--from", from],
        vec!["--from", from, "record", "x"],
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {output:?}");
    }
    let output = run(&["analyze", "--from", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_analysed_like_the_cluster() {
    let demo = Demo::start(DemoOptions {
        seed: 1,
        at: Some(SignedDuration::from_mins(10)),
        port: 0,
        pace: Pace::Stepped,
    })
    .await
    .unwrap();
    let place = Tree::new();
    place.write("kubeconfig", demo.kubeconfig());
    let kubeconfig = place.path().join("kubeconfig");
    let file = place.path().join("shop.jsonl.gz");
    let (kubeconfig, file) = (text(&kubeconfig).to_owned(), text(&file).to_owned());
    tokio::task::spawn_blocking(move || {
        let said = says(&["record", &file, "--for", "0s", "--kubeconfig", &kubeconfig]);
        assert!(
            said.contains("states of objects") && said.contains("its time is over"),
            "{said}"
        );
        let codes = |arguments: &[&str]| -> Vec<String> {
            let document: Value = serde_json::from_str(&says(arguments)).unwrap();
            let findings = document["findings"].as_array().unwrap();
            let mut codes: Vec<String> = findings
                .iter()
                .map(|one| format!("{} {} {} {}", one["id"], one["code"], one["kind"], one["name"]))
                .collect();
            codes.sort();
            codes
        };
        let live = codes(&["analyze", "-o", "json", "--kubeconfig", &kubeconfig]);
        assert!(!live.is_empty());
        assert_eq!(codes(&["analyze", "-o", "json", "--from", &file]), live);
        let nobody = run(&["record", "x", "--kubeconfig", "nowhere"]);
        assert_eq!(nobody.status.code(), Some(2));
    })
    .await
    .unwrap();
}

#[test]
fn the_header_says_what_is_shown_and_of_when() {
    let mut snapshot = fixtures::shop();
    snapshot.cluster.context = "".into();
    snapshot.cluster.connection = Connection::Files {
        name: "must-gather.tgz".into(),
        at: fixtures::ago(3_600),
    };
    let console = Console::new(120, 40).snapshot(snapshot);
    let (first, next) = console.draw();
    let header: String = (0..120).map(|x| first[(x, 0)].symbol()).collect();
    let at = fixtures::ago(3_600).strftime("%Y-%m-%d %H:%M:%S").to_string();
    assert!(
        header.contains("must-gather.tgz") && header.contains(&format!("as of {at}")),
        "{header}"
    );
    assert_eq!(next, None, "nothing on the screen grows older");
    assert_eq!(console.wait(90.0).draw().0, first);
}

/// What is never more than information is told where it is asked for by name; what else is information is not.
#[test]
fn what_pods_may_do_is_told_to_whom_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("node-and-pod.yaml");
    let objects = "
apiVersion: v1
kind: Node
metadata: {name: n1, creationTimestamp: '2026-01-01T10:00:00Z'}
spec: {unschedulable: true}
status: {conditions: [{type: Ready, status: 'True', lastTransitionTime: '2026-01-01T10:00:00Z'}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop, creationTimestamp: '2026-01-01T10:00:00Z'}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: agent, image: 'agent:1', securityContext: {runAsUser: 7}}]}
status: {phase: Running, conditions: [{type: Ready, status: 'True', lastTransitionTime: '2026-01-01T10:00:00Z'}]}
";
    std::fs::write(&file, objects).unwrap();
    let codes = |filter: &[&str]| -> Vec<String> {
        let all = [
            &["analyze", "--from", text(&file), "--now", NOW, "-o", "json"],
            filter,
        ]
        .concat();
        let document: Value = serde_json::from_str(&says(&all)).unwrap();
        let findings = document["findings"].as_array().unwrap().iter();
        findings
            .map(|one| one["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let none: [&str; 0] = [];
    assert_eq!(codes(&[]), none);
    assert_eq!(codes(&["--filter", "Node"]), none);
    assert_eq!(
        codes(&["--filter", "Node", "--severity", "info"]),
        ["NodeCordoned"]
    );
    assert_eq!(codes(&["--filter", "Security,Node"]), ["WorkloadUsesHost"]);
    assert_eq!(codes(&["--filter", "Security", "--severity", "warning"]), none);
}
