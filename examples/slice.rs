#[path = "../tests/support/mod.rs"]
#[allow(dead_code)]
mod support;
use k8stui::app::model::Setting;
use k8stui::app::terminal::{Lender, Tty};
use k8stui::app::{Options, Ports, run, signals};
use std::sync::Arc;
fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let code = runtime.block_on(async {
        let cluster = support::cluster::FakeCluster::new(support::fixtures::shop());
        let (_lender, wishes) = Lender::new();
        let (sender, chat_events) = tokio::sync::mpsc::channel(64);
        let redactor = k8stui::chat::redact::Redactor::new([7; 16]);
        let mut tty = match Tty::take(false) {
            Ok(t) => t,
            Err(e) => {
                eprintln!("{e}");
                return 2;
            }
        };
        let ports = Ports {
            backend: cluster,
            chats: k8stui::chat::driver::Driver::new(None, Default::default(), redactor.clone(), sender),
            chat_events,
            redactor,
            clipboard: Box::new(k8stui::app::clipboard::AnyClipboard::new(
                k8stui::app::clipboard::Surroundings::of(|n| std::env::var(n).ok()),
                k8stui::app::clipboard::system(),
                std::io::stdout(),
            )),
            wishes,
            signals: signals().unwrap(),
            now: Arc::new({
                let t = jiff::Timestamp::now();
                move || support::fixtures::now() + (jiff::Timestamp::now() - t)
            }),
        };
        let options = Options {
            setting: Setting {
                theme: k8stui::app::theme::Theme::dark(),
                keymap: Default::default(),
                zone: jiff::tz::TimeZone::UTC,
                speaker: k8stui::chat::session::Speaker::Playbook,
                read_only: false,
                ascii: false,
            },
            context: "prod-eu".into(),
            seed_tokens: 6000,
        };
        if std::env::var("PANIC").is_ok() {
            panic!("on purpose")
        }
        let end = run(options, ports, &mut tty).await;
        drop(tty);
        println!("{end:?}");
        0
    });
    std::process::exit(code)
}
