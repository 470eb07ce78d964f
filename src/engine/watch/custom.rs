//! Watches of custom kinds: they come and go with their definitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::{AbortHandle, JoinSet};

use super::watcher::Watcher;
use super::{Refresh, Reports, Scope, files, namespaces};
use crate::engine::cluster::{Cluster, Live};
use crate::engine::custom_kind::CustomKind;
use crate::engine::object::Kind;

/// The watches of custom kinds. They end when this is dropped.
pub struct CustomWatches {
    cluster: Cluster,
    scope: Scope,
    reports: Reports,
    refresh: Refresh,
    tasks: JoinSet<()>,
    running: BTreeMap<CustomKind, Vec<AbortHandle>>,
}

impl CustomWatches {
    /// No watches yet.
    pub fn new(cluster: Cluster, scope: Scope, reports: Reports, refresh: Refresh) -> Self {
        Self {
            cluster,
            scope,
            reports,
            refresh,
            tasks: JoinSet::new(),
            running: BTreeMap::new(),
        }
    }

    /// Watches a kind from now on; files are told once.
    pub fn start(&mut self, custom: CustomKind) {
        let handles = match &self.cluster {
            Cluster::Live(live) => self.watch(&live.clone(), Kind::Custom(custom)),
            Cluster::Files(files) => {
                let told =
                    files::tell_custom(files.clone(), self.scope.clone(), self.reports.clone(), custom);
                vec![self.tasks.spawn(told)]
            }
        };
        self.running.insert(custom, handles);
    }

    fn watch(&mut self, live: &Arc<Live>, kind: Kind) -> Vec<AbortHandle> {
        let mut handles = Vec::new();
        for namespace in namespaces(&self.scope, kind) {
            let watcher = Watcher::new(
                live.clone(),
                kind,
                namespace,
                self.scope.fallback.clone(),
                self.reports.clone(),
                self.refresh.clone(),
                None,
            );
            handles.push(self.tasks.spawn(watcher.run()));
        }
        handles
    }

    /// Watches a kind no longer.
    pub fn stop(&mut self, custom: CustomKind) {
        for handle in self.running.remove(&custom).unwrap_or_default() {
            handle.abort();
        }
        // What has ended is of no more interest.
        while self.tasks.try_join_next().is_some() {}
    }
}
