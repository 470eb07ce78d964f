//! A chat: what was said, what comes, what is waited for; and the line one types into.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use k8stui::app::composer::Composer;
use k8stui::app::theme::Theme;
use k8stui::chat::session::{ChatCommand, Cost, Entry, EntryState, Role, Speaker};
use k8stui::views::chat::{ChatView, Scene, Scroll, SeedLine, Waiting, speaker_label};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use crate::support::{command, screen};

const ANSWER: &str = "nginx dies at start because it cannot create its cache folder [1]. Revision 14, rolled out by helm-controller at 10:19, made the root file system read-only [2]; 13 ran for nine days.

Give it a writable folder instead of going back, if the setting is policy:

```bash
kubectl -n shop rollout undo deployment/checkout
kubectl -n shop get pods -l app=checkout -w
```";

fn entry(role: Role, text: &str) -> Entry {
    Entry {
        role,
        text: text.to_owned(),
        at: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_795_256_861),
        state: EntryState::Done,
        cost: None,
    }
}

struct Chat {
    entries: Vec<Entry>,
    commands: Vec<ChatCommand>,
    seed: SeedLine,
    waiting: Option<Waiting>,
    queued: Vec<String>,
    theme: Theme,
    zone: TimeZone,
}

impl Chat {
    fn told() -> Self {
        let mut answer = entry(Role::Answer, ANSWER);
        answer.cost = Some(Cost {
            took: SignedDuration::from_millis(1_900),
            tokens: 214,
            measured: true,
        });
        Self {
            entries: vec![
                entry(
                    Role::Seed,
                    "Problem: checkout\nEvidence:\n[1] log\t\x1bmkdir failed",
                ),
                answer,
            ],
            commands: vec![
                command(1, 1, "kubectl -n shop rollout undo deployment/checkout", true),
                command(2, 1, "kubectl -n shop get pods -l app=checkout -w", false),
            ],
            seed: SeedLine {
                summary: "problem, 6 symptoms, 14 log lines of 12,310, 5 events, 1 change".to_owned(),
                tokens: 2_140,
                open: false,
            },
            waiting: None,
            queued: Vec::new(),
            theme: Theme::dark(),
            zone: TimeZone::UTC,
        }
    }

    fn streaming() -> Self {
        let mut chat = Self::told();
        chat.entries.push(entry(
            Role::Person,
            "does anything else in shop have this setting?",
        ));
        let mut answer = entry(
            Role::Answer,
            "Yes, **cart has it too**, but it mounts an `emptyDir",
        );
        answer.state = EntryState::Streaming;
        chat.entries.push(answer);
        chat.queued.push("and in payments?".to_owned());
        chat
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            entries: &self.entries,
            earlier: 0,
            commands: &self.commands,
            seed: Some(&self.seed),
            waiting: self.waiting.as_ref(),
            queued: &self.queued,
            theme: &self.theme,
            zone: &self.zone,
        }
    }

    fn draw(&self, view: &mut ChatView, scroll: Scroll, columns: u16, rows: u16) -> Buffer {
        screen::drawn(columns, rows, |area, buffer| {
            view.draw(self.scene(), scroll, area, buffer);
        })
    }
}

fn fresh(chat: &Chat, columns: u16, rows: u16) -> Buffer {
    chat.draw(&mut ChatView::new(), Scroll::default(), columns, rows)
}

#[test]
fn told_with_seed_and_commands() {
    insta::assert_snapshot!(screen::styled(&fresh(&Chat::told(), 100, 16)));
}

#[test]
fn streaming_with_a_question_behind_it() {
    insta::assert_snapshot!(screen::styled(&fresh(&Chat::streaming(), 80, 24)));
}

#[test]
fn waiting_for_the_first_word() {
    let mut chat = Chat::told();
    chat.entries.truncate(1);
    chat.waiting = Some(Waiting {
        what: "asking llama3.1".to_owned(),
        seconds: 4,
        tick: 3,
    });
    insta::assert_snapshot!(screen::text(&fresh(&chat, 80, 6)));
}

#[test]
fn stopped_failed_and_what_the_cluster_says() {
    let mut chat = Chat::told();
    chat.entries.truncate(1);
    chat.seed.open = true;
    let mut stopped = entry(Role::Answer, "The cause is");
    stopped.state = EntryState::Stopped;
    let mut failed = entry(Role::Answer, "");
    failed.state = EntryState::Failed;
    failed.cost = Some(Cost {
        took: SignedDuration::from_secs(31),
        tokens: 1_040,
        measured: false,
    });
    chat.entries.extend([
        stopped,
        entry(Role::Person, "why?\nin one sentence"),
        failed,
        entry(
            Role::Notice,
            "429: api.openai.com takes no more questions for 20 s. k8stui asks again by itself; esc stops.",
        ),
        entry(
            Role::Cluster,
            "checkout healed: 3 of 3 ready, 23 s after `kubectl -n shop rollout undo deployment/checkout`",
        ),
        entry(Role::Cluster, "✖ ledger-0 cannot be scheduled"),
    ]);
    insta::assert_snapshot!(screen::styled(&fresh(&chat, 60, 30)));
}

#[test]
fn forty_columns_are_enough() {
    insta::assert_snapshot!(screen::text(&fresh(&Chat::streaming(), 40, 40)));
}

#[test]
fn what_arrives_does_not_move_what_is_read() {
    let mut chat = Chat::streaming();
    let mut view = ChatView::new();
    let area = Rect::new(0, 0, 60, 8);
    let up = view.scrolled(chat.scene(), Scroll::default(), -5, area);
    assert!(!up.follow);
    let before = chat.draw(&mut view, up, 60, 8);
    let below = view.below(chat.scene(), up, area);
    if let Some(answer) = chat.entries.last_mut() {
        answer
            .text
            .push_str("` at /tmp\n\nand much\n\nmore\n\nthan\n\nthat");
    }
    assert_eq!(chat.draw(&mut view, up, 60, 8), before);
    assert!(view.below(chat.scene(), up, area) > below);
    let down = view.scrolled(chat.scene(), up, 1_000, area);
    assert!(down.follow, "at the end it follows again");
    assert_eq!(view.below(chat.scene(), down, area), 0);
    let top = view.scrolled(chat.scene(), down, -1_000, area);
    assert_eq!(top, Scroll::at(0));
}

#[test]
fn what_is_kept_looks_as_what_is_drawn_afresh() {
    let mut chat = Chat::streaming();
    let mut view = ChatView::new();
    let text = format!("{ANSWER}\n\nand `more`");
    for end in (0..text.len()).step_by(9) {
        if let Some(answer) = chat.entries.last_mut() {
            text[..end].clone_into(&mut answer.text);
        }
        assert_eq!(
            chat.draw(&mut view, Scroll::default(), 70, 20),
            fresh(&chat, 70, 20)
        );
    }
    if let Some(answer) = chat.entries.last_mut() {
        answer.state = EntryState::Done;
    }
    for columns in [70, 50, 90] {
        assert_eq!(
            chat.draw(&mut view, Scroll::default(), columns, 20),
            fresh(&chat, columns, 20)
        );
    }
    chat.theme = Theme::monochrome();
    assert_eq!(
        chat.draw(&mut view, Scroll::default(), 90, 20),
        fresh(&chat, 90, 20)
    );
}

#[test]
fn who_answers() {
    assert_eq!(speaker_label(&Speaker::Playbook), "playbook · no model");
    let model = |local| Speaker::Model {
        name: "llama3.1".into(),
        host: "api.example.com".into(),
        local,
        allowed: true,
    };
    assert_eq!(speaker_label(&model(true)), "llama3.1 · local");
    assert_eq!(speaker_label(&model(false)), "llama3.1 · api.example.com");
}

fn typed(composer: &mut Composer, text: &str) {
    for character in text.chars() {
        composer.input(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE));
    }
}

fn composer(composer: &mut Composer, columns: u16) -> String {
    let rows = composer.height(columns);
    let theme = Theme::dark();
    screen::text(&screen::drawn(columns, rows, |area, buffer| {
        composer.draw(area, buffer, &theme, true);
    }))
}

#[test]
fn the_composer_grows_with_what_is_typed() {
    let mut line = Composer::new();
    assert_eq!(composer(&mut line, 40), "› ask, / for commands, @ to attach\n");
    typed(&mut line, "does anything else in shop have this setting?");
    assert_eq!(
        composer(&mut line, 30),
        "› does anything else in shop\n  have this setting?\n"
    );
    line.new_line();
    line.paste("one\r\ntwo\nthree\nfour\nfive\nsix");
    assert_eq!(line.height(30), 6);
    assert!(
        composer(&mut line, 30).ends_with("  six\n"),
        "the cursor stays in sight"
    );
}

#[test]
fn what_was_sent_comes_back_with_the_arrows() {
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let mut line = Composer::new();
    typed(&mut line, "  why?  ");
    assert_eq!(line.submit().as_deref(), Some("why?"));
    assert!(line.is_empty());
    assert_eq!(line.submit(), None);
    typed(&mut line, "dra");
    line.input(key(KeyCode::Up));
    assert_eq!(line.text(), "why?");
    line.input(key(KeyCode::Up));
    assert_eq!(line.text(), "why?", "there is nothing older");
    line.input(key(KeyCode::Down));
    assert_eq!(line.text(), "dra", "what was being typed is not lost");
    typed(&mut line, "ft");
    assert_eq!(line.text(), "draft");
}
