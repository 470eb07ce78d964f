//! The model of the log pane: what came, what of it is shown, and where one is in it.
//!
//! Every line has a [`LineId`] for life. Selection and scroll are ids, so that lines that arrive, or old ones that are
//! dropped, move nothing that is looked at. `view` is the way through the lines, `search` what picks them.

mod errors;
mod layout;
mod search;
mod view;

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::engine::object::Text;
use crate::views::number::grouped;
use crate::views::text::escape::clean;

pub use errors::looks_like_error;
pub use layout::Layout;
pub(crate) use layout::evidence_mark;
pub use search::Search;
pub use view::Visible;

/// Lines that are kept; older ones are dropped and counted.
pub const CAPACITY: usize = 50_000;

/// Bytes of a line that are kept: programs that write a dump as one line must not fill the memory.
pub const LONGEST: usize = 16 * 1024;

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

/// How it stands with a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SourceState {
    /// Asked for.
    #[default]
    Loading,
    /// Lines come as they are written.
    Live,
    /// All there is has come.
    Ended,
    /// It cannot be read; the text says why and what to do.
    Failed(Text),
}

/// A line as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Where it comes from.
    pub source: SourceId,
    /// When it was written, where the API says.
    pub time: Option<Timestamp>,
    /// What it says, raw.
    pub text: String,
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

impl LogRow {
    /// What the row says, as it is copied and searched.
    pub fn text(&self) -> Text {
        match self {
            Self::Line { text, .. } => text.clone(),
            Self::Restart { exit_code, times, .. } => {
                let times = ordinal(*times);
                match exit_code {
                    Some(code) => format!("restarted (exit {code}, {times} time)").into(),
                    None => format!("restarted ({times} time)").into(),
                }
            }
        }
    }

    /// Whether it is a line that looks like an error.
    pub const fn is_error(&self) -> bool {
        matches!(self, Self::Line { error: true, .. })
    }
}

/// A line that is evidence, to be recognised when it comes.
#[derive(Clone, Debug)]
struct Mark {
    /// Whose line it is, where that is known: replicas say the same in the same instant.
    source: Option<SourceId>,
    time: Option<Timestamp>,
    text: String,
    line: Option<LineId>,
}

/// A log being read.
#[derive(Clone, Debug)]
pub struct LogPane {
    sources: Vec<(LogSource, SourceState)>,
    rows: VecDeque<LogRow>,
    /// The id of the first row; as many were dropped.
    first: u64,
    marks: BTreeMap<u32, Mark>,
    search: Search,
    keep_matches: bool,
    errors_only: bool,
    /// The rows that pass what is kept; `None` where all are.
    kept: Option<VecDeque<LineId>>,
    follow: bool,
    /// Rows that came since it does not follow.
    arrived: u64,
    cursor: Option<LineId>,
    top: LineId,
    left: usize,
    wrap: bool,
    times: bool,
    height: usize,
    columns: usize,
}

impl LogPane {
    /// A pane over these sources, of which a [`SourceId`] is the index. It follows.
    pub fn new(sources: Vec<LogSource>) -> Self {
        Self {
            sources: sources
                .into_iter()
                .map(|source| (source, SourceState::Loading))
                .collect(),
            rows: VecDeque::new(),
            first: 0,
            marks: BTreeMap::new(),
            search: Search::default(),
            keep_matches: false,
            errors_only: false,
            kept: None,
            follow: true,
            arrived: 0,
            cursor: None,
            top: LineId(0),
            left: 0,
            wrap: false,
            times: true,
            height: 20,
            columns: 80,
        }
    }

    /// The sources and how it stands with each.
    pub fn sources(&self) -> &[(LogSource, SourceState)] {
        &self.sources
    }

    /// A further source.
    pub fn add_source(&mut self, source: LogSource) -> SourceId {
        self.sources.push((source, SourceState::Loading));
        SourceId(self.sources.len() - 1)
    }

    /// How it stands with a source now.
    pub fn set_state(&mut self, source: SourceId, state: SourceState) {
        if let Some((_, present)) = self.sources.get_mut(source.0) {
            *present = state;
        }
    }

    /// A line arrived.
    pub fn push(&mut self, source: SourceId, time: Option<Timestamp>, text: &str) -> LineId {
        let text = readable(text);
        let evidence = self.marked(source, time, &text);
        let id = self.append(LogRow::Line {
            source,
            time,
            error: looks_like_error(&text),
            text,
            evidence,
        });
        if let Some(mark) = evidence.and_then(|n| self.marks.get_mut(&n)) {
            mark.line = Some(id);
        }
        id
    }

    /// Lines arrived at once, perhaps of several sources: they are put in by their time.
    pub fn push_all(&mut self, mut lines: Vec<Incoming>) {
        // Stable: lines without a time, or of the same, stay as they came.
        lines.sort_by_key(|line| line.time);
        for line in lines {
            self.push(line.source, line.time, &line.text);
        }
    }

    /// A source was restarted; what comes from it now is of the next instance.
    pub fn restarted(&mut self, source: SourceId, exit_code: Option<i32>, times: u32) -> LineId {
        self.append(LogRow::Restart {
            source,
            exit_code,
            times,
        })
    }

    /// Marks these lines and no others: numbers of a problem whose logs are still being read may change.
    pub fn mark_all<'a>(
        &mut self,
        facts: impl Iterator<Item = (u32, LogSource, Option<Timestamp>, &'a str)>,
    ) {
        for row in &mut self.rows {
            if let LogRow::Line { evidence, .. } = row {
                *evidence = None;
            }
        }
        self.marks.clear();
        for (n, wanted, time, text) in facts {
            let source = self
                .sources
                .iter()
                .position(|(source, _)| *source == wanted)
                .map(SourceId);
            self.mark_line(n, source, time, text);
        }
    }

    /// Marks the line that is evidence `n`, present or to come: the one that says `text`, and where both times are
    /// known said it then.
    pub fn mark(&mut self, n: u32, time: Option<Timestamp>, text: &str) {
        self.mark_line(n, None, time, text);
    }

    fn mark_line(&mut self, n: u32, source: Option<SourceId>, time: Option<Timestamp>, text: &str) {
        let text = clean(text.trim()).into_owned();
        let mut mark = Mark {
            source,
            time,
            text,
            line: None,
        };
        let found = self.rows.iter().position(|row| mark.fits(row));
        if let Some(LogRow::Line { evidence, .. }) = found.and_then(|index| self.rows.get_mut(index)) {
            *evidence = Some(n);
        }
        mark.line = found.map(|index| LineId(self.first + index as u64));
        self.marks.insert(n, mark);
    }

    /// How many rows there are, and how many were dropped before them.
    pub fn counts(&self) -> (usize, u64) {
        (self.rows.len(), self.first)
    }

    /// A row by its id, while it is kept.
    pub fn row(&self, id: LineId) -> Option<&LogRow> {
        let index = usize::try_from(id.0.checked_sub(self.first)?).ok()?;
        self.rows.get(index)
    }

    /// The search in force.
    pub const fn searched(&self) -> &Search {
        &self.search
    }

    /// Whether only what matches the search is shown.
    pub const fn keeps_matches(&self) -> bool {
        self.keep_matches
    }

    /// Whether only error lines are shown.
    pub const fn keeps_errors(&self) -> bool {
        self.errors_only
    }

    fn marked(&self, source: SourceId, time: Option<Timestamp>, text: &str) -> Option<u32> {
        let open = self.marks.iter().filter(|(_, mark)| mark.line.is_none());
        open.filter(|(_, mark)| mark.says(source, time, text))
            .map(|(n, _)| *n)
            .next()
    }

    fn append(&mut self, row: LogRow) -> LineId {
        if self.rows.len() == CAPACITY {
            self.drop_oldest();
        }
        let id = LineId(self.first + self.rows.len() as u64);
        self.search.arrived(id, &row);
        let passes = self.passes(&row);
        self.rows.push_back(row);
        if let Some(kept) = self.kept.as_mut().filter(|_| passes) {
            kept.push_back(id);
        }
        if passes && !self.follow {
            self.arrived += 1;
        }
        id
    }

    fn drop_oldest(&mut self) {
        let gone = LineId(self.first);
        self.rows.pop_front();
        self.first += 1;
        self.search.dropped(gone);
        if let Some(kept) = self.kept.as_mut().filter(|kept| kept.front() == Some(&gone)) {
            kept.pop_front();
        }
    }

    /// Whether a row is shown. Restarts always are: they say where lines come from.
    fn passes(&self, row: &LogRow) -> bool {
        match row {
            LogRow::Restart { .. } => true,
            LogRow::Line { error, .. } => {
                (!self.errors_only || *error) && (!self.keep_matches || self.search.matches(row))
            }
        }
    }
}

impl Mark {
    fn says(&self, source: SourceId, time: Option<Timestamp>, text: &str) -> bool {
        let same_source = self.source.is_none_or(|wanted| wanted == source);
        let same_time = match (self.time, time) {
            (Some(wanted), Some(time)) => wanted == time,
            _ => true,
        };
        same_source && same_time && !self.text.is_empty() && text.contains(&self.text)
    }

    fn fits(&self, row: &LogRow) -> bool {
        matches!(row, LogRow::Line { source, time, text, evidence: None, .. } if self.says(*source, *time, text))
    }
}

/// A line, harmless and no longer than [`LONGEST`].
fn readable(line: &str) -> Text {
    let line = line.trim_end_matches(['\n', '\r']);
    if line.len() <= LONGEST {
        return clean(line).into();
    }
    let end = (0..=LONGEST).rev().find(|end| line.is_char_boundary(*end));
    let kept = end.and_then(|end| line.get(..end)).unwrap_or_default();
    let more = grouped((line.len() - kept.len()) as u64);
    format!("{}… ({more} more bytes)", clean(kept)).into()
}

/// `12th`.
fn ordinal(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}
