//! What a frame costs: each pane drawn into 200×60, with what a long session has gathered behind it.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8stui::app::keymap::{Action, Keymap};
use k8stui::app::logs::{LogPane, LogSource, SourceId};
use k8stui::app::message::Message;
use k8stui::app::model::{Model, Setting};
use k8stui::app::theme::Theme;
use k8stui::app::update::update;
use k8stui::chat::session::{Entry, EntryState, Role, Speaker};
use k8stui::engine::finding::Severity;
use k8stui::views;
use k8stui::views::chat::{ChatView, Scene, Scroll};
use k8stui::views::highlight::{Code, Language};
use k8stui::views::logs::LogView;
use k8stui::views::markdown::{Page, StreamingMarkdown, render};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[path = "../tests/support/fixtures.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "shared with the tests"
)]
mod fixtures;

const SCREEN: Rect = Rect::new(0, 0, 200, 60);

const ANSWER: &str = include_str!("../tests/fixtures/zoo.md");

fn logs(criterion: &mut Criterion) {
    let source = |pod: &str| LogSource {
        pod: pod.into(),
        container: "web".into(),
        previous: false,
    };
    let mut pane = LogPane::new(vec![
        source("checkout-7d9f8b6c5d-abc12"),
        source("checkout-7d9f8b6c5d-xyz89"),
    ]);
    pane.resize(59, 200);
    for n in 0..60_000_i64 {
        let time = Timestamp::from_millisecond(1_795_256_400_000 + n).ok();
        let line = format!("level=info msg=\"request served\" path=/cart/{n} took=12ms host=orders:8080");
        pane.push(SourceId(usize::from(n % 2 == 0)), time, &line);
    }
    let theme = Theme::dark();
    let mut buffer = Buffer::empty(SCREEN);
    let mut draw = |pane: &LogPane| {
        LogView {
            pane,
            title: "shop/checkout",
            theme: &theme,
            zone: &TimeZone::UTC,
            focused: true,
        }
        .draw(SCREEN, &mut buffer);
    };
    criterion.bench_function("logs, following", |bencher| {
        bencher.iter(|| draw(black_box(&pane)));
    });
    pane.search("cart/5");
    pane.update(Action::Wrap);
    criterion.bench_function("logs, searched and wrapped", |bencher| {
        bencher.iter(|| draw(black_box(&pane)));
    });
}

fn chat(criterion: &mut Criterion) {
    let theme = Theme::dark();
    let zone = TimeZone::UTC;
    let mut entries: Vec<Entry> = (0..200)
        .map(|n| Entry {
            role: if n % 2 == 0 { Role::Person } else { Role::Answer },
            text: ANSWER.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            state: EntryState::Done,
            cost: None,
        })
        .collect();
    let mut view = ChatView::new();
    let mut buffer = Buffer::empty(SCREEN);
    let mut draw = |entries: &[Entry]| {
        let scene = Scene {
            entries,
            earlier: 0,
            commands: &[],
            seed: None,
            waiting: None,
            queued: &[],
            theme: &theme,
            zone: &zone,
        };
        view.draw(scene, Scroll::default(), SCREEN, &mut buffer);
    };
    draw(&entries);
    criterion.bench_function("chat of 200 entries", |bencher| {
        bencher.iter(|| draw(black_box(&entries)));
    });
    if let Some(last) = entries.last_mut() {
        last.state = EntryState::Streaming;
    }
    criterion.bench_function("chat, a word more", |bencher| {
        bencher.iter(|| {
            if let Some(last) = entries.last_mut() {
                if last.text.len() > 8_192 {
                    ANSWER.clone_into(&mut last.text);
                }
                last.text.push_str(" word");
            }
            draw(black_box(&entries));
        });
    });
}

fn markdown(criterion: &mut Criterion) {
    let theme = Theme::dark();
    let page = Page {
        columns: 100,
        theme: &theme,
        commands: &[],
    };
    criterion.bench_function("markdown of 2 KiB", |bencher| {
        bencher.iter(|| render(black_box(ANSWER), page));
    });
    let mut streaming = StreamingMarkdown::new();
    let mut text = String::from("```yaml\n");
    criterion.bench_function("markdown, a line more of a long code block", |bencher| {
        bencher.iter(|| {
            if text.len() > 16_384 {
                text.truncate("```yaml\n".len());
            }
            text.push_str("    - name: web # the one that fails\n");
            streaming.render(&text, true, page).len()
        });
    });
    criterion.bench_function("markdown of 2 KiB, in pieces of 16 bytes", |bencher| {
        bencher.iter(|| {
            let mut streaming = StreamingMarkdown::new();
            for end in (0..ANSWER.len()).step_by(16) {
                if let Some(text) = ANSWER.get(..end) {
                    streaming.render(text, true, page);
                }
            }
        });
    });
}

fn yaml(criterion: &mut Criterion) {
    let mut text = String::from("items:\n");
    for n in 0..50_000 {
        let _ = writeln!(text, "  - name: item-{n}\n    value: {n} # the {n}th");
    }
    let theme = Theme::dark();
    criterion.bench_function("grammars, unpacked", |bencher| {
        bencher.iter(syntect::parsing::SyntaxSet::load_defaults_newlines);
    });
    let mut code = Code::new(Language::Yaml, &text);
    code.window(0, 60, &theme);
    criterion.bench_function("yaml, a screen seen before", |bencher| {
        bencher.iter(|| code.window(black_box(0), 60, &theme));
    });
    let mut top = 0;
    criterion.bench_function("yaml, a screen never seen", |bencher| {
        bencher.iter(|| {
            top = (top + 7_919) % 99_000;
            code.window(top, 60, &theme)
        });
    });
}

/// The whole console over a cluster with 10,000 problems, the worst one unfolded.
fn console(criterion: &mut Criterion) {
    let problem = |n: usize| {
        let name = format!("svc-{n:05}");
        let owner = fixtures::object("Deployment", "shop", &name);
        let title = format!("{name} cannot reach orders: connection refused");
        fixtures::Draft::new(Severity::Warning, owner, &title, 60 + n as i64).done()
    };
    let mut problems = vec![fixtures::checkout()];
    problems.extend((0..10_000).map(problem));
    let snapshot = Arc::new(fixtures::live(problems));
    let setting = Setting {
        theme: Theme::dark(),
        keymap: Keymap::default(),
        zone: TimeZone::UTC,
        speaker: Speaker::Playbook,
        read_only: false,
        ascii: false,
    };
    let now = fixtures::now();
    let mut model = Model::new(setting, "prod-eu", SCREEN.as_size(), now);
    let take = |model: &mut Model| update(model, Message::Engine(Arc::clone(&snapshot)), now);
    take(&mut model);
    let Ok(mut terminal) = Terminal::new(TestBackend::new(SCREEN.width, SCREEN.height));
    criterion.bench_function("the console, 10,000 problems", |bencher| {
        bencher.iter(|| {
            terminal
                .draw(|frame| {
                    views::draw(black_box(&model), frame);
                })
                .map(|_| ())
        });
    });
    criterion.bench_function("a snapshot of 10,000 problems", |bencher| {
        bencher.iter(|| take(black_box(&mut model)));
    });
    let down = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE);
    criterion.bench_function("a key, 10,000 problems", |bencher| {
        bencher.iter(|| update(black_box(&mut model), Message::Key(down), now));
    });
}

criterion_group!(frame, logs, chat, markdown, yaml, console);
criterion_main!(frame);
