//! Where a pod that no node takes could run.

use super::lines;
use super::plan::Section;
use crate::engine::placement::Placed;

/// So many rows are shown before what else matters.
const FIRST: usize = 6;

/// The table, a line a row of nodes; first what it would take.
pub(super) fn section(placed: &Placed) -> Section {
    let table = &placed.table;
    let heading = table.heading();
    let mut section =
        Section::new(move |shown, total| format!("## Nodes: {heading}{}", lines::of(shown, total, "lines")));
    if let Some(change) = &table.change {
        section.line(1, format!("smallest change: {change}"));
    }
    for (index, row) in table.rows.iter().enumerate() {
        let count = if row.count > 1 {
            format!("{} nodes, {}", row.count, row.who())
        } else {
            row.who()
        };
        section.line(
            if index < FIRST { 1 } else { 4 },
            format!("{count}: {}", row.why()),
        );
    }
    section
}
