//! The living shop: things break for a reason, heal when they are fixed, and break again; the same seed and moment give
//! the same bytes.

use http::{Method, StatusCode};
use jiff::SignedDuration;
use k8stui::demo::resource::{RESOURCES, Resource};
use k8stui::demo::{Demo, DemoOptions, Pace};
use kube::Client;
use serde_json::{Value, json};

use super::client::{TABLE, ask, connect, get, get_as, in_time};

async fn demo(seed: u64, at: SignedDuration) -> (Demo, Client) {
    let options = DemoOptions {
        seed,
        at: Some(at),
        port: 0,
        pace: Pace::Stepped,
    };
    let demo = Demo::start(options).await.unwrap();
    let client = connect(&demo.url());
    (demo, client)
}

fn all(demo: &Demo, plural: &str) -> Vec<Value> {
    demo.store().all(Resource::named(plural).unwrap())
}

/// The newest pod of a workload.
fn pod(demo: &Demo, app: &str) -> Value {
    let pods = all(demo, "pods")
        .into_iter()
        .filter(|pod| pod["metadata"]["labels"]["app"] == app);
    pods.max_by_key(|pod| pod["metadata"]["creationTimestamp"].as_str().unwrap().to_owned())
        .unwrap_or_else(|| panic!("a pod of {app}"))
}

fn waiting(demo: &Demo, app: &str) -> String {
    let reason = pod(demo, app)["status"]["containerStatuses"][0]["state"]["waiting"]["reason"].clone();
    reason.as_str().unwrap_or("-").to_owned()
}

fn ready(demo: &Demo, plural: &str, name: &str) -> String {
    let object = all(demo, plural)
        .into_iter()
        .find(|o| o["metadata"]["name"] == name)
        .unwrap();
    let ready = object["status"]["readyReplicas"].as_u64().unwrap_or(0);
    format!("{ready}/{}", object["spec"]["replicas"])
}

fn ready_endpoints(demo: &Demo, service: &str) -> usize {
    let slices = all(demo, "endpointslices").into_iter();
    slices
        .filter(|slice| slice["metadata"]["labels"]["kubernetes.io/service-name"] == service)
        .flat_map(|slice| slice["endpoints"].as_array().cloned().unwrap_or_default())
        .filter(|endpoint| endpoint["conditions"]["ready"] == true)
        .count()
}

async fn log(demo: &Demo, client: &Client, app: &str, previous: bool) -> String {
    let pod = pod(demo, app);
    let (namespace, name) = (&pod["metadata"]["namespace"], &pod["metadata"]["name"]);
    let path = format!(
        "/api/v1/namespaces/{}/pods/{}/log?previous={previous}",
        namespace.as_str().unwrap(),
        name.as_str().unwrap()
    );
    let (status, text) = ask(client, Method::GET, &path, &[], "").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    text
}

/// Everything that the server would say, as text.
fn everything(demo: &Demo) -> String {
    let mut text = String::new();
    for resource in RESOURCES {
        for object in demo.store().all(resource) {
            text.push_str(&object.to_string());
            text.push('\n');
        }
    }
    text
}

#[tokio::test]
async fn the_same_seed_and_moment_give_the_same_bytes() {
    let at = SignedDuration::from_secs(95);
    let (first, _) = demo(7, at).await;
    let (second, _) = demo(7, at).await;
    // It does not matter whether the moment is started at or waited for.
    let (waited, _) = demo(7, SignedDuration::ZERO).await;
    waited.advance(SignedDuration::from_secs(40));
    waited.advance(SignedDuration::from_secs(55));
    let (other, _) = demo(8, at).await;
    let text = everything(&first);
    assert!(
        text == everything(&second),
        "two demos of one seed and moment differ"
    );
    assert!(
        text == everything(&waited),
        "a demo that was stepped to the moment differs"
    );
    assert!(text != everything(&other), "another seed is another shop");
}

#[tokio::test]
async fn its_pods_at_the_start() {
    let (_demo, client) = demo(7, SignedDuration::ZERO).await;
    let table = get_as(&client, "/api/v1/pods", TABLE).await;
    let rows = table["rows"].as_array().unwrap().iter().map(|row| {
        let cells: Vec<&str> = row["cells"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c.as_str().unwrap())
            .collect();
        let namespace = row["object"]["metadata"]["namespace"].as_str().unwrap();
        format!(
            "{namespace:<12} {:<34} {:<4} {:<18} {:<16} {}",
            cells[0], cells[1], cells[2], cells[3], cells[4]
        )
    });
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("demo_pods_at_the_start", rows.collect::<Vec<_>>().join("\n"));
    });
}

#[tokio::test]
async fn what_is_broken_shows_it_as_a_real_cluster_does() {
    let (demo, client) = demo(1, SignedDuration::ZERO).await;
    let read_only =
        "[emerg] 1#1: mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)";
    assert_eq!(waiting(&demo, "storefront"), "CrashLoopBackOff");
    assert!(log(&demo, &client, "storefront", true).await.contains(read_only));
    assert_eq!(
        ready_endpoints(&demo, "storefront"),
        0,
        "the Service lost its endpoints"
    );

    assert!(["ImagePullBackOff", "ErrImagePull"].contains(&waiting(&demo, "website").as_str()));
    assert_eq!(pod(&demo, "website")["spec"]["containers"][0]["image"], "httddd");
    assert_eq!(
        ready_endpoints(&demo, "website"),
        2,
        "the rollout is stuck, the old pods serve"
    );

    assert_eq!(
        log(&demo, &client, "receipts", false).await,
        "sh: docker-entrypoint: not found\n"
    );
    assert_eq!(
        pod(&demo, "receipts")["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"],
        127
    );

    let oom = &pod(&demo, "report-worker")["status"]["containerStatuses"][0];
    let seen = [&oom["state"]["terminated"], &oom["lastState"]["terminated"]];
    assert!(
        seen.iter()
            .any(|t| t["reason"] == "OOMKilled" && t["exitCode"] == 137),
        "{oom}"
    );
    assert!(
        oom["restartCount"].as_u64().unwrap() > 20,
        "it has been so for hours"
    );

    for (app, message) in [
        (
            "analytics",
            "0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient memory.",
        ),
        (
            "exporter",
            "0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
        ),
    ] {
        let pod = pod(&demo, app);
        let condition = &pod["status"]["conditions"][0];
        assert_eq!(
            (&condition["reason"], &condition["status"]),
            (&json!("Unschedulable"), &json!("False"))
        );
        assert!(
            condition["message"].as_str().unwrap().starts_with(message),
            "{condition}"
        );
    }
    let claim = all(&demo, "persistentvolumeclaims")
        .into_iter()
        .find(|c| c["metadata"]["name"] == "exports")
        .unwrap();
    assert_eq!(claim["status"]["phase"], "Pending");
    assert_eq!(
        (
            ready(&demo, "deployments", "search"),
            ready_endpoints(&demo, "search")
        ),
        ("2/2".to_owned(), 0)
    );

    assert!(
        log(&demo, &client, "checkout", true)
            .await
            .contains("http://gateway:8443 is unreachable")
    );
    assert_eq!(ready(&demo, "deployments", "gateway"), "0/0");
    for (plural, name) in [
        ("deployments", "web"),
        ("deployments", "orders-api"),
        ("statefulsets", "orders-db"),
        ("deployments", "coredns"),
    ] {
        let ready = ready(&demo, plural, name);
        let (is, wanted) = ready.split_once('/').unwrap();
        assert_eq!(is, wanted, "{name} runs well");
    }
}

#[tokio::test]
async fn events_tell_what_the_objects_show() {
    let (demo, _) = demo(1, SignedDuration::ZERO).await;
    let events = all(&demo, "events");
    let has = |reason: &str, part: &str| {
        events
            .iter()
            .any(|e| e["reason"] == reason && e["message"].as_str().unwrap().contains(part))
    };
    assert!(has(
        "BackOff",
        "Back-off restarting failed container nginx in pod storefront-"
    ));
    assert!(has("Failed", "Failed to pull image \"httddd\""));
    assert!(has("FailedScheduling", "Insufficient memory"));
    assert!(has(
        "ProvisioningFailed",
        "storageclass.storage.k8s.io \"fast-ssd\" not found"
    ));
    let uids: Vec<Value> = all(&demo, "pods")
        .iter()
        .map(|pod| pod["metadata"]["uid"].clone())
        .collect();
    let about = events
        .iter()
        .filter(|e| e["reason"] == "BackOff")
        .map(|e| &e["involvedObject"]["uid"]);
    assert!(
        about.into_iter().all(|uid| uids.contains(uid)),
        "events name the uids of their objects"
    );
    let oldest = demo.now() - SignedDuration::from_mins(70);
    let stale = events.iter().find(|e| {
        e["lastTimestamp"]
            .as_str()
            .is_some_and(|t| t.parse::<jiff::Timestamp>().unwrap() < oldest)
    });
    assert_eq!(stale, None, "the API server keeps events for an hour");
}

#[tokio::test]
async fn time_breaks_and_heals() {
    let (demo, _) = demo(3, SignedDuration::ZERO).await;
    assert_eq!(waiting(&demo, "website"), "ImagePullBackOff");
    demo.advance(SignedDuration::from_mins(3));
    assert_eq!(
        (
            waiting(&demo, "website").as_str(),
            ready(&demo, "deployments", "website").as_str()
        ),
        ("-", "2/2")
    );
    demo.advance(SignedDuration::from_mins(7));
    assert_eq!(
        waiting(&demo, "website"),
        "ImagePullBackOff",
        "somebody made the typo again"
    );

    let restarts = |demo: &Demo| {
        pod(demo, "report-worker")["status"]["containerStatuses"][0]["restartCount"]
            .as_u64()
            .unwrap()
    };
    let before = restarts(&demo);
    demo.advance(SignedDuration::from_mins(31));
    let grown = restarts(&demo) - before;
    assert!(
        (5..=7).contains(&grown),
        "five minutes of back-off and some seconds of running, not {grown} restarts in 31 minutes"
    );
}

#[tokio::test]
async fn restarts_are_backed_off_as_the_kubelet_does() {
    // The storefront broke about four minutes ago: look at its first minutes from the outside.
    let (demo, _) = demo(5, SignedDuration::from_secs(-230)).await;
    let mut seen = Vec::new();
    for _ in 0..600 {
        demo.advance(SignedDuration::from_secs(1));
        let pod = pod(&demo, "storefront");
        let message = pod["status"]["containerStatuses"][0]["state"]["waiting"]["message"]
            .as_str()
            .unwrap_or_default();
        if let Some(backoff) = message
            .strip_prefix("back-off ")
            .and_then(|m| m.split(' ').next())
            && seen.last().map(String::as_str) != Some(backoff)
        {
            seen.push(backoff.to_owned());
        }
    }
    assert_eq!(seen, ["10s", "20s", "40s", "1m20s", "2m40s", "5m0s"]);
}

#[tokio::test]
async fn what_people_do_heals_it() {
    let (demo, client) = demo(1, SignedDuration::ZERO).await;
    let strategic = "application/strategic-merge-patch+json";
    let merge = "application/merge-patch+json";
    let container = |container: Value| json!({"spec": {"template": {"spec": {"containers": [container]}}}});
    for (path, kind, patch) in [
        (
            "/apis/apps/v1/namespaces/shop/deployments/website",
            strategic,
            container(json!({"name": "website", "image": "httpd:2.4"})),
        ),
        (
            "/apis/apps/v1/namespaces/shop/deployments/storefront",
            strategic,
            container(json!({"name": "nginx", "securityContext": null})),
        ),
        (
            "/apis/apps/v1/namespaces/data/deployments/report-worker",
            strategic,
            container(json!({"name": "worker", "resources": {"limits": {"memory": "900Mi"}}})),
        ),
        (
            "/apis/apps/v1/namespaces/payments/deployments/gateway/scale",
            merge,
            json!({"spec": {"replicas": 2}}),
        ),
        (
            "/api/v1/namespaces/shop/services/search",
            merge,
            json!({"spec": {"selector": {"app": "search"}}}),
        ),
    ] {
        let (status, text) = ask(
            &client,
            Method::PATCH,
            path,
            &[("content-type", kind)],
            &patch.to_string(),
        )
        .await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
    }
    demo.advance(SignedDuration::from_secs(15));
    // Its pods would wait for their back-off; people delete them.
    let (status, _) = ask(
        &client,
        Method::DELETE,
        "/api/v1/namespaces/payments/pods?labelSelector=app%3Dcheckout",
        &[],
        "",
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    demo.advance(SignedDuration::from_secs(40));
    for (name, expected) in [
        ("website", "2/2"),
        ("storefront", "3/3"),
        ("report-worker", "1/1"),
        ("gateway", "2/2"),
        ("checkout", "2/2"),
    ] {
        assert_eq!(ready(&demo, "deployments", name), expected, "{name}");
    }
    assert_eq!(
        (
            ready_endpoints(&demo, "storefront"),
            ready_endpoints(&demo, "search")
        ),
        (3, 2)
    );
    let sets: Vec<Value> = all(&demo, "replicasets")
        .into_iter()
        .filter(|set| {
            set["metadata"]["name"]
                .as_str()
                .unwrap()
                .starts_with("storefront-")
        })
        .collect();
    let revisions: Vec<&Value> = sets
        .iter()
        .map(|set| &set["metadata"]["annotations"]["deployment.kubernetes.io/revision"])
        .collect();
    assert_eq!(
        sets.len(),
        2,
        "a template that was there before gets its ReplicaSet back"
    );
    assert!(
        revisions.contains(&&json!("3")) && revisions.contains(&&json!("2")),
        "{revisions:?}"
    );
}

#[tokio::test]
async fn a_running_demo_answers_writes_by_itself() {
    let demo = Demo::start(DemoOptions {
        seed: 1,
        ..DemoOptions::default()
    })
    .await
    .unwrap();
    let client = connect(&demo.url());
    let path = "/apis/apps/v1/namespaces/payments/deployments/receipts/scale";
    let merge = [("content-type", "application/merge-patch+json")];
    ask(&client, Method::PATCH, path, &merge, r#"{"spec":{"replicas":3}}"#).await;
    in_time(async {
        let mut changed = demo.store().subscribe();
        while get(&client, path).await.1["status"]["replicas"] != 3 {
            changed.changed().await.unwrap();
        }
    })
    .await;
    demo.shutdown().await;
}
