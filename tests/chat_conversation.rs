//! Whole conversations: session, driver and provider as the console runs them, against a scripted server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8stui::chat::consent::Consents;
use k8stui::chat::driver::{Driver, Places};
use k8stui::chat::provider::openai::OpenAi;
use k8stui::chat::provider::{Settings, open};
use k8stui::chat::redact::Redactor;
use k8stui::chat::seed::{Seed, SeedStats};
use k8stui::chat::session::{Effect, Entry, EntryState, Event, Role, Session, Speaker};
use k8stui::chat::transcript;
use k8stui::engine::object::Text;
use serde_json::json;
use tokio::sync::mpsc;

use crate::chat_provider::settings;
use crate::support::openai::{Answer, DEADLINE, Server, Step, text};

/// A session, its driver and what comes back, as the console runs them.
struct Console {
    session: Session,
    driver: Driver,
    events: mpsc::Receiver<(Text, Event)>,
    folder: tempfile::TempDir,
}

impl Console {
    fn new(server: &Server) -> Self {
        let settings = settings(&server.url(), &[("K8STUI_MODEL", "test-model")]);
        let provider = Arc::new(OpenAi::new(settings).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let places = Places {
            sessions: Some(folder.path().join("sessions")),
            consent: Some(folder.path().join("consent.json")),
        };
        let (sender, events) = mpsc::channel(16);
        let driver = Driver::new(Some(provider), places, Redactor::new([1; 16]), sender);
        let speaker = Speaker::Model {
            name: "test-model".into(),
            host: "127.0.0.1".into(),
            local: true,
            allowed: true,
        };
        let session = Session::new("s1", "p1", "c1", speaker, Timestamp::now());
        Self {
            session,
            driver,
            events,
            folder,
        }
    }

    fn happens(&mut self, event: Event) {
        let now = Timestamp::now();
        let id = self.session.id().clone();
        for effect in self.session.handle(event, now) {
            assert_eq!(self.driver.run(&id, effect, now), None);
        }
    }

    async fn next(&mut self) {
        let (_, event) = tokio::time::timeout(DEADLINE, self.events.recv())
            .await
            .unwrap()
            .unwrap();
        self.happens(event);
    }

    /// Until the session is idle.
    async fn settle(&mut self) {
        while self.session.is_answering() {
            self.next().await;
        }
    }

    fn open(&mut self, seed: &str) {
        self.happens(Event::Open {
            seed: Seed {
                text: seed.into(),
                stats: SeedStats::default(),
                evidence: Vec::new(),
            },
        });
    }

    fn last(&self) -> &Entry {
        self.session.entries().last().unwrap()
    }
}

#[tokio::test]
async fn later_questions_go_with_the_whole_conversation() {
    let server = Server::start(vec![Answer::say(&["It ", "is [1]."]), Answer::say(&["Undo it."])]);
    let mut console = Console::new(&server);
    console.open("the seed");
    console.settle().await;
    console.happens(Event::ClusterNote("checkout healed".into()));
    console.happens(Event::Ask("and the fix?".into()));
    console.settle().await;
    assert_eq!(console.last().text, "Undo it.");
    let sent = server.wait_received(2)[1].json();
    let roles: Vec<_> = sent["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(sent["messages"][1]["content"], "the seed");
    assert_eq!(sent["messages"][2]["content"], "It is [1].");
    assert_eq!(sent["messages"][3]["content"], "and the fix?");
    assert!(
        !server.received()[1].body.contains("healed"),
        "what the cluster says is not sent"
    );
}

#[tokio::test]
async fn nothing_leaves_unredacted() {
    let server = Server::start(vec![
        Answer::say(&["The token is ghp_abcdefghijklmnopqrstuvwxyz012345."]),
        Answer::say(&["ok"]),
    ]);
    let mut console = Console::new(&server);
    console.open("log: connecting to postgres://orders:hunter2@db:5432/orders");
    console.settle().await;
    console.happens(Event::Ask(
        "is --password=swordfish right for user orders?".into(),
    ));
    console.settle().await;
    let bytes: String = server
        .received()
        .iter()
        .map(|received| received.body.clone())
        .collect();
    for secret in ["hunter2", "swordfish", "ghp_abcdef"] {
        assert!(!bytes.contains(secret), "{secret} left the machine: {bytes}");
    }
    for kept in [
        "orders:<redacted 7 bytes #",
        "@db:5432/orders",
        "--password=<redacted 9 bytes",
        "for user orders",
    ] {
        assert!(bytes.contains(kept), "{kept} is gone: {bytes}");
    }
}

#[tokio::test]
async fn a_stopped_answer_is_kept_and_the_connection_closed() {
    let server = Server::start(vec![
        Answer::Stream(vec![text("It is "), Step::Hang]),
        Answer::say(&["ok"]),
    ]);
    let mut console = Console::new(&server);
    console.open("the seed");
    console.next().await;
    assert_eq!(console.last().state, EntryState::Streaming);
    console.happens(Event::Cancel);
    assert_eq!(console.last().text, "It is ");
    assert_eq!(console.last().state, EntryState::Stopped);
    let server = tokio::task::spawn_blocking(move || {
        server.wait_dropped();
        server
    })
    .await
    .unwrap();
    console.happens(Event::Ask("go on".into()));
    console.settle().await;
    assert_eq!(server.received()[1].json()["messages"][2]["content"], "It is ");
}

#[tokio::test]
async fn a_limited_rate_is_waited_for_and_seen() {
    let server = Server::start(vec![
        Answer::json(429, &[("retry-after-ms", "30")], "{}"),
        Answer::say(&["Hello"]),
    ]);
    let mut console = Console::new(&server);
    console.open("the seed");
    console.next().await;
    assert_eq!(console.last().role, Role::Notice);
    assert!(console.last().text.contains("limits the rate") && console.last().text.contains("try 2 of 3"));
    console.settle().await;
    assert_eq!(console.last().text, "Hello");
}

#[tokio::test]
async fn after_a_refused_key_the_conversation_goes_on() {
    let server = Server::start(vec![
        Answer::error(401, &json!({"error": {"message": "no"}})),
        Answer::say(&["Hello"]),
    ]);
    let mut console = Console::new(&server);
    console.open("the seed");
    console.settle().await;
    assert!(
        console.last().text.contains("refuses the key of K8STUI_API_KEY"),
        "{}",
        console.last().text
    );
    console.happens(Event::AskAgain);
    console.settle().await;
    assert_eq!(console.last().text, "Hello");
}

#[tokio::test]
async fn every_word_is_on_disk_as_it_is_said() {
    let server = Server::start(vec![Answer::Stream(vec![
        text("line one\n"),
        text("line t"),
        Step::Hang,
    ])]);
    let mut console = Console::new(&server);
    console.open("the seed");
    console.happens(Event::Ask("queued".into()));
    console.next().await;
    console.next().await;
    // As after a crash: nothing is closed, the file alone counts.
    let sessions = console.folder.path().join("sessions");
    let loaded = tokio::time::timeout(DEADLINE, async {
        loop {
            let file = transcript::list(&sessions).unwrap().pop();
            if let Some(Ok(loaded)) = file.map(|file| transcript::load(&file))
                && loaded.entries.len() == 2
                && !loaded.entries[1].text.is_empty()
            {
                return loaded;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    assert_eq!(loaded.entries[0].text, "the seed");
    assert_eq!(loaded.entries[1].text, "line one\n");
    // Closed in order, all of it is there, and a session can go on from it.
    console.happens(Event::Cancel);
    let Console {
        session,
        driver,
        folder,
        ..
    } = console;
    tokio::task::spawn_blocking(move || driver.close()).await.unwrap();
    let file = transcript::list(&folder.path().join("sessions"))
        .unwrap()
        .pop()
        .unwrap();
    let resumed = Session::resume(transcript::load(&file).unwrap(), Speaker::Playbook);
    assert_eq!(resumed.entries(), session.entries());
    assert_eq!(resumed.entries()[1].text, "line one\nline t");
}

#[tokio::test]
async fn a_host_that_was_said_yes_to_is_remembered_and_nothing_left_before() {
    let server = Server::start(vec![Answer::say(&["Hello"])]);
    let mut console = Console::new(&server);
    let host: Text = "llm.example.com".into();
    let stranger = Speaker::Model {
        name: "m".into(),
        host: host.clone(),
        local: false,
        allowed: false,
    };
    console.session = Session::new("s1", "p1", "c1", stranger, Timestamp::now());
    let id = console.session.id().clone();
    let now = Timestamp::now();
    let mut asked = Vec::new();
    for effect in console.session.handle(Event::Ask("why?".into()), now) {
        asked.extend(console.driver.run(&id, effect, now));
    }
    assert_eq!(asked, [Effect::AskConsent { host: host.clone() }]);
    assert!(server.received().is_empty());
    console.happens(Event::Consent { host, yes: true });
    console.settle().await;
    assert_eq!(console.last().text, "Hello");
    let remembered = Consents::load(&console.folder.path().join("consent.json"));
    assert!(remembered.allows("llm.example.com"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_once_and_the_conversation_goes_on() {
    let server = Server::start(vec![Answer::say(&["Hello"])]);
    let mut console = Console::new(&server);
    std::fs::write(console.folder.path().join("sessions"), "a file in the way").unwrap();
    console.open("the seed");
    console.settle().await;
    let notices = |console: &Console| -> Vec<String> {
        let entries = console.session.entries().iter();
        entries
            .filter(|entry| entry.role == Role::Notice)
            .map(|entry| entry.text.clone())
            .collect()
    };
    while notices(&console).is_empty() {
        console.next().await;
    }
    let said = notices(&console);
    assert_eq!(said.len(), 1);
    assert!(
        said[0].contains("not being saved") && said[0].contains("sessions"),
        "{said:?}"
    );
    assert!(
        console
            .session
            .entries()
            .iter()
            .any(|entry| entry.text == "Hello")
    );
}

#[tokio::test]
async fn a_provider_opens_with_its_model_and_whether_it_may_be_asked() {
    let server = Server::start(Vec::new());
    let (_, speaker) = open(settings(&server.url(), &[]), &Consents::default())
        .await
        .unwrap();
    let Speaker::Model {
        name, local, allowed, ..
    } = speaker
    else {
        unreachable!("a model")
    };
    assert_eq!((&*name, local, allowed), ("test-model", true, true));
}

#[tokio::test]
async fn what_is_merely_offered_is_not_asked_for_its_model() {
    let server = Server::start(Vec::new());
    let url = server.url();
    let offered = Settings::offered(|name| match name {
        "OPENAI_API_KEY" => Some("key".to_owned()),
        "OPENAI_BASE_URL" => Some(url.clone()),
        _ => None,
    });
    let (_, speaker) = open(offered.unwrap(), &Consents::default()).await.unwrap();
    assert!(matches!(speaker, Speaker::Model { name, .. } if *name == *"model"));
}
