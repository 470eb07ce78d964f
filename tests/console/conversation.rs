//! Conversations: opened once an onset, stopped, copied from, asked about.

use k8stui::app::message::Effect;
use k8stui::app::model::{Overlay, Place};
use k8stui::chat::provider::Chunk;
use k8stui::chat::session::{self, Event, RequestId};
use k8stui::engine::problem::{Problem, State};

use crate::support::console::Console;
use crate::support::fixtures::{self, ago, shop};

fn changed(of: &Problem, change: impl FnOnce(&mut Problem)) -> std::sync::Arc<Problem> {
    let mut problem = of.clone();
    change(&mut problem);
    problem.into()
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
    let mut console = Console::new(120, 40)
        .snapshot(shop())
        .keys("<enter>")
        .chat(seed());
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
    let mut console = Console::new(120, 40)
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
    let mut console = Console::new(120, 40)
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
    let mut console = Console::new(120, 40)
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
    let console = Console::new(120, 40)
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
