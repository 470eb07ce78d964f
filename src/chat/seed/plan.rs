//! Ranking lines into a budget: whole lines only, in the order of the document, and what was left out is stated.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::lines::{count, shown};
use crate::chat::redact::Redactor;

/// The lowest rank is the most important one; these are always there.
const MUST: u8 = 0;

/// Lines in a row that may be too long for what is left, before the rest is not tried any more.
const MISSES: usize = 40;

/// The heading of a section, from how many of its lines are shown and how many there are.
type Heading = Box<dyn Fn(usize, usize) -> String>;

/// A heading and lines of data.
pub(super) struct Section {
    heading: Heading,
    lines: Vec<(u8, String)>,
}

impl Section {
    pub fn new(heading: impl Fn(usize, usize) -> String + 'static) -> Self {
        Self {
            heading: Box::new(heading),
            lines: Vec::new(),
        }
    }

    /// A line that is always there.
    pub fn must(&mut self, text: String) {
        self.line(MUST, text);
    }

    /// A line that is there if the budget allows.
    pub fn line(&mut self, rank: u8, text: String) {
        self.lines.push((rank, text));
    }
}

/// All sections, in the order of the document.
pub(super) struct Plan<'r> {
    redactor: &'r Redactor,
    sections: Vec<Section>,
}

/// What became of a plan.
pub(super) struct Filled {
    pub text: String,
    chosen: BTreeMap<(usize, usize), String>,
}

impl Filled {
    /// How many lines of a section are shown.
    pub fn shown(&self, section: usize) -> usize {
        self.chosen.range((section, 0)..(section + 1, 0)).count()
    }

    pub fn is_shown(&self, section: usize, line: usize) -> bool {
        self.chosen.contains_key(&(section, line))
    }
}

impl<'r> Plan<'r> {
    pub const fn new(redactor: &'r Redactor) -> Self {
        Self {
            redactor,
            sections: Vec::new(),
        }
    }

    /// Adds a section and says its number.
    pub fn add(&mut self, section: Section) -> usize {
        self.sections.push(section);
        self.sections.len() - 1
    }

    /// The text in at most `budget` bytes: lines by rank, and among equals from the top.
    pub fn fill(&self, budget: usize, intro: &str, outro: &str) -> Filled {
        let mut order: Vec<(u8, usize, usize)> = self
            .sections
            .iter()
            .enumerate()
            .flat_map(|(section, lines)| {
                lines
                    .lines
                    .iter()
                    .enumerate()
                    .map(move |(line, (rank, _))| (*rank, section, line))
            })
            .collect();
        order.sort_unstable();
        let mut chosen = BTreeMap::new();
        let mut misses = 0;
        // Of every section at least the heading is shown, so that nobody takes what has no room for what is not there.
        let mut used = intro.len() + outro.len() + self.sections.iter().map(overhead).sum::<usize>();
        for (rank, section, line) in order {
            let Some(of) = self.sections.get(section) else {
                continue;
            };
            let Some((_, text)) = of.lines.get(line) else {
                continue;
            };
            if rank != MUST && misses > MISSES {
                break;
            }
            // Before sizes are counted, because a mark has another length than what it stands for; and before lines
            // are joined and cut, because half a secret is not known for one.
            let text = shown(&self.redactor.text(text));
            if rank == MUST || used + text.len() < budget {
                used += text.len() + 1;
                chosen.insert((section, line), text);
                misses = 0;
            } else {
                misses += 1;
            }
        }
        let mut text = intro.to_owned();
        for (number, section) in self.sections.iter().enumerate() {
            let lines: Vec<&str> = chosen
                .range((number, 0)..(number + 1, 0))
                .map(|(_, line)| line.as_str())
                .collect();
            write_section(&mut text, section, &lines);
        }
        text.push('\n');
        text.push_str(outro);
        Filled { text, chosen }
    }
}

/// Bytes of a section without its lines: the heading at its longest, two fences, the words about what was left out.
fn overhead(section: &Section) -> usize {
    const AROUND: usize = 64;
    let total = section.lines.len();
    if total == 0 {
        return 0;
    }
    let heading = |shown| (section.heading)(shown, total).len();
    AROUND + heading(total - 1).max(heading(total)).max(heading(0))
}

fn write_section(text: &mut String, section: &Section, lines: &[&str]) {
    let total = section.lines.len();
    if total == 0 {
        return;
    }
    // Names in it come from the cluster too.
    let heading = shown(&(section.heading)(lines.len(), total));
    if lines.is_empty() {
        let _ = write!(text, "\n{heading}\n(left out: no room)\n");
        return;
    }
    // Longer than any run of backquotes inside: data cannot end its own block.
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = write!(text, "\n{heading}\n{fence}text\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str(&fence);
    text.push('\n');
    if lines.len() < total {
        let _ = writeln!(
            text,
            "({} more lines left out)",
            count((total - lines.len()) as u64)
        );
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}
