//! Custom kinds on a live API: found by their definitions, or by discovery where these may not be read; gone with them.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use k8stui::engine::cluster::credential::NoTerminal;
use k8stui::engine::cluster::{Access, Live};
use k8stui::engine::coverage::Status;
use k8stui::engine::problem::State;
use k8stui::engine::snapshot::Snapshot;
use k8stui::engine::watch::Scope;
use k8stui::engine::{Engine, Options};
use serde_json::{Value, json};
use tokio::sync::broadcast;

/// No condition of these tests needs longer, on the slowest machine.
const PATIENCE: Duration = Duration::from_mins(1);

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

type Body = BoxBody<Bytes, Infallible>;

/// A server that has definitions and widgets, and nothing else.
struct Api {
    may_list_definitions: bool,
    /// Lines of the definitions' watch.
    news: broadcast::Sender<String>,
    asked: Mutex<Vec<String>>,
}

fn definition() -> Value {
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.live.example.io", "resourceVersion": "5"},
        "spec": {"group": "live.example.io", "scope": "Namespaced", "names": {"kind": "Widget", "plural": "widgets"},
            "versions": [{"name": "v1", "served": true, "storage": true}]},
        "status": {"conditions": [{"type": "Established", "status": "True"}]}})
}

fn widget() -> Value {
    json!({"metadata": {"name": "w", "namespace": "shop", "creationTimestamp": "2026-01-01T10:00:00Z"},
        "status": {"conditions": [{"type": "Ready", "status": "False", "reason": "BuildFailed",
            "message": "no such file", "lastTransitionTime": "2026-01-01T11:00:00Z"}]}})
}

fn full(status: u16, json: &Value) -> Response<Body> {
    let mut response = Response::new(Full::new(Bytes::from(json.to_string())).boxed());
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap();
    response
}

fn status(code: u16, reason: &str) -> Response<Body> {
    let what = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason,
        "message": reason, "code": code});
    full(code, &what)
}

impl Api {
    fn answer(&self, request: &Request<Incoming>) -> Response<Body> {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        self.asked.lock().unwrap().push(path.to_owned());
        let list = |items: Value| {
            full(
                200,
                &json!({"metadata": {"resourceVersion": "5"}, "items": items}),
            )
        };
        let watch = query.contains("watch=true");
        match path {
            "/api/v1/namespaces/kube-system" => full(200, &json!({"metadata": {"uid": "u-live"}})),
            "/version" => full(200, &json!({"gitVersion": "v1.34.0"})),
            DEFINITIONS if !self.may_list_definitions => status(403, "Forbidden"),
            DEFINITIONS if watch => self.stream(),
            DEFINITIONS => list(json!([definition()])),
            "/apis" => full(
                200,
                &json!({"items": [{"metadata": {"name": "live.example.io"}, "versions": [{"version": "v1",
                    "resources": [{"resource": "widgets", "responseKind": {"kind": "Widget"},
                        "scope": "Namespaced", "verbs": ["list", "watch"]}]}]}]}),
            ),
            "/apis/live.example.io/v1/widgets" | "/api/v1/pods" | "/api/v1/events" if watch => self.stream(),
            "/apis/live.example.io/v1/widgets" => list(json!([widget()])),
            "/api/v1/pods" | "/api/v1/events" => list(json!([])),
            _ => status(404, "NotFound"),
        }
    }

    /// News of definitions; on other watches none of it means anything, for these objects are not of their kind.
    fn stream(&self) -> Response<Body> {
        let news = self.news.subscribe();
        let lines = futures::stream::unfold(news, |mut news| async move {
            let line = news.recv().await.ok()?;
            Some((Ok(Frame::data(Bytes::from(line))), news))
        });
        Response::new(StreamBody::new(lines).boxed())
    }
}

struct Bed {
    api: Arc<Api>,
    engine: Engine,
    _kubeconfig: tempfile::NamedTempFile,
}

impl Bed {
    async fn start(may_list_definitions: bool) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let api = Arc::new(Api {
            may_list_definitions,
            news: broadcast::channel(8).0,
            asked: Mutex::default(),
        });
        let serving = api.clone();
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let api = serving.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let answer = api.answer(&request);
                        async move { Ok::<_, Infallible>(answer) }
                    });
                    // A client that leaves is no failure.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(connection), service)
                        .await;
                });
            }
        });
        let kubeconfig = tempfile::NamedTempFile::new().unwrap();
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: blue\n\
             clusters: [{{name: c, cluster: {{server: \"http://{address}\"}}}}]\n\
             contexts: [{{name: blue, context: {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{}}}}]\n"
        );
        std::fs::write(kubeconfig.path(), text).unwrap();
        let access = Access {
            kubeconfig: Some(kubeconfig.path().to_owned()),
            ..Access::default()
        };
        let live = Live::new(&access, Arc::new(NoTerminal)).await.unwrap();
        let options = Options {
            scope: Scope::default(),
            exclude: Vec::new(),
            analyzers: Vec::new(),
            posture: false,
            remote: Vec::new(),
            no_logs: true,
            skim_logs: false,
            off: Vec::new(),
            stopwatch: None,
            now: Arc::new(|| "2026-01-01T12:00:00Z".parse().unwrap()),
        };
        Self {
            api,
            engine: Engine::start(&live, &options),
            _kubeconfig: kubeconfig,
        }
    }

    async fn settled(&self) -> Arc<Snapshot> {
        tokio::time::timeout(PATIENCE, self.engine.settled())
            .await
            .expect("settled")
    }
}

fn active(snapshot: &Snapshot) -> Vec<String> {
    let problems = snapshot.problems.iter();
    problems
        .filter(|problem| problem.state == State::Active)
        .map(|problem| problem.owner.path())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_is_settled_when_custom_kinds_have_been_read_and_a_kind_goes_with_its_definition() {
    let bed = Bed::start(true).await;
    let snapshot = bed.settled().await;
    assert_eq!(active(&snapshot), ["Widget/shop/w"]);
    let kind = snapshot
        .coverage
        .entries
        .iter()
        .find(|entry| &*entry.kind == "Widget");
    assert_eq!(kind.map(|entry| entry.objects), Some(1));

    let gone = json!({"type": "DELETED", "object": definition()});
    // Until somebody listens there is nobody to tell.
    let told = async {
        loop {
            let _ = bed.api.news.send(format!("{gone}\n"));
            let mut snapshots = bed.engine.snapshots();
            let healed = snapshots.wait_for(|snapshot| active(snapshot).is_empty());
            if tokio::time::timeout(Duration::from_millis(500), healed)
                .await
                .is_ok()
            {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, told).await.expect("gone");
    let snapshot = bed.engine.snapshots().borrow().clone();
    assert!(
        snapshot
            .coverage
            .entries
            .iter()
            .all(|entry| &*entry.kind != "Widget")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_definitions_may_not_be_read_the_server_is_asked_for_its_kinds() {
    let bed = Bed::start(false).await;
    let snapshot = bed.settled().await;
    assert_eq!(active(&snapshot), ["Widget/shop/w"]);
    assert!(bed.api.asked.lock().unwrap().iter().any(|path| path == "/apis"));
    let definitions = snapshot
        .coverage
        .entries
        .iter()
        .find(|entry| &*entry.kind == "CustomResourceDefinition");
    assert_eq!(definitions.map(|entry| entry.status), Some(Status::Forbidden));
}
