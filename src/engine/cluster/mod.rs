//! The cluster as something to be asked: logs, whole objects. Two sources behind one face, a live API and files.

mod access;
mod certificates;
pub mod credential;
mod environment;
mod failure;
pub mod files;
mod kubeconfig;
pub mod lines;
mod live;
mod proxy;
mod resources;
mod service_account;
mod session;
pub mod tap;
mod tls;
mod user;
pub(in crate::engine) mod whole;

use std::sync::Arc;

pub use access::{Access, Resolved};
pub use environment::Environment;
pub use files::Files;
pub use live::{Chunks, Live};
pub use user::User;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

use super::analyzers::logs::LogLine;
use super::object::{ObjectRef, Text};

/// Something that the cluster did not give: one line that says what failed, on what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Failure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// The line.
    pub what: Text,
}

/// Kinds of failure that are treated differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// 404, and only that: it does not exist.
    NotFound,
    /// 403: the account may not.
    Forbidden,
    /// 401: the credential is refused or has expired.
    Unauthorized,
    /// No answer, or a broken one.
    Unreachable,
    /// Everything else the server said.
    Refused,
}

/// Which log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogRequest {
    /// The pod's namespace.
    pub namespace: Text,
    /// The pod.
    pub pod: Text,
    /// The container.
    pub container: Text,
    /// The instance before the present one.
    pub previous: bool,
    /// Only so many of the last lines; all of them if `None`.
    pub tail: Option<i64>,
    /// Go on as lines are written.
    pub follow: bool,
}

/// What can be asked of a cluster beyond what is watched.
pub trait Source: Send + Sync {
    /// A whole object as JSON, without managedFields; of a Secret the metadata alone.
    fn object(&self, object: ObjectRef) -> BoxFuture<'static, Result<serde_json::Value, Failure>>;

    /// A whole object as JSON with its managedFields: who wrote it, and when. Of a Secret the metadata alone.
    fn written(&self, object: ObjectRef) -> BoxFuture<'static, Result<serde_json::Value, Failure>>;

    /// The ControllerRevisions in a namespace that have these labels (`a=b,c=d`; all of them where that is empty).
    fn revisions(
        &self,
        namespace: Text,
        selector: Text,
    ) -> BoxFuture<'static, Result<Vec<serde_json::Value>, Failure>>;

    /// A log, line by line. Dropping the stream closes the connection.
    fn log(&self, request: LogRequest) -> BoxStream<'static, Result<LogLine, Failure>>;
}

/// A source that tasks share.
pub type SharedSource = Arc<dyn Source>;

/// Where everything that the engine knows comes from. What lies behind it (world, analyzers, causes) does not notice
/// which: it gets the same reports and asks the same [`Source`].
#[derive(Clone)]
pub enum Cluster {
    /// A live API.
    Live(Arc<Live>),
    /// Files.
    Files(Arc<Files>),
}

impl Cluster {
    /// The kubeconfig context; empty for files.
    pub fn context(&self) -> Text {
        match self {
            Self::Live(live) => live.context.clone(),
            Self::Files(_) => "".into(),
        }
    }

    /// The cluster, to be asked for logs and whole objects.
    pub fn source(&self) -> SharedSource {
        match self {
            Self::Live(live) => Arc::new(live.clone()),
            Self::Files(files) => Arc::new(files.clone()),
        }
    }
}

impl From<&Arc<Files>> for Cluster {
    fn from(files: &Arc<Files>) -> Self {
        Self::Files(files.clone())
    }
}

impl From<&Arc<Live>> for Cluster {
    fn from(live: &Arc<Live>) -> Self {
        Self::Live(live.clone())
    }
}
