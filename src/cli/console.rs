//! `k8stui` and `k8stui demo`: the console on a cluster.

use std::io::Write;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};

use super::answers::{self, Answers};
use super::args::{Cli, DemoArgs};
use super::source::{self, Opened};
use super::{CouldNot, OK, settings};
use crate::app::clipboard::{AnyClipboard, Surroundings, system};
use crate::app::keymap::Keymap;
use crate::app::model::Setting;
use crate::app::terminal::{self, Tty};
use crate::app::{self, Backend, Ending, Ports};
use crate::chat::consent::Consents;
use crate::chat::driver::Driver;
use crate::chat::seed;
use crate::demo::{Clock, Demo, DemoOptions, Pace};
use crate::engine::cluster::credential::{Lease, Lender};
use crate::engine::cluster::{Access, Cluster, Live, SharedSource};
use crate::engine::evidence::dossier::{Dossier, EventLine, Subject};
use crate::engine::object::{ObjectRef, Text};
use crate::engine::placement::Placed;
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

    fn dossier(&self, subject: Subject) -> BoxFuture<'static, Option<Dossier>> {
        let engine = self.0.clone();
        Box::pin(async move { engine.dossier(subject).await })
    }

    fn events(&self, objects: Vec<ObjectRef>) -> BoxFuture<'static, Vec<EventLine>> {
        let engine = self.0.clone();
        Box::pin(async move { engine.events(objects).await })
    }

    fn placement(&self, problem: Text) -> BoxFuture<'static, Option<Placed>> {
        let engine = self.0.clone();
        Box::pin(async move { engine.placement(problem).await })
    }

    fn names(&self, typed: String) -> BoxFuture<'static, Vec<ObjectRef>> {
        let engine = self.0.clone();
        Box::pin(async move { engine.names(typed).await })
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
    let opened = source::open(&cli.cluster, Arc::new(Console(lender))).await?;
    let now = match &opened.cluster {
        // What the screen itself does goes on in time, from the moment that the files show.
        Cluster::Files(files) => {
            let clock = Clock::running(files.at);
            Arc::new(move || clock.now())
        }
        Cluster::Live(_) => opened.now.clone(),
    };
    show(cli, opened, wishes, now).await
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
    let now: Now = Arc::new(move || clock.now());
    let opened = Opened {
        namespace: live.namespace.clone(),
        cluster: Cluster::Live(live),
        now: now.clone(),
        is_demo: true,
    };
    show(cli, opened, wishes, now).await
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
    opened: Opened,
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
    let scope = cli.cluster.scope(&opened.namespace);
    let context = opened.cluster.context().to_string();
    let exclude = cli
        .cluster
        .exclude_namespace
        .iter()
        .chain(&config.namespaces.exclude)
        .map(|name| name.as_str().into())
        .collect();
    let engine = Engine::start(
        opened.cluster,
        &Options {
            scope,
            exclude,
            analyzers: super::analyzers::own(dirs.as_ref())?,
            playbook: super::playbook::own(dirs.as_ref())?,
            remote: if opened.is_demo {
                Vec::new()
            } else {
                settings::remote(cli, &config, dirs.as_ref())
            },
            no_logs: false,
            skim_logs: super::filters::skims_logs(&config),
            posture: false,
            off: super::filters::off(&config)?,
            stopwatch: None,
            now: opened.now,
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
        context,
        seed_tokens: seed::BUDGET_TOKENS,
    };
    let mut tty = Tty::take(config.ui.mouse).map_err(|error| CouldNot(error.to_string()))?;
    let ending = app::run(options, ports, &mut tty).await;
    drop(tty);
    match ending.map_err(|error| CouldNot(format!("the terminal failed: {error}")))? {
        Ending::Left | Ending::Terminated => Ok(OK),
    }
}
