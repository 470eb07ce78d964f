//! The log pane: what it keeps, where one is in it, how it looks.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8stui::app::keymap::Action;
use k8stui::app::logs::{CAPACITY, Incoming, LogPane, LogRow, LogSource, SourceId, SourceState};
use k8stui::app::theme::Theme;
use k8stui::views::logs::LogView;

use crate::support::screen;

fn source(pod: &str, container: &str, previous: bool) -> LogSource {
    LogSource {
        pod: pod.into(),
        container: container.into(),
        previous,
    }
}

fn at(seconds: i64, millis: i32) -> Option<Timestamp> {
    // 2026-11-21T10:20:00Z
    Timestamp::new(1_795_256_400 + seconds, millis * 1_000_000).ok()
}

fn three_pods() -> LogPane {
    let mut pane = LogPane::new(vec![
        source("checkout-7d9f8b6c5d-abc12", "web", true),
        source("checkout-7d9f8b6c5d-xyz89", "web", false),
    ]);
    pane.resize(8, 100);
    for source in 0..2 {
        pane.set_state(SourceId(source), SourceState::Live);
    }
    pane.mark(
        1,
        at(60, 1),
        "mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)",
    );
    pane.push_all(vec![
        Incoming {
            source: SourceId(1),
            time: at(58, 114),
            text: "GET /health 200 1ms\n".into(),
        },
        Incoming {
            source: SourceId(0),
            time: at(60, 1),
            text: "[emerg] mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)"
                .into(),
        },
        Incoming {
            source: SourceId(0),
            time: at(59, 900),
            text: "level=error msg=\"upstream connect refused\" host=orders:8080\t\x1b[0m".into(),
        },
    ]);
    pane.restarted(SourceId(0), Some(1), 12);
    pane.push(SourceId(0), at(61, 0), "starting, with a line that is longer than the screen is wide: worker_connections, keepalive_timeout, client_max_body_size");
    pane
}

fn draw(pane: &LogPane, columns: u16, rows: u16) -> ratatui::buffer::Buffer {
    let theme = Theme::dark();
    screen::drawn(columns, rows, |area, buffer| {
        LogView {
            pane,
            title: "shop/checkout · web · 2 pods · previous + current",
            theme: &theme,
            zone: &TimeZone::UTC,
            focused: true,
        }
        .draw(area, buffer);
    })
}

fn selected(pane: &LogPane) -> String {
    pane.selected()
        .map(|(_, row)| row.text().to_string())
        .unwrap_or_default()
}

#[test]
fn following() {
    insta::assert_snapshot!(screen::styled(&draw(&three_pods(), 100, 8)));
}

#[test]
fn paused_searching_and_wrapped() {
    let mut pane = three_pods();
    assert!(pane.go_to_evidence(1));
    for n in 0..842 {
        pane.push(SourceId(1), at(70, n), "GET /health 200 1ms");
    }
    pane.search("file system");
    pane.update(Action::Wrap);
    insta::assert_snapshot!(screen::styled(&draw(&pane, 80, 10)));
}

#[test]
fn one_source_narrow_and_moved_to_the_right() {
    let mut pane = LogPane::new(vec![source("web-0", "web", false)]);
    pane.resize(4, 40);
    pane.push(
        SourceId(0),
        at(0, 0),
        "a line that is longer than the screen is wide",
    );
    pane.push(
        SourceId(0),
        at(0, 0),
        "日本語のログもあります。とても長いので切られます。",
    );
    insta::assert_snapshot!(screen::text(&draw(&pane, 40, 4)));
    pane.update(Action::Right);
    insta::assert_snapshot!(screen::text(&draw(&pane, 40, 4)));
}

#[test]
fn nothing_to_show_says_why() {
    let mut pane = LogPane::new(vec![source("web-0", "web", false), source("web-1", "web", false)]);
    pane.resize(3, 80);
    let shown = |pane: &LogPane| {
        screen::text(&draw(pane, 80, 2))
            .lines()
            .nth(1)
            .unwrap()
            .trim()
            .to_owned()
    };
    assert_eq!(shown(&pane), "reading logs 0 of 2");
    pane.set_state(
        SourceId(0),
        SourceState::Failed("403: pods/log is forbidden in shop".into()),
    );
    assert_eq!(shown(&pane), "reading logs 1 of 2");
    pane.set_state(SourceId(1), SourceState::Ended);
    assert_eq!(shown(&pane), "403: pods/log is forbidden in shop");
    pane.set_state(SourceId(0), SourceState::Ended);
    assert_eq!(shown(&pane), "The log is empty: the container wrote nothing.");
    pane.push(SourceId(0), None, "fine");
    pane.update(Action::ErrorsOnly);
    assert_eq!(
        shown(&pane),
        "No line passes the filter. e shows all lines, \\ all matches."
    );
}

#[test]
fn what_arrives_moves_nothing_that_is_looked_at() {
    let mut pane = three_pods();
    pane.update(Action::Up);
    pane.update(Action::Up);
    let before = (selected(&pane), draw(&pane, 100, 4));
    assert!(!pane.follows());
    for n in 0..i32::try_from(CAPACITY).unwrap() - 10 {
        pane.push(SourceId(1), at(100, n % 1000), "later");
    }
    pane.resize(3, 100);
    let after = (selected(&pane), draw(&pane, 100, 4));
    assert_eq!(before.0, after.0);
    let rows = |buffer: &ratatui::buffer::Buffer| {
        screen::text(buffer)
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert!(
        rows(&after.1).iter().any(|row| row.starts_with('▌')),
        "{:?}",
        rows(&after.1)
    );
    assert_eq!(pane.arrived(), CAPACITY as u64 - 10);
    pane.update(Action::Bottom);
    assert!(pane.follows());
    assert_eq!((pane.arrived(), selected(&pane).as_str()), (0, "later"));
}

#[test]
fn old_lines_are_dropped_and_counted() {
    let mut pane = three_pods();
    pane.search("mkdir");
    assert_eq!(pane.searched().hits().len(), 1);
    pane.update(Action::Top);
    for _ in 0..CAPACITY {
        pane.push(SourceId(1), None, "later");
    }
    assert_eq!(pane.counts(), (CAPACITY, 5));
    assert_eq!(pane.searched().hits().len(), 0);
    assert_eq!(
        selected(&pane),
        "later",
        "the selected line is gone: the oldest that is left"
    );
    assert!(!pane.go_to_evidence(1), "its line is gone");
    assert_eq!(pane.visible().len(), 8);
}

#[test]
fn n_walks_the_errors_and_then_the_hits() {
    let mut pane = three_pods();
    let mut walk = |action| {
        pane.update(action);
        selected(&pane).chars().take(11).collect::<String>()
    };
    assert_eq!(walk(Action::NextMatch), "level=error", "around the end");
    assert_eq!(walk(Action::NextMatch), "[emerg] mkd");
    assert_eq!(walk(Action::PreviousMatch), "level=error");
    assert_eq!(walk(Action::PreviousMatch), "[emerg] mkd");
    pane.search("health");
    assert_eq!(selected(&pane), "GET /health 200 1ms");
    assert_eq!(pane.hit(), Some(1));
    pane.search("HEALTH");
    assert_eq!(pane.searched().hits().len(), 0, "upper case is meant");
    pane.search("");
    assert!(!pane.searched().is_active());
}

#[test]
fn filters_keep_the_selected_line_and_the_restarts() {
    let mut pane = three_pods();
    pane.update(Action::NextMatch);
    pane.update(Action::ErrorsOnly);
    let shown: Vec<String> = pane
        .visible()
        .iter()
        .map(|visible| visible.row.text().to_string())
        .collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert_eq!(shown[2], "restarted (exit 1, 12th time)");
    assert!(selected(&pane).starts_with("level=error"));
    pane.search("mkdir");
    pane.update(Action::KeepMatches);
    assert_eq!(pane.len(), 2);
    assert!(selected(&pane).starts_with("[emerg]"));
    // Evidence that the filter hides ends the filter.
    pane.mark(2, None, "GET /health");
    assert!(pane.go_to_evidence(2));
    assert_eq!(pane.len(), 5);
    assert!(matches!(
        pane.selected(),
        Some((
            _,
            LogRow::Line {
                evidence: Some(2),
                ..
            }
        ))
    ));
}

#[test]
fn a_page_moves_by_what_is_seen() {
    let mut pane = LogPane::new(vec![source("web-0", "web", false)]);
    pane.resize(5, 60);
    for n in 0..100 {
        pane.push(SourceId(0), None, &format!("line {n}"));
    }
    pane.update(Action::PageUp);
    assert_eq!(selected(&pane), "line 95");
    pane.update(Action::PageUp);
    assert_eq!(selected(&pane), "line 91");
    assert_eq!(pane.visible()[0].row.text().as_ref(), "line 91");
    pane.update(Action::Top);
    assert_eq!(pane.visible()[0].row.text().as_ref(), "line 0");
    pane.update(Action::PageDown);
    pane.update(Action::Down);
    assert_eq!(pane.visible()[0].row.text().as_ref(), "line 1");
    assert!(!pane.update(Action::Quit), "not its own");
}
