//! What a command looks at: the cluster of the arguments, or files.

use std::sync::Arc;

use jiff::Timestamp;

use super::CouldNot;
use super::args::ClusterArgs;
use crate::engine::Now;
use crate::engine::cluster::credential::Lender;
use crate::engine::cluster::{Cluster, Files, Live};
use crate::engine::object::Text;

/// What is looked at.
pub struct Opened {
    /// The cluster.
    pub cluster: Cluster,
    /// The context's namespace; empty for files.
    pub namespace: Text,
    /// The clock that analysis goes by: of files it stands still.
    pub now: Now,
    /// Whether it is the embedded cluster, of which nobody else knows anything.
    pub is_demo: bool,
}

/// Opens what the arguments name.
///
/// # Errors
/// There is no such cluster, or nothing can be made of the files.
pub async fn open(args: &ClusterArgs, lender: Arc<dyn Lender>) -> Result<Opened, CouldNot> {
    if args.from.is_some() {
        let files = files(args).await?;
        let at = files.at;
        return Ok(Opened {
            cluster: Cluster::Files(files),
            namespace: "".into(),
            now: Arc::new(move || at),
            is_demo: false,
        });
    }
    let live = Live::new(&args.access(), lender).await?;
    Ok(Opened {
        namespace: live.namespace.clone(),
        cluster: Cluster::Live(live),
        now: Arc::new(Timestamp::now),
        is_demo: false,
    })
}

/// The files of `--from`.
///
/// # Errors
/// Nothing can be made of them.
pub async fn files(args: &ClusterArgs) -> Result<Arc<Files>, CouldNot> {
    let path = args.from.clone().unwrap_or_default();
    let until = args.now;
    let read = tokio::task::spawn_blocking(move || Files::open(&path, until, Timestamp::now()));
    match read.await {
        Ok(files) => Ok(files?),
        Err(error) => Err(CouldNot(format!("cannot read the files: {error}"))),
    }
}
