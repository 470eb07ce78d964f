//! Writes transcripts on a thread of its own: a slow disk never slows a key press.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, SyncSender};
use std::thread::JoinHandle;

use super::Sender;
use crate::chat::session::{Event, Header, Record};
use crate::chat::transcript::{Writer, file_name, find};
use crate::engine::object::Text;

/// Records that may wait for the disk. A model writes some ten a second.
const WAITING: usize = 4096;

/// The thread and the way to it. Dropping it waits until all is written.
pub(super) struct Scribe {
    records: Option<SyncSender<(Text, Record)>>,
    thread: Option<JoinHandle<()>>,
    sender: Sender,
    /// Sessions of which a record was lost: a file with a hole is worse than one that ends.
    lost: HashSet<Text>,
}

impl Scribe {
    pub fn new(folder: PathBuf, sender: Sender) -> Self {
        let (records, received) = mpsc::sync_channel::<(Text, Record)>(WAITING);
        let complaints = sender.clone();
        let thread = std::thread::Builder::new()
            .name("transcripts".to_owned())
            .spawn(move || {
                let mut files: HashMap<Text, Option<Writer>> = HashMap::new();
                for (session, record) in received {
                    let file = files.entry(session.clone()).or_insert_with(|| {
                        match open(&folder, &session, &record) {
                            Ok(writer) => Some(writer),
                            Err(error) => {
                                complain(&complaints, &session, &folder, &error);
                                None
                            }
                        }
                    });
                    if let Some(writer) = file
                        && let Err(error) = writer.append(&record)
                    {
                        complain(&complaints, &session, &folder, &error);
                        *file = None;
                    }
                }
            })
            .ok();
        Self {
            records: Some(records),
            thread,
            sender,
            lost: HashSet::new(),
        }
    }

    pub fn write(&mut self, session: &Text, record: Record) {
        let Some(records) = &self.records else { return };
        if self.lost.contains(session) {
            return;
        }
        // Full only when the disk hangs; then the conversation goes on and is not written any more.
        if records.try_send((session.clone(), record)).is_err() {
            self.lost.insert(session.clone());
            let line = "This conversation is not being saved any more: the disk does not answer.";
            let _ = self
                .sender
                .try_send((session.clone(), Event::Notice(line.to_owned())));
        }
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        drop(self.records.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The file of a session: a new one where the record is its header, else the one that it was loaded from.
fn open(folder: &Path, session: &str, record: &Record) -> std::io::Result<Writer> {
    if let Record::Header(Header { id, started, .. }) = record {
        return Writer::open(&folder.join(file_name(id, *started)));
    }
    let missing = || {
        std::io::Error::new(
            std::io::ErrorKind::NotFound,
            format!("there is no file of session {session}"),
        )
    };
    Writer::open(&find(folder, session)?.ok_or_else(missing)?)
}

/// Says once for a session that it is not being written.
fn complain(sender: &Sender, session: &Text, folder: &Path, error: &std::io::Error) {
    let line = format!(
        "This conversation is not being saved: {}: {error}.",
        folder.display()
    );
    let _ = sender.try_send((session.clone(), Event::Notice(line)));
}
