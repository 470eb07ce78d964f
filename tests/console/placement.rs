//! A pod that no node takes: where it could run is looked up when its problem is looked at.

use k8stui::app::message::{Effect, Message, RequestId};
use k8stui::engine::finding::Severity;
use k8stui::engine::placement::{Change, Placed, Refusal, Row, Step, Table};
use k8stui::engine::problem::{Confidence, SuggestedCommand};
use k8stui::engine::snapshot::Snapshot;

use super::screens::snapshots;
use crate::support::console::Console;
use crate::support::fixtures::{Draft, live, object};

fn problem() -> Snapshot {
    let owner = object("Deployment", "data", "simulator");
    let draft = Draft::new(
        Severity::Critical,
        owner,
        "asks for 64 cpu, more than any node has",
        600,
    )
    .pod(
        "simulator-0",
        "sim",
        "asks for 64 cpu",
        "0/34 nodes are available",
        1,
    )
    .diagnosis(
        Confidence::Certain,
        "The pod asks for 64 cpu, and no node of the cluster has that much, even when empty.",
        "Ask for less, or add a node that is large enough.",
        &[],
        &[("kubectl get nodes", false)],
    )
    .with(|problem| {
        let mut finding = (*problem.members[0].finding).clone();
        finding.code = "PodUnschedulable".into();
        problem.members[0].finding = finding.into();
    });
    live(vec![draft.done()])
}

fn cpu(left: i64, most: i64) -> Refusal {
    Refusal::Resource {
        resource: "cpu".into(),
        asked: 64_000,
        left,
        most,
        held_by: Vec::new(),
    }
}

fn row(names: &[&str], count: usize, refusals: Vec<Refusal>) -> Row {
    Row {
        count,
        names: names.iter().map(|name| (*name).into()).collect(),
        refusals,
    }
}

fn placed() -> Placed {
    let taint = Refusal::Taint {
        key: "pool".into(),
        value: "batch".into(),
        effect: "NoSchedule".into(),
    };
    Placed {
        table: Table {
            pod: object("Pod", "data", "simulator-0"),
            nodes: 34,
            fit: 0,
            rows: vec![
                row(&["worker-1", "worker-2", "worker-3"], 32, vec![cpu(1255, 2000)]),
                row(&["batch-1"], 1, vec![taint, cpu(3990, 4000)]),
                row(&["worker-40"], 1, vec![Refusal::Cordoned, cpu(2000, 2000)]),
            ],
            change: Some(Change {
                node: "worker-1".into(),
                alike: 31,
                steps: vec![Step::Lower {
                    resource: "cpu".into(),
                    container: "sim".into(),
                    from: "64".into(),
                    to: "1255m".into(),
                }],
            }),
        },
        commands: vec![SuggestedCommand {
            command: "kubectl -n data set resources deployment/simulator -c sim --requests=cpu=1255m".into(),
            mutates: true,
        }],
    }
}

fn asked(console: &Console) -> Vec<RequestId> {
    let asked = console.effects.iter().filter_map(|effect| match effect {
        Effect::ReadPlacement { request, .. } => Some(*request),
        _ => None,
    });
    asked.collect()
}

fn answered(console: Console) -> Console {
    let request = *asked(&console)
        .last()
        .expect("it was asked where the pod could run");
    console.message(Message::Placement {
        request,
        placed: Some(placed().into()),
    })
}

#[test]
fn where_a_pod_could_run() {
    snapshots("placement", &[(80, 24), (120, 40), (200, 60)], |console| {
        answered(console.snapshot(problem()).keys("<tab>"))
    });
}

#[test]
fn no_command_is_offered_until_it_is_known_which_comes_first() {
    let console = Console::new(120, 40).snapshot(problem());
    assert!(!console.screen().contains("①"), "{}", console.screen());
    let mut console = answered(console);
    assert!(
        console.screen().contains("① ⚠ kubectl -n data set resources"),
        "{}",
        console.screen()
    );
    console.take_effects();
    let mut console = console.keys("y");
    let copied = console.take_effects();
    assert!(
        matches!(copied.last(), Some(Effect::Copy(command)) if command.contains("--requests=cpu=1255m")),
        "{copied:?}"
    );
}

#[test]
fn it_is_looked_up_anew_after_a_while_and_what_is_shown_stays_until_then() {
    let console = answered(Console::new(120, 40).snapshot(problem()));
    let console = console.snapshot(problem());
    assert_eq!(asked(&console).len(), 1, "not at every change");
    let console = console.wait(4.0).snapshot(problem());
    assert_eq!(asked(&console).len(), 2);
    assert!(console.screen().contains("worker-1"), "{}", console.screen());
}

#[test]
fn other_problems_are_not_asked_about() {
    let console = Console::new(120, 40).snapshot(crate::support::fixtures::shop());
    assert_eq!(asked(&console), Vec::<RequestId>::new());
}
