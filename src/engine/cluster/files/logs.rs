//! The logs in the files.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use jiff::Timestamp;

use super::Files;
use super::gather::Gather;
use super::hint::{LogOf, log_of};
use super::piece::Span;
use super::replay::Tail;
use super::tree::Tree;
use crate::engine::analyzers::logs::LogLine;
use crate::engine::cluster::live::parse_log_line;
use crate::engine::cluster::{Failure, FailureKind, LogRequest};
use crate::engine::recording::Line;

/// One line may not be longer.
const LINE: u64 = 4 * 1024 * 1024;
/// Of a log of which the end is asked for, so much of it is held at most.
const TAIL: usize = 32 * 1024 * 1024;
/// So much of a log's end is looked at for its newest time.
const GLIMPSE: u64 = 16 * 1024;
/// Lines that may wait for whoever reads.
const QUEUE: usize = 1024;

/// Where each log is.
#[derive(Debug, Default)]
pub struct Logs(BTreeMap<LogOf, Place>);

#[derive(Clone, Debug)]
enum Place {
    /// A file.
    File(usize),
    /// A part of one.
    Part(usize, Span),
    /// A line of a recording.
    Recorded(Tail),
}

impl Logs {
    /// Finds out whose the logs are, and the newest time in them.
    pub fn gather(tree: &Tree, gather: &mut Gather) -> Self {
        let pods = gather.pods();
        let mut logs = BTreeMap::new();
        for entry in std::mem::take(&mut gather.log_files) {
            if let Some(of) = log_of(tree.name(entry), &pods) {
                // `current.log` comes before `current.insecure.log`, which is the same one fetched in another way.
                logs.entry(of).or_insert(Place::File(entry));
            }
            gather.newest = gather.newest.max(newest(tree, entry));
        }
        for (of, entry, at) in std::mem::take(&mut gather.log_parts) {
            logs.entry(of).or_insert(Place::Part(entry, at));
        }
        for (of, tail) in std::mem::take(&mut gather.recorded.logs) {
            logs.insert(of, Place::Recorded(tail));
        }
        Self(logs)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The log that is asked for. Of a container that runs no more, the kubelet serves its last instance under both
    /// names, and a dump may hold it under one of them.
    fn find(&self, request: &LogRequest) -> Option<Place> {
        let mut of = LogOf {
            namespace: request.namespace.clone(),
            pod: request.pod.clone(),
            container: request.container.clone(),
            previous: request.previous,
        };
        let found = self.0.get(&of).cloned();
        of.previous = false;
        found.or_else(|| self.0.get(&of).cloned().filter(|_| request.previous))
    }
}

/// The newest time in the end of a log.
fn newest(tree: &Tree, entry: usize) -> Option<Timestamp> {
    let mut end = Vec::new();
    tree.tail(entry, GLIMPSE).ok()?.read_to_end(&mut end).ok()?;
    let end = String::from_utf8_lossy(&end);
    end.lines().rev().find_map(|line| parse_log_line(line).time)
}

/// The lines of a log, read where it may block.
pub fn stream(files: Arc<Files>, request: LogRequest) -> BoxStream<'static, Result<LogLine, Failure>> {
    let (sender, lines) = tokio::sync::mpsc::channel(QUEUE);
    tokio::task::spawn_blocking(move || {
        let name = format!("{}/{} {}", request.namespace, request.pod, request.container);
        let Some(place) = files.logs.find(&request) else {
            let instance = if request.previous {
                "the instance before of "
            } else {
                ""
            };
            let what = format!("no log of {instance}{name} is in {}", files.name);
            // One who no longer listens has lost interest; so below.
            let _ = sender.blocking_send(Err(Failure::new(FailureKind::NotFound, what)));
            return;
        };
        let tail = request.tail.and_then(|lines| usize::try_from(lines).ok());
        let mut each = |line: &str| sender.blocking_send(Ok(parse_log_line(line))).is_ok();
        if let Err(error) = read(&files.tree, place, tail, &mut each) {
            let what = format!("the log of {name} in {}: {error}", files.name);
            let _ = sender.blocking_send(Err(Failure::new(FailureKind::Refused, what)));
        }
    });
    futures::stream::unfold(lines, |mut lines| async {
        let line = lines.recv().await?;
        Some((line, lines))
    })
    .boxed()
}

/// Hands on each line, of a tail the last ones; ends when `each` says so.
fn read(
    tree: &Tree,
    place: Place,
    tail: Option<usize>,
    each: &mut dyn FnMut(&str) -> bool,
) -> io::Result<()> {
    let content: Box<dyn Read + Send> = match place {
        // The last lines are at the end, where a long log is read from if it can be.
        Place::File(entry) if tail.is_some() => tree.tail(entry, TAIL as u64)?,
        Place::File(entry) => tree.read_from(entry, 0)?,
        Place::Part(entry, at) => Box::new(tree.read_from(entry, at.offset)?.take(at.len)),
        Place::Recorded(end) => return recorded(tree, &end, tail, each),
    };
    let mut reader = BufReader::new(content);
    let mut held: VecDeque<String> = VecDeque::new();
    let mut size = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if (&mut reader).take(LINE).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let line = String::from_utf8_lossy(text);
        let Some(most) = tail else {
            if each(&line) {
                continue;
            }
            return Ok(());
        };
        size += line.len();
        held.push_back(line.into_owned());
        while held.len() > most || size > TAIL {
            size -= held.pop_front().map_or(size, |line| line.len());
        }
    }
    for line in held {
        if !each(&line) {
            break;
        }
    }
    Ok(())
}

fn recorded(
    tree: &Tree,
    end: &Tail,
    tail: Option<usize>,
    each: &mut dyn FnMut(&str) -> bool,
) -> io::Result<()> {
    let mut text = Vec::new();
    if let Some(line) = &end.line {
        text.extend_from_slice(line);
    } else {
        let content = tree.read_from(end.entry, end.at.offset)?;
        content.take(end.at.len).read_to_end(&mut text)?;
    }
    let line: Line<'_> = serde_json::from_slice(&text)?;
    let lines = line.log.unwrap_or_default().lines;
    let skip = tail.map_or(0, |most| lines.len().saturating_sub(most));
    for line in lines.iter().skip(skip) {
        if !each(line) {
            break;
        }
    }
    Ok(())
}
