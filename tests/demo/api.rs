//! Lists, objects, tables, watches, logs and writes, request by request.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::client::{TABLE, ask, empty, get, get_as, names, pod, watch};

#[tokio::test]
async fn lists_are_paged_in_order_and_keep_one_version() {
    let cluster = empty().await;
    for index in 0..5 {
        cluster
            .server
            .store()
            .apply(pod("shop", &format!("web-{index}"), "Running"))
            .unwrap();
    }
    let (_, first) = get(&cluster.client, "/api/v1/pods?limit=2").await;
    assert_eq!(names(&first), ["web-0", "web-1"]);
    assert_eq!(first["metadata"]["remainingItemCount"], 3);
    assert!(
        first["items"][0].get("kind").is_none(),
        "items of a list do not repeat the kind"
    );

    cluster
        .server
        .store()
        .apply(pod("shop", "web-9", "Running"))
        .unwrap();
    let token = first["metadata"]["continue"].as_str().unwrap();
    let (_, rest) = get(
        &cluster.client,
        &format!("/api/v1/pods?limit=500&continue={token}"),
    )
    .await;
    assert_eq!(names(&rest), ["web-2", "web-3", "web-4", "web-9"]);
    assert_eq!(
        rest["metadata"]["resourceVersion"],
        first["metadata"]["resourceVersion"]
    );
    assert!(rest["metadata"].get("continue").is_none());

    cluster.server.store().compact();
    let (status, expired) = get(&cluster.client, &format!("/api/v1/pods?limit=2&continue={token}")).await;
    assert_eq!(
        (status, expired["reason"].as_str()),
        (StatusCode::GONE, Some("Expired"))
    );
}

#[tokio::test]
async fn selectors_restrict_lists() {
    let cluster = empty().await;
    let store = cluster.server.store();
    store.apply(pod("shop", "web-0", "Running")).unwrap();
    store.apply(pod("shop", "api-0", "Pending")).unwrap();
    store.apply(pod("data", "db-0", "Failed")).unwrap();
    for (path, expected) in [
        ("/api/v1/namespaces/shop/pods", vec!["api-0", "web-0"]),
        (
            "/api/v1/pods?labelSelector=app+in+(db,web)",
            vec!["db-0", "web-0"],
        ),
        (
            "/api/v1/pods?fieldSelector=status.phase!%3DRunning,status.phase!%3DSucceeded",
            vec!["db-0", "api-0"],
        ),
        (
            "/api/v1/pods?fieldSelector=metadata.namespace!%3Dshop",
            vec!["db-0"],
        ),
        (
            "/api/v1/pods?resourceVersion=0&fieldSelector=spec.nodeName%3Dnode-1",
            vec!["db-0", "api-0", "web-0"],
        ),
    ] {
        assert_eq!(names(&get(&cluster.client, path).await.1), expected, "{path}");
    }
    let (status, refused) = get(&cluster.client, "/api/v1/pods?fieldSelector=spec.color%3Dred").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["message"], "field label not supported: spec.color");
}

#[tokio::test]
async fn errors_are_status_objects() {
    let cluster = empty().await;
    for (path, code, reason, message) in [
        (
            "/api/v1/namespaces/shop/pods/none",
            404,
            "NotFound",
            "pods \"none\" not found",
        ),
        (
            "/apis/apps/v1/namespaces/shop/deployments/x",
            404,
            "NotFound",
            "deployments.apps \"x\" not found",
        ),
        (
            "/apis/example.com/v1/things",
            404,
            "NotFound",
            "the server could not find the requested resource",
        ),
    ] {
        let (status, body) = get(&cluster.client, path).await;
        assert_eq!(status.as_u16(), code, "{path}");
        assert_eq!(
            (body["kind"].as_str(), body["code"].as_u64()),
            (Some("Status"), Some(u64::from(code))),
            "{path}"
        );
        assert_eq!(
            (body["reason"].as_str(), body["message"].as_str()),
            (Some(reason), Some(message)),
            "{path}"
        );
    }
    let (status, body) = ask(
        &cluster.client,
        Method::POST,
        "/api/v1/namespaces/a/pods/b/exec",
        &[],
        "{}",
    )
    .await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{body}");
}

#[tokio::test]
async fn tables_have_kubectls_columns() {
    let cluster = empty().await;
    let mut crashing = pod("shop", "web-0", "Running");
    crashing["status"]["containerStatuses"][0] = json!({
        "name": "main", "ready": false, "restartCount": 5,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-01-15T09:57:00Z"}},
    });
    crashing["metadata"]["creationTimestamp"] = json!("2026-01-15T09:48:00Z");
    cluster.server.store().apply(crashing).unwrap();
    let table = get_as(&cluster.client, "/api/v1/namespaces/shop/pods?limit=500", TABLE).await;
    assert_eq!(table["kind"], "Table");
    let columns: Vec<&str> = table["columnDefinitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    assert_eq!(columns[..5], ["Name", "Ready", "Status", "Restarts", "Age"]);
    assert_eq!(
        table["rows"][0]["cells"].as_array().unwrap()[..5],
        [
            json!("web-0"),
            json!("0/1"),
            json!("CrashLoopBackOff"),
            json!("5 (3m ago)"),
            json!("12m")
        ]
    );
    assert_eq!(table["rows"][0]["object"]["kind"], "PartialObjectMetadata");
}

#[tokio::test]
async fn a_watch_tells_what_came_after_its_version() {
    let cluster = empty().await;
    let store = cluster.server.store();
    store.apply(pod("shop", "web-0", "Pending")).unwrap();
    let version = store.revision();
    store.apply(pod("shop", "web-0", "Running")).unwrap();
    store.apply(pod("data", "db-0", "Running")).unwrap();
    store
        .delete(
            k8stui::demo::resource::Resource::named("pods").unwrap(),
            "shop",
            "web-0",
        )
        .unwrap();

    let seen = |events: Vec<Value>| -> Vec<String> {
        events
            .iter()
            .map(|e| {
                format!(
                    "{} {}",
                    e["type"].as_str().unwrap(),
                    e["object"]["metadata"]["name"].as_str().unwrap()
                )
            })
            .collect()
    };
    let all = watch(
        &cluster.client,
        &format!("/api/v1/pods?watch=1&resourceVersion={version}"),
        "application/json",
        3,
    )
    .await;
    assert_eq!(all[0]["object"]["kind"], "Pod");
    assert_eq!(seen(all), ["MODIFIED web-0", "ADDED db-0", "DELETED web-0"]);

    // With a selector, an object that begins to match is added and one that stops matching is deleted.
    let path = format!("/api/v1/pods?watch=1&resourceVersion={version}&fieldSelector=status.phase%3DPending");
    assert_eq!(
        seen(watch(&cluster.client, &path, "application/json", 1).await),
        ["DELETED web-0"]
    );
}

#[tokio::test]
async fn a_watch_with_initial_events_marks_their_end() {
    let cluster = empty().await;
    cluster
        .server
        .store()
        .apply(pod("shop", "web-0", "Running"))
        .unwrap();
    let path = "/api/v1/pods?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let events = watch(&cluster.client, path, "application/json", 2).await;
    assert_eq!(events[0]["type"], "ADDED");
    assert_eq!(events[1]["type"], "BOOKMARK");
    assert_eq!(
        events[1]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"],
        "true"
    );
}

#[tokio::test]
async fn a_watch_from_a_forgotten_version_is_gone() {
    let cluster = empty().await;
    let store = cluster.server.store();
    store.apply(pod("shop", "web-0", "Running")).unwrap();
    let version = store.revision();
    store.apply(pod("shop", "web-1", "Running")).unwrap();
    store.compact();
    let (status, body) = get(
        &cluster.client,
        &format!("/api/v1/pods?watch=1&resourceVersion={version}"),
    )
    .await;
    assert_eq!(
        (status, body["reason"].as_str()),
        (StatusCode::GONE, Some("Expired"))
    );
}

#[tokio::test]
async fn a_watch_ends_at_its_timeout() {
    let cluster = empty().await;
    let version = cluster.server.store().revision();
    let path = format!("/api/v1/pods?watch=1&timeoutSeconds=1&resourceVersion={version}");
    let (status, body) = ask(&cluster.client, Method::GET, &path, &[], "").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn logs_are_cut_to_what_was_asked_for() {
    let cluster = empty().await;
    let store = cluster.server.store();
    store.apply(pod("shop", "web-0", "Running")).unwrap();
    store.set_log("shop", "web-0", "main", false, "one\ntwo\nthree\n");
    for (query, expected) in [
        ("", "one\ntwo\nthree\n"),
        ("?tailLines=1", "three\n"),
        ("?container=main&tailLines=0", ""),
        ("?limitBytes=5", "one\nt"),
        (
            "?tailLines=1&timestamps=true",
            "2026-01-15T10:00:00.000000000Z three\n",
        ),
        ("?sinceTime=2026-01-15T10:00:01Z", ""),
        ("?sinceSeconds=10", "one\ntwo\nthree\n"),
    ] {
        let path = format!("/api/v1/namespaces/shop/pods/web-0/log{query}");
        let (status, text) = ask(&cluster.client, Method::GET, &path, &[], "").await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, expected), "{query}");
    }
}

#[tokio::test]
async fn logs_that_do_not_exist_are_refused_in_the_kubelets_words() {
    let cluster = empty().await;
    let mut waiting = pod("shop", "web-0", "Pending");
    waiting["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": "ImagePullBackOff"}});
    cluster.server.store().apply(waiting).unwrap();
    for (query, message) in [
        (
            "",
            "container \"main\" in pod \"web-0\" is waiting to start: trying and failing to pull image",
        ),
        (
            "?previous=true",
            "previous terminated container \"main\" in pod \"web-0\" not found",
        ),
        ("?container=other", "container other is not valid for pod web-0"),
    ] {
        let (status, body) = get(
            &cluster.client,
            &format!("/api/v1/namespaces/shop/pods/web-0/log{query}"),
        )
        .await;
        assert_eq!(
            (status, body["message"].as_str()),
            (StatusCode::BAD_REQUEST, Some(message)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_followed_log_grows_and_ends_with_its_container() {
    use futures::{AsyncBufReadExt, StreamExt};
    use k8stui::demo::store::{LogEntry, LogKey};

    let cluster = empty().await;
    let store = cluster.server.store();
    store.apply(pod("shop", "web-0", "Running")).unwrap();
    let key = LogKey::new("shop", "web-0", "main");
    let line = |text: &str| LogEntry {
        at: store.clock().now(),
        text: text.to_owned(),
    };
    store.append_log(&key, line("first"));
    let request = http::Request::get("/api/v1/namespaces/shop/pods/web-0/log?follow=true")
        .body(Vec::new())
        .unwrap();
    super::client::in_time(async {
        let mut lines = cluster.client.request_stream(request).await.unwrap().lines();
        assert_eq!(lines.next().await.unwrap().unwrap(), "first");
        store.append_log(&key, line("second"));
        assert_eq!(lines.next().await.unwrap().unwrap(), "second");
        store.end_log(&key);
        assert!(lines.next().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn writes_change_objects_and_dry_runs_do_not() {
    let cluster = empty().await;
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": "shop", "name": "web"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "httddd"}, {"name": "side", "image": "busybox"}]}}},
    });
    let base = "/apis/apps/v1/namespaces/shop/deployments";
    let (status, _) = ask(&cluster.client, Method::POST, base, &[], &deployment.to_string()).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, again) = ask(&cluster.client, Method::POST, base, &[], &deployment.to_string()).await;
    assert_eq!(status, StatusCode::CONFLICT, "{again}");

    let path = format!("{base}/web");
    let strategic = [("content-type", "application/strategic-merge-patch+json")];
    let image =
        json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "httpd:2.4"}]}}}});
    let dry = format!("{path}?dryRun=All");
    let (_, answer) = ask(
        &cluster.client,
        Method::PATCH,
        &dry,
        &strategic,
        &image.to_string(),
    )
    .await;
    assert!(answer.contains("httpd:2.4"));
    let stored = |value: Value| value["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    assert_eq!(stored(get(&cluster.client, &path).await.1), "httddd");
    ask(
        &cluster.client,
        Method::PATCH,
        &path,
        &strategic,
        &image.to_string(),
    )
    .await;
    let (_, after) = get(&cluster.client, &path).await;
    assert_eq!(after["metadata"]["generation"], 2);
    assert_eq!(
        after["spec"]["template"]["spec"]["containers"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(stored(after), "httpd:2.4");

    let merge = [("content-type", "application/merge-patch+json")];
    let scale = format!("{path}/scale");
    let (status, scaled) = ask(
        &cluster.client,
        Method::PATCH,
        &scale,
        &merge,
        r#"{"spec":{"replicas":3}}"#,
    )
    .await;
    assert_eq!(status, StatusCode::OK, "{scaled}");
    assert_eq!(get(&cluster.client, &scale).await.1["spec"]["replicas"], 3);
    assert_eq!(get(&cluster.client, &path).await.1["spec"]["replicas"], 3);

    let (status, _) = ask(&cluster.client, Method::DELETE, &path, &[], "").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(get(&cluster.client, &path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_stale_update_is_a_conflict() {
    let cluster = empty().await;
    let store = cluster.server.store();
    let old = store.apply(pod("shop", "web-0", "Pending")).unwrap();
    store.apply(pod("shop", "web-0", "Running")).unwrap();
    let json = [("content-type", "application/json")];
    let path = "/api/v1/namespaces/shop/pods/web-0";
    let (status, body) = ask(&cluster.client, Method::PUT, path, &json, &old.to_string()).await;
    assert_eq!(status, StatusCode::CONFLICT, "{body}");
}

#[tokio::test]
async fn discovery_names_what_is_served() {
    let cluster = empty().await;
    let (_, core) = get(&cluster.client, "/api/v1").await;
    let resources = core["resources"].as_array().unwrap();
    let pods = resources.iter().find(|r| r["name"] == "pods").unwrap();
    assert_eq!(
        (&pods["kind"], &pods["shortNames"]),
        (&json!("Pod"), &json!(["po"]))
    );
    let (_, groups) = get(&cluster.client, "/apis").await;
    for group in groups["groups"].as_array().unwrap() {
        let version = group["preferredVersion"]["groupVersion"].as_str().unwrap();
        let (status, resources) = get(&cluster.client, &format!("/apis/{version}")).await;
        assert_eq!(status, StatusCode::OK);
        for resource in resources["resources"].as_array().unwrap() {
            let lists = resource["verbs"].as_array().unwrap().contains(&json!("list"));
            if lists {
                let path = format!("/apis/{version}/{}", resource["name"].as_str().unwrap());
                assert_eq!(get(&cluster.client, &path).await.0, StatusCode::OK, "{path}");
            }
        }
    }
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    let aggregated = get_as(&cluster.client, "/apis", accept).await;
    assert_eq!(aggregated["kind"], "APIGroupDiscoveryList");
    let apps = aggregated["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|g| g["metadata"]["name"] == "apps")
        .unwrap();
    assert_eq!(apps["versions"][0]["version"], "v1");
}

#[tokio::test]
async fn access_reviews_say_what_the_server_would_do() {
    let cluster = empty().await;
    let review = |resource: &str| {
        json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": "list", "resource": resource}}})
        .to_string()
    };
    cluster.server.faults().forbid("secrets");
    for (resource, allowed) in [("pods", true), ("secrets", false)] {
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let (status, text) = ask(&cluster.client, Method::POST, path, &[], &review(resource)).await;
        assert_eq!(status, StatusCode::CREATED);
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["status"]["allowed"], allowed, "{resource}");
    }
}
