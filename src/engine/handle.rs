//! The running engine: the task that owns the [`Core`], and the handle by which others see and ask it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch as channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::analyzers;
use super::analyzers::declared::{CustomAnalyzer, LazyCatalog};
use super::cluster::{Cluster, SharedSource};
use super::core::{Core, WantedLog};
use super::effort::{Effort, Stopwatch};
use super::evidence::dossier::{ContainerLog, Dossier, EventLine, Subject, WholeObject};
use super::filter::Filter;
use super::kinds::Selector;
use super::named::Named;
use super::object::{Key, ObjectRef, Text};
use super::placement::Placed;
use super::playbook::Playbook;
use super::remote::{self, RemoteAnalyzer};
use super::snapshot::Snapshot;
use super::watch::{self, Report, Scope, configs::ConfigReader, histories::HistoryReader, logs::LogReader};

/// Reports that may wait before the watches are slowed.
const REPORTS: usize = 64;
/// Changes that come within this time are looked at together. It bounds the work of a storm, and is far below what a
/// person sees as a delay.
const SETTLE: Duration = Duration::from_millis(25);
/// Counts that change all the time (objects read) are published no more often than this.
const COUNTS: Duration = Duration::from_millis(250);
/// How often what belongs to pods that are gone is forgotten.
const PRUNE: Duration = Duration::from_mins(1);

/// So long a part of a dossier is waited for: what does not come is said to be missing, and the rest goes on.
const PART: Duration = Duration::from_secs(5);

/// Reads the clock.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What to look at and how.
#[derive(Clone)]
pub struct Options {
    /// Where.
    pub scope: Scope,
    /// Problems that are wholly in one of these namespaces are hidden.
    pub exclude: Vec<Text>,
    /// Problems that are wholly of these parts are hidden, and the coverage says so.
    pub off: Vec<Filter>,
    /// A person's own files of declared analyzers, name and text.
    pub analyzers: Vec<(String, String)>,
    /// A person's own files of the playbook, name and text: asked before the built-in ones.
    pub playbook: Vec<(String, String)>,
    /// Analyzers of other people, asked over gRPC. They know the live cluster, so of files they are not asked.
    pub remote: Vec<RemoteAnalyzer>,
    /// Whether logs of failing containers are not to be read.
    pub no_logs: bool,
    /// Whether to read also some logs of pods that do not fail.
    pub skim_logs: bool,
    /// Whether to look also at what is allowed more than need be ([`analyzers::posture`]).
    pub posture: bool,
    /// Measures what each analyzer costs, where that is asked.
    pub stopwatch: Option<Stopwatch>,
    /// The clock that ages count by.
    pub now: Now,
}

enum Query {
    Dossier(Subject, oneshot::Sender<Option<(Dossier, Vec<WantedLog>)>>),
    Named(Named, oneshot::Sender<Vec<ObjectRef>>),
    Names(String, oneshot::Sender<Vec<ObjectRef>>),
    Events(Vec<ObjectRef>, oneshot::Sender<Vec<EventLine>>),
    Placement(Text, oneshot::Sender<Option<Placed>>),
    Labelled(Selector, Vec<ObjectRef>, oneshot::Sender<BTreeSet<ObjectRef>>),
    Efforts(oneshot::Sender<Vec<Effort>>),
}

/// A running engine. It ends when this is dropped.
pub struct Engine {
    snapshots: channel::Receiver<Arc<Snapshot>>,
    queries: mpsc::Sender<Query>,
    refresh: channel::Sender<u64>,
    source: SharedSource,
    task: JoinHandle<()>,
}

impl Engine {
    /// Starts to watch a cluster.
    pub fn start(cluster: impl Into<Cluster>, options: &Options) -> Self {
        let cluster = cluster.into();
        let context = cluster.context();
        let now = (options.now)();
        let catalog = Arc::new(LazyCatalog::new(options.analyzers.clone()));
        let mut looking = analyzers::all();
        if options.posture {
            looking.extend(analyzers::posture());
        }
        looking.push(Box::new(CustomAnalyzer::new(catalog.clone())));
        let (playbook, broken) = Playbook::with_own(&options.playbook);
        let mut core = Core::new(
            &context,
            options.scope.namespaces.clone(),
            looking,
            playbook,
            !options.no_logs,
            now,
        );
        core.broken_playbook(&broken);
        core.exclude(options.exclude.clone());
        core.switch_off(options.off.clone());
        if options.skim_logs {
            core.skim_logs();
        }
        core.follow_customs(catalog);
        core.follow_changes();
        if let Some(stopwatch) = &options.stopwatch {
            core.measure(stopwatch.clone());
        }
        match &cluster {
            Cluster::Files(files) => core.from_files(files.name.clone(), files.at),
            Cluster::Live(_) => core.expect_answers(options.remote.iter().map(|one| one.name.clone())),
        }
        let source = cluster.source();
        let (publish, snapshots) = channel::channel(Arc::new(Snapshot::empty(&context, now)));
        let (queries, asked) = mpsc::channel(16);
        let (refresh, refreshed) = channel::channel(0);
        let task = tokio::spawn(run(
            core,
            cluster,
            options.clone(),
            source.clone(),
            publish,
            asked,
            refreshed,
        ));
        Self {
            snapshots,
            queries,
            refresh,
            source,
            task,
        }
    }

    /// What is known, whenever it changes: the last one wins, none queues up.
    pub fn snapshots(&self) -> channel::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// The cluster, to be asked for logs and whole objects.
    pub fn source(&self) -> SharedSource {
        self.source.clone()
    }

    /// Wakes whatever waits for a better time: reconnects now.
    pub fn refresh(&self) {
        self.refresh.send_modify(|count| *count += 1);
    }

    /// All that is known about a subject, the objects that matter fetched whole. `None` where there is nothing of the
    /// kind.
    pub async fn dossier(&self, subject: Subject) -> Option<Dossier> {
        let (reply, answer) = oneshot::channel();
        self.queries.send(Query::Dossier(subject, reply)).await.ok()?;
        let (mut dossier, logs) = answer.await.ok()??;
        let mut objects = dossier.owners.clone();
        objects.extend(dossier.problem().map(|problem| problem.culprit.clone()));
        objects.dedup();
        let fetched = objects.into_iter().map(|object| async {
            let json = match timeout(PART, self.source.object(object.clone())).await {
                Ok(json) => json.map_err(|failure| failure.what),
                Err(_) => Err("the cluster took too long to answer: ask again".into()),
            };
            WholeObject { object, json }
        });
        let read = logs.into_iter().map(|log| async move {
            let digest = watch::logs::digest(&self.source, &log.key, &log.container_id);
            let digest = timeout(PART, digest).await.ok()?;
            Some(ContainerLog {
                pod: Key::from(&log.key).object(),
                container: log.key.container.as_str().into(),
                previous: log.key.previous,
                digest: digest.ok()?,
            })
        });
        let (objects, logs) = futures::future::join(
            futures::future::join_all(fetched),
            futures::future::join_all(read),
        )
        .await;
        dossier.objects = objects;
        dossier.logs.extend(logs.into_iter().flatten());
        Some(dossier)
    }

    /// The objects that a name may mean: those that are there, and those that problems name; in order.
    pub async fn named(&self, named: Named) -> Vec<ObjectRef> {
        let (reply, answer) = oneshot::channel();
        if self.queries.send(Query::Named(named, reply)).await.is_err() {
            return Vec::new();
        }
        answer.await.unwrap_or_default()
    }

    /// The watched objects whose name holds what was typed, best first.
    pub async fn names(&self, typed: String) -> Vec<ObjectRef> {
        let (reply, answer) = oneshot::channel();
        if self.queries.send(Query::Names(typed, reply)).await.is_err() {
            return Vec::new();
        }
        answer.await.unwrap_or_default()
    }

    /// The events about some objects, oldest first.
    pub async fn events(&self, objects: Vec<ObjectRef>) -> Vec<EventLine> {
        let (reply, answer) = oneshot::channel();
        if self.queries.send(Query::Events(objects, reply)).await.is_err() {
            return Vec::new();
        }
        answer.await.unwrap_or_default()
    }

    /// Where the pod could run that the problem with this id is rooted in; `None` where it is about something else.
    pub async fn placement(&self, problem: Text) -> Option<Placed> {
        let (reply, answer) = oneshot::channel();
        self.queries.send(Query::Placement(problem, reply)).await.ok()?;
        answer.await.ok()?
    }

    /// Those of some objects that a selector selects.
    pub async fn labelled(&self, selector: Selector, objects: Vec<ObjectRef>) -> BTreeSet<ObjectRef> {
        let (reply, answer) = oneshot::channel();
        let query = Query::Labelled(selector, objects, reply);
        if self.queries.send(query).await.is_err() {
            return BTreeSet::new();
        }
        answer.await.unwrap_or_default()
    }

    /// What each analyzer did so far; nothing where it is not measured.
    pub async fn efforts(&self) -> Vec<Effort> {
        let (reply, answer) = oneshot::channel();
        if self.queries.send(Query::Efforts(reply)).await.is_err() {
            return Vec::new();
        }
        answer.await.unwrap_or_default()
    }

    /// Waits until every kind has been read or could not be, and the logs of what fails are in.
    pub async fn settled(&self) -> Arc<Snapshot> {
        let mut snapshots = self.snapshots.clone();
        loop {
            let snapshot = snapshots.borrow_and_update().clone();
            if snapshot.settled {
                return snapshot;
            }
            if snapshots.changed().await.is_err() {
                return snapshot;
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    mut core: Core,
    cluster: Cluster,
    options: Options,
    source: SharedSource,
    publish: channel::Sender<Arc<Snapshot>>,
    mut asked: mpsc::Receiver<Query>,
    refreshed: watch::Refresh,
) {
    let (reports, mut inbox) = mpsc::channel::<Report>(REPORTS);
    let watches = match &cluster {
        Cluster::Live(live) => watch::start(live, &options.scope, &reports, &refreshed),
        Cluster::Files(files) => watch::files::start(files, &options.scope, &reports),
    };
    let asked_ones = match &cluster {
        Cluster::Live(_) => options.remote.as_slice(),
        Cluster::Files(_) => &[],
    };
    let remotes = remote::start(asked_ones, &reports, &refreshed);
    let mut customs = watch::CustomWatches::new(
        cluster.clone(),
        options.scope.clone(),
        reports.clone(),
        refreshed.clone(),
    );
    let mut configs = ConfigReader::new(source.clone(), reports.clone());
    let mut histories = HistoryReader::new(source.clone(), reports.clone());
    let mut reader = LogReader::new(source, reports);
    let mut published = tokio::time::Instant::now();
    let mut pruned = published;
    // Whether something is known that was not published, because only counts differ.
    let mut withheld = true;
    let clock = options.now;
    let is_live = matches!(cluster, Cluster::Live(_));
    loop {
        // Files show one moment: nothing ever becomes due in them.
        let due = core.next_due().filter(|_| is_live);
        let due = due.map(|due| clock().duration_until(due));
        let mut wake = due
            .map_or(PRUNE, |due| due.try_into().unwrap_or(Duration::ZERO))
            .min(PRUNE);
        if withheld || !reader.is_idle() || !configs.is_idle() || !histories.is_idle() {
            wake = wake.min(COUNTS);
        }
        tokio::select! {
            biased;
            query = asked.recv() => match query {
                Some(query) => { answer(&mut core, query, clock()); continue }
                None => break,
            },
            report = inbox.recv() => {
                let Some(report) = report else { break };
                gather(&mut core, report, &mut inbox, &clock).await;
            }
            () = tokio::time::sleep(wake) => {}
        }
        let now = clock();
        let change = core.custom_changes();
        change.gone.into_iter().for_each(|kind| customs.stop(kind));
        change.come.into_iter().for_each(|kind| customs.start(kind));
        let changed = core.settle(now);
        for log in core.wanted_logs() {
            reader.read(log);
        }
        for history in core.wanted_histories() {
            histories.read(history.key, history.ask);
        }
        for config in core.wanted_configs() {
            configs.read(config.pod, config.owner);
        }
        if pruned.elapsed() >= PRUNE {
            core.prune();
            pruned = tokio::time::Instant::now();
        }
        withheld = true;
        if changed || published.elapsed() >= COUNTS {
            let mut snapshot = core.snapshot(now);
            let idle = reader.is_idle() && configs.is_idle() && histories.is_idle();
            snapshot.settled = core.is_complete() && idle && inbox.is_empty();
            publish.send_if_modified(|shown| {
                let differs = !shown.same_but_for_time(&snapshot);
                if differs {
                    *shown = Arc::new(snapshot);
                }
                differs
            });
            published = tokio::time::Instant::now();
            withheld = false;
        }
    }
    drop((watches, remotes));
}

/// Takes in what comes within [`SETTLE`], so that a storm is looked at in one go.
async fn gather(core: &mut Core, first: Report, inbox: &mut mpsc::Receiver<Report>, clock: &Now) {
    core.take(first, clock());
    let end = tokio::time::Instant::now() + SETTLE;
    while let Ok(Some(report)) = tokio::time::timeout_at(end, inbox.recv()).await {
        core.take(report, clock());
    }
}

fn answer(core: &mut Core, query: Query, now: Timestamp) {
    // One who no longer waits for the answer has lost interest.
    match query {
        Query::Dossier(subject, reply) => drop(reply.send(core.dossier(&subject, now))),
        Query::Names(typed, reply) => drop(reply.send(core.names(&typed))),
        Query::Named(named, reply) => drop(reply.send(core.named(&named))),
        Query::Events(objects, reply) => drop(reply.send(core.events(objects))),
        Query::Placement(id, reply) => {
            let problem = core.snapshot(now).problem(&id).cloned();
            drop(reply.send(problem.and_then(|problem| core.placement(&problem))));
        }
        Query::Labelled(selector, objects, reply) => {
            drop(reply.send(core.labelled(&selector, objects)));
        }
        Query::Efforts(reply) => drop(reply.send(core.efforts())),
    }
}
