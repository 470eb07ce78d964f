//! The logs of containers: the running instance's and the one before it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::Key;

/// How many lines of an instance are kept; the oldest go first, as with the kubelet's rotation.
const KEPT_LINES: usize = 5_000;

/// Whose log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogKey {
    pod: Key,
    container: String,
}

impl LogKey {
    /// The log of a container.
    pub fn new(namespace: &str, pod: &str, container: &str) -> Self {
        Self {
            pod: (namespace.to_owned(), pod.to_owned()),
            container: container.to_owned(),
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When the runtime read it.
    pub at: Timestamp,
    /// Without the line end.
    pub text: String,
}

#[derive(Debug, Default)]
struct Lines {
    entries: Vec<LogEntry>,
    /// How many were dropped before the first.
    dropped: usize,
    ended: bool,
}

/// What one container instance wrote.
#[derive(Debug)]
pub struct LogBuffer {
    lines: Mutex<Lines>,
    written: watch::Sender<usize>,
}

impl Default for LogBuffer {
    fn default() -> Self {
        Self {
            lines: Mutex::default(),
            written: watch::Sender::new(0),
        }
    }
}

impl LogBuffer {
    pub(super) fn of(entries: Vec<LogEntry>) -> Arc<Self> {
        let buffer = Self::default();
        buffer.lock().entries = entries;
        Arc::new(buffer)
    }

    pub(super) fn append(&self, entry: LogEntry) {
        let mut lines = self.lock();
        lines.entries.push(entry);
        if lines.entries.len() > KEPT_LINES {
            // A quarter at once: dropping one line per line would move the rest each time.
            lines.entries.drain(..KEPT_LINES / 4);
            lines.dropped += KEPT_LINES / 4;
        }
        drop(lines);
        self.written.send_modify(|n| *n += 1);
    }

    fn end(&self) {
        self.lock().ended = true;
        self.written.send_modify(|n| *n += 1);
    }

    /// The lines after the first `seen`, how many were seen then, and whether no more will come.
    pub fn after(&self, seen: usize) -> (Vec<LogEntry>, usize, bool) {
        let lines = self.lock();
        let new = lines
            .entries
            .get(seen.saturating_sub(lines.dropped)..)
            .unwrap_or_default()
            .to_vec();
        (new, lines.dropped + lines.entries.len(), lines.ended)
    }

    /// A wake-up for each line and for the end.
    pub fn subscribe(&self) -> watch::Receiver<usize> {
        self.written.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct Instances {
    current: Option<Arc<LogBuffer>>,
    previous: Option<Arc<LogBuffer>>,
}

/// All logs.
#[derive(Default)]
pub(super) struct Logs(BTreeMap<LogKey, Instances>);

impl Logs {
    pub(super) fn set(&mut self, key: LogKey, previous: bool, buffer: Arc<LogBuffer>) {
        let instances = self.0.entry(key).or_default();
        *(if previous {
            &mut instances.previous
        } else {
            &mut instances.current
        }) = Some(buffer);
    }

    pub(super) fn current(&mut self, key: &LogKey) -> Arc<LogBuffer> {
        Arc::clone(
            self.0
                .entry(key.clone())
                .or_default()
                .current
                .get_or_insert_default(),
        )
    }

    pub(super) fn end(&mut self, key: &LogKey) {
        let current = self.current(key);
        current.end();
        self.0.entry(key.clone()).or_default().previous = Some(current);
    }

    pub(super) fn begin(&mut self, key: &LogKey) {
        self.0.entry(key.clone()).or_default().current = Some(Arc::default());
    }

    pub(super) fn get(&self, key: &LogKey, previous: bool) -> Option<Arc<LogBuffer>> {
        let instances = self.0.get(key)?;
        (if previous {
            &instances.previous
        } else {
            &instances.current
        })
        .clone()
    }

    /// The pod is gone, and its logs with it; who follows them sees their end.
    pub(super) fn forget(&mut self, pod: &Key) {
        self.0.retain(|key, instances| {
            if &key.pod == pod {
                for buffer in [&instances.current, &instances.previous].into_iter().flatten() {
                    buffer.end();
                }
            }
            &key.pod != pod
        });
    }
}
