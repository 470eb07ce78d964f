//! Snapshots: all that the engine knows at one moment, as the console and the headless commands get it.

use std::sync::Arc;

use jiff::Timestamp;

use super::coverage::Coverage;
use super::object::Text;
use super::problem::Problem;

/// How the connection to the cluster stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Connection {
    /// Not one answer yet.
    Connecting,
    /// Kinds are being read: so many objects so far, of so many where the server said.
    Reading {
        /// Objects read.
        read: u64,
        /// Objects expected, where known.
        expected: Option<u64>,
    },
    /// Everything that may be read is, and is being watched.
    Live,
    /// Nothing is live: all that these files hold has been read.
    Files {
        /// What the files are called.
        name: Text,
        /// The moment that they show.
        at: Timestamp,
    },
    /// Nothing was heard since then.
    Lost {
        /// Since when.
        since: Timestamp,
        /// The next try.
        retry_at: Option<Timestamp>,
        /// What happened and what to do, one line.
        why: Text,
    },
}

/// A cluster that is being looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterInfo {
    /// The uid of its namespace kube-system.
    pub id: Text,
    /// The kubeconfig context; empty for files.
    pub context: Text,
    /// `v1.34.10`, empty while unknown.
    pub server_version: Text,
    /// The namespaces that are looked at; empty means all.
    pub namespaces: Vec<Text>,
    /// How the connection stands.
    pub connection: Connection,
}

/// All that the engine knows at one moment. Cheap to clone and to compare: problems are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The cluster.
    pub cluster: ClusterInfo,
    /// Worst first; healed ones stay for a while.
    pub problems: Vec<Arc<Problem>>,
    /// What was and was not looked at.
    pub coverage: Coverage,
    /// Objects that are being watched.
    pub objects: u64,
    /// Kinds that are being watched.
    pub kinds: u32,
    /// Watched pods that no active problem names.
    pub healthy: u64,
    /// Problems that healed since the program started.
    pub healed: u32,
    /// Whether every kind has been read or could not be, and the logs of what fails are in.
    pub settled: bool,
    /// When the watch began.
    pub since: Timestamp,
    /// When this was so.
    pub at: Timestamp,
}

impl Snapshot {
    /// A snapshot of a cluster of which nothing is known yet.
    pub fn empty(context: &str, at: Timestamp) -> Self {
        Self {
            cluster: ClusterInfo {
                id: "".into(),
                context: context.into(),
                server_version: "".into(),
                namespaces: Vec::new(),
                connection: Connection::Connecting,
            },
            problems: Vec::new(),
            coverage: Coverage::default(),
            objects: 0,
            kinds: 0,
            healthy: 0,
            healed: 0,
            settled: false,
            since: at,
            at,
        }
    }

    /// Whether the two say the same, whenever they say it.
    pub fn same_but_for_time(&self, other: &Self) -> bool {
        self.cluster == other.cluster
            && self.coverage == other.coverage
            && (self.objects, self.kinds, self.healthy, self.healed, self.settled)
                == (
                    other.objects,
                    other.kinds,
                    other.healthy,
                    other.healed,
                    other.settled,
                )
            && self.problems.len() == other.problems.len()
            && self
                .problems
                .iter()
                .zip(&other.problems)
                .all(|(a, b)| Arc::ptr_eq(a, b) || a == b)
    }

    /// The problem that answers to that id.
    pub fn problem(&self, id: &str) -> Option<&Arc<Problem>> {
        self.problems
            .iter()
            .find(|problem| *problem.id == *id)
            .or_else(|| self.problems.iter().find(|problem| problem.answers_to(id)))
    }
}
