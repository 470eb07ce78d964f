//! A file, a folder or an archive as named entries, which can be read one after the other and again later.
//!
//! Guarantees: nothing outside of the folder is opened (links are not followed), nothing is ever written, and of what
//! is read no more than a bounded part is held. What can be read but once (a pipe) is held whole, and may not be larger.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;

/// What lies in a compressed archive can only be reached through all that lies before it. So much of it, as it lies
/// there, is held for the second reading; the rest is unpacked again when it is asked for.
const HELD: usize = 64 * 1024 * 1024;
/// So much may come out of a pipe.
const PIPED: u64 = 1024 * 1024 * 1024;
/// What is unpacked again is handed over in parts of this size, a few ahead of whoever reads.
const PART: usize = 128 * 1024;
const AHEAD: usize = 4;
/// Folders in folders.
const DEEPEST: usize = 48;
/// How gzip begins.
const GZ: &[u8] = &[0x1f, 0x8b];
/// Enough of a file to tell an archive by.
const MAGIC: usize = 512;

/// The entries under a path.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    form: Form,
    entries: Vec<Entry>,
    /// Links, which are not followed.
    pub links: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    File { gz: bool },
    Piped(Bytes),
    Folder,
    Tar { gz: bool },
}

#[derive(Debug)]
struct Entry {
    name: String,
    place: Place,
    gz: bool,
}

#[derive(Debug)]
enum Place {
    File(PathBuf),
    /// Bytes of the archive.
    Part {
        start: u64,
        len: u64,
    },
    Held(Bytes),
    /// The so-manieth member of a compressed archive.
    Member(usize),
}

/// Is shown every entry: its number, its name with `/` between folders and without `.gz`, and what is in it.
pub type Visit<'a> = dyn FnMut(usize, &str, io::Result<&mut dyn Read>) + 'a;

impl Tree {
    /// Finds out what is under a path. The path itself may be a link, or a pipe; `-` is the standard input.
    pub fn open(path: &Path) -> io::Result<Self> {
        let form = if path == Path::new("-") {
            Form::Piped(piped(io::stdin().lock())?)
        } else {
            let kind = path.metadata()?;
            if kind.is_dir() {
                Form::Folder
            } else if kind.is_file() {
                form_of(path)?
            } else {
                Form::Piped(piped(File::open(path)?)?)
            }
        };
        Ok(Self {
            root: path.to_owned(),
            form,
            entries: Vec::new(),
            links: Vec::new(),
        })
    }

    /// Whether it is an archive, which is read through in any case.
    pub const fn is_packed(&self) -> bool {
        matches!(self.form, Form::Tar { .. })
    }

    /// Shows every entry that `wants` by its name, in a fixed order.
    pub fn walk(&mut self, wants: &dyn Fn(&str) -> bool, visit: &mut Visit<'_>) -> io::Result<()> {
        let name = self.root.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        match self.form.clone() {
            Form::File { gz } => {
                self.show(&name, Place::File(self.root.clone()), gz, visit);
                Ok(())
            }
            Form::Piped(bytes) => {
                let gz = bytes.starts_with(GZ);
                self.show(&name, Place::Held(bytes), gz, visit);
                Ok(())
            }
            Form::Folder => {
                let mut found = Vec::new();
                self.list(&self.root.clone(), "", 0, &mut found)?;
                for (name, path) in found {
                    if wants(plain(&name)) && !is_archive(&name) {
                        let gz = plain(&name) != name;
                        self.show(&name, Place::File(path), gz, visit);
                    }
                }
                Ok(())
            }
            Form::Tar { gz } => self.unpack(gz, wants, visit),
        }
    }

    /// The content of an entry from an offset on.
    pub fn read_from(&self, entry: usize, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let Entry { place, gz, .. } = self.entries.get(entry).ok_or(io::ErrorKind::NotFound)?;
        let raw: Box<dyn Read + Send> = match place {
            Place::File(path) => {
                let mut file = File::open(path)?;
                if !gz {
                    file.seek(SeekFrom::Start(offset))?;
                    return Ok(Box::new(file));
                }
                Box::new(file)
            }
            Place::Part { start, len } => {
                let mut file = File::open(&self.root)?;
                let skip = if *gz { 0 } else { offset.min(*len) };
                file.seek(SeekFrom::Start(start + skip))?;
                let part = file.take(len - skip);
                if !gz {
                    return Ok(Box::new(part));
                }
                Box::new(part)
            }
            Place::Held(bytes) => Box::new(io::Cursor::new(bytes.clone())),
            Place::Member(number) => Box::new(self.member(*number)),
        };
        let mut content: Box<dyn Read + Send> = if *gz {
            Box::new(MultiGzDecoder::new(raw))
        } else {
            raw
        };
        io::copy(&mut (&mut content).take(offset), &mut io::sink())?;
        Ok(content)
    }

    /// The end of an entry: at least so many bytes of it, all of it where its length is not known beforehand.
    pub fn tail(&self, entry: usize, len: u64) -> io::Result<Box<dyn Read + Send>> {
        let whole = match self.entries.get(entry) {
            Some(Entry { gz: false, place, .. }) => match place {
                Place::File(path) => path.metadata()?.len(),
                Place::Part { len, .. } => *len,
                Place::Held(bytes) => bytes.len() as u64,
                Place::Member(_) => 0,
            },
            _ => 0,
        };
        self.read_from(entry, whole.saturating_sub(len))
    }

    fn show(&mut self, name: &str, place: Place, gz: bool, visit: &mut Visit<'_>) {
        let number = self.entries.len();
        let name = if gz { plain(name) } else { name }.to_owned();
        self.entries.push(Entry {
            name: name.clone(),
            place,
            gz,
        });
        match self.read_from(number, 0) {
            Ok(mut content) => visit(number, &name, Ok(&mut *content)),
            Err(error) => visit(number, &name, Err(error)),
        }
    }

    /// The files of a folder in order of their names, folders opened in their place.
    fn list(
        &mut self,
        folder: &Path,
        prefix: &str,
        depth: usize,
        found: &mut Vec<(String, PathBuf)>,
    ) -> io::Result<()> {
        let mut inside: Vec<_> = std::fs::read_dir(folder)?.collect::<io::Result<_>>()?;
        inside.sort_by_key(std::fs::DirEntry::file_name);
        for entry in inside {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type()?;
            if kind.is_symlink() {
                self.links.push(name);
            } else if kind.is_dir() && depth < DEEPEST {
                self.list(&entry.path(), &format!("{name}/"), depth + 1, found)?;
            } else if kind.is_file() {
                found.push((name, entry.path()));
            }
        }
        Ok(())
    }

    fn unpack(&mut self, gz: bool, wants: &dyn Fn(&str) -> bool, visit: &mut Visit<'_>) -> io::Result<()> {
        let mut archive = archive(&self.root, gz)?;
        let mut room = HELD;
        for (number, member) in archive.entries()?.enumerate() {
            let mut member = member?;
            let kind = member.header().entry_type();
            let name = String::from_utf8_lossy(&member.path_bytes()).into_owned();
            let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
            if kind.is_symlink() || kind.is_hard_link() {
                self.links.push(name);
                continue;
            }
            if !kind.is_file() || !wants(plain(&name)) || is_archive(&name) {
                continue;
            }
            let inner_gz = plain(&name) != name;
            let entry = self.entries.len();
            let shown = plain(&name).to_owned();
            let place = if gz {
                let mut held = Holding::new(&mut member, room);
                visit_packed(entry, &shown, inner_gz, &mut held, visit);
                match held.finish() {
                    Some(bytes) => {
                        room -= bytes.len();
                        Place::Held(bytes.into())
                    }
                    None => Place::Member(number),
                }
            } else {
                let (start, len) = (member.raw_file_position(), member.size());
                visit_packed(entry, &shown, inner_gz, &mut member, visit);
                Place::Part { start, len }
            };
            self.entries.push(Entry {
                name: shown,
                place,
                gz: inner_gz,
            });
        }
        Ok(())
    }

    /// A member of a compressed archive, unpacked again. That is done on a thread of its own, which ends when nobody
    /// reads any more.
    fn member(&self, number: usize) -> Unpacked {
        let (sender, parts) = sync_channel(AHEAD);
        let root = self.root.clone();
        std::thread::spawn(move || {
            let read = || -> io::Result<()> {
                let mut archive = archive(&root, true)?;
                let mut member = archive.entries()?.nth(number).ok_or(io::ErrorKind::NotFound)??;
                loop {
                    let mut part = Vec::with_capacity(PART);
                    (&mut member).take(PART as u64).read_to_end(&mut part)?;
                    if part.is_empty() || sender.send(Ok(part)).is_err() {
                        return Ok(());
                    }
                }
            };
            if let Err(error) = read() {
                // One who no longer reads does not ask why.
                let _ = sender.send(Err(error));
            }
        });
        Unpacked {
            parts,
            part: io::Cursor::default(),
        }
    }

    /// The name of an entry.
    pub fn name(&self, entry: usize) -> &str {
        self.entries.get(entry).map_or("", |entry| &entry.name)
    }
}

/// The parts of a member as they are unpacked.
struct Unpacked {
    parts: Receiver<io::Result<Vec<u8>>>,
    part: io::Cursor<Vec<u8>>,
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.part.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.parts.recv() {
                Ok(part) => self.part = io::Cursor::new(part?),
                Err(_) => return Ok(0),
            }
        }
    }
}

fn archive(path: &Path, gz: bool) -> io::Result<tar::Archive<Box<dyn Read>>> {
    let file = io::BufReader::with_capacity(256 * 1024, File::open(path)?);
    Ok(tar::Archive::new(if gz {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    }))
}

/// All that comes out of a pipe.
fn piped(content: impl Read) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    content.take(PIPED).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == PIPED {
        return Err(io::Error::other("too much for a pipe: write it into a file"));
    }
    Ok(bytes.into())
}

fn visit_packed(entry: usize, name: &str, gz: bool, raw: &mut dyn Read, visit: &mut Visit<'_>) {
    if gz {
        visit(entry, name, Ok(&mut MultiGzDecoder::new(raw)));
    } else {
        visit(entry, name, Ok(raw));
    }
}

/// A name without `.gz`.
fn plain(name: &str) -> &str {
    name.strip_suffix(".gz").unwrap_or(name)
}

fn is_archive(name: &str) -> bool {
    let ends = |end: &str| name.to_ascii_lowercase().ends_with(end);
    ends(".tar") || ends(".tar.gz") || ends(".tgz")
}

/// What a file is, by its first bytes; by its name only where those leave it open.
fn form_of(path: &Path) -> io::Result<Form> {
    let start = |reader: &mut dyn Read| {
        let mut bytes = Vec::new();
        // A file that is cut short is told when it is read.
        let _ = reader.take(MAGIC as u64).read_to_end(&mut bytes);
        bytes
    };
    let gz = start(&mut File::open(path)?).starts_with(GZ);
    let bytes = if gz {
        start(&mut MultiGzDecoder::new(File::open(path)?))
    } else {
        start(&mut File::open(path)?)
    };
    let named = path
        .file_name()
        .is_some_and(|name| is_archive(&name.to_string_lossy()));
    let marked = bytes.get(257..262) == Some(b"ustar".as_slice());
    Ok(if marked || (named && bytes.len() == MAGIC) {
        Form::Tar { gz }
    } else {
        Form::File { gz }
    })
}

/// Keeps what is read through it, while there is room and until it has been read to its end.
struct Holding<'a> {
    inner: &'a mut dyn Read,
    held: Vec<u8>,
    room: usize,
    ended: bool,
    fits: bool,
}

impl<'a> Holding<'a> {
    fn new(inner: &'a mut dyn Read, room: usize) -> Self {
        Self {
            inner,
            held: Vec::new(),
            room,
            ended: false,
            fits: true,
        }
    }

    fn finish(self) -> Option<Vec<u8>> {
        (self.ended && self.fits).then_some(self.held)
    }
}

impl Read for Holding<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.ended |= count == 0 && !buffer.is_empty();
        if self.fits && self.held.len() + count <= self.room {
            self.held
                .extend_from_slice(buffer.get(..count).unwrap_or_default());
        } else if self.fits {
            self.fits = false;
            self.held = Vec::new();
        }
        Ok(count)
    }
}
