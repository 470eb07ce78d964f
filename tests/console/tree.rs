//! The tree: order, cursor, folds, filter. Nothing jumps.

use k8stui::engine::finding::Severity;
use k8stui::engine::problem::Problem;
use k8stui::engine::snapshot::Connection;

use crate::support::console::Console;
use crate::support::fixtures::{self, Draft, live, object, shop};

fn title(console: &Console) -> String {
    console
        .model
        .selected_problem()
        .map(|problem| problem.title.to_string())
        .unwrap_or_default()
}

/// The line of the screen that the cursor is on.
fn cursor_line(console: &Console) -> Option<usize> {
    console.screen().lines().position(|line| line.contains('▌'))
}

fn changed(of: &Problem, change: impl FnOnce(&mut Problem)) -> std::sync::Arc<Problem> {
    let mut problem = of.clone();
    change(&mut problem);
    problem.into()
}

#[test]
fn the_worst_problem_is_open_before_a_key_is_touched() {
    let console = Console::new(120, 40).snapshot(shop());
    assert!(title(&console).starts_with("checkout cannot write"));
    let screen = console.screen();
    assert!(screen.contains("needs a writable"), "{screen}");
    assert!(
        screen.contains("kubectl -n shop rollout undo deployment/checkout"),
        "{screen}"
    );
}

#[test]
fn while_kinds_are_read_the_cursor_waits_for_the_worst() {
    let mut reading = shop();
    reading.cluster.connection = Connection::Reading {
        read: 1,
        expected: None,
    };
    reading.problems.drain(..3);
    let console = Console::new(120, 40).snapshot(reading.clone());
    assert!(title(&console).starts_with("orders"));
    assert!(title(&console.snapshot(shop())).starts_with("checkout"));
    // Unless the person has chosen already.
    let console = Console::new(120, 40)
        .snapshot(reading)
        .keys("jj")
        .snapshot(shop());
    assert!(title(&console).starts_with("web"));
}

#[test]
fn nothing_jumps_when_rows_come_go_and_change_places() {
    let console = Console::new(120, 40).snapshot(shop()).keys("jjjjjjjj");
    let (before, line) = (title(&console), cursor_line(&console));
    assert!(before.starts_with("orders"), "{before}");
    let mut next = shop();
    next.problems.remove(1);
    next.problems.reverse();
    for n in 0..4 {
        let name = format!("new-{n}");
        let draft = Draft::new(Severity::Critical, object("Deployment", "shop", &name), &name, 1);
        next.problems.insert(0, draft.done());
    }
    let console = console.snapshot(next);
    assert_eq!(title(&console), before);
    // Its row may only move as far as the list's ends make it.
    assert!(cursor_line(&console).is_some() && line.is_some());
}

#[test]
fn in_a_long_list_the_row_under_the_cursor_stays_on_its_line() {
    let many = |from: usize| {
        let draft = |n: usize| {
            let name = format!("svc-{n:04}");
            Draft::new(Severity::Warning, object("Deployment", "shop", &name), &name, 60).done()
        };
        live((from..from + 500).map(draft).collect())
    };
    let console = Console::new(120, 40)
        .snapshot(many(100))
        .keys("<pgdn><pgdn><pgdn>kkkkk");
    let (before, line) = (title(&console), cursor_line(&console));
    let console = console.snapshot(many(60));
    assert_eq!((title(&console), cursor_line(&console)), (before, line));
}

#[test]
fn a_problem_with_a_better_root_keeps_cursor_fold_and_pane() {
    let console = Console::new(120, 40).snapshot(shop()).keys("jj<tab>]");
    let mut next = shop();
    next.problems[0] = changed(&next.problems[0], |problem| {
        problem.aliases = vec![problem.id.clone()];
        problem.id = "better".into();
    });
    let before = console.model.detail.tab;
    let console = console.snapshot(next);
    assert_eq!(&*console.model.selected_problem().unwrap().id, "better");
    assert!(
        console
            .model
            .tree
            .is_unfolded(console.model.selected_problem().unwrap())
    );
    assert_eq!(console.model.detail.tab, before);
    assert!(
        console.model.tree.selected().unwrap().member().is_some(),
        "the cursor stays on the finding"
    );
}

#[test]
fn the_cursor_goes_to_what_is_nearest_when_its_row_leaves() {
    let console = Console::new(120, 40).snapshot(shop()).keys("G");
    let mut next = shop();
    next.problems.pop();
    assert!(title(&console.snapshot(next)).starts_with("PDB api"));
}

#[test]
fn folding_puts_the_cursor_on_the_problem() {
    let console = Console::new(120, 40).snapshot(shop()).keys("jjj<space>");
    let row = console.model.tree.selected().unwrap();
    assert!(row.member().is_none());
    assert_eq!(console.model.tree.rows().len(), 9);
    let console = console.keys("<space>");
    assert_eq!(console.model.tree.rows().len(), 15);
}

#[test]
fn the_filter_finds_by_namespace_and_name_and_keeps_the_cursor_where_it_can() {
    let console = Console::new(120, 40).snapshot(shop()).keys("G/SHOP cert");
    assert_eq!(console.model.tree.shown(), 1);
    assert!(title(&console).starts_with("certificate"));
    let console = console.keys("<esc>");
    assert_eq!(console.model.tree.shown(), 9);
    assert!(
        title(&console).starts_with("certificate"),
        "clearing moves nothing"
    );
}

#[test]
fn a_new_critical_problem_is_told_and_moves_nothing() {
    let console = Console::new(120, 40).snapshot(shop()).keys("jjjjjjj");
    let before = title(&console);
    let mut next = shop();
    let dns = Draft::new(
        Severity::Critical,
        object("Deployment", "kube-system", "coredns"),
        "coredns is down",
        1,
    );
    next.problems.insert(0, dns.done());
    let console = console.snapshot(next);
    assert_eq!(title(&console), before);
    assert!(console.screen().contains("new ✖ coredns is down"));
    let console = console.wait(11.0);
    assert!(!console.screen().contains("new ✖"), "it goes away by itself");
}

#[test]
fn whoever_has_touched_a_key_is_left_where_they_are() {
    let mut reading = shop();
    reading.cluster.connection = Connection::Reading {
        read: 1,
        expected: None,
    };
    reading.problems.drain(..3);
    let console = Console::new(120, 40).snapshot(reading).keys("v").snapshot(shop());
    assert!(title(&console).starts_with("orders"));
}

#[test]
fn a_lost_connection_that_comes_back_moves_nothing_and_tells_what_is_new() {
    let mut lost = shop();
    lost.cluster.connection = Connection::Lost {
        since: fixtures::ago(5),
        retry_at: None,
        why: "gone".into(),
    };
    let mut back = shop();
    let dns = object("Deployment", "kube-system", "coredns");
    let draft = Draft::new(Severity::Critical, dns, "coredns is down", 1);
    back.problems.insert(0, draft.done());
    let console = Console::new(120, 40)
        .snapshot(shop())
        .snapshot(lost)
        .snapshot(back);
    assert!(title(&console).starts_with("checkout"));
    assert!(console.screen().contains("new ✖ coredns is down"));
}

#[test]
fn what_is_but_information_waits_until_a_word_asks_for_it() {
    let cordoned = Draft::new(
        Severity::Info,
        object("Node", "", "worker-2"),
        "worker-2: cordoned: takes no new pods",
        60,
    );
    let console = Console::new(120, 40).snapshot(live(vec![cordoned.done()]));
    assert!(console.screen().contains("Nothing is failing"));
    let console = console.keys("/info");
    assert!(console.screen().contains("cordoned"), "{}", console.screen());
    assert!(title(&console).starts_with("worker-2"));
}
