//! Logs: from the text of a container's log to a bounded digest in which the error is found.

mod clean;
mod digester;
mod headline;
mod line;
mod mask;
mod named;
mod target;
mod trace;
mod trouble;
mod wanted;
mod weight;

use jiff::Timestamp;

pub use digester::Digester;
pub use headline::headline;
pub use named::{File, Login, Named, Refusal, Trouble};
pub use target::{Target, of_setting};
pub use wanted::wanted;

use crate::engine::object::Text;

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogLine {
    /// The time that the kubelet put before it.
    pub time: Option<Timestamp>,
    /// Its text, without that time.
    pub text: Text,
}

/// Lines of one shape: they differ in numbers, ids and times only.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPattern {
    /// The line that stands for them: of a stack trace the root line.
    pub line: LogLine,
    /// The lines that follow it and belong to it (a stack trace), bounded.
    pub follow: Vec<Text>,
    /// How many lines have this shape.
    pub count: u32,
    /// How much it looks like the error: 0 not at all; the digest's patterns are in falling order of it, later lines
    /// first among equals.
    pub weight: u32,
}

/// What is kept of a log: bounded whatever its length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogDigest {
    /// The instance that wrote it, `containerd://…`; empty where unknown.
    pub container_id: Text,
    /// How many lines were read.
    pub lines: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// Whether more was there than was read.
    pub cut: bool,
    /// Whether it was read although nothing fails, and so only in part.
    pub skimmed: bool,
    /// At most 60, the most error-like first.
    pub patterns: Vec<LogPattern>,
    /// The last lines, at most 40, oldest first.
    pub tail: Vec<LogLine>,
    /// What it names.
    pub named: Named,
}

impl LogDigest {
    /// The line that says best what went wrong, where one does.
    pub fn error(&self) -> Option<&LogPattern> {
        self.patterns
            .first()
            .filter(|pattern| pattern.weight >= weight::ANSWER)
    }
}

/// Whether an error is worth telling of a container that does its work: one that says so in so many words.
pub fn is_told(error: &LogPattern) -> bool {
    error.weight >= weight::SAID
}

/// Whether the program itself calls it an error, by its level or with a trace.
pub fn is_grave(error: &LogPattern) -> bool {
    error.weight >= weight::LEVEL
}

/// The digest of a log that is at hand: what a [`Digester`] makes of its lines.
pub fn digest<'a>(container_id: &str, lines: impl IntoIterator<Item = &'a LogLine>, cut: bool) -> LogDigest {
    let mut digester = Digester::new();
    for line in lines {
        digester.line(line);
    }
    digester.finish(container_id, cut)
}
