use serde_json::{Value, json};

use super::{Changed, Findings, Problems};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{
    Deployment, EndpointSlice, Node, PersistentVolumeClaim, Pod, ReplicaSet, Service,
};
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::playbook::Playbook;
use crate::engine::problem::{Problem, Role, State};
use crate::engine::world::{Delta, Object, World};
use jiff::Timestamp;
use std::sync::Arc;

fn decode<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// A Deployment `web` with two pods behind a Service, a pod `db-0` with a claim, and two nodes.
fn shop() -> World {
    let mut world = World::new("c1".into());
    let owned = |kind: &str, name: &str| json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": true}]);
    let mut put = |object: Object| drop(world.apply(Delta::Upsert(object)));
    put(decode::<Deployment>(json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}}})).into());
    put(decode::<ReplicaSet>(json!({"metadata": {"name": "web-1", "namespace": "shop", "ownerReferences": owned("Deployment", "web")}})).into());
    for pod in ["web-1-a", "web-1-b"] {
        put(decode::<Pod>(json!({"metadata": {"name": pod, "namespace": "shop", "labels": {"app": "web"}, "ownerReferences": owned("ReplicaSet", "web-1")}, "spec": {"nodeName": "n1"}})).into());
    }
    put(decode::<Service>(
        json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"selector": {"app": "web"}}}),
    )
    .into());
    put(decode::<EndpointSlice>(json!({"metadata": {"name": "web-x", "namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}}})).into());
    put(
        decode::<PersistentVolumeClaim>(json!({"metadata": {"name": "data-db-0", "namespace": "shop"}}))
            .into(),
    );
    put(decode::<Pod>(json!({"metadata": {"name": "db-0", "namespace": "shop"}, "spec": {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}]}})).into());
    put(decode::<Node>(json!({"metadata": {"name": "n1"}})).into());
    world
}

/// The same, of which everything has been read.
fn read_shop() -> World {
    let mut world = shop();
    for kind in Kind::ALL {
        let keep = world.keys(*kind).into_iter().map(|key| (key.namespace, key.name));
        world.apply(Delta::Synced {
            kind: *kind,
            namespace: None,
            keep: keep.collect(),
        });
    }
    world
}

/// A finding about an object of the shop.
fn finding(world: &World, code: &str, kind: Kind, name: &str) -> Finding {
    let namespace = if kind.namespaced() { "shop" } else { "" };
    let key = Key::new(kind, namespace, name);
    let mut finding = Finding::new(code, Severity::Warning, key.object(), format!("{code} happened"));
    finding.owner = world.top_owner(&key);
    finding.evidence = vec![Evidence::field(key.object(), "status.phase", "Pending")];
    finding
}

fn findings(all: impl IntoIterator<Item = Finding>) -> Findings {
    all.into_iter()
        .map(|finding| (finding.id("c1"), Arc::new(finding)))
        .collect()
}

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn assemble(world: &World, all: impl IntoIterator<Item = Finding>) -> Vec<Arc<Problem>> {
    super::problems(world, &findings(all), &Playbook::builtin(), now())
}

/// Each problem as `title ×count: role kind/name code, …`.
fn shape(problems: &[Arc<Problem>]) -> Vec<String> {
    problems
        .iter()
        .map(|problem| {
            let members: Vec<String> = problem
                .members
                .iter()
                .map(|member| {
                    format!(
                        "{:?} {} {}",
                        member.role,
                        member.finding.object.short(),
                        member.finding.code
                    )
                })
                .collect();
            format!("×{} {}", problem.count, members.join(", "))
        })
        .collect()
}

#[test]
fn replicas_that_fail_alike_are_one_row_and_what_follows_hangs_on_it() {
    let world = shop();
    let problems = assemble(
        &world,
        [
            finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-a"),
            finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-b"),
            finding(&world, "ContainerNotReady", Kind::Pod, "web-1-b"),
            finding(&world, "DeploymentUnavailable", Kind::Deployment, "web"),
            finding(&world, "ServiceNoReadyEndpoints", Kind::Service, "web"),
        ],
    );
    assert_eq!(
        shape(&problems),
        [
            "×2 Root Pod/web-1-a ContainerCrashLoop, Equal Pod/web-1-b ContainerCrashLoop, \
          Symptom Pod/web-1-b ContainerNotReady, Symptom Deployment/web DeploymentUnavailable, \
          Symptom Service/web ServiceNoReadyEndpoints"
        ]
    );
    assert_eq!(&*problems[0].title, "web: ContainerCrashLoop happened");
    assert_eq!(
        problems[0].severity,
        Severity::Critical,
        "nothing of the Deployment serves"
    );
}

#[test]
fn what_does_not_follow_from_each_other_stays_apart() {
    let world = shop();
    let mut sidecar = finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-a");
    sidecar.subject = "sidecar".into();
    let mut main = finding(&world, "ImagePullFailed", Kind::Pod, "web-1-a");
    main.subject = "web".into();
    let problems = assemble(
        &world,
        [
            sidecar,
            main,
            finding(&world, "PodUnschedulable", Kind::Pod, "db-0"),
        ],
    );
    assert_eq!(problems.len(), 3, "{:?}", shape(&problems));
}

#[test]
fn a_pod_follows_from_its_claim_and_a_lost_pod_from_its_node() {
    let world = shop();
    let problems = assemble(
        &world,
        [
            finding(&world, "PodUnschedulable", Kind::Pod, "db-0"),
            finding(&world, "ClaimPending", Kind::PersistentVolumeClaim, "data-db-0"),
            finding(&world, "ContainerNotReady", Kind::Pod, "web-1-a"),
            finding(&world, "NodeNotReady", Kind::Node, "n1"),
        ],
    );
    let mut shapes = shape(&problems);
    shapes.sort();
    assert_eq!(
        shapes,
        [
            "×1 Root Node/n1 NodeNotReady, Symptom Pod/web-1-a ContainerNotReady",
            "×1 Root PersistentVolumeClaim/data-db-0 ClaimPending, Symptom Pod/db-0 PodUnschedulable",
        ]
    );
}

#[test]
fn a_crash_does_not_follow_from_the_node_that_it_happens_on() {
    let world = shop();
    let problems = assemble(
        &world,
        [
            finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-a"),
            finding(&world, "NodeNotReady", Kind::Node, "n1"),
        ],
    );
    assert_eq!(problems.len(), 2);
}

#[test]
fn the_id_survives_a_rollout_and_another_root_keeps_the_row() {
    let world = shop();
    let before = assemble(
        &world,
        [finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-a")],
    );
    let after = assemble(
        &world,
        [finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-b")],
    );
    assert_eq!(before[0].id, after[0].id);
    let rooted = assemble(
        &world,
        [
            finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-a"),
            finding(&world, "ServiceNoReadyEndpoints", Kind::Service, "web"),
        ],
    );
    let service = assemble(
        &world,
        [finding(&world, "ServiceNoReadyEndpoints", Kind::Service, "web")],
    );
    assert!(
        rooted[0].answers_to(&service[0].id),
        "the problem answers to what it was before"
    );
}

#[test]
fn a_healed_problem_stays_a_while_and_leaves() {
    let world = read_shop();
    let playbook = Playbook::builtin();
    let mut problems = Problems::default();
    let failing = findings([finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-a")]);
    assert!(problems.update(
        &world,
        &failing,
        Changed::Everything,
        &playbook,
        &|_| false,
        now()
    ));
    assert!(
        !problems.update(
            &world,
            &failing,
            Changed::Everything,
            &playbook,
            &|_| false,
            now()
        ),
        "nothing changed"
    );
    assert!(problems.update(
        &world,
        &Findings::new(),
        Changed::Everything,
        &playbook,
        &|_| false,
        now()
    ));
    assert_eq!(problems.all()[0].state, State::Healed(now()));
    assert_eq!((problems.healed(), problems.next_leave().is_some()), (1, true));
    let back = problems.update(
        &world,
        &failing,
        Changed::Everything,
        &playbook,
        &|_| false,
        now(),
    );
    assert!(back && problems.all()[0].state == State::Active && problems.all().len() == 1);
    problems.update(
        &world,
        &Findings::new(),
        Changed::Everything,
        &playbook,
        &|_| false,
        now(),
    );
    let later = problems.next_leave().unwrap();
    assert!(problems.update(
        &world,
        &Findings::new(),
        Changed::Everything,
        &playbook,
        &|_| false,
        later
    ));
    assert!(problems.all().is_empty());
}

#[test]
fn what_was_not_understood_yet_does_not_heal() {
    let world = shop();
    let mut problems = Problems::default();
    let failing = findings([finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-a")]);
    let playbook = Playbook::builtin();
    problems.update(
        &world,
        &failing,
        Changed::Everything,
        &playbook,
        &|_| false,
        now(),
    );
    assert!(problems.all()[0].provisional);
    problems.update(
        &world,
        &Findings::new(),
        Changed::Everything,
        &playbook,
        &|_| false,
        now(),
    );
    assert!(problems.all().is_empty(), "it goes without a word");
    assert_eq!(problems.healed(), 0);
}

#[test]
fn worst_first_then_what_most_hangs_on() {
    let world = shop();
    let mut info = finding(&world, "NodeCordoned", Kind::Node, "n1");
    info.severity = Severity::Info;
    let problems = assemble(
        &world,
        [
            info,
            finding(&world, "PodUnschedulable", Kind::Pod, "db-0"),
            finding(&world, "ContainerCrashLoop", Kind::Pod, "web-1-a"),
        ],
    );
    let order: Vec<(Severity, &Text)> = problems
        .iter()
        .map(|one| (one.severity, &one.owner.name))
        .collect();
    assert_eq!(order[0], (Severity::Critical, &"web".into()));
    assert_eq!(order[1], (Severity::Warning, &"db-0".into()));
    assert_eq!(order[2], (Severity::Info, &"n1".into()));
    assert!(problems.iter().all(|one| one.members[0].role == Role::Root));
}

#[test]
fn what_blames_an_object_hangs_on_what_is_said_of_it() {
    let world = read_shop();
    let secret = ObjectRef::new("v1", "Secret", "shop", "login");
    let mut missing = Finding::new(
        "SecretMissing",
        Severity::Warning,
        secret.clone(),
        "does not exist",
    );
    missing.evidence = vec![Evidence::field(secret.clone(), "x", "y")];
    let blames = |kind, name: &str, code: &str| {
        let mut blames = finding(&world, code, kind, name);
        blames.severity = Severity::Critical;
        blames.culprit = Some(secret.clone());
        blames
    };
    let pod = blames(Kind::Pod, "web-1-a", "ContainerConfigError");
    let other = blames(Kind::Pod, "db-0", "ContainerConfigError");
    let unavailable = finding(&world, "DeploymentUnavailable", Kind::Deployment, "web");
    let problems = assemble(&world, [missing.clone(), pod, other, unavailable]);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let [problem] = problems.as_slice() else {
        unreachable!()
    };
    assert_eq!(
        (&*problem.root().unwrap().finding.code, problem.culprit.clone()),
        ("SecretMissing", secret.clone())
    );
    assert_eq!(problem.symptoms().count(), 3);
    assert_eq!(
        problem.severity,
        Severity::Critical,
        "the one that is hit worst counts"
    );
    // What is only information explains nothing.
    missing.severity = Severity::Info;
    let pod = blames(Kind::Pod, "web-1-a", "ContainerConfigError");
    assert_eq!(assemble(&world, [missing, pod]).len(), 2);
}

fn minutes(n: i64) -> Timestamp {
    now().checked_add(jiff::SignedDuration::from_mins(n)).unwrap()
}

/// Each problem as `state: role kind/name code, …`, what has healed with a ✓ and when.
fn healing(problems: &Problems) -> Vec<String> {
    let when = |at: Timestamp| format!("✓{}", at.duration_since(now()).as_mins());
    let one = |problem: &Arc<Problem>| {
        let members = problem.members.iter().map(|member| {
            let healed = member.healed.map(when).unwrap_or_default();
            format!("{:?} {}{healed}", member.role, member.finding.code)
        });
        let state = match problem.state {
            State::Active => "active".to_owned(),
            State::Healed(at) => when(at),
        };
        format!("{state}: {}", members.collect::<Vec<_>>().join(", "))
    };
    problems.all().iter().map(one).collect()
}

/// The problems of a world over time: what is found at each minute.
struct Days {
    world: World,
    problems: Problems,
}

impl Days {
    fn new() -> Self {
        let mut days = Self {
            world: shop(),
            problems: Problems::default(),
        };
        days.nothing_more_is_read();
        days
    }

    fn nothing_more_is_read(&mut self) {
        for kind in Kind::ALL {
            self.world.apply(Delta::Unreadable {
                kind: *kind,
                namespace: None,
            });
        }
    }

    fn at(&mut self, minute: i64, found: &[(&str, Kind, &str)]) -> Vec<String> {
        let found = found
            .iter()
            .map(|(code, kind, name)| finding(&self.world, code, *kind, name));
        let found = findings(found);
        let playbook = Playbook::builtin();
        self.problems.update(
            &self.world,
            &found,
            Changed::Everything,
            &playbook,
            &|_| false,
            minutes(minute),
        );
        healing(&self.problems)
    }
}

const CRASH: (&str, Kind, &str) = ("ContainerCrashLoop", Kind::Pod, "web-1-a");
const UNAVAILABLE: (&str, Kind, &str) = ("DeploymentUnavailable", Kind::Deployment, "web");
const NO_ENDPOINTS: (&str, Kind, &str) = ("ServiceNoReadyEndpoints", Kind::Service, "web");
const NOT_READY: (&str, Kind, &str) = ("ContainerNotReady", Kind::Pod, "web-1-a");
const NODE: (&str, Kind, &str) = ("NodeNotReady", Kind::Node, "n1");

#[test]
fn a_root_that_heals_first_stays_the_root_until_its_symptoms_end() {
    let mut days = Days::new();
    days.at(0, &[CRASH, UNAVAILABLE, NO_ENDPOINTS]);
    let failing = days.problems.all()[0].clone();
    assert_eq!(
        days.at(1, &[UNAVAILABLE, NO_ENDPOINTS]),
        ["active: Root ContainerCrashLoop✓1, Symptom DeploymentUnavailable, Symptom ServiceNoReadyEndpoints"]
    );
    let problem = days.problems.all()[0].clone();
    assert_eq!((&problem.id, &problem.title), (&failing.id, &failing.title));
    assert_eq!(problem.evidence, failing.evidence, "facts keep their numbers");
    assert_eq!(problem.root_healed(), Some(minutes(1)));
    assert_eq!((days.problems.healed(), days.problems.next_leave()), (0, None));
    assert!(
        problem.diagnosis.fix.starts_with("Nothing is to be changed"),
        "{}",
        problem.diagnosis.fix
    );
    // One symptom ends before the other; when it healed is not forgotten.
    assert_eq!(
        days.at(2, &[NO_ENDPOINTS]),
        [
            "active: Root ContainerCrashLoop✓1, Symptom DeploymentUnavailable✓2, Symptom ServiceNoReadyEndpoints"
        ]
    );
    assert_eq!(
        days.at(3, &[]),
        ["✓3: Root ContainerCrashLoop✓1, Symptom DeploymentUnavailable✓2, Symptom ServiceNoReadyEndpoints✓3"]
    );
    assert_eq!(days.problems.healed(), 1);
    assert!(days.at(5, &[]).is_empty());
    assert_eq!(
        days.at(6, &[NO_ENDPOINTS]),
        ["active: Root ServiceNoReadyEndpoints"]
    );
}

#[test]
fn a_root_that_comes_back_is_as_it_was() {
    let mut days = Days::new();
    let before = days.at(0, &[CRASH, NO_ENDPOINTS]);
    days.at(1, &[NO_ENDPOINTS]);
    assert_eq!(days.at(2, &[CRASH, NO_ENDPOINTS]), before);
    // It has not healed the first time, then.
    assert_eq!(
        days.at(3, &[NO_ENDPOINTS]),
        ["active: Root ContainerCrashLoop✓3, Symptom ServiceNoReadyEndpoints"]
    );
}

#[test]
fn a_symptom_that_follows_from_something_else_now_goes_there() {
    let mut days = Days::new();
    days.at(0, &[CRASH, NO_ENDPOINTS]);
    days.at(1, &[NO_ENDPOINTS]);
    assert_eq!(
        days.at(2, &[NODE, NOT_READY, NO_ENDPOINTS]),
        [
            "active: Root NodeNotReady, Symptom ContainerNotReady, Symptom ServiceNoReadyEndpoints",
            "✓2: Root ContainerCrashLoop✓1",
        ]
    );
}

#[test]
fn what_heals_in_the_middle_still_says_why_the_rest_fails() {
    let mut days = Days::new();
    days.at(0, &[NODE, NOT_READY, NO_ENDPOINTS]);
    assert_eq!(
        days.at(1, &[NODE, NO_ENDPOINTS]),
        ["active: Root NodeNotReady, Symptom ContainerNotReady✓1, Symptom ServiceNoReadyEndpoints"]
    );
    assert_eq!(days.problems.all()[0].root_healed(), None);
    assert_eq!(
        days.at(2, &[NO_ENDPOINTS]),
        ["active: Root NodeNotReady✓2, Symptom ContainerNotReady✓1, Symptom ServiceNoReadyEndpoints"]
    );
    assert_eq!(
        days.at(3, &[NODE]),
        ["active: Root NodeNotReady"],
        "nothing hangs on it"
    );
}

#[test]
fn what_is_not_found_any_more_while_kinds_are_read_was_mistaken() {
    let mut days = Days::new();
    days.world = shop();
    days.at(0, &[CRASH, NO_ENDPOINTS]);
    days.nothing_more_is_read();
    assert_eq!(
        days.at(1, &[NO_ENDPOINTS]),
        ["active: Root ServiceNoReadyEndpoints"]
    );
}

#[test]
fn what_is_still_there_but_explains_nothing_any_more_has_not_healed() {
    let mut days = Days::new();
    days.at(0, &[CRASH, NO_ENDPOINTS]);
    let other: Service = decode(
        json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"selector": {"app": "other"}}}),
    );
    days.world.apply(Delta::Upsert(other.into()));
    let mut apart = days.at(1, &[CRASH, NO_ENDPOINTS]);
    apart.sort();
    assert_eq!(
        apart,
        [
            "active: Root ContainerCrashLoop",
            "active: Root ServiceNoReadyEndpoints"
        ]
    );
}
