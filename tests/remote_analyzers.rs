//! Analyzers of other people, asked over gRPC: what they find is a problem like any other, and what becomes of them is
//! no more than a line of coverage.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use h2::server::SendResponse;
use http::{HeaderMap, HeaderValue, Request, Response};
use k8stui::demo::clock::Clock;
use k8stui::demo::server::Server;
use k8stui::demo::store::Store;
use k8stui::engine::cluster::credential::NoTerminal;
use k8stui::engine::cluster::{Access, Live};
use k8stui::engine::coverage::{Entry, Status};
use k8stui::engine::problem::State;
use k8stui::engine::remote::{Endpoint, RemoteAnalyzer};
use k8stui::engine::snapshot::Snapshot;
use k8stui::engine::watch::Scope;
use k8stui::engine::{Engine, Options};
use prost::Message;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::support::pki::{Authority, Issued, Validity};

/// No condition of these tests needs longer, on the slowest machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// Longer than any answer takes.
const LONG: Duration = Duration::from_secs(50);

/// The protocol's own messages: one result, with what is said of sensitive words, which nobody reads here.
#[derive(Clone, PartialEq, Message)]
struct RunResponse {
    #[prost(message, optional, tag = "1")]
    result: Option<RunResult>,
}

#[derive(Clone, PartialEq, Message)]
struct RunResult {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "3")]
    error: Vec<ErrorDetail>,
    #[prost(string, tag = "4")]
    details: String,
    #[prost(string, tag = "5")]
    parent_object: String,
}

#[derive(Clone, PartialEq, Message)]
struct ErrorDetail {
    #[prost(string, tag = "1")]
    text: String,
    #[prost(message, repeated, tag = "2")]
    sensitive: Vec<SensitiveData>,
}

#[derive(Clone, PartialEq, Message)]
struct SensitiveData {
    #[prost(string, tag = "1")]
    unmasked: String,
    #[prost(string, tag = "2")]
    masked: String,
}

fn result(kind: &str, name: &str, error: &str) -> RunResult {
    RunResult {
        kind: kind.to_owned(),
        name: name.to_owned(),
        error: vec![ErrorDetail {
            text: error.to_owned(),
            sensitive: vec![SensitiveData {
                unmasked: name.to_owned(),
                masked: "***".to_owned(),
            }],
        }],
        details: "seen in sector 7".to_owned(),
        parent_object: String::new(),
    }
}

fn framed(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(message.len() as u32);
    frame.put_slice(message);
    frame.freeze()
}

/// Messages one after the other are one message with a repeated field.
fn answer(results: &[RunResult]) -> Script {
    let mut message = Vec::new();
    for result in results {
        let one = RunResponse {
            result: Some(result.clone()),
        };
        one.encode(&mut message).unwrap();
    }
    Script::Body(framed(&message), Some("0"))
}

/// What the server does with a call.
#[derive(Clone)]
enum Script {
    /// Answers with that body and that status in the trailers.
    Body(Bytes, Option<&'static str>),
    /// Answers with headers alone.
    Headers(u16, &'static [(&'static str, &'static str)]),
    /// Never answers.
    Silence,
    /// Speaks no HTTP/2.
    Noise,
    /// Hangs up without a word.
    HangUp,
}

/// What the server was asked.
#[derive(Clone, Debug)]
struct Asked {
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A remote analyzer that does as it is told.
struct Analyzer {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Drop for Analyzer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Analyzer {
    async fn start(script: Script, identity: Option<&Issued>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Mutex::new(script));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let tls = identity.map(|issued| {
            let mut config = ServerConfig::builder()
                .with_no_client_auth()
                .with_single_cert(vec![issued.der()], issued.key_der())
                .unwrap();
            config.alpn_protocols = vec![b"h2".to_vec()];
            TlsAcceptor::from(Arc::new(config))
        });
        let (does, notes) = (script.clone(), asked.clone());
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, script, asked) = (tls.clone(), does.lock().unwrap().clone(), notes.clone());
                connections.spawn(async move {
                    match tls {
                        // A client that does not trust us leaves.
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, script, asked).await,
                            Err(_) => drop(asked),
                        },
                        None => serve(stream, script, asked).await,
                    }
                });
            }
        });
        Self {
            address,
            script,
            asked,
            task,
        }
    }

    fn says(&self, script: Script) {
        *self.script.lock().unwrap() = script;
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint::new("localhost", self.address.port()).unwrap()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: Script,
    asked: Arc<Mutex<Vec<Asked>>>,
) {
    match script {
        Script::Noise => {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
            return;
        }
        Script::HangUp => return,
        _ => {}
    }
    let mut connection = h2::server::handshake(stream).await.unwrap();
    let mut calls = JoinSet::new();
    while let Some(Ok((request, respond))) = connection.accept().await {
        calls.spawn(call(request, respond, script.clone(), asked.clone()));
    }
}

async fn call(
    request: Request<h2::RecvStream>,
    mut respond: SendResponse<Bytes>,
    script: Script,
    asked: Arc<Mutex<Vec<Asked>>>,
) {
    let (parts, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(Ok(chunk)) = stream.data().await {
        body.extend_from_slice(&chunk);
    }
    asked.lock().unwrap().push(Asked {
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        body,
    });
    match script {
        Script::Body(body, status) => {
            let response = Response::builder().header("content-type", "application/grpc");
            let mut stream = respond.send_response(response.body(()).unwrap(), false).unwrap();
            stream.send_data(body, status.is_none()).unwrap();
            if let Some(status) = status {
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", HeaderValue::from_static(status));
                stream.send_trailers(trailers).unwrap();
            }
        }
        Script::Headers(status, headers) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(*name, *value);
            }
            respond.send_response(response.body(()).unwrap(), true).unwrap();
        }
        _ => std::future::pending().await,
    }
}

fn remote(name: &str, endpoint: Endpoint, timeout: Duration) -> RemoteAnalyzer {
    RemoteAnalyzer {
        name: name.into(),
        endpoint: Ok(Arc::new(endpoint)),
        timeout,
        interval: Duration::from_hours(24),
    }
}

/// A cluster with a Deployment, and the engine on it.
struct Bed {
    engine: Engine,
    _server: Server,
    kubeconfig: tempfile::NamedTempFile,
}

impl Bed {
    async fn start(remote: Vec<RemoteAnalyzer>) -> Self {
        let store = Store::new(Clock::stepped("2026-11-21T10:00:00Z".parse().unwrap()));
        let owner = |kind: &str, name: &str, uid: &str| json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": true}]);
        let labels = json!({"app": "cart"});
        let template = json!({"metadata": {"labels": labels},
            "spec": {"containers": [{"name": "cart", "image": "cart:1"}]}});
        for object in [
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "c1"}}),
            json!({"apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": {"name": "cart", "namespace": "shop", "uid": "d"},
                "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}}),
            json!({"apiVersion": "apps/v1", "kind": "ReplicaSet",
                "metadata": {"name": "cart-1", "namespace": "shop", "uid": "r",
                    "ownerReferences": owner("Deployment", "cart", "d")},
                "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}}),
            json!({"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": "cart-1-a", "namespace": "shop", "uid": "p", "labels": labels,
                    "ownerReferences": owner("ReplicaSet", "cart-1", "r")},
                "spec": {"containers": [{"name": "cart", "image": "cart:1"}]},
                "status": {"phase": "Running"}}),
        ] {
            store.apply(object).unwrap();
        }
        let server = Server::start(store).await.unwrap();
        let kubeconfig = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(kubeconfig.path(), server.kubeconfig()).unwrap();
        let access = Access {
            kubeconfig: Some(kubeconfig.path().to_owned()),
            ..Access::default()
        };
        let live = Live::new(&access, Arc::new(NoTerminal)).await.unwrap();
        let options = Options {
            scope: Scope::default(),
            exclude: Vec::new(),
            analyzers: Vec::new(),
            remote,
            no_logs: true,
            skim_logs: false,
            posture: false,
            off: Vec::new(),
            stopwatch: None,
            now: Arc::new(|| "2026-11-21T10:00:00Z".parse().unwrap()),
        };
        Self {
            engine: Engine::start(&live, &options),
            _server: server,
            kubeconfig,
        }
    }

    async fn settled(&self) -> Arc<Snapshot> {
        tokio::time::timeout(PATIENCE, self.engine.settled())
            .await
            .expect("settled")
    }

    async fn until(&self, what: &str, holds: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        let mut snapshots = self.engine.snapshots();
        let waited = tokio::time::timeout(PATIENCE, snapshots.wait_for(|snapshot| holds(snapshot)));
        waited.await.expect(what).expect("the engine runs").clone()
    }
}

fn entry<'a>(snapshot: &'a Snapshot, name: &str) -> &'a Entry {
    let mut entries = snapshot.coverage.entries.iter();
    entries.find(|entry| &*entry.kind == name).unwrap()
}

/// What the analyzers' findings are about, and their owners.
fn found(snapshot: &Snapshot) -> Vec<String> {
    let problems = snapshot.problems.iter();
    let members = problems
        .filter(|problem| problem.state == State::Active)
        .flat_map(|problem| &problem.members);
    let mut all: Vec<String> = members
        .filter(|member| member.finding.code.starts_with("Custom/"))
        .map(|member| {
            let finding = &member.finding;
            format!("{} of {}: {}", finding.object, finding.owner, finding.title)
        })
        .collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_they_find_is_found_and_belongs_to_its_owner() {
    let analyzer = Analyzer::start(
        answer(&[
            result("Pod", "shop/cart-1-a", "writes take 3 s"),
            result("Disk", "sda", "it wears out"),
        ]),
        None,
    )
    .await;
    let bed = Bed::start(vec![remote("disks", analyzer.endpoint(), LONG)]).await;
    let snapshot = bed.settled().await;
    assert_eq!(
        found(&snapshot),
        [
            "Disk/sda of Disk/sda: it wears out",
            "Pod/shop/cart-1-a of Deployment/shop/cart: writes take 3 s",
        ]
    );
    let entry = entry(&snapshot, "disks");
    assert_eq!(
        (&*entry.what, entry.status, entry.objects),
        ("analyzer", Status::Ok, 2)
    );
    let problem = snapshot
        .problems
        .iter()
        .find(|problem| &*problem.owner.kind == "Disk")
        .unwrap();
    let evidence: Vec<&str> = problem.evidence.iter().map(|fact| &*fact.evidence.text).collect();
    assert_eq!(evidence, ["it wears out", "seen in sector 7"]);

    let asked = analyzer.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1, "once a look");
    assert_eq!(asked[0].path, "/schema.v1.CustomAnalyzerService/Run");
    assert_eq!(asked[0].body, [0; 5], "an empty message");
    assert_eq!(asked[0].headers["te"], "trailers");
    assert_eq!(asked[0].headers["grpc-timeout"], "50000m");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_asks_again_and_what_is_no_longer_said_is_healed() {
    let analyzer = Analyzer::start(answer(&[result("Disk", "sda", "it wears out")]), None).await;
    let bed = Bed::start(vec![remote("disks", analyzer.endpoint(), LONG)]).await;
    assert_eq!(found(&*bed.settled().await).len(), 1);
    analyzer.says(Script::Headers(
        200,
        &[("content-type", "application/grpc"), ("grpc-status", "14")],
    ));
    bed.engine.refresh();
    let snapshot = bed
        .until("it fails", |snapshot| {
            entry(snapshot, "disks").status == Status::Error
        })
        .await;
    assert_eq!(
        found(&snapshot).len(),
        1,
        "what was said stays: nobody took it back"
    );
    analyzer.says(answer(&[]));
    bed.engine.refresh();
    bed.until("it is well", |snapshot| {
        entry(snapshot, "disks").status == Status::Ok && found(snapshot).is_empty()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_and_headers_are_spoken_where_they_are_asked_for() {
    let authority = Authority::new("ours");
    let identity = authority.server(&["localhost"], Validity::Good);
    let analyzer = Analyzer::start(answer(&[result("Disk", "sda", "it wears out")]), Some(&identity)).await;
    let file = |authority: &Authority| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), authority.pem()).unwrap();
        file
    };
    let (trusted, strange) = (file(&authority), file(&Authority::new("another")));
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static("Bearer s3cr3t"));
    let endpoint = analyzer.endpoint().with_headers(headers);
    let bed = Bed::start(vec![
        remote(
            "good",
            endpoint.clone().with_tls(Some(trusted.path())).unwrap(),
            LONG,
        ),
        remote(
            "strange",
            endpoint.clone().with_tls(Some(strange.path())).unwrap(),
            LONG,
        ),
        remote("plain", endpoint, LONG),
    ])
    .await;
    let snapshot = bed.settled().await;
    assert_eq!(entry(&snapshot, "good").status, Status::Ok);
    let said = &entry(&snapshot, "strange").detail;
    assert!(said.contains("TLS failed") && said.contains("ca_file"), "{said}");
    assert_eq!(entry(&snapshot, "plain").status, Status::Error);
    let asked = analyzer.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1, "who is not trusted is told nothing");
    assert_eq!(asked[0].headers["authorization"], "Bearer s3cr3t");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_is_a_line_of_coverage() {
    const GRPC: (&str, &str) = ("content-type", "application/grpc");
    let cases: Vec<(&str, Script, Status, &str)> = vec![
        (
            "refused-call",
            Script::Headers(200, &[GRPC, ("grpc-status", "7"), ("grpc-message", "no%20token")]),
            Status::Forbidden,
            "PERMISSION_DENIED: no token",
        ),
        (
            "unimplemented",
            Script::Body(Bytes::new(), Some("12")),
            Status::Error,
            "UNIMPLEMENTED",
        ),
        ("proxy", Script::Headers(502, &[]), Status::Error, "502"),
        (
            "page",
            Script::Headers(200, &[("content-type", "text/html")]),
            Status::Error,
            "text/html",
        ),
        (
            "garbage",
            Script::Body(framed(b"\xff\xff\xff\xff"), Some("0")),
            Status::Error,
            "cannot be read",
        ),
        (
            "cut",
            Script::Body(Bytes::from_static(&[0, 0, 0, 0, 9, 1]), Some("0")),
            Status::Error,
            "cut short",
        ),
        (
            "no-status",
            Script::Body(framed(b""), None),
            Status::Error,
            "without a status",
        ),
        (
            "huge",
            Script::Body(framed(&vec![0; 5 * 1024 * 1024]), Some("0")),
            Status::Error,
            "more than",
        ),
        (
            "noise",
            Script::Noise,
            Status::Error,
            "no custom analyzer answers",
        ),
        (
            "hang-up",
            Script::HangUp,
            Status::Error,
            "no custom analyzer answers",
        ),
        ("silent", Script::Silence, Status::Error, "no answer within"),
    ];
    let mut analyzers = Vec::new();
    let mut remotes = Vec::new();
    for (name, script, ..) in &cases {
        let analyzer = Analyzer::start(script.clone(), None).await;
        let timeout = if *name == "silent" {
            Duration::from_secs(1)
        } else {
            LONG
        };
        remotes.push(remote(name, analyzer.endpoint(), timeout));
        analyzers.push(analyzer);
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    remotes.push(remote("nobody", Endpoint::new("127.0.0.1", port).unwrap(), LONG));
    remotes.push(RemoteAnalyzer {
        endpoint: Err("the environment variable TOKEN is not set".into()),
        ..remote("unset", Endpoint::new("localhost", 1).unwrap(), LONG)
    });
    let good = Analyzer::start(answer(&[result("Disk", "sda", "it wears out")]), None).await;
    remotes.push(remote("good", good.endpoint(), LONG));

    let bed = Bed::start(remotes).await;
    let snapshot = bed.settled().await;
    let more = [
        ("nobody", Status::Error, "cannot reach"),
        ("unset", Status::Error, "TOKEN"),
        ("good", Status::Ok, ""),
    ];
    let cases = cases
        .iter()
        .map(|(name, _, status, said)| (*name, *status, *said));
    for (name, status, said) in cases.chain(more) {
        let entry = entry(&snapshot, name);
        assert_eq!(entry.status, status, "{name}: {}", entry.detail);
        assert!(entry.detail.contains(said), "{name}: {}", entry.detail);
    }
    assert!(!snapshot.coverage.complete);
    assert_eq!(found(&snapshot), ["Disk/sda of Disk/sda: it wears out"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_configuration_says_whom_to_ask() {
    let analyzer = Analyzer::start(answer(&[result("Pod", "shop/cart-1-a", "writes take 3 s")]), None).await;
    let bed = Bed::start(Vec::new()).await;
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let text = format!(
        "[[custom_analyzers]]\nname = \"disks\"\nurl = \"localhost\"\nport = {}\ntimeout = \"50s\"\n\
         headers_env = {{ x-token = \"DISKS_TOKEN\" }}\n",
        analyzer.address.port()
    );
    std::fs::write(&config, text).unwrap();
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_k8stui"));
    let output = program
        .env_clear()
        .env("HOME", home.path())
        .env("DISKS_TOKEN", "s3cr3t")
        .args(["analyze", "-o", "json", "--no-logs", "--config"])
        .arg(&config)
        .arg("--kubeconfig")
        .arg(bed.kubeconfig.path())
        .output()
        .await
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut findings = document["findings"].as_array().unwrap().iter();
    let finding = findings
        .find(|finding| finding["code"] == "Custom/disks")
        .unwrap();
    assert_eq!(finding["owner"], "Deployment/cart");
    let mut entries = document["coverage"]["entries"].as_array().unwrap().iter();
    let entry = entries.find(|entry| entry["what"] == "analyzer").unwrap();
    assert_eq!(
        (&entry["kind"], &entry["status"]),
        (&json!("disks"), &json!("ok"))
    );
    assert_eq!(analyzer.asked.lock().unwrap()[0].headers["x-token"], "s3cr3t");
}
