//! Reads the entries of a path, each in its format, a part at a time.

use std::io::{self, BufRead, BufReader, Read};

use super::format::{Format, is_log};
use super::gather::Gather;
use super::hint::Hint;
use super::json::Scanner;
use super::piece::{Piece, Span};
use super::yaml::Splitter;

/// So much of a file is read at once.
const CHUNK: usize = 256 * 1024;
/// A line of a recording or a watch stream may not be longer.
const LINE: u64 = 64 * 1024 * 1024;
impl Gather {
    /// Takes in an entry.
    pub fn entry(&mut self, entry: usize, name: &str, content: io::Result<&mut dyn Read>) {
        let read = match content {
            Ok(_) if is_log(name) && !self.drain_logs => {
                self.log_files.push(entry);
                return;
            }
            Ok(content) => self.read(entry, name, content),
            Err(error) => Err(error),
        };
        if let Err(error) = read {
            self.broken(name, None, &error.to_string());
        }
    }

    fn read(&mut self, entry: usize, name: &str, content: &mut dyn Read) -> io::Result<()> {
        let mut reader = BufReader::with_capacity(CHUNK, content);
        match Format::of(name, reader.fill_buf()?) {
            Format::Log => {
                self.log_files.push(entry);
                io::copy(&mut reader, &mut io::sink()).map(drop)
            }
            Format::Watch => {
                self.streams.push(entry);
                io::copy(&mut reader, &mut io::sink()).map(drop)
            }
            Format::Recording => self.lines(name, &mut reader, |gather, line, at| {
                gather.recorded_line(entry, name, line, at)
            }),
            Format::Json => self.json(entry, name, &mut reader),
            Format::Yaml => self.documents(entry, name, &mut reader),
        }
    }

    fn json(&mut self, entry: usize, name: &str, reader: &mut dyn BufRead) -> io::Result<()> {
        let hint = Hint::of(name);
        let mut each = |piece: Piece<'_>| self.piece(entry, name, &hint, false, piece);
        let mut scanner = Scanner::new();
        let done = loop {
            let len = match reader.fill_buf() {
                Ok([]) => break Ok(()),
                Ok(chunk) => {
                    scanner.feed(chunk, &mut each);
                    chunk.len()
                }
                Err(error) => break Err(error),
            };
            reader.consume(len);
        };
        scanner.finish(&mut |piece| at_end(done.is_ok(), piece, &mut each));
        done
    }

    fn documents(&mut self, entry: usize, name: &str, reader: &mut dyn BufRead) -> io::Result<()> {
        let hint = Hint::of(name);
        let mut each = |piece: Piece<'_>| self.piece(entry, name, &hint, true, piece);
        let mut splitter = Splitter::new();
        let mut line = Vec::new();
        let done = loop {
            line.clear();
            match (&mut *reader).take(LINE).read_until(b'\n', &mut line) {
                Ok(0) => break Ok(()),
                Ok(_) => splitter.feed(&line, &mut each),
                Err(error) => break Err(error),
            }
        };
        splitter.finish(&mut |piece| at_end(done.is_ok(), piece, &mut each));
        done
    }

    /// Shows each line with its place; ends early where `each` says so.
    pub(super) fn lines(
        &mut self,
        name: &str,
        content: &mut dyn BufRead,
        mut each: impl FnMut(&mut Self, &[u8], Span) -> bool,
    ) -> io::Result<()> {
        let mut at = Span {
            line: 1,
            ..Span::default()
        };
        let mut line = Vec::new();
        loop {
            line.clear();
            let len = content.take(LINE).read_until(b'\n', &mut line)?;
            if len == 0 {
                return Ok(());
            }
            at.len = len as u64;
            let text = line.trim_ascii_end();
            if at.len == LINE {
                self.broken(name, Some(at.line), "a line that is too long");
            } else if !text.is_empty() && !each(self, text, at) {
                return Ok(());
            }
            at.offset += at.len;
            at.line += 1;
        }
    }
}

/// Hands on what the end of a file ends. Of a file that could not be read to its end no list is whole, and what is said
/// of the file says of its last piece too.
fn at_end(whole: bool, piece: Piece<'_>, each: &mut dyn FnMut(Piece<'_>)) {
    match piece {
        Piece::ListEnd { list, .. } if !whole => each(Piece::ListEnd { whole, list }),
        Piece::Broken { .. } if !whole => {}
        piece => each(piece),
    }
}
