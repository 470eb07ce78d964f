//! The generator of large clusters makes what it says, and the server sends it page by page.

use k8stui::demo::load;
use k8stui::demo::resource::Resource;

use super::client::{empty, get, names, watch};

#[tokio::test]
async fn a_filled_store_is_a_whole_cluster() {
    let cluster = empty().await;
    let store = cluster.server.store();
    let load = load::fill(store, 600, 0.1, 7).unwrap();
    assert_eq!(load.pods(), 600);
    let count = |plural: &str| store.count(Resource::named(plural).unwrap());
    assert_eq!((count("pods"), count("nodes")), (600, 12));
    assert!((80..200).contains(&count("deployments")));
    assert!(count("replicasets") > count("deployments") && count("services") < count("deployments"));
    assert_eq!(count("services"), count("endpointslices"));

    let pods = store.all(Resource::named("pods").unwrap());
    let failing = pods
        .iter()
        .filter(|pod| pod["status"]["containerStatuses"][0]["ready"] == false)
        .count();
    assert!((20..150).contains(&failing), "{failing} of 600 fail");
    assert!(count("events") == failing, "every failing pod has an event");
    let sets = store.all(Resource::named("replicasets").unwrap());
    for pod in &pods {
        let owner = &pod["metadata"]["ownerReferences"][0];
        assert!(
            sets.iter()
                .any(|s| s["metadata"]["uid"] == owner["uid"] && s["metadata"]["name"] == owner["name"])
        );
        let size = pod.to_string().len();
        assert!((8_000..13_000).contains(&size), "{size} bytes");
    }

    let mut path = "/api/v1/pods?limit=250".to_owned();
    let mut seen = 0;
    loop {
        let (_, page) = get(&cluster.client, &path).await;
        seen += names(&page).len();
        match page["metadata"]["continue"].as_str() {
            Some(token) => path = format!("/api/v1/pods?limit=250&continue={token}"),
            None => break,
        }
    }
    assert_eq!(seen, 600);
}

#[tokio::test]
async fn churn_is_seen_by_a_watch_change_by_change() {
    let cluster = empty().await;
    let store = cluster.server.store();
    let mut load = load::fill(store, 100, 0.0, 7).unwrap();
    let version = store.revision();
    load.churn(store, 40).unwrap();
    assert_eq!(store.revision(), version + 40);
    let path = format!("/api/v1/pods?watch=1&resourceVersion={version}");
    let events = watch(&cluster.client, &path, "application/json", 40).await;
    assert!(events.iter().all(|event| event["type"] == "MODIFIED"));
}
