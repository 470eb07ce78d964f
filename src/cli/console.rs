//! `k8stui` and `k8stui demo`: the console on a cluster.

use std::io::Write;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};

use super::answers::{self, Answers};
use super::args::{Cli, DemoArgs};
use super::{CouldNot, OK, settings};
use crate::app::clipboard::{AnyClipboard, Surroundings, system};
use crate::app::keymap::Keymap;
use crate::app::model::Setting;
use crate::app::terminal::{self, Tty};
use crate::app::{self, Backend, Ending, Ports};
use crate::chat::consent::Consents;
use crate::chat::driver::Driver;
use crate::chat::seed;
use crate::demo::{Demo, DemoOptions, Pace};
use crate::engine::cluster::credential::{Lease, Lender};
use crate::engine::cluster::{Access, Live, SharedSource};
use crate::engine::evidence::dossier::{Dossier, EventLine};
use crate::engine::object::ObjectRef;
use crate::engine::snapshot::Snapshot;
use crate::engine::{Engine, Now, Options};

/// Events of chats that may wait for the console.
const CHAT_EVENTS: usize = 256;

/// The engine as the console sees it.
struct Watched(Arc<Engine>);

impl Backend for Watched {
    fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.0.snapshots()
    }

    fn source(&self) -> SharedSource {
        self.0.source()
    }

    fn dossier(&self, problem: &str) -> BoxFuture<'static, Option<Dossier>> {
        let (engine, problem) = (self.0.clone(), problem.to_owned());
        Box::pin(async move { engine.dossier(&problem).await })
    }

    fn events(&self, objects: Vec<ObjectRef>) -> BoxFuture<'static, Vec<EventLine>> {
        let engine = self.0.clone();
        Box::pin(async move { engine.events(objects).await })
    }

    fn refresh(&self) {
        self.0.refresh();
    }
}

/// The console's terminal, which a credential plugin may have for a while.
struct Console(terminal::Lender);

impl Lender for Console {
    fn lend(&self) -> BoxFuture<'static, Option<Lease>> {
        let lender = self.0.clone();
        Box::pin(async move { lender.borrow().await.map(Lease::new) })
    }
}

/// Runs the console on the cluster of the arguments.
pub async fn run(cli: &Cli) -> Result<u8, CouldNot> {
    let (lender, wishes) = terminal::Lender::new();
    let live = Live::new(&cli.cluster.access(), Arc::new(Console(lender))).await?;
    let now: Now = Arc::new(Timestamp::now);
    show(cli, &live, wishes, now).await
}

/// Runs the console on the embedded cluster, or its API alone.
pub async fn demo(cli: &Cli, args: &DemoArgs, out: &mut impl Write) -> Result<u8, CouldNot> {
    let options = DemoOptions {
        seed: args.seed,
        at: args.at,
        port: args.port,
        pace: if args.at.is_some() {
            Pace::Stepped
        } else {
            Pace::Running
        },
    };
    let demo = Demo::start(options)
        .await
        .map_err(|error| CouldNot(format!("the demo cannot start: {error}")))?;
    if args.serve {
        return serve(&demo, out).await;
    }
    let (lender, wishes) = terminal::Lender::new();
    let access = Access {
        inline: Some(demo.kubeconfig()),
        ..Access::default()
    };
    let live = Live::new(&access, Arc::new(Console(lender))).await?;
    let clock = demo.clock().clone();
    show(cli, &live, wishes, Arc::new(move || clock.now())).await
}

/// Serves until somebody ends it. The kubeconfig goes with it.
async fn serve(demo: &Demo, out: &mut impl Write) -> Result<u8, CouldNot> {
    let path = std::env::temp_dir().join(format!("k8stui-demo-{}.kubeconfig", std::process::id()));
    std::fs::write(&path, demo.kubeconfig())
        .map_err(|error| CouldNot(format!("cannot write {}: {error}", path.display())))?;
    writeln!(out, "{}", path.display())?;
    out.flush()?;
    let mut signals = app::signals()?;
    tokio::select! {
        _ = signals.next() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    let _ = std::fs::remove_file(&path);
    Ok(OK)
}

async fn show(
    cli: &Cli,
    live: &Arc<Live>,
    wishes: mpsc::Receiver<terminal::Wish>,
    now: Now,
) -> Result<u8, CouldNot> {
    let (config, dirs) = settings::read(cli)?;
    let theme = settings::theme(cli, &config, dirs.as_ref())?;
    terminal::check().map_err(|error| CouldNot(error.to_string()))?;
    let _log = super::logging::start(dirs.as_ref());
    let places = answers::places(dirs.as_ref());
    let consents = places.consent.as_deref().map(Consents::load).unwrap_or_default();
    let answers = Answers::configured(&config, &consents, true).await?;
    let scope = cli.cluster.scope(&live.namespace);
    let exclude = cli
        .cluster
        .exclude_namespace
        .iter()
        .chain(&config.namespaces.exclude)
        .map(|name| name.as_str().into())
        .collect();
    let engine = Engine::start(
        live,
        &Options {
            scope,
            exclude,
            no_logs: false,
            posture: false,
            now: now.clone(),
        },
    );
    let redactor = answers::redactor();
    let (sender, chat_events) = mpsc::channel(CHAT_EVENTS);
    let ports = Ports {
        backend: Arc::new(Watched(Arc::new(engine))),
        chats: Driver::new(answers.provider, places, redactor.clone(), sender),
        chat_events,
        redactor,
        clipboard: Box::new(AnyClipboard::new(
            Surroundings::of(|name| std::env::var(name).ok()),
            system(),
            std::io::stdout(),
        )),
        wishes,
        signals: app::signals()?,
        now,
    };
    let setting = Setting {
        theme,
        keymap: Keymap::new(config.keys),
        zone: TimeZone::system(),
        speaker: answers.speaker,
        read_only: cli.console.read_only || config.read_only,
        ascii: config.ui.ascii,
    };
    let options = app::Options {
        setting,
        context: live.context.to_string(),
        seed_tokens: seed::BUDGET_TOKENS,
    };
    let mut tty = Tty::take(config.ui.mouse).map_err(|error| CouldNot(error.to_string()))?;
    let ending = app::run(options, ports, &mut tty).await;
    drop(tty);
    match ending.map_err(|error| CouldNot(format!("the terminal failed: {error}")))? {
        Ending::Left | Ending::Terminated => Ok(OK),
    }
}
