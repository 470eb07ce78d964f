//! The life of one watch: list, follow, go on; wait where it must.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::runtime::utils::Backoff;
use kube::runtime::watcher::DefaultBackoff;

use super::discover::discover;
use super::follow::{Ended, follow};
use super::list::{Freshness, list};
use super::turn::Turn;
use super::{KindState, Refresh, Report, Reports};
use crate::engine::cluster::tap::{self, Seen};
use crate::engine::cluster::{Failure, FailureKind, Live};
use crate::engine::object::{Kind, Text};
use crate::engine::world::Delta;

/// Rights and kinds change seldom; asking often is a nuisance to the server (a complaint about k9s, its issue 3420).
const FORBIDDEN_RETRY: Duration = Duration::from_mins(5);

/// One watch of one kind in one namespace, or in all.
pub struct Watcher {
    live: Arc<Live>,
    namespace: Option<Text>,
    fallback: Option<Text>,
    reports: Reports,
    refresh: Refresh,
    backoff: DefaultBackoff,
    turn: Option<Turn>,
    kind: Kind,
}

impl Watcher {
    pub fn new(
        live: Arc<Live>,
        kind: Kind,
        namespace: Option<Text>,
        fallback: Option<Text>,
        reports: Reports,
        refresh: Refresh,
        turn: Option<Turn>,
    ) -> Self {
        Self {
            live,
            namespace,
            fallback,
            reports,
            refresh,
            backoff: DefaultBackoff::default(),
            turn,
            kind,
        }
    }

    /// Runs until the engine has ended.
    pub async fn run(mut self) {
        if let Some(turn) = &mut self.turn {
            turn.come().await;
        }
        let mut freshness = Freshness::Cached;
        while !self.reports.is_closed() {
            self.tell(KindState::Reading {
                read: 0,
                expected: None,
            })
            .await;
            let listed = list(
                &self.live,
                self.kind,
                self.namespace.as_ref(),
                freshness,
                &self.reports,
            );
            let listed = listed.await;
            // One that fails is tried again, but no longer waited for.
            self.turn = None;
            match listed {
                Ok(mut version) => {
                    self.tell(KindState::Watching).await;
                    self.follow(&mut version).await;
                    freshness = Freshness::Newest;
                    // A server that forgets every version at once must not be listed in a hot loop.
                    let pause = self.backoff.next().unwrap_or(FORBIDDEN_RETRY);
                    self.sleep(pause).await;
                }
                Err(failure) => self.wait(failure).await,
            }
        }
    }

    /// Follows until the server has forgotten where we were.
    async fn follow(&mut self, version: &mut String) {
        let mut whole = true;
        while !self.reports.is_closed() {
            let before = version.clone();
            match follow(
                &self.live,
                self.kind,
                self.namespace.as_ref(),
                version,
                &self.reports,
            )
            .await
            {
                Ended::Expired => return,
                // A server that ends each watch at once must not be asked in a hot loop.
                Ended::Quietly if *version == before => {
                    self.sleep(Duration::from_secs(1)).await;
                }
                Ended::Quietly => {}
                // A connection that breaks once, or after it has told something, is ordinary: it is tried again
                // before anything is said.
                Ended::Broken(_) if whole || *version != before => {
                    whole = false;
                    self.backoff.reset();
                    self.sleep(Duration::from_millis(50)).await;
                    continue;
                }
                Ended::Broken(failure) if failure.kind == FailureKind::Unauthorized && version.is_empty() => {
                    return;
                }
                Ended::Broken(failure) => {
                    // What may not be read any more must be listed again once it may.
                    let relist = matches!(failure.kind, FailureKind::Forbidden | FailureKind::NotFound);
                    self.wait(failure).await;
                    if relist {
                        return;
                    }
                    continue;
                }
            }
            whole = true;
            self.backoff.reset();
        }
    }

    /// Says what failed and waits for a better time.
    async fn wait(&mut self, failure: Failure) {
        let pause = match failure.kind {
            FailureKind::Forbidden => {
                let kind = self.kind;
                let fallback = self
                    .fallback
                    .take_if(|_| self.namespace.is_none() && kind.namespaced());
                if let Some(fallback) = fallback {
                    let reading = Delta::Reading {
                        kind: self.kind,
                        namespace: Some(fallback.clone()),
                    };
                    let _ = self.reports.send(Report::Deltas(vec![reading])).await;
                    self.unreadable(KindState::Forbidden(failure.what)).await;
                    self.namespace = Some(fallback);
                    return;
                }
                if self.kind == Kind::CustomResourceDefinition
                    && let Ok(found) = discover(&self.live).await
                {
                    let _ = self.reports.send(Report::Discovered(found)).await;
                }
                self.unreadable(KindState::Forbidden(failure.what)).await;
                FORBIDDEN_RETRY
            }
            FailureKind::NotFound => {
                self.unreadable(KindState::Absent).await;
                FORBIDDEN_RETRY
            }
            FailureKind::Unauthorized | FailureKind::Unreachable | FailureKind::Refused => {
                let pause = self.backoff.next().unwrap_or(FORBIDDEN_RETRY);
                let retry_at = Timestamp::now().checked_add(pause).unwrap_or(Timestamp::MAX);
                self.tell(KindState::Failing(failure, retry_at)).await;
                pause
            }
        };
        self.sleep(pause).await;
    }

    async fn unreadable(&self, state: KindState) {
        let unreadable = Delta::Unreadable {
            kind: self.kind,
            namespace: self.namespace.clone(),
        };
        let _ = self.reports.send(Report::Deltas(vec![unreadable])).await;
        self.tell(state).await;
    }

    /// Sleeps, or wakes when the person asks to reconnect.
    async fn sleep(&mut self, pause: Duration) {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            changed = self.refresh.changed() => {
                if changed.is_err() {
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    async fn tell(&self, state: KindState) {
        let why = match &state {
            KindState::Forbidden(why) => Some(why.clone()),
            KindState::Absent => Some("".into()),
            _ => None,
        };
        if let Some(why) = why {
            let unreadable = || Seen::Unreadable(self.kind, self.namespace.clone(), why);
            tap::tell(self.live.tap(), unreadable).await;
        }
        let report = Report::Kind {
            kind: self.kind,
            namespace: self.namespace.clone(),
            state,
        };
        let _ = self.reports.send(report).await;
    }
}
