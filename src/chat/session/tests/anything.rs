//! Whatever happens in whatever order, some things hold.

use proptest::prelude::*;

use super::*;
use crate::chat::transcript::{Writer, load};

fn happening() -> impl Strategy<Value = Event> {
    let request = 0..8_u64;
    prop_oneof![
        Just(open()),
        "[a-z]{0,5}".prop_map(Event::Ask),
        Just(Event::AskAgain),
        (request.clone(), "[a-z\n]{0,9}").prop_map(|(request, words)| text(request, &words)),
        (request.clone(), "[a-z\n]{0,9}").prop_map(|(request, words)| text(request, &words)),
        request.clone().prop_map(finished),
        (request.clone(), 0..5_usize).prop_map(|(request, kind)| {
            let kinds = [
                FailureKind::Down,
                FailureKind::Unauthorized,
                FailureKind::TooLong,
                FailureKind::Cut,
                FailureKind::Refused { status: 503 },
            ];
            failed(request, kinds[kind])
        }),
        Just(Event::Cancel),
        any::<bool>().prop_map(|yes| Event::Consent {
            host: "api.example.com".into(),
            yes
        }),
        request.prop_map(|request| Event::RetryDue(RequestId(request))),
        Just(Event::ClusterNote("healed".into())),
        any::<bool>().prop_map(|allowed| Event::SpeakerChanged(model(allowed))),
        Just(Event::SpeakerChanged(Speaker::Playbook)),
    ]
}

proptest! {
    #[test]
    fn the_file_tells_what_was_said_and_nothing_leaves_unasked(events in prop::collection::vec(happening(), 0..40)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut writer = Writer::open(&path).unwrap();
        let mut session = Session::new("s", "p", "c", model(false), now()).with_context_tokens(600);
        let mut requests = std::collections::BTreeSet::new();
        for event in events {
            let before = session.entries().len();
            for effect in session.handle(event, now()) {
                match effect {
                    Effect::Persist(record) => writer.append(&record).unwrap(),
                    Effect::Send { request, messages } => {
                        let allowed = matches!(session.speaker(), Speaker::Model { allowed: true, .. });
                        prop_assert!(allowed, "sent without a yes");
                        prop_assert!(requests.insert(request), "a number was used twice");
                        let system = messages.iter().filter(|message| message.role == MessageRole::System).count();
                        prop_assert_eq!(system, 1);
                        let in_turn = messages.windows(2).all(|pair| pair[0].role != pair[1].role);
                        prop_assert!(in_turn, "{:?}", messages);
                        prop_assert_eq!(messages.last().map(|message| message.role), Some(MessageRole::User));
                    }
                    _ => {}
                }
            }
            prop_assert!(session.entries().len() >= before);
            prop_assert_eq!(session.is_answering(), session.asked_at().is_some());
        }
        play(&mut session, vec![]);
        while session.is_answering() {
            for effect in session.handle(Event::Cancel, now()) {
                if let Effect::Persist(record) = effect {
                    writer.append(&record).unwrap();
                }
            }
        }
        if let Ok(loaded) = load(&path) {
            // A notice about waiting is rewritten from try to try; the file keeps its first words.
            let told = |entries: &[Entry]| -> Vec<(Role, EntryState, String)> {
                entries
                    .iter()
                    .filter(|entry| entry.role != Role::Notice)
                    .map(|entry| (entry.role, entry.state, entry.text.clone()))
                    .collect()
            };
            prop_assert_eq!(told(&loaded.entries), told(session.entries()));
        } else {
            prop_assert!(session.entries().is_empty());
        }
    }
}
