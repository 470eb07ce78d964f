//! Remote analyzers: programs of other people that are asked over gRPC what they find wrong. The protocol is K8sGPT's
//! for custom analyzers, so that those written for it are asked as they are.
//!
//! Guarantees: every call has a deadline and a bounded answer; none of them can hold up or fail a look. One that is
//! dead, slow or talks nonsense is a line of coverage. What they say becomes findings in [`super::core`].

mod call;
mod endpoint;
mod failure;
mod schema;
mod status;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::object::Text;
use super::watch::{Refresh, Report, Reports};

pub use self::endpoint::Endpoint;
pub use self::failure::CallError;

/// A remote analyzer, and how it is asked.
#[derive(Clone, Debug)]
pub struct RemoteAnalyzer {
    /// Its name, in codes and coverage.
    pub name: Text,
    /// Where it is; or why that cannot be used, which is its line of coverage.
    pub endpoint: Result<Arc<Endpoint>, Text>,
    /// It is given up after so long: connecting, asking and reading together.
    pub timeout: Duration,
    /// It is asked again so long after an answer, or the lack of one.
    pub interval: Duration,
}

/// One thing that a remote analyzer says is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The object's kind as it writes it: `Pod`, `apps/v1/Deployment`, a word of its own, or nothing.
    pub kind: String,
    /// `namespace/name`, or a name alone.
    pub name: String,
    /// What is wrong, one text a fault.
    pub errors: Vec<String>,
    /// What it adds.
    pub details: String,
    /// What the object belongs to, `Deployment/checkout`; empty where it does not say.
    pub parent: String,
}

/// Starts to ask: each at once, then at its interval and whenever a refresh is asked for. It ends when the set is
/// dropped.
pub fn start(analyzers: &[RemoteAnalyzer], reports: &Reports, refresh: &Refresh) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for analyzer in analyzers {
        tasks.spawn(ask(analyzer.clone(), reports.clone(), refresh.clone()));
    }
    tasks
}

async fn ask(analyzer: RemoteAnalyzer, reports: Reports, mut refresh: Refresh) {
    loop {
        refresh.borrow_and_update();
        let report = Report::Asked {
            analyzer: analyzer.name.clone(),
            answer: answer(&analyzer).await,
        };
        if reports.send(report).await.is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(analyzer.interval) => {}
            asked = refresh.changed() => if asked.is_err() { return },
        }
    }
}

/// Asks one, once.
///
/// # Errors
/// It cannot be reached, does not answer in time, or not in the protocol.
pub async fn answer(analyzer: &RemoteAnalyzer) -> Result<Vec<Said>, CallError> {
    let endpoint = analyzer.endpoint.clone().map_err(CallError::Setting)?;
    let called = tokio::time::timeout(analyzer.timeout, call::run(&endpoint, analyzer.timeout)).await;
    called.unwrap_or(Err(CallError::Deadline(analyzer.timeout)))
}
