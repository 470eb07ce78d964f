//! Every state of a conversation on the screen, at the sizes that people have.

use k8stui::app::message::Message;
use k8stui::chat::provider::{Chunk, FailureKind as ProviderFault, ProviderFailure};
use k8stui::chat::seed::{Seed, SeedStats};
use k8stui::chat::session::{Event, Header, RequestId, SCHEMA, Speaker};
use k8stui::chat::transcript::Loaded;

use super::screens::{SIZES, at_every_size, snapshots};
use crate::support::console::Console;
use crate::support::fixtures::{self, shop};

fn seed() -> Event {
    Event::Open {
        seed: Seed {
            text: "# checkout cannot write /var/cache/nginx\n\nEvidence\n\n[1] log: mkdir() failed\n\nWhat is wrong, and how do I mend it?"
                .to_owned(),
            stats: SeedStats {
                symptoms: 6,
                log_lines: 14,
                log_lines_total: 12_310,
                events: 5,
                changes: 1,
                tokens: 2_140,
            },
            evidence: fixtures::checkout().evidence.clone(),
        },
    }
}

const ANSWER: &str = "nginx dies at start because it cannot create its cache folder [1]. Revision 14, rolled out by \
    helm-controller at 10:19, made the root file system **read-only** [2]; 13 ran for nine days.\n\nGive it a writable \
    folder instead of going back, if the setting is policy:\n\n```bash\nkubectl -n shop rollout undo \
    deployment/checkout\nkubectl -n shop get pods -l app=checkout -w\n```\n";

fn model(allowed: bool) -> Speaker {
    Speaker::Model {
        name: "llama3.1".into(),
        host: "models.example".into(),
        local: allowed,
        allowed,
    }
}

fn answer(request: u64, text: &str) -> Event {
    Event::Stream(RequestId(request), Chunk::Text(text.to_owned()))
}

fn done(request: u64) -> Event {
    Event::Stream(
        RequestId(request),
        Chunk::Finished {
            reason: "stop".into(),
        },
    )
}

fn answered(console: Console) -> Console {
    console
        .speaker(model(true))
        .snapshot(shop())
        .keys("<tab><enter>")
        .chat(seed())
        .wait(1.9)
        .chat(answer(1, ANSWER))
        .chat(done(1))
}

#[test]
fn a_chat_gathers_what_is_known() {
    snapshots("chat_gathering", &SIZES, |console| {
        console.snapshot(shop()).keys("<tab><enter>")
    });
}

#[test]
fn a_chat_waits_for_its_first_word() {
    snapshots("chat_waiting", &SIZES, |console| {
        console
            .speaker(model(true))
            .snapshot(shop())
            .keys("<tab><enter>")
            .chat(seed())
            .wait(2.4)
    });
}

#[test]
fn a_chat_streams() {
    at_every_size("chat_streaming", |console| {
        answered(console)
            .keys("does anything else have this?<enter>")
            .chat(answer(
                2,
                "Yes, **cart** has it too, but it mounts an emptyDir at",
            ))
            .wait(0.5)
    });
}

#[test]
fn a_chat_is_read() {
    at_every_size("chat_answered", |console| answered(console).keys("<tab>"));
}

#[test]
fn the_playbook_answers() {
    snapshots("chat_playbook", &SIZES, |console| {
        console
            .snapshot(shop())
            .keys("<tab><enter>")
            .chat(seed())
            .chat(answer(1, ANSWER))
            .chat(done(1))
    });
}

#[test]
fn the_cluster_is_talked_about() {
    snapshots("chat_cluster", &SIZES, |console| {
        console
            .snapshot(shop())
            .keys("c")
            .chat(seed())
            .chat(answer(
                1,
                "**3 critical, 5 warnings**; 9,714 pods are in no problem.",
            ))
            .chat(done(1))
    });
}

#[test]
fn a_conversation_of_an_earlier_run_goes_on() {
    snapshots("chat_resumed", &SIZES, |console| {
        let begun = answered(console);
        let session = begun.model.current_chat().unwrap().session.clone();
        let loaded = Loaded {
            header: Header {
                schema: SCHEMA.into(),
                id: session.id().clone(),
                problem: session.problem_id().clone(),
                cluster: session.cluster().clone(),
                started: session.started(),
                stats: session.seed_stats().copied(),
                evidence: session.evidence().to_vec(),
            },
            entries: session.entries().to_vec(),
        };
        let (width, height) = (begun.model.size.width, begun.model.size.height);
        Console::new(width, height)
            .speaker(model(true))
            .snapshot(shop())
            .keys("<tab><enter>")
            .message(Message::ChatResumed {
                session: session.id().clone(),
                loaded: Box::new(loaded),
            })
            .keys("is it still so?<enter>")
            .chat(answer(1, "Yes: nothing was rolled out since."))
            .chat(done(1))
    });
}

#[test]
fn what_was_sent() {
    snapshots("chat_sent", &[(80, 24)], |console| {
        answered(console).keys("/sent<enter>")
    });
}

#[test]
fn the_provider_refuses() {
    at_every_size("chat_error", |console| {
        let line = "401: models.example refuses the key of K8STUI_API_KEY. Set another and ask again.";
        console
            .speaker(model(true))
            .snapshot(shop())
            .keys("<tab><enter>")
            .chat(seed())
            .chat(Event::Failed(
                RequestId(1),
                ProviderFailure::new(ProviderFault::Unauthorized, line),
            ))
    });
}

#[test]
fn a_host_that_is_not_local_is_asked_about() {
    at_every_size("consent", |console| {
        console
            .speaker(model(false))
            .snapshot(shop())
            .keys("<tab><enter>")
            .chat(seed())
    });
}

#[test]
fn what_one_talks_about_heals() {
    snapshots("chat_healed", &[(80, 24)], |console| {
        let mut healed = shop();
        let mut problem = (*healed.problems[0]).clone();
        problem.state = k8stui::engine::problem::State::Healed(fixtures::now());
        healed.problems[0] = problem.into();
        answered(console).snapshot(healed)
    });
}

#[test]
fn leaving_while_an_answer_comes_is_asked_about() {
    snapshots("leave", &[(80, 24)], |console| {
        console
            .speaker(model(true))
            .snapshot(shop())
            .keys("<tab><enter>")
            .chat(seed())
            .keys("<ctrl+c>")
    });
}
