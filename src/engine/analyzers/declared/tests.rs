use serde_json::{Value, json};

use super::*;

const FILE: &str = r#"
- group: example.io
  kinds: [Widget]
  let:
    wanted: object.spec.size
  related:
    parts: {kind: ConfigMap, refs: "object.spec.parts"}
    pods: {kind: Pod, selector: "object.spec.selector"}
    children: {group: example.io, kind: Gadget, owned: true}
    rest: {group: example.io, kind: Widget, all: true}
  findings:
    - code: WidgetTooSmall
      when: object.status.size < wanted
      severity: "{{ object.status.size == 0 ? 'critical' : 'warning' }}"
      title: "{{ object.status.size }} of {{ wanted }}"
      since: conditions.Sized.since
      grace: 60
      evidence: [spec.size, "status.conditions[type=Sized]"]
    - code: WidgetPartMissing
      each: related.parts
      when: "!item.exists"
      subject: "{{ item.name }}"
      severity: warning
      title: "part {{ item.name }} is not there"
      culprit: item
      evidence: ["spec.parts[{{ index }}]"]
    - code: WidgetAlone
      when: size(related.pods) == 0 && size(related.children) == 0 && size(related.rest) == 1
      severity: info
      title: alone
    - code: WidgetOdd
      when: object.spec.size + 'x' == ''
      severity: info
      title: odd
"#;

#[test]
fn every_built_in_file_is_sound() {
    let (catalog, errors) = Catalog::parse(Catalog::builtin_files());
    assert_eq!(errors, []);
    assert!(Catalog::builtin_files().len() >= 12);
    for declared in catalog.all() {
        assert!(!declared.about.is_empty(), "{:?}", declared.kinds);
        assert!(
            declared.rules().iter().all(|rule| !rule.means.is_empty()),
            "{:?}",
            declared.kinds
        );
    }
}

const NOW: &str = "2026-01-01T12:00:00Z";

fn widget() -> Value {
    json!({"apiVersion": "example.io/v1", "kind": "Widget",
        "metadata": {"name": "w", "namespace": "shop", "uid": "u1", "creationTimestamp": "2026-01-01T10:00:00Z"},
        "spec": {"size": 3, "parts": ["a", "b"], "selector": {"app": "w"}},
        "status": {"size": 1, "conditions": [
            {"type": "Sized", "status": "False", "lastTransitionTime": "2026-01-01T11:58:00Z"}]}})
}

fn codes(objects: &[Value], unread: &[&str]) -> (Vec<String>, Vec<Trouble>) {
    let (catalog, errors) = Catalog::parse([("mine.yaml", FILE)]);
    assert_eq!(errors, []);
    let unread: Vec<String> = unread.iter().map(|kind| (*kind).to_owned()).collect();
    let near = Objects::new(objects, &unread);
    let mut trouble = Vec::new();
    let widget = objects.first().unwrap();
    let analysis = catalog.analyze(Resource::new(widget), &near, NOW.parse().unwrap(), &mut trouble);
    let found = analysis
        .findings
        .iter()
        .map(|finding| format!("{} {} {}", finding.severity, finding.code, finding.title))
        .collect();
    (found, trouble)
}

#[test]
fn rules_see_the_object_and_what_is_related() {
    let part =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}});
    let (found, trouble) = codes(&[widget(), part.clone()], &[]);
    assert_eq!(
        found,
        [
            "warning WidgetTooSmall 1 of 3",
            "warning WidgetPartMissing part b is not there",
            "info WidgetAlone alone"
        ]
    );
    assert_eq!(trouble.len(), 1, "{trouble:?}");
    assert_eq!(trouble.first().map(|one| one.code.as_str()), Some("WidgetOdd"));

    let (found, _) = codes(&[widget(), part], &["ConfigMap", "Pod"]);
    assert_eq!(
        found,
        ["warning WidgetTooSmall 1 of 3"],
        "what was not read says nothing"
    );

    let child = json!({"apiVersion": "example.io/v1", "kind": "Gadget", "metadata": {"name": "g",
        "namespace": "shop", "ownerReferences": [{"uid": "u1"}]}});
    let (found, _) = codes(&[widget(), child], &["ConfigMap"]);
    assert_eq!(found, ["warning WidgetTooSmall 1 of 3"]);
}

#[test]
fn a_rule_waits_for_its_grace_and_for_the_controller() {
    let at = |path: &str, value: Value| {
        let mut widget = widget();
        *widget.pointer_mut(path).unwrap() = value;
        widget
    };
    let late = at(
        "/status/conditions/0/lastTransitionTime",
        json!("2026-01-01T11:59:30Z"),
    );
    let (found, _) = codes(&[late], &["ConfigMap", "Pod"]);
    assert!(found.is_empty(), "{found:?}");
    let mut unseen = at("/metadata/creationTimestamp", json!("2026-01-01T11:59:00Z"));
    *unseen.pointer_mut("/metadata").unwrap() = json!({"name": "w", "namespace": "shop", "generation": 2,
        "creationTimestamp": "2026-01-01T11:59:00Z"});
    *unseen.pointer_mut("/status").unwrap() = json!({"size": 0, "observedGeneration": 1,
        "conditions": [{"type": "Sized", "status": "False", "lastTransitionTime": "2026-01-01T10:00:00Z"}]});
    let (found, _) = codes(&[unseen], &["ConfigMap", "Pod"]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn findings_carry_what_shows_them() {
    let (catalog, _) = Catalog::parse([("mine.yaml", FILE)]);
    let widget = widget();
    let near = Objects::new([&widget], &[]);
    let analysis = catalog.analyze(
        Resource::new(&widget),
        &near,
        NOW.parse().unwrap(),
        &mut Vec::new(),
    );
    let small = analysis.findings.first().unwrap();
    assert_eq!(
        small.since.map(|since| since.to_string()).as_deref(),
        Some("2026-01-01T11:58:00Z")
    );
    let paths: Vec<String> = small
        .evidence
        .iter()
        .map(|fact| format!("{:?} {}", fact.source, fact.text))
        .collect();
    assert_eq!(
        paths,
        [
            "Field { path: \"spec.size\" } 3",
            "Field { path: \"status.conditions[0]\" } Sized=False"
        ]
    );
    let missing = analysis.findings.get(1).unwrap();
    assert_eq!(
        missing.culprit.as_ref().map(ToString::to_string).as_deref(),
        Some("ConfigMap/shop/a")
    );
    assert_eq!(&*missing.subject, "a");
}

#[test]
fn a_broken_file_is_said_and_the_rest_goes_on() {
    let (catalog, errors) = Catalog::parse([("broken.yaml", "- group: [\n"), ("mine.yaml", FILE)]);
    assert_eq!(catalog.all().len(), 1);
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors.first().map(|error| error.file.as_str()),
        Some("broken.yaml")
    );
}

#[test]
fn of_two_rules_with_one_code_the_first_is_used() {
    let mine = "- group: example.io\n  kinds: [Widget]\n  findings:\n    \
                - {code: WidgetTooSmall, when: 'false', severity: info, title: t}\n";
    let (catalog, _) = Catalog::parse([("mine.yaml", mine), ("shipped.yaml", FILE)]);
    let widget = widget();
    let near = Objects::new([&widget], &["ConfigMap".to_owned(), "Pod".to_owned()]);
    let analysis = catalog.analyze(
        Resource::new(&widget),
        &near,
        NOW.parse().unwrap(),
        &mut Vec::new(),
    );
    assert!(
        analysis
            .findings
            .iter()
            .all(|finding| &*finding.code != "WidgetTooSmall")
    );
}

#[test]
fn groups_may_be_patterns() {
    let text = "- {group: '*.upbound.io', kinds: ['*']}\n";
    let (catalog, errors) = Catalog::parse([("a.yaml", text)]);
    assert_eq!(errors, []);
    for (group, is) in [
        ("rds.aws.upbound.io", true),
        ("upbound.io", true),
        ("notupbound.io", false),
    ] {
        assert_eq!(catalog.about(group, "X").count() == 1, is, "{group}");
    }
}
