//! The requests that kubectl 1.34 makes, as it was seen to make them, and what it needs from the answers.
//! `scripts/kubectl-check` runs kubectl itself.

use http::{Method, StatusCode};
use jiff::SignedDuration;
use k8stui::demo::resource::Resource;
use k8stui::demo::{Demo, DemoOptions, Pace};
use serde_json::{Value, json};

use super::client::{ask, connect, get, get_as};

const TABLES: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
const TYPED: &str = "application/vnd.kubernetes.protobuf,application/json";

async fn demo() -> (Demo, kube::Client) {
    let options = DemoOptions {
        seed: 1,
        at: Some(SignedDuration::ZERO),
        port: 0,
        pace: Pace::Stepped,
    };
    let demo = Demo::start(options).await.unwrap();
    let client = connect(&demo.url());
    (demo, client)
}

fn storefront(demo: &Demo) -> (String, String) {
    let pods = demo.store().all(Resource::named("pods").unwrap());
    let pod = pods
        .iter()
        .find(|pod| pod["metadata"]["labels"]["app"] == "storefront")
        .unwrap();
    let text = |field: &str| pod["metadata"][field].as_str().unwrap().to_owned();
    (text("name"), text("uid"))
}

#[tokio::test]
async fn get_pods_and_events_in_all_namespaces() {
    let (_demo, client) = demo().await;
    for (path, columns) in [
        ("/api/v1/pods?limit=500", 9),
        ("/api/v1/events?limit=500", 10),
        ("/apis/apps/v1/deployments?limit=500", 8),
        ("/api/v1/nodes?limit=500", 10),
        ("/api/v1/persistentvolumeclaims?limit=500", 9),
        ("/apis/apps/v1/statefulsets?limit=500", 5),
        ("/api/v1/configmaps?limit=500", 2),
    ] {
        let table = get_as(&client, path, TABLES).await;
        assert_eq!(table["kind"], "Table", "{path}");
        let definitions = table["columnDefinitions"].as_array().unwrap();
        assert_eq!(definitions.len(), columns, "{path}");
        for row in table["rows"].as_array().unwrap() {
            assert_eq!(row["cells"].as_array().unwrap().len(), columns, "{path}");
            assert!(row["object"]["metadata"]["name"].is_string(), "{path}");
        }
    }
}

#[tokio::test]
async fn describe_pod_finds_the_pod_and_its_events() {
    let (demo, client) = demo().await;
    let (name, uid) = storefront(&demo);
    let pod = get_as(&client, &format!("/api/v1/namespaces/shop/pods/{name}"), TYPED).await;
    serde_json::from_value::<k8s_openapi::api::core::v1::Pod>(pod).unwrap();
    let path = format!(
        "/api/v1/namespaces/shop/events?fieldSelector=involvedObject.uid%3D{uid}%2CinvolvedObject.name%3D{name}\
         %2CinvolvedObject.namespace%3Dshop&limit=500"
    );
    let events = get_as(&client, &path, TYPED).await;
    let reasons: Vec<&Value> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["reason"])
        .collect();
    for reason in ["Scheduled", "Pulled", "Created", "Started", "BackOff"] {
        assert!(
            reasons.contains(&&json!(reason)),
            "{reason} is missing in {reasons:?}"
        );
    }
}

#[tokio::test]
async fn describe_node_and_service_get_what_they_ask_for() {
    let (_demo, client) = demo().await;
    for path in [
        "/api/v1/events?fieldSelector=involvedObject.name%3Dworker-1%2CinvolvedObject.namespace%3D%2CinvolvedObject.kind%3DNode&limit=500",
        "/api/v1/pods?fieldSelector=spec.nodeName%3Dworker-1%2Cstatus.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed&limit=500",
        "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dstorefront",
    ] {
        assert!(get_as(&client, path, TYPED).await["items"].is_array(), "{path}");
    }
    let lease = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/worker-1";
    assert_eq!(get(&client, lease).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn logs_of_the_previous_container() {
    let (demo, client) = demo().await;
    let (name, _) = storefront(&demo);
    let path = format!("/api/v1/namespaces/shop/pods/{name}/log?container=nginx&previous=true");
    let (status, text) = ask(
        &client,
        Method::GET,
        &path,
        &[("accept", "application/json, */*")],
        "",
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        text.ends_with("mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)\n"),
        "{text}"
    );
}

#[tokio::test]
async fn rollout_history_and_undo() {
    let (demo, client) = demo().await;
    let sets = get_as(
        &client,
        "/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3Dstorefront",
        TYPED,
    )
    .await;
    let old = sets["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|set| set["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "1")
        .expect("the revision that worked is remembered");
    let mut template = old["spec"]["template"].clone();
    template["metadata"]["labels"]
        .as_object_mut()
        .unwrap()
        .remove("pod-template-hash");
    let patch = json!([
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": {"deployment.kubernetes.io/revision": "2"}},
    ]);
    let path = "/apis/apps/v1/namespaces/shop/deployments/storefront";
    let json_patch = [("content-type", "application/json-patch+json"), ("accept", TYPED)];
    let (status, text) = ask(&client, Method::PATCH, path, &json_patch, &patch.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    demo.advance(SignedDuration::from_secs(20));
    let (_, deployment) = get(&client, path).await;
    assert_eq!(deployment["status"]["readyReplicas"], 3);
    assert_eq!(
        deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
        "3"
    );
}

#[tokio::test]
async fn delete_says_dry_run_in_its_body() {
    let (demo, client) = demo().await;
    let (name, _) = storefront(&demo);
    let path = format!("/api/v1/namespaces/shop/pods/{name}");
    let json_body = [("content-type", "application/json")];
    let dry = r#"{"propagationPolicy":"Background","dryRun":["All"]}"#;
    assert_eq!(
        ask(&client, Method::DELETE, &path, &json_body, dry).await.0,
        StatusCode::OK
    );
    demo.advance(SignedDuration::from_secs(5));
    assert_eq!(get(&client, &path).await.0, StatusCode::OK);
    let (_, deleted) = ask(
        &client,
        Method::DELETE,
        &path,
        &json_body,
        r#"{"propagationPolicy":"Background"}"#,
    )
    .await;
    assert!(
        deleted.contains("deletionTimestamp"),
        "a kubelet ends it, not the API"
    );
    demo.advance(SignedDuration::from_secs(5));
    assert_eq!(get(&client, &path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn apply_learns_that_fields_are_validated_here() {
    let (_demo, client) = demo().await;
    let (_, index) = get(&client, "/openapi/v3").await;
    let path = index["paths"]["apis/apps/v1"]["serverRelativeURL"]
        .as_str()
        .unwrap();
    let (_, document) = get(&client, path).await;
    let patch = &document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
    assert_eq!(patch["parameters"][0]["name"], "fieldValidation");
}
