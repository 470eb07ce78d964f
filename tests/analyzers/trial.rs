//! `k8stui analyzers`: what is listed, and the trial of a person's own file.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const MINE: &str = "- group: example.io
  kinds: [Widget]
  about: widgets without colour
  related:
    maps: {kind: ConfigMap, refs: 'object.spec.maps'}
  findings:
    - code: WidgetPale
      means: a widget has no colour
      when: object.spec.colour == ''
      severity: warning
      title: 'pale {{ object.metadata.name }}'
      evidence: [spec.colour]
    - code: WidgetMapMissing
      means: its ConfigMap does not exist
      each: related.maps
      when: '!item.exists'
      severity: critical
      title: 'no ConfigMap {{ item.name }}'
      culprit: item
";

const OBJECTS: &str = "apiVersion: example.io/v1
kind: Widget
metadata: {name: one, namespace: shop}
spec: {colour: '', maps: [there, gone]}
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: there, namespace: shop}}
  - apiVersion: example.io/v1
    kind: Widget
    metadata: {name: two, namespace: shop}
    spec: {colour: red, maps: []}
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

#[test]
fn a_persons_own_file_is_tried_on_objects() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, objects) = (
        folder.path().join("mine.yaml"),
        folder.path().join("objects.yaml"),
    );
    std::fs::write(&mine, MINE).unwrap();
    std::fs::write(&objects, OBJECTS).unwrap();
    let (mine, objects) = (mine.to_str().unwrap(), objects.to_str().unwrap());
    let now = "2026-01-01T12:00:00Z";
    let (code, said, _) = run(
        folder.path(),
        &["analyzers", "test", mine, "--object", objects, "--now", now],
    );
    assert_eq!(code, 0);
    insta::assert_snapshot!(said.replace(mine, "mine.yaml"), @r"
    mine.yaml: sound, 1 analyzers with 2 findings

    Widget/shop/one
      ⚠ WidgetPale pale one
          Widget/shop/one spec.colour: 
      ✖ WidgetMapMissing no ConfigMap gone
          culprit: ConfigMap/shop/gone

    Widget/shop/two
      nothing found
    ");
}

#[test]
fn what_is_shipped_and_what_is_ones_own_is_listed_and_a_broken_file_spoils_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("k8stui/analyzers");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("mine.yaml"), MINE).unwrap();
    let listed = |expected: i32| -> (Vec<Value>, String) {
        let (code, said, complaint) = run(folder.path(), &["analyzers", "list", "-o", "json"]);
        assert_eq!(code, expected, "{complaint}");
        (serde_json::from_str(&said).unwrap(), complaint)
    };
    let (all, _) = listed(0);
    let has = |all: &[Value], code: &str| {
        all.iter()
            .flat_map(|one| one["codes"].as_array().unwrap())
            .any(|one| one["code"] == code)
    };
    for code in ["WidgetPale", "RouteBackendMissing", "CustomResourceNotReady"] {
        assert!(has(&all, code), "{code}");
    }
    assert!(all.iter().any(|one| one["name"] == "Pod"));

    std::fs::write(own.join("broken.yaml"), "- group: example.io\n  kinds: 7\n").unwrap();
    let (all, complaint) = listed(2);
    assert!(has(&all, "WidgetPale"), "the rest goes on");
    assert!(complaint.contains("broken.yaml:2:"), "{complaint}");
}
