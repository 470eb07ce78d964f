//! What changed before a fault, over the objects of a real cluster.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const FILE: &str = "tests/fixtures/changes/rollout-stuck-bad-tag.json";

fn says(arguments: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_k8stui"))
        .env_clear()
        .env("HOME", home.path())
        .args([
            "--from",
            Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE).to_str().unwrap(),
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_rollout_is_told_in_every_form() {
    let change = "image nginx:1.14.2 → nginx:1.99.99";
    let document: Value = serde_json::from_str(&says(&["analyze", "-o", "json"])).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let is_pull = |finding: &&Value| finding["code"] == "ImagePullFailed";
    let root = findings.iter().find(is_pull).unwrap();
    let facts = root["evidence"].as_array().unwrap();
    let fact = facts.iter().find(|fact| fact["type"] == "change").unwrap();
    for (field, want) in [
        ("object", "Deployment/rollout-stuck-bad-tag/storefront"),
        ("path", "spec.template.spec.containers[0].image"),
        ("what", "image"),
        ("old", "nginx:1.14.2"),
        ("new", "nginx:1.99.99"),
        ("origin", "revision 1 (works) → 2"),
        ("time", "2026-11-21T01:21:28Z"),
        ("text", change),
    ] {
        assert_eq!(fact[field], want, "{field}");
    }
    let diagnosis = &root["diagnosis"];
    assert!(
        diagnosis["why"].as_array().unwrap().contains(&fact["n"]),
        "{diagnosis}"
    );
    let cause = diagnosis["cause"].as_str().unwrap();
    assert!(
        cause.ends_with(&format!("Since revision 2 (just before): {change}.")),
        "{cause}"
    );
    assert_eq!(
        diagnosis["commands"][0]["command"],
        "kubectl -n rollout-stuck-bad-tag rollout undo deployment/storefront --to-revision=1"
    );
    for arguments in [
        &["analyze"][..],
        &["prompt", "deploy/storefront"],
        &["explain", "deploy/storefront"],
    ] {
        let said = says(arguments);
        assert!(said.contains(change), "{arguments:?}: {said}");
    }
}
