//! An engine that says what a test tells it to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use k8stui::app::Backend;
use k8stui::engine::analyzers::logs::LogLine;
use k8stui::engine::cluster::{Failure, FailureKind, LogRequest, SharedSource, Source};
use k8stui::engine::evidence::dossier::{About, Dossier, EventLine, Overview, SoundObject, Subject};
use k8stui::engine::object::{ObjectRef, Text};
use k8stui::engine::placement::Placed;
use k8stui::engine::snapshot::Snapshot;
use tokio::sync::watch;

use super::fixtures;

/// A cluster whose snapshots are sent by hand.
pub struct FakeCluster {
    snapshots: watch::Sender<Arc<Snapshot>>,
    /// How often it was told to reconnect now.
    pub refreshed: AtomicUsize,
}

impl FakeCluster {
    pub fn new(first: Snapshot) -> Arc<Self> {
        Arc::new(Self {
            snapshots: watch::Sender::new(Arc::new(first)),
            refreshed: AtomicUsize::new(0),
        })
    }

    pub fn say(&self, snapshot: Snapshot) {
        self.snapshots.send_replace(Arc::new(snapshot));
    }
}

impl Backend for FakeCluster {
    fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.subscribe()
    }

    fn source(&self) -> SharedSource {
        Arc::new(Objects)
    }

    fn dossier(&self, subject: Subject) -> BoxFuture<'static, Option<Dossier>> {
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let about = match subject {
            Subject::Problem(id) => snapshot.problem(&id).cloned().map(About::Problem),
            Subject::Object(object) => Some(About::Object(SoundObject {
                object,
                watched: true,
                pods: None,
            })),
            Subject::Cluster => Some(About::Cluster(Overview {
                problems: snapshot.problems.clone(),
                objects: snapshot.objects,
                kinds: snapshot.kinds,
                healthy: snapshot.healthy,
            })),
        };
        async move {
            Some(Dossier {
                cluster: snapshot.cluster.clone(),
                at: snapshot.at,
                about: about?,
                owners: Vec::new(),
                objects: Vec::new(),
                events: fixtures::events(),
                logs: Vec::new(),
                placed: None,
                images: Vec::new(),
                coverage: snapshot.coverage.clone(),
            })
        }
        .boxed()
    }

    fn events(&self, _objects: Vec<ObjectRef>) -> BoxFuture<'static, Vec<EventLine>> {
        async { fixtures::events() }.boxed()
    }

    fn placement(&self, _problem: Text) -> BoxFuture<'static, Option<Placed>> {
        async { None }.boxed()
    }

    fn names(&self, _typed: String) -> BoxFuture<'static, Vec<ObjectRef>> {
        async { vec![ObjectRef::new("apps/v1", "Deployment", "shop", "cart")] }.boxed()
    }

    fn refresh(&self) {
        self.refreshed.fetch_add(1, Ordering::SeqCst);
    }
}

/// The Deployment of the fixtures and a log of a few lines.
struct Objects;

impl Source for Objects {
    fn object(&self, object: ObjectRef) -> BoxFuture<'static, Result<serde_json::Value, Failure>> {
        async move {
            if *object.kind == *"Deployment" {
                return Ok(fixtures::deployment());
            }
            Err(Failure {
                kind: FailureKind::NotFound,
                what: "not found".into(),
            })
        }
        .boxed()
    }

    fn written(&self, object: ObjectRef) -> BoxFuture<'static, Result<serde_json::Value, Failure>> {
        self.object(object)
    }

    fn revisions(
        &self,
        _namespace: Text,
        _selector: Text,
    ) -> BoxFuture<'static, Result<Vec<serde_json::Value>, Failure>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn log(&self, request: LogRequest) -> BoxStream<'static, Result<LogLine, Failure>> {
        let text = if request.previous {
            "the instance before"
        } else {
            "the present instance"
        };
        let line = Ok(LogLine {
            time: Some(fixtures::now()),
            text: text.into(),
        });
        stream::iter([line]).boxed()
    }
}
