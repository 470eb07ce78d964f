//! Conversations on disk: a file of JSON lines a session, appended record by record as things are said. The only
//! file of the chat's conversations; nothing else reads or writes them.

mod cited;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use cited::{Cited, CitedSource};

use crate::chat::session::{Entry, EntryState, Header, Record, SCHEMA};

/// A conversation as its file tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The first record.
    pub header: Header,
    /// What was said. An answer that was cut by a crash is as far as it came, and stopped.
    pub entries: Vec<Entry>,
}

/// Why a file is no conversation.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptError {
    /// It cannot be read.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line of it is no record.
    #[error("{path}, line {line}: not a record of {SCHEMA} ({why}). Move the file away to go on without it.", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// Why.
        why: String,
    },
}

/// The name of a session's file: sorts by time.
pub fn file_name(id: &str, started: Timestamp) -> String {
    format!("{}-{id}.jsonl", started.strftime("%Y%m%dT%H%M%SZ"))
}

/// The files of a folder, newest first.
pub fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    files.sort_unstable_by(|one, other| other.cmp(one));
    Ok(files)
}

/// The newest file of a session.
pub fn find(folder: &Path, session: &str) -> io::Result<Option<PathBuf>> {
    let end = format!("-{session}.jsonl");
    let mut files = list(folder)?.into_iter();
    Ok(files.find(|path| path.to_string_lossy().ends_with(&end)))
}

/// Appends to one conversation's file. Every record is one write: what was appended survives the program.
#[derive(Debug)]
pub struct Writer {
    file: File,
}

impl Writer {
    /// Opens the file, which only its owner may read, and makes it and its folder where they are missing. A last
    /// line that a crash cut is taken off, so that what follows is not glued to it.
    pub fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let whole = text
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64)?;
            file.seek(SeekFrom::End(0))?;
        }
        Ok(Self { file })
    }

    /// Appends a record.
    pub fn append(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }
}

/// Reads a conversation. A last line without its end is what a crash leaves: it is passed over.
pub fn load(path: &Path) -> Result<Loaded, TranscriptError> {
    let failed = |error| TranscriptError::Io {
        path: path.to_owned(),
        error,
    };
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let mut header = None;
    let mut entries: Vec<Entry> = Vec::new();
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        let read = reader.read_until(b'\n', &mut line).map_err(failed)?;
        if read == 0 || !line.ends_with(b"\n") {
            break;
        }
        let wrong = |why: String| TranscriptError::Format {
            path: path.to_owned(),
            line: number,
            why,
        };
        let record = serde_json::from_slice(&line).map_err(|error| wrong(error.to_string()))?;
        match record {
            Record::Header(first) if header.is_none() && &*first.schema == SCHEMA => header = Some(first),
            Record::Header(other) => return Err(wrong(format!("a header of {}", other.schema))),
            Record::Entry {
                index,
                role,
                at,
                state,
                text,
            } if index == entries.len() && header.is_some() => entries.push(Entry {
                role,
                text,
                at,
                state,
                cost: None,
            }),
            Record::Entry { index, .. } => return Err(wrong(format!("entry {index} is out of order"))),
            Record::Delta { index, text } => entries
                .get_mut(index)
                .ok_or_else(|| wrong(format!("there is no entry {index}")))?
                .text
                .push_str(&text),
            Record::End { index, state, cost } => {
                let entry = entries
                    .get_mut(index)
                    .ok_or_else(|| wrong(format!("there is no entry {index}")))?;
                entry.state = state;
                entry.cost = cost;
            }
        }
    }
    for entry in &mut entries {
        if entry.state == EntryState::Streaming {
            entry.state = EntryState::Stopped;
        }
    }
    let header = header.ok_or_else(|| TranscriptError::Format {
        path: path.to_owned(),
        line: 1,
        why: "no header".to_owned(),
    })?;
    Ok(Loaded { header, entries })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::session::{Cost, Role};

    fn records() -> Vec<Record> {
        let at: Timestamp = "2026-11-21T10:21:00Z".parse().unwrap();
        vec![
            Record::Header(Header {
                schema: SCHEMA.into(),
                id: "s1".into(),
                problem: "p1".into(),
                cluster: "c1".into(),
                started: at,
                stats: None,
                evidence: Vec::new(),
            }),
            Record::Entry {
                index: 0,
                role: Role::Person,
                at,
                state: EntryState::Done,
                text: "why?\nreally".into(),
            },
            Record::Entry {
                index: 1,
                role: Role::Answer,
                at,
                state: EntryState::Streaming,
                text: String::new(),
            },
            Record::Delta {
                index: 1,
                text: "Because ".into(),
            },
            Record::Delta {
                index: 1,
                text: "of [1].".into(),
            },
            Record::End {
                index: 1,
                state: EntryState::Done,
                cost: Some(Cost::default()),
            },
        ]
    }

    fn written(count: usize) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder
            .path()
            .join("sessions")
            .join(file_name("s1", "2026-11-21T10:21:00Z".parse().unwrap()));
        let mut writer = Writer::open(&path).unwrap();
        for record in records().iter().take(count) {
            writer.append(record).unwrap();
        }
        (folder, path)
    }

    #[test]
    fn what_was_said_is_read_again() {
        let (_folder, path) = written(6);
        assert!(path.ends_with("20261121T102100Z-s1.jsonl"));
        let loaded = load(&path).unwrap();
        assert_eq!(loaded.entries[0].text, "why?\nreally");
        assert_eq!(loaded.entries[1].text, "Because of [1].");
        assert_eq!(loaded.entries[1].state, EntryState::Done);
        assert!(loaded.entries[1].cost.is_some());
    }

    #[test]
    fn a_crash_at_any_byte_loses_at_most_the_record_being_written() {
        let (_folder, path) = written(6);
        let whole = fs::read(&path).unwrap();
        let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in header..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let complete = whole[..cut].split(|byte| *byte == b'\n').count() - 1;
            let loaded = load(&path).unwrap();
            assert_eq!(
                loaded.entries.len(),
                complete.saturating_sub(1).min(2),
                "cut at {cut}"
            );
            Writer::open(&path)
                .unwrap()
                .append(&Record::Entry {
                    index: loaded.entries.len(),
                    role: Role::Notice,
                    at: loaded.header.started,
                    state: EntryState::Done,
                    text: "on".into(),
                })
                .unwrap();
            let again = load(&path).unwrap();
            assert_eq!(again.entries.len(), loaded.entries.len() + 1, "cut at {cut}");
        }
    }

    #[test]
    fn an_answer_that_was_cut_is_kept_and_stopped() {
        let (_folder, path) = written(4);
        let loaded = load(&path).unwrap();
        assert_eq!(loaded.entries[1].text, "Because ");
        assert_eq!(loaded.entries[1].state, EntryState::Stopped);
    }

    #[test]
    fn a_session_is_found_by_its_id() {
        let (_folder, path) = written(1);
        let folder = path.parent().unwrap();
        assert_eq!(find(folder, "s1").unwrap(), Some(path.clone()));
        assert_eq!(find(folder, "s2").unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path) = written(1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_none_says_which_line() {
        let (_folder, path) = written(2);
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"record\":\"nonsense\"}\n");
        fs::write(&path, text).unwrap();
        let error = load(&path).unwrap_err().to_string();
        assert!(error.contains("line 3"), "{error}");
    }

    #[test]
    fn the_newest_comes_first_and_a_missing_folder_is_empty() {
        let (folder, path) = written(1);
        let folder = folder.path().join("sessions");
        Writer::open(&folder.join("20261122T000000Z-s2.jsonl")).unwrap();
        fs::write(folder.join("notes.txt"), "").unwrap();
        let files = list(&folder).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[1], path);
        assert!(list(&folder.join("nowhere")).unwrap().is_empty());
    }
}
