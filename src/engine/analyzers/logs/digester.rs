//! The streaming miner.

use super::{LogDigest, LogLine};

/// Takes in a log line by line and keeps a bounded digest of it.
#[derive(Debug, Default)]
pub struct Digester {
    digest: LogDigest,
}

impl Digester {
    /// One that has read nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next line.
    pub fn line(&mut self, line: &LogLine) {
        self.digest.lines += 1;
        self.digest.bytes += line.text.len() as u64;
        self.digest.tail.push(line.clone());
        if self.digest.tail.len() > 40 {
            self.digest.tail.remove(0);
        }
    }

    /// What was read. `cut` says whether more was there than was read.
    pub fn finish(mut self, container_id: &str, cut: bool) -> LogDigest {
        self.digest.container_id = container_id.into();
        self.digest.cut = cut;
        self.digest
    }
}
