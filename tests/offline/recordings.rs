//! A recording of a cluster, opened again, is the cluster at that moment.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use k8stui::chat::redact::Redactor;
use k8stui::demo::{Demo, DemoOptions, Pace};
use k8stui::engine::Options;
use k8stui::engine::cluster::credential::NoTerminal;
use k8stui::engine::cluster::{Access, Cluster, Files, Live, LogRequest, Source};
use k8stui::engine::kinds::Pod;
use k8stui::engine::object::Kind;
use k8stui::engine::recording::{self, Ended, Limits, Redact, Summary, Writer};
use k8stui::engine::watch::Scope;
use serde_json::{Value, json};

use super::trees::{Tree, look, said};

/// The demo at a moment at which much is broken.
async fn demo() -> Demo {
    Demo::start(DemoOptions {
        seed: 1,
        at: Some(SignedDuration::from_mins(10)),
        port: 0,
        pace: Pace::Stepped,
    })
    .await
    .unwrap()
}

async fn live(demo: &Demo) -> Arc<Live> {
    let access = Access {
        inline: Some(demo.kubeconfig()),
        ..Access::default()
    };
    Live::new(&access, Arc::new(NoTerminal)).await.unwrap()
}

struct Redacted(Redactor);

impl Redact for Redacted {
    fn object(&self, object: &mut Value) {
        self.0.json(object);
    }
    fn line(&self, line: &str) -> String {
        self.0.text(line)
    }
}

/// Records the demo as it is now.
async fn record(demo: &Demo, file: &Path, bytes: Option<u64>) -> Result<Summary, String> {
    let now = demo.now();
    let options = Options {
        scope: Scope::default(),
        exclude: Vec::new(),
        analyzers: Vec::new(),
        posture: false,
        remote: Vec::new(),
        no_logs: false,
        skim_logs: false,
        off: Vec::new(),
        stopwatch: None,
        now: Arc::new(move || now),
    };
    let limits = Limits {
        duration: Some(Duration::ZERO),
        bytes,
    };
    let writer = Writer::open(file).map_err(|error| error.to_string())?;
    let redact = Arc::new(Redacted(Redactor::new([7; 16])));
    recording::record(
        &live(demo).await,
        &options,
        redact,
        writer,
        limits,
        std::future::pending(),
    )
    .await
    .map_err(|failure| failure.to_string())
}

fn open(path: &Path, now: Option<Timestamp>) -> Arc<Files> {
    Files::open(path, now, Timestamp::UNIX_EPOCH).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_and_logs_in_files_say_what_the_live_cluster_says() {
    let demo = demo().await;
    let live = live(&demo).await;
    let tree = Tree::new();
    for kind in Kind::ALL {
        let list = live.json(&kind.path(None), "application/json").await.unwrap();
        let group = if kind.group().is_empty() { "" } else { "." };
        tree.write(
            &format!("{}{group}{}.json", kind.plural(), kind.group()),
            list.to_string(),
        );
        for object in list["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|_| *kind == Kind::Pod)
        {
            let pod: Pod = serde_json::from_value(object.clone()).unwrap();
            for (_, _, status) in pod.statuses() {
                for (previous, end) in [(false, ""), (true, ".previous")] {
                    let request = LogRequest {
                        namespace: pod.metadata.namespace.as_str().into(),
                        pod: pod.metadata.name.clone(),
                        container: status.name.as_str().into(),
                        previous,
                        tail: None,
                        follow: false,
                    };
                    let lines: Vec<_> = live.log(request).collect().await;
                    let lines: Option<Vec<_>> = lines.into_iter().map(Result::ok).collect();
                    let Some(lines) = lines.filter(|lines| !lines.is_empty()) else {
                        continue;
                    };
                    let text: Vec<String> = lines
                        .iter()
                        .map(|line| format!("{} {}", line.time.unwrap(), line.text))
                        .collect();
                    let (namespace, name) = (&pod.metadata.namespace, &pod.metadata.name);
                    let path = format!("logs/{namespace}/{name}/{}{end}.log", status.name);
                    tree.write(&path, text.join("\n"));
                }
            }
        }
    }
    let version = live.json("/version", "application/json").await.unwrap();
    tree.write("version.raw.json", version.to_string());
    let told = look(&live, demo.now(), &[]).await;
    let files = open(tree.path(), Some(demo.now()));
    let read = look(&files, files.at, &[]).await;
    assert!(said(&told).len() >= 3, "{:#?}", said(&told));
    assert_eq!(said(&read), said(&told));
    assert_eq!(
        (&read.cluster.id, &read.cluster.server_version),
        (&told.cluster.id, &told.cluster.server_version)
    );
    assert_eq!(&*read.cluster.context, "");
    assert_eq!(
        (read.objects, read.kinds, read.healthy),
        (told.objects, told.kinds, told.healthy)
    );
    let ids = |snapshot: &k8stui::engine::snapshot::Snapshot| -> Vec<_> {
        snapshot
            .problems
            .iter()
            .map(|problem| problem.id.clone())
            .collect()
    };
    assert_eq!(
        ids(&read),
        ids(&told),
        "the same cluster, the same ids, the same order"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_the_cluster_at_any_of_its_moments() {
    let place = Tree::new();
    for name in ["day.jsonl", "day.jsonl.gz"] {
        let demo = demo().await;
        let file = place.path().join(name);
        let first = (demo.now(), said(&look(&live(&demo).await, demo.now(), &[]).await));
        let summary = record(&demo, &file, None).await.unwrap();
        assert_eq!(summary.ended, Ended::Time);
        assert!(summary.objects > 50 && summary.logs > 0, "{summary:?}");
        demo.advance(SignedDuration::from_mins(12));
        let second = (demo.now(), said(&look(&live(&demo).await, demo.now(), &[]).await));
        record(&demo, &file, None).await.unwrap();
        assert_ne!(first.1, second.1, "time went by in the shop");
        for (at, expected) in [
            (Some(first.0), &first.1),
            (Some(second.0), &second.1),
            (None, &second.1),
        ] {
            let files = open(&file, at);
            let snapshot = look(&files, files.at, &[]).await;
            assert_eq!(&said(&snapshot), expected, "{name} {at:?}");
            assert!(snapshot.coverage.complete, "{:?}", snapshot.coverage);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_holds_no_secrets_is_bounded_and_survives_a_torn_end() {
    let demo = demo().await;
    let secret = "correct-horse-battery";
    demo.store()
        .apply(json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "holder", "namespace": "shop", "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": secret,
                "example.org/config": format!("password: {secret}"),
            }},
            "spec": {"containers": [{"name": "c", "image": "c", "args": ["--password", secret],
                "env": [{"name": "DB_PASSWORD", "value": secret}, {"name": "PORT", "value": "8080"}]}]},
        }))
        .unwrap();
    let place = Tree::new();
    let file = place.path().join("r.jsonl");
    record(&demo, &file, None).await.unwrap();
    let whole = std::fs::read_to_string(&file).unwrap();
    assert!(whole.contains("holder") && whole.contains("8080") && whole.contains("DB_PASSWORD"));
    assert!(!whole.contains(secret) && !whole.contains("last-applied-configuration"));
    // A program that was killed leaves half a line: it is named, and the recording can be gone on with.
    let before = said(&look(&open(&file, None), demo.now(), &[]).await);
    std::fs::write(&file, format!("{whole}{{\"at\":\"2026-")).unwrap();
    record(&demo, &file, None).await.unwrap();
    let files = open(&file, None);
    let broken: Vec<_> = files.broken.iter().map(|broken| broken.line).collect();
    assert_eq!(broken, [Some(whole.lines().count() as u64 + 1)]);
    assert_eq!(said(&look(&files, files.at, &[]).await), before);

    let small = place.path().join("small.jsonl");
    let summary = record(&demo, &small, Some(20_000)).await.unwrap();
    assert_eq!(summary.ended, Ended::Size);
    assert_eq!(summary.bytes, std::fs::metadata(&small).unwrap().len());
    assert!(
        open(&small, None).kinds().values().sum::<u64>() > 0,
        "what fits can be read"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_recording_of_this_cluster_is_left_alone() {
    let demo = demo().await;
    let place = Tree::new();
    place.write("notes.txt", "my notes\n");
    let notes = place.path().join("notes.txt");
    let why = record(&demo, &notes, None).await.unwrap_err();
    assert!(why.contains("left alone"), "{why}");
    assert_eq!(std::fs::read_to_string(&notes).unwrap(), "my notes\n");
    let other = "{\"k8stui\":\"recording/v1\",\"at\":\"2026-01-01T00:00:00Z\",\"cluster\":{\"id\":\"other\",\"server_version\":\"\"}}\n";
    place.write("other.jsonl", other);
    let path = place.path().join("other.jsonl");
    let why = record(&demo, &path, None).await.unwrap_err();
    assert!(why.contains("another cluster (other)"), "{why}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), other);
}

#[test]
fn before_its_beginning_a_recording_says_nothing() {
    let place = Tree::new();
    place.write(
        "r.jsonl",
        "{\"k8stui\":\"recording/v1\",\"at\":\"2026-01-01T00:00:00Z\",\"cluster\":{\"id\":\"c\",\"server_version\":\"\"}}\n",
    );
    let now = "2025-12-31T00:00:00Z".parse().ok();
    let refused = Files::open(&place.path().join("r.jsonl"), now, Timestamp::UNIX_EPOCH);
    let why = refused.err().unwrap().to_string();
    assert!(why.contains("begins at 2026-01-01T00:00:00Z"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_that_could_not_be_read_stay_unread_and_lists_that_were_cut_say_nothing_of_absence() {
    let place = Tree::new();
    let lines = [
        r#"{"k8stui":"recording/v1","at":"2026-01-01T00:00:00Z","cluster":{"id":"c","server_version":"v1.34.1"}}"#,
        r#"{"at":"2026-01-01T00:00:01Z","unreadable":{"apiVersion":"v1","kind":"Node","why":"403: nodes"}}"#,
        r#"{"at":"2026-01-01T00:00:01Z","listing":{"apiVersion":"v1","kind":"Service"}}"#,
        r#"{"at":"2026-01-01T00:00:01Z","set":{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"a"}}}"#,
        r#"{"at":"2026-01-01T00:00:01Z","listing":{"apiVersion":"v1","kind":"Pod","namespace":"a"}}"#,
        r#"{"at":"2026-01-01T00:00:01Z","set":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"a"}}}"#,
        r#"{"at":"2026-01-01T00:00:02Z","listed":{"apiVersion":"v1","kind":"Pod","namespace":"a"}}"#,
    ];
    place.write("r.jsonl", lines.join("\n"));
    let files = open(&place.path().join("r.jsonl"), None);
    assert_eq!(
        (&*files.id, files.at.to_string().as_str()),
        ("c", "2026-01-01T00:00:02Z")
    );
    let snapshot = look(&files, files.at, &[]).await;
    let entry = |kind: &str| {
        let entry = snapshot
            .coverage
            .entries
            .iter()
            .find(|entry| &*entry.kind == kind)
            .unwrap();
        format!("{:?} {:?} {}", entry.status, &*entry.namespace, entry.detail)
    };
    assert_eq!(entry("Node"), "Forbidden \"\" 403: nodes");
    assert!(entry("Service").starts_with("Error"), "{}", entry("Service"));
    assert_eq!(entry("Pod"), "Ok \"a\" ");
    assert!(entry("Deployment").starts_with("Absent"));
    assert!(Cluster::from(&files).context().is_empty());
}
