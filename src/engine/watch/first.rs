//! The first look: what is most likely to be a problem is asked for before the long lists: pods that do not run,
//! Warning events, and the pods that these name (a pod that crash-loops has phase Running).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};

use super::turn::Look;
use super::{Report, Reports, Scope};
use crate::engine::cluster::Live;
use crate::engine::kinds::{Event, Pod};
use crate::engine::object::{Form, Kind, Text};
use crate::engine::watch::items::Splitter;
use crate::engine::world::Object;

/// So many pods that events name are fetched one by one; the rest comes with the list.
const NAMED_PODS: usize = 60;
/// How long the cluster's identity is waited for.
const IDENTITY: Duration = Duration::from_secs(2);
/// At once.
const SIDE_BY_SIDE: usize = 6;

/// Looks once, with a head start on the long lists. Failures are left to the watches, which meet them too and say so.
pub async fn look(live: Arc<Live>, scope: Scope, reports: Reports, turn: Look) {
    // What is asked below is bounded by time; a login is not. Its failure is met again by every watch.
    let _ = live.authenticate().await;
    let (.., events) = tokio::join!(
        identify(&live, &reports),
        count_pods(&live, &scope, &reports),
        failing_pods(&live, &scope, &reports),
        async {
            let mut events = warnings(&live, &scope).await;
            // The newest are the likeliest to be still true.
            events.sort_by_key(|event| std::cmp::Reverse(event.last_seen()));
            let named: BTreeSet<(String, Text)> = events
                .iter()
                .filter(|event| event.involved_object.kind == "Pod")
                .map(|event| {
                    (
                        event.involved_object.namespace.to_string(),
                        event.involved_object.name.clone(),
                    )
                })
                .take(NAMED_PODS)
                .collect();
            let found = events.into_iter().map(Object::from).collect();
            let _ = reports.send(Report::First(found)).await;
            named
        }
    );
    drop(turn);
    let mut pods = stream::iter(events)
        .map(|(namespace, name)| {
            let path = format!("{}/{name}", Kind::Pod.path(Some(&namespace)));
            let live = &live;
            async move { live.json(&path, "application/json").await }
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .ready_chunks(16);
    while let Some(answers) = pods.next().await {
        let found = answers
            .into_iter()
            .filter_map(|answer| serde_json::from_value::<Pod>(answer.ok()?).ok())
            .map(Object::from)
            .collect();
        let _ = reports.send(Report::First(found)).await;
    }
}

/// Who the cluster is. Nothing can be said of it before that is known, so it is not waited for long.
async fn identify(live: &Live, reports: &Reports) {
    let ask = |path: &'static str| async move {
        tokio::time::timeout(IDENTITY, live.json(path, "application/json"))
            .await
            .ok()?
            .ok()
    };
    let (namespace, version) = tokio::join!(ask("/api/v1/namespaces/kube-system"), ask("/version"));
    let uid = namespace.and_then(|json| Some(json.pointer("/metadata/uid")?.as_str()?.to_owned()));
    // Without the right to read it the context's name stands in: as stable as the person's own kubeconfig.
    let id = uid.unwrap_or_else(|| format!("context:{}", live.context)).into();
    let server_version = version.and_then(|json| Some(json.get("gitVersion")?.as_str()?.into()));
    let _ = reports
        .send(Report::Identity {
            id,
            server_version: server_version.unwrap_or_default(),
        })
        .await;
}

/// How many pods there are: a list of one says how many more there would be.
async fn count_pods(live: &Live, scope: &Scope, reports: &Reports) {
    if !scope.namespaces.is_empty() {
        return;
    }
    let Ok(list) = live
        .json(
            &format!("{}?limit=1", Kind::Pod.path(None)),
            Form::Metadata.list(),
        )
        .await
    else {
        return;
    };
    let more = list
        .pointer("/metadata/remainingItemCount")
        .and_then(serde_json::Value::as_u64);
    if let Some(more) = more {
        let _ = reports
            .send(Report::Expected {
                kind: Kind::Pod,
                objects: more + 1,
            })
            .await;
    }
}

async fn failing_pods(live: &Live, scope: &Scope, reports: &Reports) {
    for namespace in super::namespaces(scope, Kind::Pod) {
        let selector = "fieldSelector=status.phase%21%3DRunning%2Cstatus.phase%21%3DSucceeded";
        let path = format!(
            "{}?{selector}&resourceVersion=0",
            Kind::Pod.path(namespace.as_deref())
        );
        let found = read::<Pod>(live, &path)
            .await
            .into_iter()
            .map(Object::from)
            .collect();
        let _ = reports.send(Report::First(found)).await;
    }
}

async fn warnings(live: &Live, scope: &Scope) -> Vec<Event> {
    let mut events = Vec::new();
    for namespace in super::namespaces(scope, Kind::Event) {
        let path = format!(
            "{}?fieldSelector=type%3DWarning&resourceVersion=0",
            Kind::Event.path(namespace.as_deref())
        );
        events.extend(read::<Event>(live, &path).await);
    }
    events
}

async fn read<T: crate::engine::kinds::Watched>(live: &Live, path: &str) -> Vec<T> {
    let Ok(mut chunks) = live.chunks(path, T::KIND.form().list()).await else {
        return Vec::new();
    };
    let mut splitter = Splitter::default();
    let mut objects = Vec::new();
    while let Some(Ok(chunk)) = chunks.next().await {
        splitter.feed(&chunk, |item| {
            let object = serde_json::from_slice::<T>(item).ok();
            objects.extend(object.filter(|object| !object.meta().name.is_empty()));
        });
    }
    objects
}
