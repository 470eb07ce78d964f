//! Raw requests to an embedded server, with a deadline.

use std::future::Future;
use std::time::Duration;

use futures::{AsyncBufReadExt, StreamExt, TryStreamExt};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use k8stui::demo::{Clock, Server, Store};
use kube::client::Body;
use serde_json::{Value, json};

/// Nothing on loopback takes this long unless it is stuck.
pub const DEADLINE: Duration = Duration::from_secs(20);

pub const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

pub struct Cluster {
    pub server: Server,
    pub client: kube::Client,
}

pub async fn empty() -> Cluster {
    let clock = Clock::stepped("2026-01-15T10:00:00Z".parse().unwrap());
    let server = Server::start(Store::new(clock)).await.unwrap();
    let client = connect(&server.url());
    Cluster { server, client }
}

pub fn connect(url: &str) -> kube::Client {
    kube::Client::try_from(kube::Config::new(url.parse().unwrap())).unwrap()
}

pub async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, what)
        .await
        .expect("an answer before the deadline")
}

pub async fn ask(
    client: &kube::Client,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (StatusCode, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.as_bytes().to_vec())).unwrap();
    in_time(async {
        let response = client.send(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    })
    .await
}

pub async fn get(client: &kube::Client, path: &str) -> (StatusCode, Value) {
    let (status, text) = ask(client, Method::GET, path, &[], "").await;
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

pub async fn get_as(client: &kube::Client, path: &str, accept: &str) -> Value {
    let (status, text) = ask(client, Method::GET, path, &[("accept", accept)], "").await;
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// The first `count` events of a watch.
pub async fn watch(client: &kube::Client, path: &str, accept: &str, count: usize) -> Vec<Value> {
    let request = Request::builder()
        .uri(path)
        .header("accept", accept)
        .body(Vec::new())
        .unwrap();
    in_time(async {
        let lines = client.request_stream(request).await.unwrap().lines();
        lines
            .take(count)
            .map_ok(|line| serde_json::from_str(&line).unwrap())
            .try_collect()
            .await
            .unwrap()
    })
    .await
}

pub fn pod(namespace: &str, name: &str, phase: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": {"app": name.split('-').next()}},
        "spec": {"nodeName": "node-1", "containers": [{"name": "main", "image": "shop/web:1"}]},
        "status": {"phase": phase, "containerStatuses": [{
            "name": "main", "ready": phase == "Running", "restartCount": 0, "image": "shop/web:1", "imageID": "",
            "state": {"running": {"startedAt": "2026-01-15T09:00:00Z"}}, "lastState": {},
        }]},
    })
}

pub fn names(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["metadata"]["name"].as_str().unwrap())
        .collect()
}
