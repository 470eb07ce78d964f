//! `k8stui playbook`: what is listed, the trial of a person's own file, and what becomes of a broken one.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const MINE: &str = "- name: ledger-locked
  codes: [ContainerCrashLoop]
  when: [{log: 'ledger (?P<ledger>[\\w-]+) is locked'}, {lines: 'lock held by (?P<holder>[\\w-]+)'}]
  unless: [{log: 'for reading'}]
  confidence: certain
  cause: 'Container {container} cannot open the ledger {ledger}: {holder} holds its lock.'
  fix: 'Let {holder} end first.'
  docs: 'https://wiki.example/ledger'
  change: ['kubectl -n {namespace} delete pod {holder}']
";

const FINDING: &str = "code: ContainerCrashLoop
title: 'ledger main is locked'
object: Pod/shop/web-1
owner: Deployment/shop/web
container: web
evidence:
  - {type: log, text: 'FATAL ledger main is locked'}
log: |
  INFO lock held by web-0
  FATAL ledger main is locked
";

fn run(config: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_k8stui"))
        .args(arguments)
        .env("XDG_CONFIG_HOME", config)
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// A crash loop in a file, with what it logged beside it.
fn dump(folder: &Path) -> String {
    let pod = r#"{"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web-1", "namespace": "shop", "uid": "u1", "creationTimestamp": "2026-01-01T11:00:00Z"},
        "spec": {"nodeName": "n1", "containers": [{"name": "web", "image": "shop/web:1"}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "web", "ready": false, "restartCount": 7,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-01-01T11:59:59Z"}}}]}}"#;
    let path = folder.join("pods.json");
    std::fs::write(&path, pod).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_persons_own_file_is_tried_on_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, finding) = (
        folder.path().join("mine.yaml"),
        folder.path().join("finding.yaml"),
    );
    std::fs::write(&mine, MINE).unwrap();
    std::fs::write(&finding, FINDING).unwrap();
    let (mine, finding) = (mine.to_str().unwrap(), finding.to_str().unwrap());
    let (code, said, complaint) = run(folder.path(), &["playbook", "test", mine, "--finding", finding]);
    assert_eq!(code, 0, "{complaint}");
    insta::assert_snapshot!(said.replace(mine, "mine.yaml"), @r"
    mine.yaml: sound, 1 signatures
    it explains 1 of 1 that it was tried on

    ContainerCrashLoop ledger main is locked
      mine.yaml:1 ledger-locked [certain]
          cause: Container web cannot open the ledger main: web-0 holds its lock.
          fix: Let web-0 end first.
          docs: https://wiki.example/ledger
          ⚠ kubectl -n shop delete pod web-0
    ");
    // What only looks like it.
    std::fs::write(
        finding,
        FINDING.replace("main is locked'}", "main is locked for reading'}"),
    )
    .unwrap();
    let (_, said, _) = run(
        folder.path(),
        &["playbook", "test", mine, "--finding", finding, "-o", "json"],
    );
    assert_eq!(
        serde_json::from_str::<Value>(&said).unwrap(),
        Value::Array(Vec::new())
    );
    std::fs::write(finding, "code: A\ntitle: 7\nobjekt: x\n").unwrap();
    let (code, _, complaint) = run(folder.path(), &["playbook", "test", mine, "--finding", finding]);
    assert_eq!(code, 2);
    assert!(complaint.contains("finding.yaml:"), "{complaint}");
}

#[test]
fn a_persons_own_file_is_tried_on_what_files_show() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine.yaml");
    let text = "- name: all-crashes\n  codes: [ContainerCrashLoop]\n  confidence: possible\n  cause: '{pod} crashes'\n  fix: look\n";
    std::fs::write(&mine, text).unwrap();
    let pods = dump(folder.path());
    let arguments = [
        "playbook",
        "test",
        mine.to_str().unwrap(),
        "--from",
        &pods,
        "-o",
        "json",
    ];
    let (code, said, complaint) = run(folder.path(), &arguments);
    assert_eq!(code, 0, "{complaint}");
    let tried: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(tried[0]["fits"][0]["name"], "all-crashes", "{said}");
    assert_eq!(tried[0]["fits"][0]["diagnosis"]["cause"], "web-1 crashes");
}

#[test]
fn ones_own_come_first_and_a_broken_file_is_told_and_spoils_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("k8stui/playbook");
    std::fs::create_dir_all(&own).unwrap();
    let text = "- name: mine\n  codes: [ContainerCrashLoop]\n  when: [{path: exitCode, value: '^1$'}]\n  confidence: certain\n  cause: as we know\n  fix: ask the shop\n  docs: https://wiki.example/shop\n";
    std::fs::write(own.join("a.yaml"), text).unwrap();
    let listed = |expected: i32| -> (Vec<Value>, String) {
        let (code, said, complaint) = run(folder.path(), &["playbook", "list", "-o", "json"]);
        assert_eq!(code, expected, "{complaint}");
        (serde_json::from_str(&said).unwrap(), complaint)
    };
    let (all, _) = listed(0);
    assert_eq!(all[0]["name"], "mine");
    assert!(
        all[0]["file"].as_str().unwrap().ends_with("a.yaml") && all[0]["line"] == 1,
        "{}",
        all[0]
    );
    assert!(all.iter().any(|one| one["name"] == "connection-refused"));
    let (code, said, _) = run(folder.path(), &["playbook", "list"]);
    assert_eq!(code, 0);
    assert!(
        said.starts_with("mine: ContainerCrashLoop  (certain; ")
            && said.contains("when path: exitCode, value: ^1$")
    );

    std::fs::write(
        own.join("b.yaml"),
        "- codes: [A]\n  confidence: sure\n  cause: a\n  fix: b\n",
    )
    .unwrap();
    let (all, complaint) = listed(2);
    assert_eq!(all[0]["name"], "mine", "the rest goes on");
    assert!(complaint.contains("b.yaml:2:"), "{complaint}");

    let pods = dump(folder.path());
    let (code, said, complaint) = run(folder.path(), &["analyze", "--from", &pods, "-o", "json"]);
    assert_eq!(code, 0, "{complaint}");
    let document: Value = serde_json::from_str(&said).unwrap();
    let root = &document["findings"][0];
    assert_eq!(root["diagnosis"]["cause"], "as we know", "{root}");
    assert_eq!(root["diagnosis"]["signature"], "mine");
    assert!(
        said.contains("b.yaml:2:"),
        "the coverage says what was not used: {}",
        document["coverage"]
    );
    let id = document["problems"][0]["id"].as_str().unwrap();
    let (_, said, _) = run(folder.path(), &["explain", id, "--from", &pods]);
    assert!(said.contains("https://wiki.example/shop"), "{said}");
}

#[test]
fn of_one_state_there_is_one_prompt_whatever_is_masked() {
    let folder = tempfile::tempdir().unwrap();
    let pods = dump(folder.path());
    let told = std::fs::read_to_string(&pods).unwrap().replace(
        "\"image\": \"shop/web:1\"",
        "\"image\": \"shop/web:1\", \"env\": [{\"name\": \"DB_PASSWORD\", \"value\": \"hunter22\"}, {\"name\": \"API_TOKEN\", \"value\": \"geheim99\"}]",
    );
    std::fs::write(&pods, told).unwrap();
    let prompt = || run(folder.path(), &["prompt", "pod/shop/web-1", "--from", &pods]);
    let (code, first, complaint) = prompt();
    assert_eq!(code, 0, "{complaint}");
    assert!(
        first.contains("#1>") && first.contains("#2>") && !first.contains("hunter22"),
        "{first}"
    );
    for _ in 0..2 {
        assert_eq!(prompt().1, first);
    }
}
