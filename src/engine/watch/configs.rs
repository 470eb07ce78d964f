//! Reads the configurations of Prometheus: the pod whole, which says where its configuration lies, and the ConfigMap.

use tokio::task::JoinSet;

use super::{Report, Reports};
use crate::engine::analyzers::prometheus::{Place, place, text};
use crate::engine::cluster::{Failure, FailureKind, SharedSource};
use crate::engine::coverage::Status;
use crate::engine::object::{Key, Kind, ObjectRef, Text};

/// What the reading of a configuration gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadConfig {
    /// The text of a key of a ConfigMap.
    Text {
        /// The ConfigMap.
        map: ObjectRef,
        /// The key.
        key: Text,
        /// Whether metrics are sent to this Prometheus.
        receives: bool,
        /// What it holds.
        text: String,
    },
    /// It could not be read, or is not to be.
    Unread {
        /// The ConfigMap, where it lies in one.
        map: Option<ObjectRef>,
        /// How that counts.
        status: Status,
        /// Why.
        why: Text,
    },
    /// It is no Prometheus.
    Other,
}

/// Reads configurations in the background; they end when it is dropped.
pub struct ConfigReader {
    source: SharedSource,
    reports: Reports,
    tasks: JoinSet<()>,
}

impl ConfigReader {
    /// A reader that reports to the engine.
    pub fn new(source: SharedSource, reports: Reports) -> Self {
        Self {
            source,
            reports,
            tasks: JoinSet::new(),
        }
    }

    /// Reads the configuration of a pod of a workload.
    pub fn read(&mut self, pod: Key, owner: ObjectRef) {
        let (source, reports) = (self.source.clone(), self.reports.clone());
        self.tasks.spawn(async move {
            let read = read(&source, &pod).await;
            let _ = reports.send(Report::Config { owner, read }).await;
        });
    }

    /// Whether all that was asked for has been read and reported.
    pub fn is_idle(&mut self) -> bool {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.is_empty()
    }
}

async fn read(source: &SharedSource, pod: &Key) -> ReadConfig {
    let whole = match source.object(pod.object()).await {
        Ok(whole) => whole,
        Err(failure) => return unread(None, &failure),
    };
    let (name, key, receives) = match place(&whole) {
        None => return ReadConfig::Other,
        Some(Place::ConfigMap { name, key, receives }) => (name, key, receives),
        Some(Place::Secret { name }) => {
            return ReadConfig::Unread {
                map: None,
                status: Status::Forbidden,
                why: format!("its configuration lies in the Secret {name}: values of Secrets are never read")
                    .into(),
            };
        }
        Some(Place::Elsewhere { path }) => {
            return ReadConfig::Unread {
                map: None,
                status: Status::Absent,
                why: format!("its configuration {path} lies in no ConfigMap").into(),
            };
        }
    };
    let map = Key::new(Kind::ConfigMap, &pod.namespace, &name).object();
    match source.object(map.clone()).await {
        Err(failure) => unread(Some(map), &failure),
        Ok(whole) => match text(&whole, &key) {
            Ok(text) => ReadConfig::Text {
                map,
                key: key.into(),
                receives,
                text,
            },
            Err(why) => ReadConfig::Unread {
                why: format!("the configuration in {map} cannot be read: {why}").into(),
                map: Some(map),
                status: Status::Error,
            },
        },
    }
}

fn unread(map: Option<ObjectRef>, failure: &Failure) -> ReadConfig {
    ReadConfig::Unread {
        map,
        status: match failure.kind {
            FailureKind::Forbidden => Status::Forbidden,
            FailureKind::NotFound => Status::Absent,
            _ => Status::Error,
        },
        why: failure.what.clone(),
    }
}
