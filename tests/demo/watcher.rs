//! A stock kube-rs watcher lives on the embedded server.

use std::pin::pin;

use futures::{Stream, StreamExt};
use k8s_openapi::api::core::v1::Pod;
use k8stui::demo::Expiry;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, ResourceExt};

use super::client::{empty, in_time, pod};

async fn until_named<S>(events: &mut std::pin::Pin<&mut S>, wanted: &str)
where
    S: Stream<Item = watcher::Result<watcher::Event<Pod>>>,
{
    in_time(async {
        loop {
            match events.next().await.expect("the watcher goes on") {
                Ok(watcher::Event::Apply(pod) | watcher::Event::InitApply(pod))
                    if pod.name_any() == wanted =>
                {
                    return;
                }
                // Errors are what it recovers from.
                Ok(_) | Err(_) => {}
            }
        }
    })
    .await;
}

#[tokio::test]
async fn it_lists_follows_and_recovers() {
    for config in [
        watcher::Config::default().page_size(2),
        watcher::Config::default().streaming_lists(),
    ] {
        let cluster = empty().await;
        let store = cluster.server.store();
        for index in 0..5 {
            store
                .apply(pod("shop", &format!("web-{index}"), "Running"))
                .unwrap();
        }
        let api: Api<Pod> = Api::all(cluster.client.clone());
        let mut events = pin!(watcher(api, config).default_backoff());
        for index in 0..5 {
            until_named(&mut events, &format!("web-{index}")).await;
        }
        store.apply(pod("shop", "web-5", "Pending")).unwrap();
        until_named(&mut events, "web-5").await;

        // Its connection breaks; the next watch is told that its version is gone: it lists again.
        cluster.server.faults().cut_watches_after(Some(0));
        cluster.server.faults().expire_next_watch(Expiry::Event);
        store.apply(pod("shop", "web-6", "Pending")).unwrap();
        cluster.server.faults().cut_watches_after(None);
        store.apply(pod("shop", "web-7", "Pending")).unwrap();
        until_named(&mut events, "web-7").await;
    }
}
