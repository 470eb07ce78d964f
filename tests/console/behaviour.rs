//! What keys and events do: scripts of messages, and what the model makes of them.

use k8stui::app::detail::Tab;
use k8stui::app::message::{Effect, LogMessage, Message};
use k8stui::app::model::{Overlay, Pane, Place};
use k8stui::app::yaml::Document;
use k8stui::chat::provider::Chunk;
use k8stui::chat::session::{self, Event, RequestId};
use k8stui::engine::finding::Severity;
use k8stui::engine::problem::{Problem, State};
use k8stui::engine::snapshot::{Connection, Snapshot};

use crate::support::console::Console;
use crate::support::fixtures::{self, Draft, ago, live, object, shop};

fn wide() -> Console {
    Console::new(120, 40)
}

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
    let console = wide().snapshot(shop());
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
    let console = wide().snapshot(reading.clone());
    assert!(title(&console).starts_with("orders"));
    assert!(title(&console.snapshot(shop())).starts_with("checkout"));
    // Unless the person has chosen already.
    let console = wide().snapshot(reading).keys("jj").snapshot(shop());
    assert!(title(&console).starts_with("web"));
}

#[test]
fn nothing_jumps_when_rows_come_go_and_change_places() {
    let console = wide().snapshot(shop()).keys("jjjjjjjj");
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
    let console = wide().snapshot(many(100)).keys("<pgdn><pgdn><pgdn>kkkkk");
    let (before, line) = (title(&console), cursor_line(&console));
    let console = console.snapshot(many(60));
    assert_eq!((title(&console), cursor_line(&console)), (before, line));
}

#[test]
fn a_problem_with_a_better_root_keeps_cursor_fold_and_pane() {
    let console = wide().snapshot(shop()).keys("jj<tab>]");
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
    let console = wide().snapshot(shop()).keys("G");
    let mut next = shop();
    next.problems.pop();
    assert!(title(&console.snapshot(next)).starts_with("PDB api"));
}

#[test]
fn folding_puts_the_cursor_on_the_problem() {
    let console = wide().snapshot(shop()).keys("jjj<space>");
    let row = console.model.tree.selected().unwrap();
    assert!(row.member().is_none());
    assert_eq!(console.model.tree.rows().len(), 9);
    let console = console.keys("<space>");
    assert_eq!(console.model.tree.rows().len(), 15);
}

#[test]
fn the_filter_finds_by_namespace_and_name_and_keeps_the_cursor_where_it_can() {
    let console = wide().snapshot(shop()).keys("G/SHOP cert");
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
    let console = wide().snapshot(shop()).keys("jjjjjjj");
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
fn digits_open_the_source_of_a_fact_and_escape_comes_back() {
    let mut console = wide().snapshot(shop()).keys("1");
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
    let console = wide().snapshot(shop()).keys("v");
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
    let mut console = wide().snapshot(shop()).keys("l<tab>");
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
    let console = wide()
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
    let console = wide().snapshot(shop()).keys("l").log(LogMessage::Failed {
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
    let mut console = wide().snapshot(shop()).keys("y");
    let copy = Effect::Copy("kubectl -n shop rollout undo deployment/checkout".into());
    assert_eq!(console.take_effects().last(), Some(&copy));
}

#[test]
fn read_only_offers_nothing_that_changes_the_cluster() {
    let mut console = wide();
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

fn seed() -> Event {
    Event::Open {
        seed: k8stui::chat::seed::Seed {
            text: "what is wrong?".to_owned(),
            stats: k8stui::chat::seed::SeedStats::default(),
            evidence: fixtures::checkout().evidence.clone(),
        },
    }
}

fn words(request: u64, text: &str) -> Event {
    Event::Stream(RequestId(request), Chunk::Text(text.to_owned()))
}

fn end(request: u64) -> Event {
    Event::Stream(
        RequestId(request),
        Chunk::Finished {
            reason: "stop".into(),
        },
    )
}

#[test]
fn one_session_a_problem_and_onset() {
    let mut console = wide().snapshot(shop()).keys("<enter>").chat(seed());
    assert!(matches!(console.take_effects()[0], Effect::OpenChat { .. }));
    let console = console.chat(words(1, "Because.")).chat(end(1));
    let mut console = console.keys("<esc><enter>");
    assert_eq!(console.model.chats.len(), 1, "Enter goes on with it");
    assert!(
        !console
            .take_effects()
            .iter()
            .any(|effect| matches!(effect, Effect::OpenChat { .. }))
    );
    // It healed and began anew: another story.
    let mut anew = shop();
    anew.problems[0] = changed(&anew.problems[0], |problem| problem.since = Some(ago(-60)));
    let console = console.keys("<esc>").snapshot(anew).keys("<enter>");
    assert_eq!(console.model.chats.len(), 2);
}

#[test]
fn escape_stops_an_answer_and_again_leaves() {
    let mut console = wide()
        .snapshot(shop())
        .keys("<enter>")
        .chat(seed())
        .chat(words(1, "Beca"));
    console.take_effects();
    let mut console = console.keys("<esc>");
    let effects = console.take_effects();
    let aborts = |effect: &Effect| {
        matches!(
            effect,
            Effect::Chat {
                effect: session::Effect::Abort(RequestId(1)),
                ..
            }
        )
    };
    assert!(effects.iter().any(aborts), "{effects:?}");
    assert_eq!(console.model.place, Place::Chat);
    assert!(console.screen().contains("Beca"), "what came is kept");
    assert_eq!(console.keys("<esc>").model.place, Place::Home);
}

#[test]
fn alt_and_a_digit_copies_while_one_types() {
    let answer = "Do\n```\nkubectl -n shop rollout undo deployment/checkout\nkubectl get pods -A\n```";
    let mut console = wide()
        .snapshot(shop())
        .keys("<enter>")
        .chat(seed())
        .chat(words(1, answer))
        .chat(end(1));
    console.take_effects();
    let mut console = console.keys("and y<alt+2>");
    assert_eq!(
        console.take_effects(),
        [Effect::Copy("kubectl get pods -A".into())]
    );
    assert_eq!(
        console.model.current_chat().unwrap().composer.borrow().text(),
        "and y"
    );
    let console = console.keys("<alt+9>");
    assert_eq!(console.model.toast.unwrap().text, "there is no command 9");
}

#[test]
fn a_host_that_is_not_local_gets_nothing_before_a_yes() {
    let model = session::Speaker::Model {
        name: "gpt".into(),
        host: "api.example".into(),
        local: false,
        allowed: false,
    };
    let mut console = wide()
        .speaker(model)
        .snapshot(shop())
        .keys("<enter>")
        .chat(seed());
    let sends = |effect: &Effect| {
        matches!(
            effect,
            Effect::Chat {
                effect: session::Effect::Send { .. },
                ..
            }
        )
    };
    assert!(matches!(console.model.overlay, Some(Overlay::Consent { .. })));
    assert!(!console.take_effects().iter().any(sends));
    let mut console = console.keys("y");
    let effects = console.take_effects();
    assert!(effects.iter().any(sends), "{effects:?}");
    let remembers = |effect: &Effect| {
        matches!(
            effect,
            Effect::Chat {
                effect: session::Effect::RememberConsent { .. },
                ..
            }
        )
    };
    assert!(effects.iter().any(remembers));
    // The next conversation asks no more.
    let console = console
        .chat(words(1, "x"))
        .chat(end(1))
        .keys("<esc>jj<enter>")
        .chat(seed());
    assert_eq!(console.model.overlay, None);
}

#[test]
fn a_conversation_is_told_when_its_problem_heals() {
    let console = wide()
        .snapshot(shop())
        .keys("<enter>")
        .chat(seed())
        .chat(words(1, "x"))
        .chat(end(1));
    let mut healed = shop();
    healed.problems[0] = changed(&healed.problems[0], |problem| {
        problem.state = State::Healed(fixtures::now());
    });
    let screen = console.snapshot(healed).screen();
    assert!(screen.contains("checkout healed"), "{screen}");
}

#[test]
fn ages_say_when_they_change_and_no_frame_is_due_before() {
    let console = wide().snapshot(shop());
    let (buffer, next) = console.draw();
    let next = next.expect("ages are visible");
    let wait = next.duration_since(fixtures::now()).as_secs_f64();
    assert!(wait > 0.0);
    let just_before = console.wait(wait - 0.01);
    assert_eq!(just_before.draw().0, buffer, "nothing changes before");
    let after = just_before.wait(0.02);
    assert_ne!(after.draw().0, buffer, "something changes then");
}

#[test]
fn a_screen_without_times_is_never_due() {
    let mut calm = live(vec![fixtures::checkout()]);
    calm.problems[0] = changed(&calm.problems[0], |problem| {
        problem.since = None;
        problem.evidence.clear();
        for member in &mut problem.members {
            let mut finding = (*member.finding).clone();
            finding.since = None;
            member.finding = finding.into();
        }
    });
    assert_eq!(wide().snapshot(calm).draw().1, None);
}

#[test]
fn text_from_the_cluster_never_reaches_the_terminal_unescaped() {
    let evil = "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{202e}txet";
    let mut snapshot = shop();
    snapshot.cluster.context = evil.into();
    for problem in &mut snapshot.problems {
        *problem = changed(problem, |problem| {
            problem.title = evil.into();
            problem.owner = object(evil, evil, evil);
            problem.diagnosis.cause = evil.into();
            problem.diagnosis.fix = evil.into();
            for command in &mut problem.diagnosis.commands {
                command.command = evil.into();
            }
            for fact in &mut problem.evidence {
                fact.evidence.text = evil.into();
            }
            for member in &mut problem.members {
                let mut finding = (*member.finding).clone();
                finding.title = evil.into();
                finding.message = evil.into();
                finding.object = object(evil, evil, evil);
                finding.container = Some(evil.into());
                member.finding = finding.into();
            }
        });
    }
    for keys in ["", "jjj", "<tab>]", "<enter>", "/\u{1b}", "l", "v"] {
        for size in [(80, 24), (120, 40), (40, 12)] {
            let (buffer, _) = Console::new(size.0, size.1)
                .snapshot(snapshot.clone())
                .keys(keys)
                .draw();
            let bad = |letter: char| letter.is_control() || letter == '\u{202e}';
            let found = buffer.content().iter().find(|cell| cell.symbol().contains(bad));
            assert!(found.is_none(), "{keys} {size:?}: {found:?}");
        }
    }
}

#[test]
fn every_size_and_key_is_survived() {
    let script = "jjkG<space><tab>]]]]<tab>gg1<esc>2<esc>3<esc>?jG<esc>/x<enter><esc>tz<enter>hi<enter><esc>z<esc><esc>";
    for width in [1, 39, 40, 59, 79, 99, 100, 200] {
        for height in [1, 12, 13, 16, 40] {
            let mut console = Console::new(width, height).snapshot(shop());
            for key in script.split_inclusive(['>', 'j', 'k', 'G', ']', 'g', '1', '2', '3', '?', 't', 'z']) {
                console = console.keys(key);
                let _ = console.screen();
            }
            let console = console
                .snapshot(Snapshot::empty("x", ago(1)))
                .keys("jjGg<enter>l");
            let _ = console.screen();
            let _ = console.message(Message::Resize(width + 7, height + 3)).screen();
        }
    }
}
