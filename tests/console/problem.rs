//! The selected problem: its sources are opened, read and copied from.

use k8stui::app::detail::Tab;
use k8stui::app::message::{Effect, LogMessage, Message};
use k8stui::app::model::{Pane, Place};
use k8stui::app::yaml::Document;

use crate::support::console::Console;
use crate::support::fixtures::shop;

#[test]
fn digits_open_the_source_of_a_fact_and_escape_comes_back() {
    let mut console = Console::new(120, 40).snapshot(shop()).keys("1");
    let logs = console.take_effects();
    let Some(Effect::ReadLogs { logs, .. }) = logs.last() else {
        panic!("{logs:?}")
    };
    assert_eq!(
        (&*logs[0].pod, logs[0].previous, logs[0].follow),
        ("checkout-7d9f6c5b8d-abc12", true, false)
    );
    assert_eq!((logs[1].previous, logs[1].follow), (false, true));
    let mut console = console.keys("<esc>");
    assert_eq!(console.model.detail.tab, Tab::Overview);
    console.take_effects();
    let mut console = console.keys("2");
    let effects = console.take_effects();
    let Some(Effect::ReadYaml { object, .. }) = effects.last() else {
        panic!("{effects:?}")
    };
    assert_eq!(object.path(), "Deployment/shop/checkout");
    let console = console.keys("<esc>3");
    assert_eq!(console.model.detail.tab, Tab::Events);
    let console = console.keys("<esc>9");
    assert_eq!(console.model.toast.unwrap().text, "there is no evidence 9");
}

#[test]
fn a_reply_that_is_no_longer_waited_for_is_dropped() {
    let console = Console::new(120, 40).snapshot(shop()).keys("v");
    let old = console.effects.iter().rev().find_map(|effect| match effect {
        Effect::ReadYaml { request, .. } => Some(*request),
        _ => None,
    });
    let console = console.keys("<esc>2").message(Message::Yaml {
        request: old.unwrap(),
        result: Ok(Document::new(&serde_json::json!({"kind": "Old"}))),
    });
    assert!(!console.screen().contains("kind: Old"));
    assert!(
        console
            .yaml(&serde_json::json!({"kind": "New"}))
            .screen()
            .contains("kind: New")
    );
}

#[test]
fn logs_are_fetched_once_the_cursor_rests() {
    let mut console = Console::new(120, 40).snapshot(shop()).keys("l<tab>");
    console.take_effects();
    let mut console = console.keys("jjjjjj");
    let running: Vec<Effect> = console.take_effects();
    assert!(
        !running
            .iter()
            .any(|effect| matches!(effect, Effect::ReadLogs { .. })),
        "{running:?}"
    );
    assert!(running.contains(&Effect::CloseLogs));
    let mut console = console.keys("g").wait(0.2);
    assert!(
        console
            .take_effects()
            .iter()
            .any(|effect| matches!(effect, Effect::ReadLogs { .. }))
    );
}

#[test]
fn several_logs_are_put_together_by_their_times() {
    let console = Console::new(120, 40)
        .snapshot(shop())
        .keys("l")
        .log_lines(1, &[("10:21:30", "first again")])
        .log_lines(0, &[("10:21:00", "first before")])
        .log_lines(3, &[("10:21:20", "second again")]);
    assert!(
        !console.screen().contains("first"),
        "held back until all have spoken"
    );
    let screen = console.wait(0.3).screen();
    let at = |text: &str| {
        screen
            .lines()
            .position(|line| line.contains(text))
            .unwrap_or_else(|| panic!("{text}\n{screen}"))
    };
    assert!(
        at("first before") < at("second again") && at("second again") < at("first again"),
        "{screen}"
    );
    assert!(at("restarted (12th time)") > at("first before"), "{screen}");
}

#[test]
fn a_container_that_was_never_restarted_misses_nothing() {
    let console = Console::new(120, 40)
        .snapshot(shop())
        .keys("l")
        .log(LogMessage::Failed {
            stream: 0,
            failure: k8stui::engine::cluster::Failure {
                kind: k8stui::engine::cluster::FailureKind::Refused,
                what: "400: previous terminated container not found".into(),
            },
        });
    let screen = console.log_lines(1, &[("10:21:30", "hello")]).wait(0.3).screen();
    assert!(screen.contains("hello") && !screen.contains("400"), "{screen}");
    assert!(!screen.contains("restarted"), "{screen}");
}

#[test]
fn y_copies_the_command_that_heals() {
    let mut console = Console::new(120, 40).snapshot(shop()).keys("y");
    let copy = Effect::Copy("kubectl -n shop rollout undo deployment/checkout".into());
    assert_eq!(console.take_effects().last(), Some(&copy));
}

#[test]
fn read_only_offers_nothing_that_changes_the_cluster() {
    let mut console = Console::new(120, 40);
    console.model.setting.read_only = true;
    let console = console.snapshot(shop());
    let screen = console.screen();
    assert!(!screen.contains("rollout undo"), "{screen}");
    assert!(screen.contains("② ✓ kubectl -n shop logs"), "{screen}");
}

#[test]
fn in_a_narrow_terminal_enter_goes_in_and_escape_comes_out() {
    let console = Console::new(80, 24).snapshot(shop());
    assert_eq!(
        (console.model.place, console.model.pane),
        (Place::Home, Pane::Tree)
    );
    let console = console.keys("<enter>");
    assert_eq!(
        (console.model.place, console.model.pane),
        (Place::Home, Pane::Detail)
    );
    let console = console.keys("<enter>");
    assert_eq!(
        (console.model.place, console.model.pane),
        (Place::Chat, Pane::Detail)
    );
    let console = console.keys("<esc>");
    assert_eq!(
        (console.model.place, console.model.pane),
        (Place::Home, Pane::Tree)
    );
}
