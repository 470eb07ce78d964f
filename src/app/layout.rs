//! Where everything stands: a pure function of the size and of what is open, so that update knows how many rows a
//! pane has and views draw the same.

use ratatui::layout::{Rect, Size};

use super::model::{Pane, Place};

/// The smallest terminal in which the console works.
pub const SMALLEST: Size = Size::new(40, 12);

/// From this width on the tree and the problem stand side by side.
const TWO_PANES: u16 = 100;

/// From this height on there are lines above and below the panes.
const WITH_RULES: u16 = 16;

/// Columns of the tree beside a chat.
const STRIP: u16 = 15;

/// The parts of the screen. A part that is not there has no area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Context, connection, counts.
    pub header: Rect,
    /// The line under the header.
    pub upper_rule: Rect,
    /// The tree.
    pub tree: Rect,
    /// The line between the panes.
    pub divider: Rect,
    /// The problem, or the chat.
    pub detail: Rect,
    /// The line above the footer.
    pub lower_rule: Rect,
    /// The keys; in a chat the composer.
    pub footer: Rect,
}

impl Layout {
    /// The layout of a screen of that size. `footer` is the height of the last part: the composer grows. `None` where
    /// the terminal is too small.
    pub fn of(size: Size, place: Place, pane: Pane, zoomed: bool, footer: u16) -> Option<Self> {
        if size.width < SMALLEST.width || size.height < SMALLEST.height {
            return None;
        }
        let rule = u16::from(size.height >= WITH_RULES);
        let body = size.height.saturating_sub(1 + 2 * rule + footer);
        let line = |y, height| Rect::new(0, y, size.width, height);
        let layout = Self {
            header: line(0, 1),
            upper_rule: line(1, rule),
            lower_rule: line(1 + rule + body, rule),
            footer: line(1 + 2 * rule + body, footer),
            ..Self::default()
        };
        let body = line(1 + rule, body);
        Some(layout.with_panes(body, place, pane, zoomed))
    }

    fn with_panes(self, body: Rect, place: Place, pane: Pane, zoomed: bool) -> Self {
        if zoomed || body.width < TWO_PANES {
            return match pane {
                Pane::Tree => Self { tree: body, ..self },
                Pane::Detail => Self { detail: body, ..self },
            };
        }
        let tree = match place {
            Place::Home => (body.width * 46 / 100).min(84),
            Place::Chat => STRIP + (body.width.saturating_sub(120) / 4).min(12),
        };
        let at = |x, width| Rect::new(x, body.y, width, body.height);
        Self {
            tree: at(0, tree),
            divider: at(tree, 1),
            detail: at(tree + 1, body.width - tree - 1),
            ..self
        }
    }

    /// Whether both panes are visible.
    pub const fn is_split(&self) -> bool {
        !self.divider.is_empty()
    }

    /// Whether the tree is only a strip of names.
    pub const fn is_strip(&self) -> bool {
        self.tree.width < 32
    }

    /// The rows of the tree: its first line is a heading where there is room for one.
    pub const fn tree_rows(&self) -> Rect {
        let heading = if self.has_tree_heading() { 1 } else { 0 };
        Rect {
            y: self.tree.y + heading,
            height: self.tree.height.saturating_sub(heading),
            ..self.tree
        }
    }

    /// Whether a heading stands over the tree.
    pub const fn has_tree_heading(&self) -> bool {
        !self.is_strip() && self.tree.height > 12
    }

    /// The text of the detail pane: without its margins and its last line, where the tabs stand.
    pub const fn detail_text(&self) -> Rect {
        let margin = if self.detail.width >= 50 { 1 } else { 0 };
        Rect {
            x: self.detail.x + margin,
            y: self.detail.y,
            width: self.detail.width.saturating_sub(2 * margin),
            height: self.detail.height.saturating_sub(1),
        }
    }

    /// The line of tabs.
    pub const fn tabs(&self) -> Rect {
        let text = self.detail_text();
        Rect {
            y: text.y + text.height,
            height: if self.detail.height > 0 { 1 } else { 0 },
            ..text
        }
    }
}
