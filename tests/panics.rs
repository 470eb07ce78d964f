//! A panic of the console gives the terminal back. The real console in a pseudo-terminal, with a screen that breaks:
//! the program itself has nothing in it that could be made to panic from outside.

use std::io;
use std::sync::Arc;

use crossterm::event::Event;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8stui::app::clipboard::{AnyClipboard, Surroundings, system};
use k8stui::app::keymap::Keymap;
use k8stui::app::model::{Model, Setting};
use k8stui::app::terminal::{Lender, Screen, Tty};
use k8stui::app::theme::Theme;
use k8stui::app::{Options, Ports, run};
use k8stui::chat::driver::{Driver, Places};
use k8stui::chat::redact::Redactor;
use k8stui::chat::session::Speaker;
use tokio::sync::mpsc;

use crate::support::cluster::FakeCluster;
use crate::support::fixtures;
use crate::support::pty::Terminal;

/// Set for a child: what breaks in it, `drawing` or `task`.
const CHILD: &str = "K8STUI_TEST_BREAKS";

/// The terminal of the process; when it is resized, something breaks.
struct Fragile {
    tty: Tty,
    size: (u16, u16),
    drawing: bool,
}

impl Screen for Fragile {
    fn draw(&mut self, model: &Model) -> io::Result<Option<Timestamp>> {
        let size = self.tty.size()?;
        if size != self.size {
            self.size = size;
            assert!(!self.drawing, "the drawing breaks here");
            // On a thread of its own, as tasks are.
            let task = std::thread::spawn(|| panic!("a task breaks here"));
            assert!(task.join().is_err());
        }
        self.tty.draw(model)
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        self.tty.size()
    }

    fn events(&mut self) -> BoxStream<'static, io::Result<Event>> {
        self.tty.events()
    }

    fn leave(&mut self) -> io::Result<()> {
        self.tty.leave()
    }

    fn enter(&mut self) -> io::Result<()> {
        self.tty.enter()
    }

    fn stop(&mut self) -> io::Result<()> {
        self.tty.stop()
    }
}

/// Not a test of its own: the console that the tests below run in a terminal, the real one but for [`Fragile`].
#[tokio::test]
async fn the_console_of_a_child_that_breaks() {
    let Ok(what) = std::env::var(CHILD) else {
        return;
    };
    let tty = Tty::take(true).unwrap();
    let mut screen = Fragile {
        size: tty.size().unwrap(),
        drawing: what == "drawing",
        tty,
    };
    let (options, ports) = bare_console();
    run(options, ports, &mut screen).await.unwrap();
}

/// A console on a cluster of the fixtures.
fn bare_console() -> (Options, Ports) {
    let (sender, chat_events) = mpsc::channel(1);
    let (_, wishes) = Lender::new();
    let redactor = Redactor::new([0; 16]);
    let ports = Ports {
        backend: FakeCluster::new(fixtures::shop()),
        chats: Driver::new(None, Places::default(), redactor.clone(), sender),
        chat_events,
        redactor,
        clipboard: Box::new(AnyClipboard::new(
            Surroundings::of(|_| None),
            system(),
            io::stdout(),
        )),
        wishes,
        signals: stream::pending().boxed(),
        now: Arc::new(fixtures::now),
    };
    let setting = Setting {
        theme: Theme::dark(),
        keymap: Keymap::default(),
        zone: TimeZone::UTC,
        speaker: Speaker::Playbook,
        read_only: false,
        ascii: false,
    };
    let options = Options {
        setting,
        context: "prod-eu".to_owned(),
        seed_tokens: 6_000,
    };
    (options, ports)
}

/// A console that stands, and in which that breaks when it is resized.
fn console(what: &str) -> Terminal {
    let program = std::env::current_exe().unwrap();
    let arguments = [
        "--exact",
        "panics::the_console_of_a_child_that_breaks",
        "--nocapture",
        "--test-threads=1",
    ];
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start_program(&program, home, 110, 30, &arguments, &[(CHILD, what)]);
    terminal.until_text("prod-eu");
    assert!(!terminal.is_restored());
    terminal
}

#[test]
fn a_panic_gives_the_terminal_back_before_its_message() {
    let mut terminal = console("drawing");
    terminal.resize(100, 30);
    assert_ne!(terminal.exit_code(), 0);
    assert!(terminal.is_restored());
    let written = terminal.written();
    let left = written.rfind("\x1b[?1049l").expect("the other screen was left");
    let message = written
        .find("the drawing breaks here")
        .expect("the message is shown");
    assert!(
        left < message,
        "the message would go with the screen that it was drawn on"
    );
}

#[test]
fn a_task_that_panics_leaves_the_screen_alone() {
    let mut terminal = console("task");
    terminal.resize(60, 20);
    // The emulator cuts its lines at once; the console has drawn when nothing more comes.
    terminal.at_rest("the screen in its new size", |screen| {
        screen.contains("prod-eu") && screen.lines().all(|line| line.chars().count() <= 60)
    });
    terminal.keys("q");
    assert_eq!(terminal.exit_code(), 0);
    assert!(terminal.is_restored());
    assert!(!terminal.written().contains("a task breaks here"));
}
