//! What holds for every frame: when it is due, what never reaches the terminal, that no size or key breaks it.

use k8stui::app::message::Message;
use k8stui::engine::problem::Problem;
use k8stui::engine::snapshot::Snapshot;

use crate::support::console::Console;
use crate::support::fixtures::{self, ago, live, object, shop};

fn changed(of: &Problem, change: impl FnOnce(&mut Problem)) -> std::sync::Arc<Problem> {
    let mut problem = of.clone();
    change(&mut problem);
    problem.into()
}

#[test]
fn ages_say_when_they_change_and_no_frame_is_due_before() {
    let console = Console::new(120, 40).snapshot(shop());
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
    assert_eq!(Console::new(120, 40).snapshot(calm).draw().1, None);
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
    let script = [
        "jj",
        "k",
        "G",
        "<space>",
        "<tab>",
        "]",
        "]",
        "]",
        "]",
        "<tab>",
        "g",
        "1",
        "<esc>",
        "2",
        "<esc>",
        "3",
        "<esc>",
        "?",
        "jG",
        "<esc>",
        "/x<enter>",
        "<esc>",
        "t",
        "z",
        "<enter>",
        "hi<enter>",
        "<esc>",
        "z",
        "<esc>",
        "<esc>",
    ];
    for (width, height) in [
        (1, 1),
        (39, 40),
        (40, 12),
        (59, 13),
        (79, 16),
        (80, 24),
        (99, 40),
        (100, 12),
        (101, 15),
        (200, 60),
    ] {
        let mut console = Console::new(width, height).snapshot(shop());
        for keys in script {
            console = console.keys(keys);
            let _ = console.screen();
        }
        let console = console
            .snapshot(Snapshot::empty("x", ago(1)))
            .keys("jjGg<enter>l");
        let _ = console.screen();
        let _ = console.message(Message::Resize(width + 7, height + 3)).screen();
    }
}
