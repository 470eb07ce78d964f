//! Records a live cluster: a running engine whose tap is written down.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::file::Writer;
use super::line::{FORMAT, Line, Log, Place, Recorded};
use crate::engine::analyzers::logs::LogLine;
use crate::engine::cluster::tap::Seen;
use crate::engine::cluster::{Failure, FailureKind, Live, LogRequest, whole};
use crate::engine::object::{Kind, ObjectRef, Text};
use crate::engine::snapshot::ClusterInfo;
use crate::engine::{Engine, Now, Options};

/// What has been seen and not been written yet; beyond it the watches wait.
const QUEUE: usize = 512;
/// So much is written in one go.
const BATCH: usize = 256;
/// What is not on the disk after this time is lost with the process.
const FLUSH: Duration = Duration::from_secs(2);

/// Takes secrets out of what is written.
pub trait Redact: Send + Sync + 'static {
    /// Masks secrets in an object.
    fn object(&self, object: &mut Value);
    /// Masks secrets in a line of a log.
    fn line(&self, line: &str) -> String;
}

/// When a recording ends by itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// So long after everything had been read for the first time.
    pub duration: Option<Duration>,
    /// Once the file is so large.
    pub bytes: Option<u64>,
}

/// Why a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its time was over.
    Time,
    /// The file is as large as it may be.
    Size,
    /// Whoever asked for it said so.
    Stopped,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Why it ended.
    pub ended: Ended,
    /// States of objects that were written.
    pub objects: u64,
    /// Logs that were written.
    pub logs: u64,
    /// How large the file is.
    pub bytes: u64,
}

/// Records until a limit is reached or `stop` comes.
///
/// # Errors
/// The file is of another cluster, or cannot be written.
pub async fn record(
    live: &Arc<Live>,
    options: &Options,
    redact: Arc<dyn Redact>,
    writer: Writer,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> Result<Summary, Failure> {
    let (tap, mut seen) = mpsc::channel(QUEUE);
    live.set_tap(tap);
    let engine = Engine::start(live, options);
    let mut stop = std::pin::pin!(stop);
    let path = writer.path().display().to_string();
    let failed = |error: &io::Error| {
        Failure::new(
            FailureKind::Refused,
            format!("cannot record into {path}: {error}"),
        )
    };
    let Some(cluster) = known(&engine, &mut stop).await else {
        return Ok(Script::new(writer, redact, options.now.clone()).summary(Ended::Stopped));
    };
    let mut script = Script::new(writer, redact, options.now.clone());
    script.begin(&cluster).map_err(|error| failed(&error))?;
    let mut end: Option<Instant> = None;
    let mut settled = std::pin::pin!(engine.settled());
    let mut flush = tokio::time::interval(FLUSH);
    let ended = loop {
        let mut batch = Vec::with_capacity(BATCH);
        let mut flushes = false;
        let time = async {
            match end {
                Some(end) => tokio::time::sleep_until(end).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = &mut stop => break Ended::Stopped,
            _ = seen.recv_many(&mut batch, BATCH) => {}
            _ = &mut settled, if end.is_none() && limits.duration.is_some() => {
                end = limits.duration.map(|limit| Instant::now() + limit);
                continue;
            }
            () = time => break Ended::Time,
            _ = flush.tick() => flushes = true,
        }
        script = script
            .write(batch, flushes)
            .await
            .map_err(|error| failed(&error))?;
        if limits.bytes.is_some_and(|most| script.writer.bytes() >= most) {
            break Ended::Size;
        }
    };
    if ended != Ended::Size {
        let mut rest = Vec::new();
        while let Ok(one) = seen.try_recv() {
            rest.push(one);
        }
        script = script.write(rest, true).await.map_err(|error| failed(&error))?;
    }
    let mut summary = script.summary(ended);
    summary.bytes = script.close().map_err(|error| failed(&error))?;
    Ok(summary)
}

/// Waits until it is known which cluster this is.
async fn known(engine: &Engine, stop: &mut (impl Future<Output = ()> + Unpin)) -> Option<ClusterInfo> {
    let mut snapshots = engine.snapshots();
    loop {
        let cluster = snapshots.borrow_and_update().cluster.clone();
        if !cluster.id.is_empty() {
            return Some(cluster);
        }
        tokio::select! {
            () = &mut *stop => return None,
            changed = snapshots.changed() => changed.ok()?,
        }
    }
}

/// Writes down what is seen.
struct Script {
    writer: Writer,
    redact: Arc<dyn Redact>,
    now: Now,
    objects: u64,
    logs: u64,
}

impl Script {
    fn new(writer: Writer, redact: Arc<dyn Redact>, now: Now) -> Self {
        Self {
            writer,
            redact,
            now,
            objects: 0,
            logs: 0,
        }
    }

    fn begin(&mut self, cluster: &ClusterInfo) -> io::Result<()> {
        if let Some(other) = self.writer.resumes.as_ref().filter(|id| **id != cluster.id) {
            return Err(io::Error::other(format!(
                "it is a recording of another cluster ({other}), and is left alone"
            )));
        }
        let line = Line {
            k8stui: Some(FORMAT.into()),
            at: Some((self.now)()),
            cluster: Some(Recorded {
                id: cluster.id.clone(),
                server_version: cluster.server_version.clone(),
            }),
            ..Line::default()
        };
        self.writer.line(&line)?;
        self.writer.flush()
    }

    /// Writes what was seen, where it may block.
    async fn write(mut self, batch: Vec<Seen>, flushes: bool) -> io::Result<Self> {
        let written = tokio::task::spawn_blocking(move || {
            for seen in batch {
                self.one(seen)?;
            }
            if flushes {
                self.writer.flush()?;
            }
            Ok(self)
        });
        written.await.map_err(io::Error::other)?
    }

    fn one(&mut self, seen: Seen) -> io::Result<()> {
        let at = Some((self.now)());
        match seen {
            Seen::Listing(kind, namespace) => self.writer.line(&Line {
                at,
                listing: Some(Place::new(kind, namespace)),
                ..Line::default()
            }),
            Seen::Listed(kind, namespace) => self.writer.line(&Line {
                at,
                listed: Some(Place::new(kind, namespace)),
                ..Line::default()
            }),
            Seen::Unreadable(kind, namespace, why) => self.writer.line(&Line {
                at,
                unreadable: Some(Place {
                    why: Some(why),
                    ..Place::new(kind, namespace)
                }),
                ..Line::default()
            }),
            Seen::Object(kind, json) => self.object(kind, &json),
            Seen::Gone(kind, json) => {
                let object: Value = serde_json::from_slice(&json)?;
                let field = |name: &str| {
                    let value = object.get("metadata").and_then(|metadata| metadata.get(name));
                    value.and_then(Value::as_str).unwrap_or_default().to_owned()
                };
                self.writer.line(&Line {
                    at,
                    gone: Some(ObjectRef::new(
                        &kind.api_version(),
                        kind.name(),
                        &field("namespace"),
                        &field("name"),
                    )),
                    ..Line::default()
                })
            }
            Seen::Log(request, lines, cut) => self.log(request, &lines, cut),
        }
    }

    fn object(&mut self, kind: Kind, json: &[u8]) -> io::Result<()> {
        // What does not decode is no object: the watch has said so.
        let Ok(mut object) = serde_json::from_slice::<Value>(json) else {
            return Ok(());
        };
        if kind.name() == "Secret" {
            object = whole::shown(object, true);
        }
        self.redact.object(&mut object);
        if let Some(fields) = object.as_object_mut() {
            // Items of lists do not say what they are.
            fields.insert("apiVersion".to_owned(), kind.api_version().into());
            fields.insert("kind".to_owned(), kind.name().into());
        }
        let text = RawValue::from_string(object.to_string())?;
        self.objects += 1;
        self.writer.line(&Line {
            at: Some((self.now)()),
            set: Some(&text),
            ..Line::default()
        })
    }

    fn log(&mut self, request: LogRequest, lines: &[LogLine], cut: bool) -> io::Result<()> {
        self.logs += 1;
        let lines = lines.iter().map(|line| {
            let text = self.redact.line(&line.text);
            line.time
                .map_or_else(|| text.clone(), |time| format!("{time} {text}"))
                .into()
        });
        let log = Log {
            namespace: request.namespace,
            pod: request.pod,
            container: request.container,
            previous: request.previous,
            cut,
            lines: lines.collect::<Vec<Text>>(),
        };
        self.writer.line(&Line {
            at: Some((self.now)()),
            log: Some(log),
            ..Line::default()
        })
    }

    /// Writes until when was watched. Gives the size of the file.
    fn close(mut self) -> io::Result<u64> {
        self.writer.line(&Line {
            at: Some((self.now)()),
            ..Line::default()
        })?;
        self.writer.close()
    }

    fn summary(&self, ended: Ended) -> Summary {
        Summary {
            ended,
            objects: self.objects,
            logs: self.logs,
            bytes: self.writer.bytes(),
        }
    }
}
