//! Reads the logs of containers that fail, a few at a time, and hands on a bounded digest of each.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Report, Reports};
use crate::engine::analyzers::logs::{Digester, LogDigest};
use crate::engine::cluster::{Failure, FailureKind, LogRequest, SharedSource};
use crate::engine::core::WantedLog;
use crate::engine::world::{Delta, LogKey};

/// Every log is a connection of its own: so many at once.
const SIDE_BY_SIDE: usize = 6;

/// How much of a log is read at most.
struct Bounds {
    /// So many of its last lines …
    lines: i64,
    /// … or so many bytes of them …
    bytes: u64,
    /// … or as much as comes in this time.
    time: Duration,
}

/// Of what fails.
const WHOLE: Bounds = Bounds {
    lines: 100_000,
    bytes: 16 * 1024 * 1024,
    time: Duration::from_secs(10),
};
/// The end of what was too long to be read through: there it says why it ended.
const END: Bounds = Bounds {
    lines: 2_000,
    bytes: 2 * 1024 * 1024,
    time: Duration::from_secs(5),
};
/// Of what does not, where it was asked for: there is much of it.
const SKIMMED: Bounds = Bounds {
    lines: 1_000,
    bytes: 256 * 1024,
    time: Duration::from_secs(4),
};

/// Reads logs in the background; they end when it is dropped.
pub struct LogReader {
    source: SharedSource,
    reports: Reports,
    places: Arc<Semaphore>,
    tasks: JoinSet<()>,
}

impl LogReader {
    /// A reader that reports to the engine.
    pub fn new(source: SharedSource, reports: Reports) -> Self {
        Self {
            source,
            reports,
            places: Arc::new(Semaphore::new(SIDE_BY_SIDE)),
            tasks: JoinSet::new(),
        }
    }

    /// Reads a log when there is a place for it.
    pub fn read(&mut self, wanted: WantedLog) {
        while self.tasks.try_join_next().is_some() {}
        let (source, reports, places) = (self.source.clone(), self.reports.clone(), self.places.clone());
        self.tasks.spawn(async move {
            let Ok(_place) = places.acquire().await else {
                return;
            };
            let WantedLog {
                key,
                container_id,
                skim,
            } = wanted;
            let report = match look(&source, &key, &container_id, skim).await {
                Ok(digest) => Report::Deltas(vec![Delta::Log(key, Box::new(digest))]),
                Err(failure) => Report::NoLog(key, failure),
            };
            let _ = reports.send(report).await;
        });
    }

    /// Whether all that was asked for has been read and reported.
    pub fn is_idle(&mut self) -> bool {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.is_empty()
    }
}

/// What the kubelet sends in place of a log that its runtime has thrown away.
const NO_LOG: &str = "unable to retrieve container logs for ";

/// Reads a log of what fails now.
pub(in crate::engine) async fn digest(
    source: &SharedSource,
    key: &LogKey,
    container_id: &str,
) -> Result<LogDigest, Failure> {
    look(source, key, container_id, false).await
}

/// Reads a log. Where that of the instance before has been thrown away, it is that of the present one: of a container
/// that waits for its next start it is the one that ended.
async fn look(
    source: &SharedSource,
    key: &LogKey,
    container_id: &str,
    skim: bool,
) -> Result<LogDigest, Failure> {
    match read(source, key, container_id, skim).await {
        Err(failure) if key.previous && failure.kind == FailureKind::NotFound => {
            let present = LogKey {
                previous: false,
                ..key.clone()
            };
            read(source, &present, "", skim).await.map_err(|_| failure)
        }
        read => read,
    }
}

async fn read(
    source: &SharedSource,
    key: &LogKey,
    container_id: &str,
    skim: bool,
) -> Result<LogDigest, Failure> {
    let mut digester = Digester::new();
    let stop = take(source, key, if skim { &SKIMMED } else { &WHOLE }, &mut digester).await?;
    if stop == Stop::Midway && !skim {
        // What was read so far is evidence whatever comes of this.
        let _ = take(source, key, &END, &mut digester).await;
    }
    let digest = digester.finish(container_id, stop != Stop::AtEnd);
    Ok(LogDigest {
        skimmed: skim,
        ..digest
    })
}

/// Where reading stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// All that is there was read.
    AtEnd,
    /// There was more that was not asked for, or could not be had.
    More,
    /// Its last lines were not reached.
    Midway,
}

/// Reads on into a digest.
async fn take(
    source: &SharedSource,
    key: &LogKey,
    bounds: &Bounds,
    digester: &mut Digester,
) -> Result<Stop, Failure> {
    let mut lines = source.log(LogRequest {
        namespace: key.namespace.as_str().into(),
        pod: key.pod.clone(),
        container: key.container.as_str().into(),
        previous: key.previous,
        tail: Some(bounds.lines),
        follow: false,
    });
    let (mut count, mut bytes) = (0, 0);
    let end = tokio::time::Instant::now() + bounds.time;
    loop {
        match tokio::time::timeout_at(end, lines.next()).await {
            Ok(Some(Ok(line))) if count == 0 && line.text.starts_with(NO_LOG) => {
                return Err(Failure::new(FailureKind::NotFound, &*line.text));
            }
            Ok(Some(Ok(line))) => {
                count += 1;
                bytes += line.text.len() as u64;
                digester.line(&line);
                if bytes >= bounds.bytes {
                    return Ok(Stop::Midway);
                }
            }
            Ok(None) if count >= bounds.lines => return Ok(Stop::More),
            Ok(None) => return Ok(Stop::AtEnd),
            // What came before the break is evidence all the same.
            Ok(Some(Err(_))) if count > 0 => return Ok(Stop::More),
            Ok(Some(Err(failure))) => return Err(failure),
            Err(_) => return Ok(Stop::Midway),
        }
    }
}
