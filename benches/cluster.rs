//! What a cluster costs: time to the first problem, to the full analysis, memory, and changes a second.
//!
//! The API is served by a process of its own (this program again), so that memory is the engine's alone; both share
//! the machine's cores. `K8STUI_BENCH_PODS=10000,50000 cargo bench --bench cluster` prints a table a size.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run fails, and prints what it measured"
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use jiff::Timestamp;
use k8stui::demo::clock::Clock;
use k8stui::demo::load;
use k8stui::demo::server::Server;
use k8stui::demo::store::Store;
use k8stui::engine::cluster::credential::NoTerminal;
use k8stui::engine::cluster::{Access, Live};
use k8stui::engine::object::Kind;
use k8stui::engine::watch::Scope;
use k8stui::engine::{Engine, Options};

/// Set in the process that serves.
const SERVE: &str = "K8STUI_BENCH_SERVE";
/// Runs of each measurement; medians are printed.
const RUNS: usize = 5;
/// A share of pods that fail, as in the measured test bed.
const FAILING: f64 = 0.02;
/// Changes of the storm.
const STORM: usize = 5_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    if let Ok(pods) = std::env::var(SERVE) {
        runtime.block_on(serve(pods.parse().unwrap()));
        return;
    }
    let sizes = std::env::var("K8STUI_BENCH_PODS").unwrap_or_else(|_| "10000".to_owned());
    for pods in sizes.split(',').filter_map(|size| size.trim().parse().ok()) {
        runtime.block_on(measure(pods));
    }
}

/// Serves a cluster; each line on standard input is a number of changes to make.
async fn serve(pods: usize) {
    let store = Store::new(Clock::running(Timestamp::now()));
    let mut load = load::fill(&store, pods, FAILING, 1).unwrap();
    let server = Server::start(store.clone()).await.unwrap();
    let file = std::env::temp_dir().join(format!("k8stui-bench-{}.kubeconfig", std::process::id()));
    std::fs::write(&file, server.kubeconfig()).unwrap();
    println!("{}", file.display());
    std::io::stdout().flush().unwrap();
    let (sender, mut lines) = tokio::sync::mpsc::channel::<String>(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    while let Some(line) = lines.recv().await {
        load.churn(&store, line.parse().unwrap()).unwrap();
        // The mark by which the other side knows that all before it has been seen: one pod that fails in a way of
        // its own.
        let mark = serde_json::json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": format!("mark-{}", store.revision()), "namespace": "default", "uid": store.revision().to_string()},
            "spec": {"nodeName": "node-0000", "containers": [{"name": "mark", "image": "Mark:1"}]},
            "status": {"phase": "Pending", "containerStatuses": [{"name": "mark", "restartCount": 0, "ready": false,
                "image": "Mark:1", "imageID": "", "state": {"waiting": {"reason": "InvalidImageName", "message": "invalid"}}}]},
        });
        let name = mark["metadata"]["name"].as_str().unwrap().to_owned();
        store.apply(mark).unwrap();
        println!("{name}");
        std::io::stdout().flush().unwrap();
    }
    let _ = std::fs::remove_file(file);
}

/// The process that serves.
struct Peer {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    kubeconfig: String,
}

impl Peer {
    fn start(pods: usize) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(SERVE, pods.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let kubeconfig = line(&mut answers);
        Self {
            child,
            commands,
            answers,
            kubeconfig,
        }
    }

    /// Makes changes, and gives the name of the pod that comes after them.
    fn churn(&mut self, changes: usize) -> String {
        writeln!(self.commands, "{changes}").unwrap();
        self.commands.flush().unwrap();
        line(&mut self.answers)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.kubeconfig);
    }
}

fn line(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    line.trim().to_owned()
}

async fn measure(pods: usize) {
    let mut peer = Peer::start(pods);
    let access = Access {
        kubeconfig: Some(peer.kubeconfig.clone().into()),
        ..Access::default()
    };
    let live = Live::new(&access, Arc::new(NoTerminal)).await.unwrap();
    let before = resident();
    let engine = start(&live);
    let snapshot = engine.settled().await;
    let held = resident();
    let mut storm = Vec::new();
    let mut single = Vec::new();
    let mut work = Vec::new();
    for _ in 0..RUNS {
        let (begin, used) = (Instant::now(), processor());
        let mark = peer.churn(STORM);
        seen(&engine, &mark).await;
        storm.push(begin.elapsed());
        work.push(processor().saturating_sub(used) / STORM as u32);
        for _ in 0..RUNS {
            let begin = Instant::now();
            let mark = peer.churn(0);
            seen(&engine, &mark).await;
            single.push(begin.elapsed());
        }
    }
    drop(engine);
    let (mut floor, mut first, mut full) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let live = Live::new(&access, Arc::new(NoTerminal)).await.unwrap();
        floor.push(drain(&live).await);
        let (to_first, to_full) = look(&live).await;
        first.push(to_first);
        full.push(to_full);
    }
    let storm = median(&mut storm);
    println!(
        "\n### {pods} pods, {} objects, {} problems (medians of {RUNS})\n",
        snapshot.objects,
        snapshot.problems.len()
    );
    println!("| what | measured |\n|---|---|");
    println!(
        "| the server sends all lists to a reader that drops them (floor) | {} |",
        seconds(median(&mut floor))
    );
    println!("| first problem | {} |", seconds(median(&mut first)));
    println!("| full analysis, without logs | {} |", seconds(median(&mut full)));
    println!(
        "| resident memory: before, with everything watched | {before} MiB, {held} MiB: {:.2} KiB a pod |",
        (held - before) as f64 * 1024.0 / pods as f64
    );
    println!("| a change to its snapshot | {} |", seconds(median(&mut single)));
    println!(
        "| {STORM} changes at once | {}, {:.0} a second |",
        seconds(storm),
        STORM as f64 / storm.as_secs_f64()
    );
    println!(
        "| processor time a change | {:.0} µs |",
        median(&mut work).as_secs_f64() * 1e6
    );
}

/// Reads all lists side by side and drops them.
async fn drain(live: &Arc<Live>) -> Duration {
    let begin = Instant::now();
    let lists = Kind::ALL.iter().map(|kind| async move {
        let mut chunks = live
            .chunks(
                &format!("{}?resourceVersion=0", kind.path(None)),
                kind.form().list(),
            )
            .await
            .unwrap();
        while let Some(chunk) = chunks.next().await {
            chunk.unwrap();
        }
    });
    futures::future::join_all(lists).await;
    begin.elapsed()
}

fn start(live: &Arc<Live>) -> Engine {
    Engine::start(
        live,
        &Options {
            scope: Scope::default(),
            exclude: Vec::new(),
            analyzers: Vec::new(),
            remote: Vec::new(),
            no_logs: true,
            skim_logs: false,
            posture: false,
            off: Vec::new(),
            stopwatch: None,
            now: Arc::new(Timestamp::now),
        },
    )
}

/// To the first problem and to the full analysis.
async fn look(live: &Arc<Live>) -> (Duration, Duration) {
    let begin = Instant::now();
    let engine = start(live);
    let mut snapshots = engine.snapshots();
    let first = loop {
        if !snapshots.borrow_and_update().problems.is_empty() {
            break begin.elapsed();
        }
        snapshots.changed().await.unwrap();
    };
    engine.settled().await;
    (first, begin.elapsed())
}

/// Waits until a problem is about that pod.
async fn seen(engine: &Engine, pod: &str) {
    let mut snapshots = engine.snapshots();
    while !snapshots
        .borrow_and_update()
        .problems
        .iter()
        .any(|problem| *problem.owner.name == *pod)
    {
        snapshots.changed().await.unwrap();
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

/// Processor time that this process has used; nothing where the system does not tell.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    // User and system time, in hundredths of a second on every Linux.
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Resident memory in MiB; 0 where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}
