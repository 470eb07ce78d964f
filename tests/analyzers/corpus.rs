//! The corpus: for each predicate a world in which it must fire, and one that is nearly it and must not.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use k8stui::engine::analyzers::{self, Analyzer};
use k8stui::engine::causes;
use k8stui::engine::core::Core;
use k8stui::engine::custom_kind::{CustomKind, Keep};
use k8stui::engine::finding::{Finding, Severity};
use k8stui::engine::object::Kind;
use k8stui::engine::playbook::Playbook;
use k8stui::engine::problem::{Confidence, Member, Problem, State};
use k8stui::engine::watch::Report;
use k8stui::engine::world::{Delta, LogKey, World};
use serde::Deserialize;
use serde_json::Value;

use super::worlds::{add_log, custom_findings, findings, found_by, is_watched, object, skim_log, world};

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
    /// The same of pods that do not fail.
    #[serde(default)]
    skimmed: BTreeMap<String, String>,
    /// Kinds that have not been read.
    #[serde(default)]
    unread: Vec<String>,
    /// Whether what is allowed more than need be is told too: nearly every pod says too little.
    #[serde(default)]
    posture: bool,
    /// The API server's version, where it is known.
    #[serde(default)]
    server_version: String,
    /// The clock.
    #[serde(default = "noon")]
    now: String,
    /// All findings that there must be; none is a near miss.
    expect: Vec<Expected>,
    /// The problems that they make, where that is told: of each the code of its root, then those of its symptoms.
    #[serde(default)]
    problems: Vec<Vec<String>>,
    /// Rules of causes by which something must hang on something here.
    #[serde(default)]
    rules: Vec<String>,
    /// Rules by which nothing may, although it looks as if it did.
    #[serde(default)]
    near: Vec<String>,
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
pub fn expected_codes() -> BTreeSet<String> {
    let cases = cases().into_iter();
    cases
        .flat_map(|(_, case)| case.expect.into_iter().map(|expected| expected.code))
        .collect()
}

impl Case {
    fn now(&self) -> Timestamp {
        self.now.parse().unwrap()
    }

    /// Its world, logs included.
    fn world(&self) -> World {
        let unread: Vec<&str> = self.unread.iter().map(String::as_str).collect();
        let watched = self.objects.iter().filter(|object| is_watched(object));
        self.objects.iter().for_each(know_kind);
        let mut world = world(watched.cloned(), &unread);
        world.server_version = self.server_version.as_str().into();
        let skimmed = self.skimmed.iter().map(|log| (log, true));
        for ((path, text), skim) in self.logs.iter().map(|log| (log, false)).chain(skimmed) {
            let mut parts = path.split('/');
            let mut next = || parts.next().unwrap_or_default();
            let (namespace, pod, container) = (next(), next(), next());
            let key = LogKey {
                namespace: namespace.into(),
                pod: pod.into(),
                container: container.into(),
                previous: next() == "previous",
            };
            if skim {
                skim_log(&mut world, key, text);
            } else {
                add_log(&mut world, key, "", text);
            }
        }
        world
    }
}

/// Has a custom kind known once its definition is there, as the watch does.
fn know_kind(object: &Value) {
    if object["kind"] == "CustomResourceDefinition" {
        let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let name = (text("/spec/group"), text("/spec/names/kind"));
        let version = text("/spec/versions/0/name");
        let plural = text("/spec/names/plural");
        CustomKind::intern(
            name,
            version,
            plural,
            text("/spec/scope") == "Namespaced",
            Keep::Status,
        );
    }
}

/// The world of every case, with its name and its clock.
pub fn worlds() -> Vec<(String, World, Timestamp)> {
    let cases = cases().into_iter();
    cases
        .map(|(file, case)| (format!("{file}: {}", case.name), case.world(), case.now()))
        .collect()
}

/// What is found of the custom resources of every case, with its name.
pub fn found_of_customs() -> Vec<(String, Finding)> {
    let mut found = Vec::new();
    for (file, case) in cases() {
        let findings = custom_findings(&case.objects, &case.unread, case.now());
        found.extend(
            findings
                .into_iter()
                .map(|one| (format!("{file}: {}", case.name), one)),
        );
    }
    found
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
        && match expected.culprit.as_str() {
            "" => true,
            "none" => culprit.is_empty(),
            expected => culprit == expected,
        }
        && expected.evidence.iter().all(|part| {
            finding
                .evidence
                .iter()
                .any(|fact| format!("{fact:?}").contains(part.as_str()))
        })
}

fn by_id(world: &World, found: &[Finding]) -> causes::Findings {
    found
        .iter()
        .map(|finding| (finding.id(&world.cluster), Arc::new(finding.clone())))
        .collect()
}

/// The rules of a case that do not apply, or do, against what it says.
fn misruled(case: &Case, world: &World, found: &[Finding]) -> Vec<String> {
    let joined = causes::joined_by(world, &by_id(world, found));
    let is = case.rules.iter().filter(|rule| !joined.contains(rule.as_str()));
    let near = case.near.iter().filter(|rule| joined.contains(rule.as_str()));
    is.chain(near).cloned().collect()
}

#[test]
fn every_rule_of_causes_has_a_case_that_is_it_and_one_that_only_looks_like_it() {
    let cases = cases();
    let told = |names: fn(&Case) -> &Vec<String>| -> BTreeSet<String> {
        cases
            .iter()
            .flat_map(|(_, case)| names(case).iter().cloned())
            .collect()
    };
    let (is, near) = (told(|case| &case.rules), told(|case| &case.near));
    let lacking: Vec<&str> = causes::rules::RULES
        .iter()
        .map(|rule| rule.name)
        .filter(|name| !is.contains(*name) || !near.contains(*name))
        .collect();
    assert!(
        lacking.is_empty(),
        "a case in `rules:` and one in `near:` is missing: {lacking:#?}"
    );
    let known: BTreeSet<&str> = causes::rules::RULES.iter().map(|rule| rule.name).collect();
    let unknown: Vec<&String> = is
        .union(&near)
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "no such rule: {unknown:?}");
}

/// The problems that findings make, worst first.
fn joined(world: &World, found: &[Finding], now: Timestamp) -> Vec<Vec<String>> {
    let findings = by_id(world, found);
    causes::problems(world, &findings, &Playbook::builtin(), now)
        .iter()
        .map(|problem| {
            let code = |member: &Member| member.finding.code.to_string();
            let mut symptoms: Vec<String> = problem.symptoms().map(code).collect();
            symptoms.sort();
            problem.root().map(code).into_iter().chain(symptoms).collect()
        })
        .collect()
}

/// A cause that may lie in what may not be read is said to be unknown, and what is said of it is no more than possible.
#[test]
fn a_cause_that_may_not_be_looked_at_is_said_to_be_unknown() {
    let told = |name: &str| {
        let cases = cases();
        let (_, case) = cases.iter().find(|(_, case)| case.name == name).unwrap();
        let (mut world, now) = (case.world(), case.now());
        for kind in case.unread.iter().filter_map(|name| Kind::from_name(name)) {
            world.apply(Delta::Unreadable {
                kind,
                namespace: None,
            });
        }
        let findings = by_id(&world, &findings(&world, now));
        let problems = causes::problems(&world, &findings, &Playbook::builtin(), now);
        let [problem] = problems.as_slice() else {
            panic!("{problems:#?}")
        };
        let unknown: Vec<&str> = problem.unknown_cause.iter().map(|kind| kind.name()).collect();
        (
            unknown.join(", "),
            problem.title.to_string(),
            problem.diagnosis.clone(),
        )
    };
    let (unknown, title, diagnosis) = told("a Service is not missed where Services may not be read");
    assert_eq!(unknown, "Service");
    assert!(title.ends_with("(cause unknown)"), "{title}");
    assert_eq!(diagnosis.confidence, Confidence::Possible);
    assert!(
        diagnosis.cause.contains("Service may not be read"),
        "{}",
        diagnosis.cause
    );
    let (unknown, title, _) = told("a name that was mistyped is the mistake of the client");
    assert_eq!((unknown.as_str(), title.contains("unknown")), ("", false));
}

#[test]
fn each_predicate_fires_and_its_near_miss_does_not() {
    let cases = cases();
    let mut failures = Vec::new();
    for (file, case) in &cases {
        let (world, now) = (case.world(), case.now());
        let mut found = findings(&world, now);
        found.extend(custom_findings(&case.objects, &case.unread, now));
        if case.posture {
            found.extend(found_by(analyzers::posture(), &world, now));
        }
        let right = found.len() == case.expect.len()
            && case
                .expect
                .iter()
                .all(|expected| found.iter().any(|finding| matches(finding, expected)));
        let told = case.problems.is_empty() || joined(&world, &found, now) == case.problems;
        let misruled = misruled(case, &world, &found);
        if !right || !told || !misruled.is_empty() {
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
            failures.push(format!(
                "{file}: {}\n  found:\n{}\n  problems: {:?}\n  rules that do not do as told: {misruled:?}",
                case.name,
                seen.join("\n"),
                joined(&world, &found, now)
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
    assert!(cases.len() >= 360, "{} cases", cases.len());
}

/// What is told of a world at a moment.
#[derive(Debug, PartialEq)]
struct Told {
    /// Every finding by code, object and subject.
    findings: BTreeSet<String>,
    /// Every problem of which nothing has healed: what is its root, what hangs on it, how bad it is and what heals it.
    problems: BTreeSet<String>,
    /// Whether anything that has healed is still in a problem.
    remembers: bool,
}

impl Told {
    fn by<'a>(problems: impl IntoIterator<Item = &'a Arc<Problem>>) -> Self {
        let problems: Vec<_> = problems
            .into_iter()
            .filter(|problem| problem.state == State::Active)
            .collect();
        let (healed, whole): (Vec<&Arc<Problem>>, Vec<_>) = problems
            .iter()
            .copied()
            .partition(|problem| problem.members.iter().any(|member| member.healed.is_some()));
        let members = problems.iter().flat_map(|problem| &problem.members);
        Self {
            findings: members
                .filter(|member| member.healed.is_none())
                .map(|member| words(&member.finding))
                .collect(),
            problems: whole.into_iter().map(|problem| shape(problem)).collect(),
            remembers: !healed.is_empty(),
        }
    }

    /// Whether it is what one look tells, but for what has healed.
    fn is(&self, one_look: &Self) -> bool {
        let same = if self.remembers {
            self.problems.is_subset(&one_look.problems)
        } else {
            self.problems == one_look.problems
        };
        self.findings == one_look.findings && same
    }
}

fn told(core: &mut Core, now: Timestamp) -> Told {
    core.settle(now);
    Told::by(&core.snapshot(now).problems)
}

fn shape(problem: &Problem) -> String {
    let mut members: Vec<String> = problem
        .members
        .iter()
        .map(|member| format!("{:?} {}", member.role, words(&member.finding)))
        .collect();
    members.sort();
    let (severity, culprit, title) = (problem.severity, &problem.culprit, &problem.title);
    format!("{severity} {title} {culprit}: {}", members.join(", "))
}

fn words(finding: &Finding) -> String {
    format!("{} {} {}", finding.code, finding.object, finding.subject)
}

/// A core that has read everything there is of every kind but those in `unread`, which is nothing so far.
fn read_core(looking: Vec<Box<dyn Analyzer>>, case: &Case, now: Timestamp) -> Core {
    let mut core = Core::new("", Vec::new(), looking, Playbook::default(), false, now);
    let identity = Report::Identity {
        id: "cluster".into(),
        server_version: case.server_version.as_str().into(),
    };
    core.take(identity, now);
    let read = Kind::ALL
        .iter()
        .filter(|kind| case.unread.iter().all(|unread| unread != kind.name()));
    let read = read.map(|kind| Delta::Synced {
        kind: *kind,
        namespace: None,
        keep: HashSet::default(),
    });
    core.take(Report::Deltas(read.collect()), now);
    core
}

/// Objects come one by one, in either order, and go one by one: what is told then is what one look would tell.
#[test]
fn what_is_told_step_by_step_is_what_one_look_tells() {
    let mut failures = Vec::new();
    for (file, case) in cases()
        .iter()
        .filter(|(_, case)| case.logs.is_empty() && case.skimmed.is_empty())
    {
        let now: Timestamp = case.now.parse().unwrap();
        let unread: Vec<&str> = case.unread.iter().map(String::as_str).collect();
        let looking = || {
            let posture = analyzers::posture().into_iter().filter(|_| case.posture);
            analyzers::all().into_iter().chain(posture).collect()
        };
        let one_look = |objects: &[Value]| -> Told {
            let mut world = world(objects.iter().cloned(), &unread);
            world.server_version = case.server_version.as_str().into();
            let found = found_by(looking(), &world, now).into_iter();
            let found = found.map(|one| (one.id(&world.cluster), Arc::new(one)));
            Told::by(&causes::problems(
                &world,
                &found.collect(),
                &Playbook::default(),
                now,
            ))
        };
        let mut compare = |step: &str, told: &Told, wanted: &Told| {
            if !told.is(wanted) {
                let name = &case.name;
                failures.push(format!(
                    "{file}: {name}, {step}\n  {told:?}\n  and not {wanted:?}"
                ));
            }
        };
        for step in ["backwards", "forwards"] {
            let mut objects = case.objects.clone();
            // Custom kinds have a test of their own.
            objects.retain(is_watched);
            if step == "backwards" {
                objects.reverse();
            }
            let mut core = read_core(looking(), case, now);
            for value in &objects {
                let delta = Delta::Upsert(object(value.clone()).unwrap());
                core.take(Report::Deltas(vec![delta]), now);
                core.settle(now);
            }
            compare(step, &told(&mut core, now), &one_look(&objects));
            while let Some(gone) = objects.pop() {
                let key = object(gone).unwrap().key();
                core.take(Report::Deltas(vec![Delta::Remove(key.clone())]), now);
                let step = format!("{step}, then without {key:?}");
                compare(&step, &told(&mut core, now), &one_look(&objects));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{}:\n{}",
        failures.len(),
        failures.join("\n")
    );
}
