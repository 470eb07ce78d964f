//! Faults do what they say, and end when they are told to.

use std::time::{Duration, Instant};

use futures::{AsyncBufReadExt, StreamExt};
use http::StatusCode;
use k8stui::demo::Expiry;

use super::client::{empty, get, in_time, names, pod, watch};

#[tokio::test]
async fn refusals_have_their_status() {
    let cluster = empty().await;
    let faults = cluster.server.faults();
    faults.forbid("secrets");
    let (status, body) = get(&cluster.client, "/api/v1/secrets").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(
        body["message"],
        "secrets is forbidden: User \"demo\" cannot list resource \"secrets\" in API group \"\" at the cluster scope"
    );
    assert_eq!(get(&cluster.client, "/api/v1/pods").await.0, StatusCode::OK);

    // Not 503: kube's client would ask again by itself.
    faults.fail_next(2, 500);
    let answers = [
        get(&cluster.client, "/api/v1/pods").await.0,
        get(&cluster.client, "/version").await.0,
        get(&cluster.client, "/version").await.0,
    ];
    assert_eq!(answers.map(|status| status.as_u16()), [500, 500, 200]);

    faults.unauthorized(true);
    assert_eq!(
        get(&cluster.client, "/api/v1/pods").await.0,
        StatusCode::UNAUTHORIZED
    );
    faults.clear();
    assert_eq!(get(&cluster.client, "/api/v1/secrets").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_malformed_object_does_not_spoil_the_others() {
    let cluster = empty().await;
    cluster
        .server
        .store()
        .apply(pod("shop", "web-0", "Running"))
        .unwrap();
    cluster.server.faults().malformed_in_lists("pods");
    let (_, list) = get(&cluster.client, "/api/v1/pods").await;
    assert_eq!(names(&list), ["web-0", "malformed"]);
    assert!(serde_json::from_value::<k8s_openapi::api::core::v1::Pod>(list["items"][1].clone()).is_err());

    cluster.server.faults().malformed_in_watches("pods");
    cluster
        .server
        .store()
        .apply(pod("shop", "web-1", "Running"))
        .unwrap();
    let events = watch(
        &cluster.client,
        "/api/v1/pods?watch=1&resourceVersion=2",
        "application/json",
        2,
    )
    .await;
    assert_eq!(events[0]["object"]["metadata"]["name"], "web-1");
    assert_eq!(events[1]["object"]["metadata"]["name"], "malformed");
}

#[tokio::test]
async fn a_cut_watch_breaks_off_inside_an_event() {
    let cluster = empty().await;
    for index in 0..3 {
        cluster
            .server
            .store()
            .apply(pod("shop", &format!("web-{index}"), "Running"))
            .unwrap();
    }
    cluster.server.faults().cut_watches_after(Some(2));
    let request = http::Request::get("/api/v1/pods?watch=1")
        .body(Vec::new())
        .unwrap();
    let lines: Vec<std::io::Result<String>> = in_time(async {
        cluster
            .client
            .request_stream(request)
            .await
            .unwrap()
            .lines()
            .collect()
            .await
    })
    .await;
    let whole = lines
        .iter()
        .flatten()
        .filter(|l| serde_json::from_str::<serde_json::Value>(l).is_ok())
        .count();
    assert_eq!(whole, 2);
    assert!(lines.last().unwrap().is_err(), "the connection was cut");
}

#[tokio::test]
async fn a_watch_can_be_told_that_it_is_too_old() {
    let cluster = empty().await;
    cluster
        .server
        .store()
        .apply(pod("shop", "web-0", "Running"))
        .unwrap();
    cluster.server.faults().expire_next_watch(Expiry::Event);
    let path = "/api/v1/pods?watch=1&resourceVersion=2";
    let events = watch(&cluster.client, path, "application/json", 5).await;
    assert_eq!(events.len(), 1, "the watch ends after the error");
    assert_eq!(
        (&events[0]["type"], &events[0]["object"]["code"]),
        (&"ERROR".into(), &410.into())
    );
    cluster.server.faults().expire_next_watch(Expiry::Status);
    assert_eq!(get(&cluster.client, path).await.0, StatusCode::GONE);
}

#[tokio::test]
async fn latency_and_silence_end_when_told_to() {
    let cluster = empty().await;
    let faults = cluster.server.faults().clone();
    faults.delay("/api/v1/nodes", Duration::from_millis(150));
    let started = Instant::now();
    get(&cluster.client, "/api/v1/nodes").await;
    assert!(started.elapsed() >= Duration::from_millis(150));

    faults.clear();
    faults.slow_lists(Some(Duration::from_millis(150)));
    let started = Instant::now();
    get(&cluster.client, "/api/v1/nodes").await;
    assert!(
        started.elapsed() >= Duration::from_millis(150),
        "a list comes part by part"
    );
    faults.slow_lists(None);

    faults.hang(true);
    let client = cluster.client.clone();
    let asked = tokio::spawn(async move { get(&client, "/api/v1/pods").await.0 });
    assert!(
        tokio::time::timeout(Duration::from_millis(200), get(&cluster.client, "/version"))
            .await
            .is_err()
    );
    assert!(!asked.is_finished());
    faults.hang(false);
    assert_eq!(in_time(asked).await.unwrap(), StatusCode::OK);
}
