//! Where a pod that no node takes could run.

use ratatui::text::Span;

use crate::app::theme::Role;
use crate::engine::placement::Placed;
use crate::views::text::wrap::Wrap;

use super::{Density, Page};

/// Rows of nodes that are shown where there is room, and where there is not.
const ROWS: (usize, usize) = (8, 3);

impl Page<'_> {
    /// The nodes, those first that need the least.
    pub(super) fn placement(&mut self, placed: &Placed) {
        let table = &placed.table;
        self.blank();
        self.section("Nodes");
        let line = self.lines.len().saturating_sub(1);
        let heading = self.view.span(Role::Dim, &format!("  {}", table.heading()));
        self.beside(line, heading);
        let rows = match self.density {
            Density::Roomy => ROWS.0,
            Density::Dense => ROWS.1,
        };
        for row in table.rows.iter().take(rows) {
            let (sign, role) = if row.refusals.is_empty() {
                ("✓", Role::Healed)
            } else {
                ("✖", Role::Dim)
            };
            let view = self.view;
            let wrap = Wrap {
                columns: self.columns.saturating_sub(1),
                first: vec![Span::raw("   "), view.span(role, sign), Span::raw(" ")],
                rest: vec![Span::raw(" ".repeat(5))],
            };
            let who = view.span(Role::Bold, &row.who());
            let why = view.span(Role::Text, &format!("  {}", row.why()));
            let mut lines = wrap.spans(&[who, why]);
            self.clip(&mut lines, (4, 2));
            self.lines.extend(lines);
        }
        if table.rows.len() > rows {
            let more = format!("and {} more that refuse it otherwise", table.rows.len() - rows);
            self.indented(&more, Role::Dim);
        }
    }
}
