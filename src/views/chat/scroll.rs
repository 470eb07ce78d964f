//! Where one is in a chat.

use super::ChatView;

/// Where a chat is scrolled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    /// The end stays in sight.
    pub follow: bool,
    /// The entry at the top, and the line of it. Ignored while following.
    pub top: (usize, usize),
}

impl Default for Scroll {
    /// At the end.
    fn default() -> Self {
        Self {
            follow: true,
            top: (0, 0),
        }
    }
}

impl Scroll {
    /// At the beginning of an entry.
    pub const fn at(entry: usize) -> Self {
        Self {
            follow: false,
            top: (entry, 0),
        }
    }
}

impl ChatView {
    /// The line at the top of a screen of that height.
    pub(super) fn top(&self, scroll: Scroll, height: usize) -> usize {
        let bottom = self.bottom(height);
        if scroll.follow {
            return bottom;
        }
        let (part, line) = scroll.top;
        let start = self.starts.get(part).copied().unwrap_or(bottom);
        // An entry may have become shorter: what is below it must not come into sight by that.
        let end = self.starts.get(part + 1).copied().unwrap_or(start);
        (start + line).min(end.saturating_sub(1)).max(start).min(bottom)
    }

    /// The line at the top when the end is in sight.
    pub(super) fn bottom(&self, height: usize) -> usize {
        self.starts.last().copied().unwrap_or(0).saturating_sub(height)
    }

    /// A line as the part that it stands in and its number there.
    pub(super) fn anchor(&self, line: usize) -> (usize, usize) {
        let part = self
            .starts
            .partition_point(|start| *start <= line)
            .saturating_sub(1);
        let start = self.starts.get(part).copied().unwrap_or(0);
        (part, line - start)
    }
}
