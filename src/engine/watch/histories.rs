//! Reads the pasts of objects, a few at a time: whole objects with who wrote them, the revisions of workloads.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::{BoxFuture, try_join, try_join3};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Report, Reports};
use crate::engine::changes::{Ask, History, history};
use crate::engine::cluster::{Failure, SharedSource};
use crate::engine::object::Key;
use crate::engine::world::Delta;

/// So many pasts are read at once.
const SIDE_BY_SIDE: usize = 8;

/// Reads pasts in the background; they end when it is dropped.
pub struct HistoryReader {
    source: SharedSource,
    reports: Reports,
    places: Arc<Semaphore>,
    tasks: JoinSet<()>,
}

impl HistoryReader {
    /// A reader that reports to the engine.
    pub fn new(source: SharedSource, reports: Reports) -> Self {
        Self {
            source,
            reports,
            places: Arc::new(Semaphore::new(SIDE_BY_SIDE)),
            tasks: JoinSet::new(),
        }
    }

    /// Reads the past of an object, when there is a place for it.
    pub fn read(&mut self, key: Key, ask: Ask) {
        while self.tasks.try_join_next().is_some() {}
        let (source, reports, places) = (self.source.clone(), self.reports.clone(), self.places.clone());
        self.tasks.spawn(async move {
            let Ok(_place) = places.acquire().await else {
                return;
            };
            let report = match read(&source, &key, ask).await {
                Ok(history) => Report::Deltas(vec![Delta::History(key, Box::new(history))]),
                Err(failure) => Report::NoHistory(key, failure),
            };
            let _ = reports.send(report).await;
        });
    }

    /// Whether all that was asked for has been read and reported.
    pub fn is_idle(&mut self) -> bool {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.is_empty()
    }
}

async fn read(source: &SharedSource, key: &Key, ask: Ask) -> Result<History, Failure> {
    let written = |key: &Key| -> BoxFuture<'static, _> { source.written(key.object()).boxed() };
    let rollout = match ask {
        Ask::Writes => {
            let whole = written(key).await?;
            return Ok(History {
                rollout: None,
                writes: history::writes(key.kind, &whole),
            });
        }
        Ask::ReplicaSets {
            failing,
            before,
            worked,
        } => {
            let (workload, failing, before) =
                try_join3(written(key), written(&failing), written(&before)).await?;
            history::of_replica_sets(&workload, &failing, &before, worked)
        }
        Ask::Revisions {
            failing,
            ready,
            selector,
        } => {
            let revisions = source.revisions((&*key.namespace).into(), selector);
            let (workload, mut revisions) = try_join(written(key), revisions).await?;
            revisions.retain(|revision| history::is_of(revision, &workload));
            history::of_revisions(&workload, &revisions, failing.as_deref(), &ready)
        }
    };
    Ok(History {
        rollout,
        writes: Vec::new(),
    })
}
