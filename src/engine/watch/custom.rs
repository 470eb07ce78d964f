//! Watches of custom kinds: they come and go with their definitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::{AbortHandle, JoinSet};

use super::watcher::Watcher;
use super::{Refresh, Reports, Scope, namespaces};
use crate::engine::cluster::Live;
use crate::engine::custom_kind::CustomKind;
use crate::engine::object::Kind;

/// The watches of custom kinds. They end when this is dropped.
pub struct CustomWatches {
    live: Arc<Live>,
    scope: Scope,
    reports: Reports,
    refresh: Refresh,
    tasks: JoinSet<()>,
    running: BTreeMap<CustomKind, Vec<AbortHandle>>,
}

impl CustomWatches {
    /// No watches yet.
    pub fn new(live: Arc<Live>, scope: Scope, reports: Reports, refresh: Refresh) -> Self {
        Self {
            live,
            scope,
            reports,
            refresh,
            tasks: JoinSet::new(),
            running: BTreeMap::new(),
        }
    }

    /// Watches a kind from now on.
    pub fn start(&mut self, custom: CustomKind) {
        let kind = Kind::Custom(custom);
        let mut handles = Vec::new();
        for namespace in namespaces(&self.scope, kind) {
            let watcher = Watcher::new(
                self.live.clone(),
                kind,
                namespace,
                self.scope.fallback.clone(),
                self.reports.clone(),
                self.refresh.clone(),
                None,
            );
            handles.push(self.tasks.spawn(watcher.run()));
        }
        self.running.insert(custom, handles);
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
