//! Drives the console as a person would: keys in, screen out. No terminal, no tasks, a clock that stands still unless
//! it is moved.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use k8stui::app::keymap::Keymap;
use k8stui::app::message::{Effect, LogMessage, Message};
use k8stui::app::model::{Model, Setting};
use k8stui::app::theme::Theme;
use k8stui::app::update::update;
use k8stui::app::yaml::Document;
use k8stui::chat::session::{self, Speaker};
use k8stui::engine::analyzers::logs::LogLine;
use k8stui::engine::cluster::{Failure, FailureKind};
use k8stui::engine::evidence::dossier::EventLine;
use k8stui::engine::object::ObjectRef;
use k8stui::engine::snapshot::Snapshot;
use k8stui::views;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use super::fixtures;

/// A console and what it asked for.
pub struct Console {
    pub model: Model,
    pub effects: Vec<Effect>,
    now: Timestamp,
}

impl Console {
    /// A console of that size that knows nothing yet.
    pub fn new(width: u16, height: u16) -> Self {
        let setting = Setting {
            theme: Theme::dark(),
            keymap: Keymap::default(),
            zone: TimeZone::UTC,
            speaker: Speaker::Playbook,
            read_only: false,
            ascii: false,
        };
        let now = fixtures::now();
        Self {
            model: Model::new(setting, "prod-eu", Size::new(width, height), now),
            effects: Vec::new(),
            now,
        }
    }

    /// Who answers in chats.
    pub fn speaker(mut self, speaker: Speaker) -> Self {
        self.model.setting.speaker = speaker;
        self
    }

    /// What everything looks like.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.model.setting.theme = theme;
        self
    }

    /// Tells the model.
    pub fn message(mut self, message: Message) -> Self {
        self.effects.extend(update(&mut self.model, message, self.now));
        self
    }

    /// The engine knows more.
    pub fn snapshot(self, snapshot: Snapshot) -> Self {
        self.message(Message::Engine(Arc::new(snapshot)))
    }

    /// Time passes, and what is shown of it goes out of date.
    pub fn wait(mut self, seconds: f64) -> Self {
        self.now += SignedDuration::from_secs_f64(seconds);
        self.message(Message::Timer)
    }

    /// Presses keys: letters as they are, others in brackets, `jj<enter><alt+1>`.
    pub fn keys(mut self, keys: &str) -> Self {
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let bracketed = rest.strip_prefix('<').and_then(|after| after.split_once('>'));
            let key = if let Some((name, after)) = bracketed {
                rest = after;
                named(name)
            } else {
                rest = &rest[first.len_utf8()..];
                KeyEvent::new(KeyCode::Char(first), KeyModifiers::NONE)
            };
            self = self.message(Message::Key(key));
        }
        self
    }

    /// Answers the newest request for YAML.
    pub fn yaml(self, object: &serde_json::Value) -> Self {
        self.yaml_result(Ok(Document::new(object)))
    }

    /// Answers the newest request for YAML with a failure.
    pub fn no_yaml(self, kind: FailureKind, what: &str) -> Self {
        self.yaml_result(Err(Failure {
            kind,
            what: what.into(),
        }))
    }

    fn yaml_result(self, result: Result<Document, Failure>) -> Self {
        let request = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::ReadYaml { request, .. } => Some(*request),
            _ => None,
        });
        let request = request.expect("YAML was asked for");
        self.message(Message::Yaml { request, result })
    }

    /// Answers the newest request for events.
    pub fn events(self, lines: Vec<EventLine>) -> Self {
        let request = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::ReadEvents { request, .. } => Some(*request),
            _ => None,
        });
        let request = request.expect("events were asked for");
        self.message(Message::Events { request, lines })
    }

    /// Answers the newest request for names.
    pub fn names(self, objects: Vec<ObjectRef>) -> Self {
        let request = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::FindNames { request, .. } => Some(*request),
            _ => None,
        });
        let request = request.expect("names were asked for");
        self.message(Message::Names { request, objects })
    }

    /// Answers the newest request for logs.
    pub fn log(self, what: LogMessage) -> Self {
        let request = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::ReadLogs { request, .. } => Some(*request),
            _ => None,
        });
        let request = request.expect("logs were asked for");
        self.message(Message::Log { request, what })
    }

    /// Lines of the newest request for logs, each with its time of day.
    pub fn log_lines(self, stream: usize, lines: &[(&str, &str)]) -> Self {
        let lines = lines
            .iter()
            .map(|(time, text)| LogLine {
                time: Some(format!("2026-11-21T{time}Z").parse().unwrap()),
                text: (*text).into(),
            })
            .collect();
        self.log(LogMessage::Lines { stream, lines })
    }

    /// Something for the conversation that was opened last.
    pub fn chat(self, event: session::Event) -> Self {
        let session = self
            .model
            .chats
            .last()
            .expect("a chat was opened")
            .session
            .id()
            .clone();
        self.message(Message::Chat { session, event })
    }

    /// What was asked for since this was called last.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The drawn buffer and when it goes out of date.
    pub fn draw(&self) -> (Buffer, Option<Timestamp>) {
        let size = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
        let mut next = None;
        terminal
            .draw(|frame| next = views::draw(&self.model, frame))
            .unwrap();
        (terminal.backend().buffer().clone(), next)
    }

    /// What stands on the screen.
    pub fn screen(&self) -> String {
        super::screen::text(&self.draw().0)
    }
}

fn named(name: &str) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    let mut key = name;
    for (prefix, modifier) in [
        ("ctrl+", KeyModifiers::CONTROL),
        ("alt+", KeyModifiers::ALT),
        ("shift+", KeyModifiers::SHIFT),
    ] {
        if let Some(rest) = key.strip_prefix(prefix) {
            modifiers |= modifier;
            key = rest;
        }
    }
    let code = match key {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        letter => KeyCode::Char(letter.chars().next().expect("a key")),
    };
    KeyEvent::new(code, modifiers)
}
