//! How the rows of a log are laid out: known to the model, which must know how high a row is, and to the view.

use crate::views::text::width::width;
use crate::views::text::wrap::wrap;

use super::{LogPane, LogRow, SourceId};

/// A source's name takes at most this many columns.
const LABEL: usize = 24;

/// `10:20:58.114` and the two blanks after it.
const TIME: usize = 14;

/// How a row is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns of the source's name, 0 where there is one source only.
    pub label: usize,
    /// Whether times are shown.
    pub times: bool,
    /// Columns of the text.
    pub text: usize,
    /// Columns that the text is moved to the left.
    pub left: usize,
    /// Whether long lines are wrapped.
    pub wrap: bool,
}

impl LogPane {
    /// What a source is called in a row: the pod without the hash of its ReplicaSet, and the container where there
    /// are several.
    pub fn label(&self, source: SourceId) -> String {
        let Some((source, _)) = self.sources.get(source.0) else {
            return String::new();
        };
        let several = self
            .sources
            .iter()
            .any(|(other, _)| other.container != source.container);
        let pod = short_pod(&source.pod);
        if several {
            format!("{pod}/{}", source.container)
        } else {
            pod
        }
    }

    /// How its rows are laid out now.
    pub fn layout(&self) -> Layout {
        let (first, several) = match self.sources.split_first() {
            Some(((first, _), rest)) => (
                Some(first),
                rest.iter()
                    .any(|(other, _)| (&other.pod, &other.container) != (&first.pod, &first.container)),
            ),
            None => (None, false),
        };
        let label = match first {
            Some(_) if several => (0..self.sources.len())
                .map(|index| width(&self.label(SourceId(index))))
                .max()
                .unwrap_or(0)
                .min(LABEL)
                .min(self.columns / 4),
            _ => 0,
        };
        let before_text = 1 + if label > 0 { label + 3 } else { 1 };
        // On a narrow screen the text is worth more than the time.
        let times = self.times && self.columns >= before_text + TIME + 20;
        let text = self
            .columns
            .saturating_sub(before_text + if times { TIME } else { 0 });
        Layout {
            label,
            times,
            text: text.max(1),
            left: self.left,
            wrap: self.wrap,
        }
    }
}

/// Rows of the screen that a row takes.
pub(super) fn height(row: &LogRow, layout: Layout) -> usize {
    match row {
        LogRow::Line {
            text,
            error,
            evidence,
            ..
        } if layout.wrap => {
            let room = layout.text.saturating_sub(if *error { 2 } else { 0 }).max(1);
            match evidence {
                Some(n) => wrap(&format!("{text}{}", evidence_mark(*n)), room).len(),
                None if width(text) <= room => 1,
                None => wrap(text, room).len(),
            }
        }
        _ => 1,
    }
}

/// What stands behind a line that is evidence.
pub(crate) fn evidence_mark(n: u32) -> String {
    format!("  ←\u{a0}{n}")
}

/// `checkout-7d9f8b6c5d-abc12` is `checkout-abc12`: the hash says nothing that a reader keeps in mind.
fn short_pod(pod: &str) -> String {
    let parts: Vec<&str> = pod.rsplitn(3, '-').collect();
    match parts.as_slice() {
        [last, hash, workload] if last.len() == 5 && (8..=10).contains(&hash.len()) && is_hash(hash) => {
            format!("{workload}-{last}")
        }
        _ => pod.to_owned(),
    }
}

/// Of the letters that Kubernetes makes hashes of: no vowels.
fn is_hash(text: &str) -> bool {
    text.bytes()
        .all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte))
}
