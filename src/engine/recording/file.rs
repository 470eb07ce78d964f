//! The file of a recording: lines are only ever appended.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::line::{Line, MAGIC};
use crate::engine::object::Text;

/// The file of a recording that is being written.
pub struct Writer {
    path: PathBuf,
    out: Out,
    /// The cluster of the recording that is gone on with.
    pub resumes: Option<Text>,
}

enum Out {
    Plain(Counted),
    Gz(GzEncoder<Counted>),
}

/// Counts what is on the disk.
struct Counted {
    file: BufWriter<File>,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.file.write(buffer)?;
        self.bytes += count as u64;
        Ok(count)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Writer {
    /// Makes the file, or opens it to go on with the recording in it.
    ///
    /// # Errors
    /// It cannot be written, holds something else than a recording, or its end is damaged.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        // What runs in a cluster is nobody else's business.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let length = file.metadata()?.len();
        let gz = path.extension().is_some_and(|end| end == "gz");
        let mut resumes = None;
        let mut torn = false;
        if length > 0 {
            let mut content: Box<dyn BufRead> = if gz {
                Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(&file))))
            } else {
                Box::new(BufReader::new(&file))
            };
            resumes = Some(beginning(&mut content)?);
            if gz {
                // What is appended after a damaged end could not be read.
                io::copy(&mut content, &mut io::sink())
                    .map_err(|_| io::Error::other("its end is damaged: record into another file"))?;
            }
            drop(content);
            if !gz {
                file.seek(SeekFrom::End(-1))?;
                let mut last = [0];
                file.read_exact(&mut last)?;
                torn = last != [b'\n'];
            }
        }
        let counted = Counted {
            file: BufWriter::new(file),
            bytes: length,
        };
        let mut writer = Self {
            path: path.to_owned(),
            out: if gz {
                Out::Gz(GzEncoder::new(counted, Compression::default()))
            } else {
                Out::Plain(counted)
            },
            resumes,
        };
        if torn {
            // The half line is passed over when the recording is read.
            writer.write(b"\n")?;
        }
        Ok(writer)
    }

    /// Appends a line.
    pub fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.write(&text)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.out {
            Out::Plain(out) => out.write_all(bytes),
            Out::Gz(out) => out.write_all(bytes),
        }
    }

    /// Brings everything to the disk: what follows may be lost, what came before is not.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Plain(out) => out.flush(),
            Out::Gz(out) => out.flush(),
        }
    }

    /// Writes the end. Gives the size of the file.
    pub fn close(self) -> io::Result<u64> {
        let mut out = match self.out {
            Out::Plain(out) => out,
            Out::Gz(out) => out.finish()?,
        };
        out.flush()?;
        Ok(out.bytes)
    }

    /// How large the file is.
    pub fn bytes(&self) -> u64 {
        match &self.out {
            Out::Plain(out) => out.bytes,
            Out::Gz(out) => out.get_ref().bytes,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes sure that this is a recording, and says of which cluster.
fn beginning(content: &mut dyn BufRead) -> io::Result<Text> {
    let other = || io::Error::other("it holds something else than a recording, and is left alone");
    let mut first = Vec::new();
    content
        .take(64 * 1024)
        .read_until(b'\n', &mut first)
        .map_err(|_| other())?;
    if !first.starts_with(MAGIC) {
        return Err(other());
    }
    let line: Line<'_> = serde_json::from_slice(&first)?;
    Ok(line.cluster.unwrap_or_default().id)
}
