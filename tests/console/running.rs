//! The loop around the model: keys to frames, tasks and their answers, signals, the terminal that is lent.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8stui::app::clipboard::{Clipboard, ClipboardError, Route};
use k8stui::app::keymap::Keymap;
use k8stui::app::model::{Model, Setting};
use k8stui::app::terminal::{Lender, Screen};
use k8stui::app::theme::Theme;
use k8stui::app::{Ending, Options, Ports, Signal, run};
use k8stui::chat::driver::{Driver, Places};
use k8stui::chat::redact::Redactor;

use k8stui::chat::session::{Role, Speaker};
use k8stui::engine::snapshot::Snapshot;
use k8stui::views;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::support::cluster::FakeCluster;
use crate::support::fixtures::{self, live, shop};
use crate::support::screen;

/// A keyboard as crossterm reads it: the first waker that asks in vain is woken, and later ones are not noted.
#[derive(Clone, Default)]
struct Keyboard(Arc<Mutex<Keys>>);

#[derive(Default)]
struct Keys {
    pressed: VecDeque<Event>,
    unplugged: bool,
    waker: Option<Waker>,
}

impl Keyboard {
    fn press(&self, key: KeyEvent) {
        let mut keys = self.0.lock().unwrap();
        keys.pressed.push_back(Event::Key(key));
        keys.wake();
    }

    fn unplug(&self) {
        let mut keys = self.0.lock().unwrap();
        keys.unplugged = true;
        keys.wake();
    }

    fn poll(&self, context: &Context<'_>) -> Poll<Option<io::Result<Event>>> {
        let mut keys = self.0.lock().unwrap();
        match keys.pressed.pop_front() {
            Some(event) => Poll::Ready(Some(Ok(event))),
            None if keys.unplugged => Poll::Ready(None),
            None => {
                keys.waker.get_or_insert_with(|| context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Keys {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A terminal that is only looked at.
struct FakeScreen {
    terminal: Terminal<TestBackend>,
    keyboard: Keyboard,
    seen: watch::Sender<String>,
    frames: Arc<AtomicUsize>,
    log: Arc<Mutex<Vec<&'static str>>>,
}

impl Screen for FakeScreen {
    fn draw(&mut self, model: &Model) -> io::Result<Option<Timestamp>> {
        let mut next = None;
        self.terminal
            .draw(|frame| next = views::draw(model, frame))
            .unwrap();
        self.frames.fetch_add(1, Ordering::SeqCst);
        self.seen
            .send_replace(screen::text(self.terminal.backend().buffer()));
        Ok(next)
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        Ok((120, 40))
    }

    fn events(&mut self) -> BoxStream<'static, io::Result<Event>> {
        self.log.lock().unwrap().push("listen");
        let keyboard = self.keyboard.clone();
        stream::poll_fn(move |context| keyboard.poll(context)).boxed()
    }

    fn leave(&mut self) -> io::Result<()> {
        self.log.lock().unwrap().push("leave");
        Ok(())
    }

    fn enter(&mut self) -> io::Result<()> {
        self.log.lock().unwrap().push("enter");
        Ok(())
    }

    fn stop(&mut self) -> io::Result<()> {
        self.log.lock().unwrap().push("stop");
        Ok(())
    }
}

struct Shelf(Arc<Mutex<Vec<String>>>);

impl Clipboard for Shelf {
    fn copy(&mut self, text: &str) -> Result<Route, ClipboardError> {
        self.0.lock().unwrap().push(text.to_owned());
        Ok(Route::System)
    }
}

/// A console that runs, and everything around it.
struct Running {
    cluster: Arc<FakeCluster>,
    keyboard: Keyboard,
    signals: mpsc::UnboundedSender<Signal>,
    lender: Lender,
    seen: watch::Receiver<String>,
    frames: Arc<AtomicUsize>,
    log: Arc<Mutex<Vec<&'static str>>>,
    copied: Arc<Mutex<Vec<String>>>,
    console: JoinHandle<io::Result<Ending>>,
}

impl Running {
    fn start(first: Snapshot) -> Self {
        Self::with_places(first, Places::default())
    }

    fn with_places(first: Snapshot, places: Places) -> Self {
        let cluster = FakeCluster::new(first);
        let keyboard = Keyboard::default();
        let (signals, mut raised) = mpsc::unbounded_channel();
        let (lender, wishes) = Lender::new();
        let (chat_sender, chat_events) = mpsc::channel(64);
        let (sender, seen) = watch::channel(String::new());
        let frames = Arc::new(AtomicUsize::new(0));
        let log = Arc::new(Mutex::new(Vec::new()));
        let copied = Arc::new(Mutex::new(Vec::new()));
        let mut screen = FakeScreen {
            terminal: Terminal::new(TestBackend::new(120, 40)).unwrap(),
            keyboard: keyboard.clone(),
            seen: sender,
            frames: Arc::clone(&frames),
            log: Arc::clone(&log),
        };
        let redactor = Redactor::new([7; 16]);
        let ports = Ports {
            backend: cluster.clone(),
            chats: Driver::new(None, places, redactor.clone(), chat_sender),
            chat_events,
            redactor,
            clipboard: Box::new(Shelf(Arc::clone(&copied))),
            wishes,
            signals: stream::poll_fn(move |context| raised.poll_recv(context)).boxed(),
            now: Arc::new(fixtures::now),
        };
        let options = Options {
            setting: Setting {
                theme: Theme::dark(),
                keymap: Keymap::default(),
                zone: TimeZone::UTC,
                speaker: Speaker::Playbook,
                read_only: false,
                ascii: false,
            },
            context: "prod-eu".to_owned(),
            seed_tokens: 6_000,
        };
        let console = tokio::spawn(async move { run(options, ports, &mut screen).await });
        Self {
            cluster,
            keyboard,
            signals,
            lender,
            seen,
            frames,
            log,
            copied,
            console,
        }
    }

    fn press(&self, key: KeyCode) {
        self.keyboard.press(KeyEvent::new(key, KeyModifiers::NONE));
    }

    fn hold(&self, modifier: KeyModifiers, letter: char) {
        self.keyboard
            .press(KeyEvent::new(KeyCode::Char(letter), modifier));
    }

    /// Waits until the screen shows that; fails after a few seconds with what it shows instead.
    async fn shows(&mut self, text: &str) -> String {
        let mut seen = self.seen.clone();
        let shown =
            tokio::time::timeout(Duration::from_secs(10), seen.wait_for(|seen| seen.contains(text))).await;
        let Ok(seen) = shown else {
            panic!("never showed {text:?}:\n{}", self.now_shown())
        };
        seen.unwrap().clone()
    }

    fn now_shown(&self) -> String {
        self.seen.borrow().clone()
    }

    async fn ends(self) -> Ending {
        let ended = tokio::time::timeout(Duration::from_secs(10), self.console).await;
        ended.expect("it ends").unwrap().unwrap()
    }
}

#[tokio::test]
async fn from_start_to_a_chat_and_out() {
    let mut running = Running::start(Snapshot::empty("prod-eu", fixtures::now()));
    running.shows("Connecting to prod-eu").await;
    running.cluster.say(shop());
    running.shows("checkout cannot write").await;
    running.press(KeyCode::Char('2'));
    running.shows("readOnlyRootFilesystem: true  ← 2").await;
    running.press(KeyCode::Esc);
    running.press(KeyCode::Char('l'));
    running.shows("the present instance").await;
    running.press(KeyCode::Esc);
    running.press(KeyCode::Enter);
    running.shows("playbook · no model").await;
    running.shows("/sent shows it").await;
    running.press(KeyCode::Esc);
    running.press(KeyCode::Esc);
    running.press(KeyCode::Char('y'));
    running.shows("copied").await;
    assert_eq!(
        *running.copied.lock().unwrap(),
        ["kubectl -n shop rollout undo deployment/checkout"]
    );
    running.press(KeyCode::Char('q'));
    assert_eq!(running.ends().await, Ending::Left);
}

#[tokio::test]
async fn a_conversation_goes_on_in_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let places = || Places {
        sessions: Some(folder.path().to_owned()),
        consent: None,
    };
    let mut first = Running::with_places(shop(), places());
    first.shows("checkout cannot write").await;
    first.press(KeyCode::Enter);
    first.shows("The playbook says this").await;
    for letter in "which events?".chars() {
        first.press(KeyCode::Char(letter));
    }
    first.press(KeyCode::Enter);
    first.shows("Events, the last").await;
    first.hold(KeyModifiers::CONTROL, 'c');
    assert_eq!(first.ends().await, Ending::Left);
    // What a crash leaves: a record of which only the beginning was written.
    let file = std::fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut text = std::fs::read_to_string(&file).unwrap();
    text.push_str("{\"record\":\"delta\",\"ind");
    std::fs::write(&file, text).unwrap();

    let mut second = Running::with_places(shop(), places());
    second.shows("checkout cannot write").await;
    second.press(KeyCode::Enter);
    let shown = second.shows("earlier, until").await;
    assert!(
        shown.contains("which events?") && shown.contains("Events, the last"),
        "{shown}"
    );
    for letter in "are you sure?".chars() {
        second.press(KeyCode::Char(letter));
    }
    second.press(KeyCode::Enter);
    second.shows("the evidence").await;
    second.hold(KeyModifiers::CONTROL, 'c');
    assert_eq!(second.ends().await, Ending::Left);
    let loaded = k8stui::chat::transcript::load(&file).unwrap();
    let asked = loaded.entries.iter().filter(|entry| entry.role == Role::Person);
    assert_eq!(
        asked.map(|entry| &*entry.text).collect::<Vec<_>>(),
        ["which events?", "are you sure?"]
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "one file a conversation"
    );
}

#[tokio::test]
async fn every_key_is_seen_although_nothing_else_happens() {
    let mut running = Running::start(live(Vec::new()));
    running.shows("Nothing is failing").await;
    for _ in 0..5 {
        running.press(KeyCode::Char('?'));
        running.shows("this page").await;
        running.press(KeyCode::Esc);
        running.shows("watched since").await;
    }
}

#[tokio::test]
async fn a_storm_of_snapshots_becomes_a_few_frames() {
    let mut running = Running::start(shop());
    running.shows("checkout").await;
    let before = running.frames.load(Ordering::SeqCst);
    let start = std::time::Instant::now();
    for healthy in 0..2_000 {
        let mut snapshot = shop();
        snapshot.healthy = healthy;
        running.cluster.say(snapshot);
        tokio::task::yield_now().await;
    }
    running.shows("1,999 healthy").await;
    let frames = running.frames.load(Ordering::SeqCst) - before;
    let most = start.elapsed().as_millis() / 16 + 3;
    assert!(frames as u128 <= most, "{frames} frames, at most {most}");
}

#[tokio::test]
async fn nothing_is_drawn_while_nothing_changes() {
    let mut running = Running::start(live(Vec::new()));
    running.shows("Nothing is failing").await;
    let before = running.frames.load(Ordering::SeqCst);
    // The clock of the test stands still: a frame in this time would be one without a change.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(running.frames.load(Ordering::SeqCst), before);
}

#[tokio::test]
async fn control_z_gives_the_terminal_back_and_takes_it_again() {
    let mut running = Running::start(shop());
    running.shows("checkout").await;
    running.hold(KeyModifiers::CONTROL, 'z');
    running.press(KeyCode::Char('?'));
    running.shows("Keys").await;
    let log = running.log.lock().unwrap().clone();
    assert_eq!(log, ["listen", "leave", "stop", "enter"]);
}

#[tokio::test]
async fn the_system_can_stop_continue_and_end_it() {
    let mut running = Running::start(shop());
    running.shows("checkout").await;
    running.signals.send(Signal::Stop).unwrap();
    running.signals.send(Signal::Continue).unwrap();
    running.press(KeyCode::Char('?'));
    running.shows("Keys").await;
    let log = running.log.lock().unwrap().clone();
    assert!(log.starts_with(&["listen", "leave", "stop", "enter"]), "{log:?}");
    running.signals.send(Signal::Terminate).unwrap();
    assert_eq!(running.ends().await, Ending::Terminated);
}

#[tokio::test]
async fn a_plugin_that_must_ask_gets_the_terminal() {
    let mut running = Running::start(shop());
    running.shows("checkout").await;
    let lease = running.lender.borrow().await.expect("a console runs");
    let frames = running.frames.load(Ordering::SeqCst);
    running.cluster.say(live(Vec::new()));
    tokio::task::yield_now().await;
    assert_eq!(
        running.frames.load(Ordering::SeqCst),
        frames,
        "nothing is drawn over it"
    );
    assert_eq!(*running.log.lock().unwrap(), ["listen", "leave"]);
    drop(lease);
    running.shows("Nothing is failing").await;
    assert_eq!(
        *running.log.lock().unwrap(),
        ["listen", "leave", "enter", "listen"]
    );
}

#[tokio::test]
async fn while_the_terminal_is_lent_an_interrupt_is_not_ours_but_an_end_is() {
    let mut running = Running::start(shop());
    running.shows("checkout").await;
    let lease = running.lender.borrow().await.expect("a console runs");
    running.signals.send(Signal::Interrupt).unwrap();
    tokio::task::yield_now().await;
    assert!(!running.console.is_finished());
    running.signals.send(Signal::Terminate).unwrap();
    assert_eq!(running.ends().await, Ending::Terminated);
    drop(lease);
}

#[tokio::test]
async fn a_keyboard_that_is_gone_ends_it() {
    let Running {
        keyboard, console, ..
    } = Running::start(shop());
    keyboard.unplug();
    let ended = tokio::time::timeout(Duration::from_secs(10), console).await;
    assert_eq!(ended.expect("it ends").unwrap().unwrap(), Ending::Terminated);
}
