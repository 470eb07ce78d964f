//! Providers that do not answer.

use super::*;

#[test]
fn a_provider_that_is_busy_is_tried_three_times_and_every_wait_is_seen() {
    for kind in [
        FailureKind::Down,
        FailureKind::RateLimited,
        FailureKind::Refused { status: 503 },
    ] {
        let mut session = session();
        let effects = play(&mut session, vec![open(), failed(1, kind)]);
        assert_eq!(
            effects,
            [Effect::RetryAt {
                request: RequestId(1),
                at: now() + SignedDuration::from_secs(1)
            }]
        );
        assert_eq!(
            session.entries()[1].text,
            "the line. Trying again in 1 s (try 2 of 3). Esc gives up."
        );
        assert!(matches!(
            session.waiting(),
            Some(Waiting::Retry { attempt: 2, .. })
        ));
        let effects = play(&mut session, vec![Event::RetryDue(RequestId(1))]);
        assert!(matches!(
            effects.as_slice(),
            [Effect::Send {
                request: RequestId(2),
                ..
            }]
        ));
        play(&mut session, vec![failed(2, kind)]);
        assert_eq!(
            session.entries()[1].text,
            "the line. Trying again in 2 s (try 3 of 3). Esc gives up."
        );
        let effects = play(&mut session, vec![Event::RetryDue(RequestId(2)), failed(3, kind)]);
        assert!(effects.is_empty());
        assert!(!session.is_answering());
        assert_eq!(told(&session).last().unwrap(), "Notice Done the line.");
    }
}

#[test]
fn retry_after_is_honoured_up_to_a_minute() {
    let wait = |seconds| {
        let mut session = session();
        let mut failure = ProviderFailure::new(FailureKind::RateLimited, "busy.");
        failure.retry_after = Some(SignedDuration::from_secs(seconds));
        let effects = play(&mut session, vec![open(), Event::Failed(RequestId(1), failure)]);
        (effects, session)
    };
    let (effects, _) = wait(20);
    assert_eq!(
        effects,
        [Effect::RetryAt {
            request: RequestId(1),
            at: now() + SignedDuration::from_secs(20)
        }]
    );
    let (effects, session) = wait(86_400);
    assert!(effects.is_empty() && !session.is_answering());
    assert!(
        session.entries()[1].text.contains("too long to wait for"),
        "{}",
        session.entries()[1].text
    );
}

#[test]
fn a_wait_can_be_stopped() {
    let mut session = session();
    play(
        &mut session,
        vec![open(), failed(1, FailureKind::Down), Event::Cancel],
    );
    assert!(!session.is_answering());
    assert!(play(&mut session, vec![Event::RetryDue(RequestId(1))]).is_empty());
}

#[test]
fn a_refusal_is_one_line_and_the_question_can_be_asked_again() {
    for kind in [
        FailureKind::Unauthorized,
        FailureKind::NotFound,
        FailureKind::Refused { status: 400 },
    ] {
        let mut session = session();
        play(
            &mut session,
            vec![open(), text(1, "a"), finished(1), Event::Ask("why?".into())],
        );
        let effects = play(&mut session, vec![failed(2, kind)]);
        assert!(effects.is_empty());
        assert_eq!(told(&session).last().unwrap(), "Notice Done the line.");
        let effects = play(&mut session, vec![Event::AskAgain]);
        let words: Vec<String> = sent(&effects)
            .into_iter()
            .skip(1)
            .map(|message| message.1)
            .collect();
        assert_eq!(
            words,
            ["seed", "a", "why?"],
            "the same question is not sent twice"
        );
    }
}

#[test]
fn an_answer_that_breaks_off_is_kept_and_not_tried_again_by_itself() {
    let mut session = session();
    let effects = play(
        &mut session,
        vec![
            open(),
            text(1, "half"),
            failed(1, FailureKind::Refused { status: 503 }),
        ],
    );
    assert!(effects.is_empty());
    assert_eq!(
        told(&session),
        ["Seed Done seed", "Answer Failed half", "Notice Done the line."]
    );
}

#[test]
fn an_empty_answer_is_said_to_be_one() {
    let mut session = session();
    play(
        &mut session,
        vec![open(), Event::Stream(RequestId(1), Chunk::Reasoning("hm".into()))],
    );
    assert!(session.is_thinking());
    play(&mut session, vec![finished(1)]);
    assert!(told(&session)[1].starts_with("Notice Done The model ended without an answer"));
}

#[test]
fn half_an_answer_can_be_asked_for_again_and_a_whole_one_is_not() {
    let mut session = session();
    let effects = play(
        &mut session,
        vec![
            open(),
            text(1, "half"),
            failed(1, FailureKind::Cut),
            Event::AskAgain,
        ],
    );
    assert_eq!(
        sent(&effects).last().unwrap().1,
        "Answer the first question again, from the beginning."
    );
    let effects = play(&mut session, vec![text(2, "whole"), finished(2), Event::AskAgain]);
    assert!(effects.is_empty());
    let effects = play(
        &mut session,
        vec![
            Event::Ask("and?".into()),
            text(3, "ha"),
            Event::Cancel,
            Event::AskAgain,
        ],
    );
    assert_eq!(sent(&effects).last().unwrap().1, "and?");
}
