//! `k8stui record`: a recording of a live cluster.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use serde_json::Value;

use super::args::{Cli, RecordArgs};
use super::look::OwnTerminal;
use super::{CouldNot, OK, answers};
use crate::app;
use crate::chat::redact::Redactor;
use crate::engine::Options;
use crate::engine::cluster::Live;
use crate::engine::recording::{self, Ended, Limits, Redact, Writer};

/// The redactor that stands before providers stands before files too.
struct Redacted(Redactor);

impl Redact for Redacted {
    fn object(&self, object: &mut Value) {
        self.0.json(object);
    }
    fn line(&self, line: &str) -> String {
        self.0.text(line)
    }
}

/// Records until its time is over, the file is full, or somebody ends it.
pub async fn run(cli: &Cli, args: &RecordArgs, out: &mut impl Write) -> Result<u8, CouldNot> {
    let live = Live::new(&cli.cluster.access(), Arc::new(OwnTerminal)).await?;
    // A cluster that cannot be reached is said now, and not waited for.
    live.json("/version", "application/json").await?;
    let file = args.file.clone();
    let opened = tokio::task::spawn_blocking(move || Writer::open(&file)).await;
    let writer = opened
        .map_err(std::io::Error::other)
        .and_then(std::convert::identity)
        .map_err(|error| CouldNot(format!("cannot record into {}: {error}", args.file.display())))?;
    let options = Options {
        scope: cli.cluster.scope(&live.namespace),
        analyzers: Vec::new(),
        posture: false,
        remote: Vec::new(),
        exclude: Vec::new(),
        no_logs: false,
        skim_logs: false,
        off: Vec::new(),
        stopwatch: None,
        now: Arc::new(jiff::Timestamp::now),
    };
    let limits = Limits {
        duration: args.duration.and_then(|limit| Duration::try_from(limit).ok()),
        bytes: Some(args.max_size),
    };
    let mut signals = app::signals()?;
    let stop = async move {
        tokio::select! {
            _ = signals.next() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    let redact = Arc::new(Redacted(answers::redactor()));
    let summary = recording::record(&live, &options, redact, writer, limits, stop).await?;
    let why = match summary.ended {
        Ended::Time => "its time is over",
        Ended::Size => "the file is as large as --max-size allows",
        Ended::Stopped => "it was stopped",
    };
    writeln!(
        out,
        "{}: {} states of objects, {} logs, {} bytes; {why}",
        args.file.display(),
        summary.objects,
        summary.logs,
        summary.bytes
    )?;
    Ok(OK)
}
