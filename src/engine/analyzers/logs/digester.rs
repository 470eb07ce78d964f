//! The streaming miner: reads a log line by line in bounded memory.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::mem;

use super::clean::clean;
use super::line::{Level, read};
use super::mask::shape;
use super::trace::{Role, Trace, begins, continues, is_frame, names_exception};
use super::weight::{TRACE, weight};
use super::{LogDigest, LogLine, LogPattern, Named};
use crate::engine::object::Text;

/// Patterns in a digest.
const KEPT: usize = 60;
/// Patterns while reading; beyond it the least telling half is forgotten.
const TRACKED: usize = 240;
/// Lines that follow the line of a pattern.
const FOLLOW_LINES: usize = 30;
/// Their bytes.
const FOLLOW_BYTES: usize = 4_096;
/// Lines that may belong to one item: no trace is longer, but a file printed with indentation is.
const ITEM_LINES: usize = 400;
/// Lines of the tail.
const TAIL: usize = 40;

/// Takes in a log line by line and keeps a bounded digest of it: about 2 MB at most, whatever the log's length.
#[derive(Debug, Default)]
pub struct Digester {
    lines: u64,
    items: u64,
    bytes: u64,
    tail: VecDeque<LogLine>,
    /// By the hashes of their shapes: where every line has a shape of its own, none of these texts is kept.
    patterns: HashMap<u64, Tracked>,
    hasher: RandomState,
    item: Option<Item>,
    /// The shape of the item at hand: one text for all, as most shapes are known.
    shape: String,
}

/// A pattern and when it was last seen.
#[derive(Debug)]
struct Tracked {
    pattern: LogPattern,
    seen: u64,
}

/// Lines that belong together, as far as they have been read.
#[derive(Debug)]
struct Item {
    line: LogLine,
    follow: Vec<Text>,
    follow_bytes: usize,
    lines: usize,
    trace: Trace,
    rooted: bool,
    framed: bool,
}

impl Item {
    fn new(line: LogLine) -> Self {
        let trace = begins(&line.text);
        Self {
            framed: trace != Trace::Plain,
            rooted: matches!(trace, Trace::Go | Trace::Rust | Trace::RustMessage),
            line,
            follow: Vec::new(),
            follow_bytes: 0,
            lines: 1,
            trace,
        }
    }

    /// Takes in a line, if it belongs here; gives it back if it does not.
    fn take(&mut self, line: LogLine) -> Result<(), LogLine> {
        let (role, trace) = continues(self.trace, &line.text);
        if role == Role::Starts || self.lines >= ITEM_LINES {
            return Err(line);
        }
        self.lines += 1;
        self.trace = trace;
        self.framed |= is_frame(&line.text);
        if role == Role::Root {
            // A line that was said to fail before its trace stays the head; a bare exception or place gives way.
            let head = mem::replace(&mut self.line, line);
            self.rooted = true;
            self.framed = true;
            self.push(head.text);
        } else if !line.text.is_empty() {
            self.push(line.text);
        }
        Ok(())
    }

    fn push(&mut self, text: Text) {
        if self.follow.len() < FOLLOW_LINES && self.follow_bytes + text.len() <= FOLLOW_BYTES {
            self.follow_bytes += text.len();
            self.follow.push(text);
        }
    }

    fn weight(&self) -> u32 {
        let said = weight(&self.line.text);
        if !self.framed || !(self.rooted || names_exception(&self.line.text)) {
            return said;
        }
        // A trace that someone logged as a warning and went on from is not what ended the process.
        let caught = read(&self.line.text)
            .level
            .is_some_and(|level| level <= Level::Warning);
        if caught { said } else { said.max(TRACE) + 5 }
    }
}

impl Digester {
    /// One that has read nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next line.
    pub fn line(&mut self, line: &LogLine) {
        self.lines += 1;
        self.bytes += line.text.len() as u64 + 1;
        let line = LogLine {
            time: line.time,
            text: match clean(&line.text) {
                Cow::Borrowed(text) if text.len() == line.text.len() => line.text.clone(),
                text => text.into(),
            },
        };
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(line.clone());
        let line = match self.item.as_mut().map(|item| item.take(line.clone())) {
            Some(Ok(())) => return,
            Some(Err(line)) => line,
            None => line,
        };
        self.flush();
        if !line.text.is_empty() {
            self.item = Some(Item::new(line));
        }
    }

    /// What was read. `cut` says whether more was there than was read.
    pub fn finish(mut self, container_id: &str, cut: bool) -> LogDigest {
        self.flush();
        let mut tracked: Vec<Tracked> = self.patterns.into_values().collect();
        tracked.sort_by_key(|tracked| {
            (
                std::cmp::Reverse(tracked.pattern.weight),
                std::cmp::Reverse(tracked.seen),
            )
        });
        let named = Named::of(tracked.iter().map(|tracked| &tracked.pattern));
        tracked.truncate(KEPT);
        LogDigest {
            named,
            container_id: container_id.into(),
            lines: self.lines,
            bytes: self.bytes,
            cut,
            skimmed: false,
            patterns: tracked.into_iter().map(|tracked| tracked.pattern).collect(),
            tail: self.tail.into(),
        }
    }

    /// Counts the item that has ended.
    fn flush(&mut self) {
        let Some(item) = self.item.take() else { return };
        self.items += 1;
        let seen = self.items;
        shape(&item.line.text, &mut self.shape);
        let shape = self.hasher.hash_one(&self.shape);
        if let Some(known) = self.patterns.get_mut(&shape) {
            known.seen = seen;
            known.pattern.count = known.pattern.count.saturating_add(1);
            known.pattern.line = item.line;
            known.pattern.follow = item.follow;
            return;
        }
        if self.patterns.len() >= TRACKED {
            self.forget();
        }
        let pattern = LogPattern {
            weight: item.weight(),
            count: 1,
            follow: item.follow,
            line: item.line,
        };
        self.patterns.insert(shape, Tracked { pattern, seen });
    }

    /// Forgets the least telling half: the lightest, of these the rarest, of these the oldest.
    fn forget(&mut self) {
        let mut ranks: Vec<(u32, u32, u64)> = self
            .patterns
            .values()
            .map(|tracked| (tracked.pattern.weight, tracked.pattern.count, tracked.seen))
            .collect();
        if ranks.is_empty() {
            return;
        }
        let middle = ranks.len() / 2;
        let (_, &mut median, _) = ranks.select_nth_unstable(middle);
        self.patterns
            .retain(|_, tracked| (tracked.pattern.weight, tracked.pattern.count, tracked.seen) >= median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> LogDigest {
        let lines: Vec<LogLine> = text
            .lines()
            .map(|text| LogLine {
                time: None,
                text: text.into(),
            })
            .collect();
        super::super::digest("containerd://1", &lines, false)
    }

    #[test]
    fn lines_of_one_shape_are_counted_and_the_last_stands_for_them() {
        let digest = digest("loaded 8 MiB\nloaded 16 MiB\nloaded 24 MiB\nboom: failed");
        assert_eq!(digest.patterns.len(), 2);
        assert_eq!(&*digest.error().unwrap().line.text, "boom: failed");
        assert_eq!(digest.patterns[1].count, 3);
        assert_eq!(&*digest.patterns[1].line.text, "loaded 24 MiB");
        assert_eq!(digest.lines, 4);
    }

    #[test]
    fn a_trace_is_one_item_with_its_root_line() {
        let digest = digest(
            "2026-11-21 01:24:24.239 SEVERE  --- [com.shop.App] : Application run failed\n\
             java.lang.IllegalStateException: Error creating bean 'paymentGateway'\n\
             \tat com.shop.ServiceContext.start(ServiceContext.java:10)\n\
             Caused by: com.shop.GatewayException: payment gateway http://payments:8443 is unreachable\n\
             \tat com.shop.Gateway.handshake(Gateway.java:19)\n\
             Caused by: java.net.ConnectException: Connection refused\n\
             \tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n\
             after",
        );
        let error = digest.error().unwrap();
        assert_eq!(
            &*error.line.text,
            "Caused by: java.net.ConnectException: Connection refused"
        );
        assert!(
            error
                .follow
                .iter()
                .any(|line| line.contains("http://payments:8443"))
        );
        assert_eq!(digest.patterns.len(), 3);
    }

    #[test]
    fn memory_is_bounded_and_the_error_survives() {
        let mut digester = Digester::new();
        let mut line = |text: String| {
            digester.line(&LogLine {
                time: None,
                text: text.into(),
            });
        };
        line("FATAL: the one that matters".to_owned());
        for i in 0..120_000_u32 {
            // A shape of its own each: letters that count.
            let word: String = format!("{i:x}")
                .chars()
                .map(|c| char::from(b'g' + c.to_digit(16).unwrap() as u8))
                .collect();
            line(format!("item {word} passed by"));
        }
        assert!(digester.patterns.len() <= TRACKED);
        let digest = digester.finish("", true);
        assert_eq!(&*digest.error().unwrap().line.text, "FATAL: the one that matters");
        assert_eq!(digest.lines, 120_001);
        assert_eq!(digest.patterns.len(), KEPT);
        assert_eq!(digest.tail.len(), TAIL);
    }

    #[test]
    fn an_endless_indented_text_is_cut() {
        let text = format!("head\n{}", "    indented line of a big file\n".repeat(10_000));
        let digest = digest(&text);
        assert!(
            digest
                .patterns
                .iter()
                .all(|pattern| pattern.follow.len() <= FOLLOW_LINES)
        );
    }

    #[test]
    fn a_quiet_log_has_no_error() {
        assert_eq!(digest("starting\nlistening on port 80\n").error(), None);
        assert_eq!(digest("").error(), None);
    }
}
