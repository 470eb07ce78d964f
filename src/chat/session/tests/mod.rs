mod anything;
mod trouble;

use jiff::{SignedDuration, Timestamp};

use super::history::{SYSTEM, tokens};
use super::*;
use crate::chat::provider::{Chunk, FailureKind, Message, MessageRole, ProviderFailure};
use crate::chat::seed::{Seed, SeedStats};

fn now() -> Timestamp {
    "2026-11-21T10:21:00Z".parse().unwrap()
}

fn model(allowed: bool) -> Speaker {
    Speaker::Model {
        name: "m".into(),
        host: "api.example.com".into(),
        local: false,
        allowed,
    }
}

fn session() -> Session {
    Session::new("s", "p", "c", model(true), now())
}

fn open() -> Event {
    Event::Open {
        seed: Seed {
            text: "seed".into(),
            stats: SeedStats::default(),
            evidence: Vec::new(),
        },
    }
}

fn text(request: u64, words: &str) -> Event {
    Event::Stream(RequestId(request), Chunk::Text(words.into()))
}

fn finished(request: u64) -> Event {
    Event::Stream(
        RequestId(request),
        Chunk::Finished {
            reason: "stop".into(),
        },
    )
}

fn failed(request: u64, kind: FailureKind) -> Event {
    Event::Failed(RequestId(request), ProviderFailure::new(kind, "the line."))
}

/// Plays events; the effects of the last one, without what is for the disk.
fn play(session: &mut Session, events: Vec<Event>) -> Vec<Effect> {
    let mut last = Vec::new();
    for event in events {
        last = session.handle(event, now());
    }
    last.retain(|effect| !matches!(effect, Effect::Persist(_)));
    last
}

/// The conversation as lines: who, how it stands, what.
fn told(session: &Session) -> Vec<String> {
    session
        .entries()
        .iter()
        .map(|entry| format!("{:?} {:?} {}", entry.role, entry.state, entry.text))
        .collect()
}

fn sent(effects: &[Effect]) -> Vec<(MessageRole, String)> {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Send { messages, .. } => Some(messages.clone()),
            _ => None,
        })
        .unwrap_or_default()
        .into_iter()
        .map(|Message { role, content }| (role, content))
        .collect()
}

#[test]
fn opening_sends_one_system_message_and_the_seed() {
    let mut session = session();
    let effects = play(&mut session, vec![open()]);
    assert_eq!(
        sent(&effects),
        [
            (MessageRole::System, SYSTEM.to_owned()),
            (MessageRole::User, "seed".to_owned())
        ]
    );
    assert!(session.is_answering());
    play(
        &mut session,
        vec![text(1, "It "), text(1, "is [1]."), finished(1)],
    );
    assert_eq!(told(&session), ["Seed Done seed", "Answer Done It is [1]."]);
    let cost = session.entries()[1].cost.unwrap();
    assert_eq!((cost.tokens, cost.measured), (3, false));
    assert!(!session.is_answering());
}

#[test]
fn what_a_provider_counts_goes_before_an_estimate() {
    let mut session = session();
    let usage = Event::Stream(
        RequestId(1),
        Chunk::Usage {
            prompt: 100,
            completion: 42,
        },
    );
    play(&mut session, vec![open(), text(1, "It"), usage]);
    session.handle(finished(1), now() + SignedDuration::from_secs(3));
    let cost = session.entries()[1].cost.unwrap();
    assert_eq!((cost.tokens, cost.measured, cost.took.as_secs()), (42, true, 3));
}

#[test]
fn notices_and_words_of_the_cluster_are_never_sent() {
    let mut session = session();
    let effects = play(
        &mut session,
        vec![
            open(),
            text(1, "a"),
            finished(1),
            Event::ClusterNote("healed".into()),
            Event::Notice("not saved".into()),
            Event::Ask("and now?".into()),
        ],
    );
    let words: Vec<String> = sent(&effects)
        .into_iter()
        .skip(1)
        .map(|message| message.1)
        .collect();
    assert_eq!(words, ["seed", "a", "and now?"]);
}

#[test]
fn a_note_of_the_cluster_stands_behind_the_answer_it_comes_into() {
    let mut session = session();
    play(
        &mut session,
        vec![
            open(),
            text(1, "be"),
            Event::ClusterNote("healed".into()),
            text(1, "cause"),
            finished(1),
        ],
    );
    assert_eq!(
        told(&session),
        ["Seed Done seed", "Answer Done because", "Cluster Done healed"]
    );
}

#[test]
fn questions_wait_for_the_running_answer() {
    let mut session = session();
    play(
        &mut session,
        vec![
            open(),
            Event::Ask("one".into()),
            Event::Ask("two".into()),
            Event::Ask("  ".into()),
        ],
    );
    assert_eq!(session.queued().collect::<Vec<_>>(), ["one", "two"]);
    let effects = play(&mut session, vec![text(1, "a"), finished(1)]);
    assert_eq!(sent(&effects).last().unwrap().1, "one");
    let effects = play(&mut session, vec![Event::Cancel]);
    assert!(matches!(effects.first(), Some(Effect::Abort(RequestId(2)))));
    assert_eq!(sent(&effects).last().unwrap().1, "one\n\ntwo");
}

#[test]
fn a_stopped_answer_keeps_what_came_and_goes_on_as_history() {
    let mut session = session();
    let effects = play(&mut session, vec![open(), text(1, "half"), Event::Cancel]);
    assert_eq!(effects, [Effect::Abort(RequestId(1))]);
    assert_eq!(told(&session), ["Seed Done seed", "Answer Stopped half"]);
    let effects = play(&mut session, vec![text(1, " late"), Event::Ask("go on".into())]);
    assert_eq!(
        told(&session)[1],
        "Answer Stopped half",
        "late words of a stopped request are dropped"
    );
    assert_eq!(sent(&effects)[2], (MessageRole::Assistant, "half".to_owned()));
    assert!(
        play(&mut session, vec![Event::Cancel, Event::Cancel]).is_empty(),
        "nothing to stop"
    );
}

#[test]
fn a_host_is_asked_about_once_before_anything_leaves() {
    let mut session = Session::new("s", "p", "c", model(false), now());
    let effects = play(&mut session, vec![open()]);
    assert_eq!(
        effects,
        [Effect::AskConsent {
            host: "api.example.com".into()
        }]
    );
    assert_eq!(
        session.waiting(),
        Some(Waiting::Consent("api.example.com".into()))
    );
    let other = Event::Consent {
        host: "other.example.com".into(),
        yes: true,
    };
    assert!(
        play(&mut session, vec![other]).is_empty(),
        "a yes for another host is none for this"
    );
    let effects = play(
        &mut session,
        vec![Event::Consent {
            host: "api.example.com".into(),
            yes: true,
        }],
    );
    assert!(matches!(
        effects.as_slice(),
        [Effect::RememberConsent { .. }, Effect::Send { .. }]
    ));
    let effects = play(
        &mut session,
        vec![text(1, "a"), finished(1), Event::Ask("b".into())],
    );
    assert!(matches!(effects.as_slice(), [Effect::Send { .. }]));
}

#[test]
fn with_a_no_the_playbook_answers() {
    let mut session = Session::new("s", "p", "c", model(false), now());
    let effects = play(
        &mut session,
        vec![
            open(),
            Event::Consent {
                host: "api.example.com".into(),
                yes: false,
            },
        ],
    );
    assert_eq!(
        effects,
        [Effect::AnswerFromPlaybook {
            request: RequestId(1),
            question: None
        }]
    );
    assert_eq!(*session.speaker(), Speaker::Playbook);
    assert_eq!(
        told(&session)[1],
        "Notice Done Nothing was sent to api.example.com. The playbook answers instead."
    );
}

#[test]
fn the_playbook_answers_in_the_same_way() {
    let mut session = Session::new("s", "p", "c", Speaker::Playbook, now());
    play(&mut session, vec![open(), text(1, "cause"), finished(1)]);
    let effects = play(&mut session, vec![Event::Ask("why?".into())]);
    assert_eq!(
        effects,
        [Effect::AnswerFromPlaybook {
            request: RequestId(2),
            question: Some("why?".into())
        }]
    );
    let effects = play(
        &mut session,
        vec![
            text(2, "x"),
            finished(2),
            Event::SpeakerChanged(model(true)),
            Event::Ask("and?".into()),
        ],
    );
    assert_eq!(sent(&effects).len(), 6, "a model gets what the playbook said");
}

#[test]
fn commands_are_numbered_once_over_all_answers() {
    let mut session = session();
    play(
        &mut session,
        vec![
            open(),
            text(
                1,
                "```bash\nkubectl rollout undo deployment/web\nkubectl get pods\n```",
            ),
            finished(1),
            Event::Ask("`kubectl get nodes -A`?".into()),
            text(2, "`kubectl get pods -w` or `kubectl get pods`"),
            finished(2),
        ],
    );
    let commands: Vec<_> = session
        .commands()
        .iter()
        .map(|c| (c.n, c.entry, &*c.command, c.mutates))
        .collect();
    assert_eq!(
        commands,
        [
            (1, 1, "kubectl rollout undo deployment/web", true),
            (2, 1, "kubectl get pods", false),
            (3, 3, "kubectl get pods -w", false),
        ]
    );
}

#[test]
fn the_oldest_turns_between_go_first_and_that_is_said() {
    let mut session = session().with_context_tokens(tokens(SYSTEM) + 110);
    let long = "x".repeat(160);
    let mut effects = play(&mut session, vec![open(), text(1, "first answer"), finished(1)]);
    for turn in 2..6 {
        effects = play(&mut session, vec![Event::Ask(format!("question {turn}"))]);
        play(
            &mut session,
            vec![text(turn, &format!("{turn} {long}")), finished(turn)],
        );
    }
    let words: Vec<String> = sent(&effects)
        .into_iter()
        .skip(1)
        .map(|message| message.1)
        .collect();
    assert_eq!(words.len(), 5, "{words:?}");
    assert!(
        words[0].starts_with("seed\n\n(Here 4 earlier messages"),
        "{words:?}"
    );
    assert_eq!(words[1], "first answer");
    assert_eq!(words[2], "question 4");
    assert_eq!(words[4], "question 5");
    assert!(told(&session).iter().any(|line| line.contains("no longer fit")));
    assert_eq!(
        session
            .entries()
            .iter()
            .filter(|entry| entry.role == Role::Answer)
            .count(),
        5,
        "nothing is lost here"
    );
}

#[test]
fn a_conversation_that_is_too_long_for_the_model_is_shortened_once() {
    let mut session = session();
    let long = "x".repeat(4000);
    play(
        &mut session,
        vec![
            open(),
            text(1, &long),
            finished(1),
            Event::Ask("a".into()),
            text(2, &long),
            finished(2),
        ],
    );
    let before = play(&mut session, vec![Event::Ask("b".into())]);
    let effects = play(&mut session, vec![failed(3, FailureKind::TooLong)]);
    assert!(sent(&effects).len() < sent(&before).len());
    let effects = play(&mut session, vec![failed(4, FailureKind::TooLong)]);
    assert!(effects.is_empty() && !session.is_answering());
    assert_eq!(told(&session).last().unwrap(), "Notice Done the line.");
}

#[test]
fn the_transcript_has_a_header_and_every_word() {
    let mut session = session();
    let mut records = Vec::new();
    for event in [open(), text(1, "one\ntw"), text(1, "o"), finished(1)] {
        for effect in session.handle(event, now()) {
            if let Effect::Persist(record) = effect {
                records.push(record);
            }
        }
    }
    assert!(matches!(&records[0], Record::Header(header) if &*header.schema == SCHEMA));
    let words: String = records
        .iter()
        .filter_map(|record| match record {
            Record::Delta { index: 2, .. } => panic!("there is no such entry"),
            Record::Delta { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(words, "one\ntwo");
    assert!(matches!(
        records.last(),
        Some(Record::End {
            index: 1,
            state: EntryState::Done,
            ..
        })
    ));
    assert_eq!(
        records
            .iter()
            .filter(|record| matches!(record, Record::Header(_)))
            .count(),
        1
    );
}

#[test]
fn a_question_that_waits_for_consent_goes_to_a_speaker_chosen_meanwhile() {
    let mut session = Session::new("s", "p", "c", model(false), now());
    let effects = play(
        &mut session,
        vec![open(), Event::SpeakerChanged(Speaker::Playbook)],
    );
    assert_eq!(
        effects,
        [Effect::AnswerFromPlaybook {
            request: RequestId(1),
            question: None
        }]
    );
}
