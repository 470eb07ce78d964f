//! Watches: one task a kind and namespace, which lists, then follows, and tells what it sees as [`Report`]s.
//!
//! Guarantees: after `Watching` was reported for a kind, the world holds what the server held at some moment since;
//! a watch that ends or breaks goes on from where it was, and one whose place the server has forgotten (410) lists
//! again. Nothing is ever polled. What may not be read is tried again only every few minutes or when asked for.

pub mod configs;
mod custom;
mod discover;
pub mod files;
mod first;
mod follow;
pub mod histories;
mod items;
mod list;
pub mod logs;
mod object;
mod turn;
mod watcher;

pub use self::configs::ReadConfig;
pub use self::custom::CustomWatches;
pub use self::discover::Discovered;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::cluster::{Failure, Live};
use super::coverage::Entry;
use super::object::{Key, Kind, ObjectRef, Text};
use super::remote::{CallError, Said};
use super::world::{Delta, LogKey, Object};

/// Where to look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// These namespaces; all of them if there is none.
    pub namespaces: Vec<Text>,
    /// The namespace to fall back to for a kind that may not be read everywhere.
    pub fallback: Option<Text>,
}

/// What a watch tells.
#[derive(Debug)]
pub enum Report {
    /// The world changed.
    Deltas(Vec<Delta>),
    /// What the first look found: taken in only where nothing fresher is known.
    First(Vec<Object>),
    /// A log that could not be read.
    NoLog(LogKey, Failure),
    /// The past of an object that could not be read.
    NoHistory(Key, Failure),
    /// How the reading of a kind stands.
    Kind {
        /// The kind.
        kind: Kind,
        /// The namespace; all of them if `None`.
        namespace: Option<Text>,
        /// How it stands.
        state: KindState,
    },
    /// How many objects of a kind there are, before they have been read.
    Expected {
        /// The kind.
        kind: Kind,
        /// How many.
        objects: u64,
    },
    /// An object that could not be decoded. What was known of it before is still in the world.
    Broken {
        /// Which object, as far as it could be read: the name is empty where even that could not.
        key: Key,
        /// What is wrong with it.
        why: Text,
    },
    /// The custom kinds that the server says it has, where their definitions may not be read.
    Discovered(Vec<Discovered>),
    /// The configuration of a Prometheus was read, or could not be.
    Config {
        /// The workload that it is of.
        owner: ObjectRef,
        /// What came.
        read: ReadConfig,
    },
    /// What a remote analyzer says, or why it says nothing.
    Asked {
        /// Its name.
        analyzer: Text,
        /// All that it finds wrong now.
        answer: Result<Vec<Said>, CallError>,
    },
    /// Something else that was looked at; its cluster is filled in.
    Covered(Entry),
    /// The cluster's id: the uid of its namespace kube-system, or a stand-in where that may not be read.
    Identity {
        /// The id.
        id: Text,
        /// `v1.34.1`; empty where the server does not say.
        server_version: Text,
    },
}

/// How the reading of a kind in a scope stands.
#[derive(Clone, Debug, PartialEq)]
pub enum KindState {
    /// Being listed: so many so far, of so many where the server said.
    Reading {
        /// Objects so far.
        read: u64,
        /// Objects in all.
        expected: Option<u64>,
    },
    /// Listed, and being watched.
    Watching,
    /// The account may not; the server's words.
    Forbidden(Text),
    /// The server has no such kind.
    Absent,
    /// It failed; it is tried again at that time.
    Failing(Failure, Timestamp),
}

/// The channel that reports come through: bounded, so that a world that is behind slows the watches, not the memory.
pub type Reports = mpsc::Sender<Report>;

/// Wakes every watch that waits for a better time.
pub type Refresh = tokio::sync::watch::Receiver<u64>;

/// Starts the watches of all kinds. They end when the set is dropped.
pub fn start(live: &Arc<Live>, scope: &Scope, reports: &Reports, refresh: &Refresh) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let (look, first, rest) = turn::in_order();
    tasks.spawn(first::look(live.clone(), scope.clone(), reports.clone(), look));
    macro_rules! watch {
        ($turn:ident: $($kind:ident)*) => {$(
            for namespace in namespaces(scope, Kind::$kind) {
                let watcher = watcher::Watcher::new(
                    live.clone(), Kind::$kind, namespace, scope.fallback.clone(), reports.clone(), refresh.clone(), Some($turn.clone()),
                );
                tasks.spawn(watcher.run());
            }
        )*};
    }
    // Owners and relations before pods: with them a pod's row has its right place from the start.
    watch!(first: Namespace Node StorageClass Deployment StatefulSet DaemonSet Job ReplicaSet Service);
    watch!(first: EndpointSlice PersistentVolumeClaim Event Pod);
    // What explains the first problems more closely, or is itself seldom wrong, waits until those have been listed.
    watch!(rest: CronJob ReplicationController ServiceAccount ConfigMap Secret PersistentVolume VolumeAttachment);
    watch!(rest: Ingress IngressClass NetworkPolicy HorizontalPodAutoscaler PodDisruptionBudget ResourceQuota);
    watch!(rest: LimitRange PriorityClass RuntimeClass ResourceClaim ValidatingWebhookConfiguration);
    watch!(rest: MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding);
    watch!(rest: APIService CustomResourceDefinition CertificateSigningRequest);
    watch!(rest: Role RoleBinding ClusterRole ClusterRoleBinding);
    tasks
}

/// In which namespaces a kind is looked at.
fn namespaces(scope: &Scope, kind: Kind) -> Vec<Option<Text>> {
    if scope.namespaces.is_empty() || !kind.namespaced() {
        return vec![None];
    }
    scope.namespaces.iter().cloned().map(Some).collect()
}
