//! The model of the log pane.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::engine::object::Text;
use crate::views::text::escape::clean;

use super::keymap::Action;

/// Lines that are kept; older ones are dropped and counted.
pub const CAPACITY: usize = 50_000;

/// Names a line for as long as the pane lives: numbers only grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub u64);

/// Names a source of the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub usize);

/// A container's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSource {
    /// The pod's name.
    pub pod: Text,
    /// The container's name.
    pub container: Text,
    /// Whether it is the instance before the present one.
    pub previous: bool,
}

/// What stands in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogRow {
    /// A line of a log.
    Line {
        /// Where it comes from.
        source: SourceId,
        /// When it was written, where the API says.
        time: Option<Timestamp>,
        /// What it says, harmless.
        text: Text,
        /// Whether it looks like an error.
        error: bool,
        /// The evidence that it is.
        evidence: Option<u32>,
    },
    /// The container was restarted here.
    Restart {
        /// Which.
        source: SourceId,
        /// With what it ended.
        exit_code: Option<i32>,
        /// How often it was restarted until then.
        times: u32,
    },
}

/// A log being read.
#[derive(Clone, Debug)]
pub struct LogPane {
    sources: Vec<LogSource>,
    rows: VecDeque<LogRow>,
    first: u64,
}

impl LogPane {
    /// A pane over these sources, of which a [`SourceId`] is the index.
    pub fn new(sources: Vec<LogSource>) -> Self {
        Self {
            sources,
            rows: VecDeque::new(),
            first: 0,
        }
    }

    /// The sources.
    pub fn sources(&self) -> &[LogSource] {
        &self.sources
    }

    /// A further source.
    pub fn add_source(&mut self, source: LogSource) -> SourceId {
        self.sources.push(source);
        SourceId(self.sources.len() - 1)
    }

    /// The pane's own rows and columns, its header not counted. Told before keys are handled and after each resize.
    pub fn resize(&mut self, _rows: u16, _columns: u16) {}

    /// A line arrived.
    pub fn push(&mut self, source: SourceId, time: Option<Timestamp>, text: &str) -> LineId {
        let text: Text = clean(text).into();
        self.append(LogRow::Line {
            source,
            time,
            error: looks_like_error(&text),
            text,
            evidence: None,
        })
    }

    /// A source was restarted; what comes from it now is of the next instance.
    pub fn restarted(&mut self, source: SourceId, exit_code: Option<i32>, times: u32) -> LineId {
        self.append(LogRow::Restart {
            source,
            exit_code,
            times,
        })
    }

    fn append(&mut self, row: LogRow) -> LineId {
        if self.rows.len() == CAPACITY {
            self.rows.pop_front();
            self.first += 1;
        }
        self.rows.push_back(row);
        LineId(self.first + self.rows.len() as u64 - 1)
    }

    /// Marks lines that are evidence, those present and those to come: number, time where known, text.
    pub fn mark(&mut self, _n: u32, _time: Option<Timestamp>, _text: &str) {}

    /// Goes to the line that is evidence `n`; `false` where it is not (yet) here.
    pub fn go_to_evidence(&mut self, _n: u32) -> bool {
        false
    }

    /// Handles an action of [`super::keymap::Focus::Logs`]; `false` where it is none of the pane's own.
    pub fn update(&mut self, _action: Action) -> bool {
        false
    }

    /// Searches; an empty text ends the search.
    pub fn search(&mut self, _pattern: &str) {}

    /// The selected line.
    pub fn selected(&self) -> Option<(LineId, &LogRow)> {
        let row = self.rows.back()?;
        Some((LineId(self.first + self.rows.len() as u64 - 1), row))
    }
}

/// Whether a line of a log tells of an error.
pub fn looks_like_error(line: &str) -> bool {
    line.contains("error") || line.contains("[emerg]")
}
