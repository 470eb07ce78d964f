//! What the placement table says, held against what the real scheduler said of the same pods on the same nodes.

use std::collections::BTreeMap;

use k8stui::engine::kinds::Pod;
use k8stui::engine::placement::{self, Table};

use super::recorded::cluster;

/// The scheduler's sentence without what it says of preemption: reason to number of nodes.
fn counted(message: &str) -> Option<BTreeMap<String, usize>> {
    let (_, reasons) = message.split_once(" nodes are available: ")?;
    let reasons = reasons.split(" preemption: ").next()?;
    let reasons = reasons.replace(" no new claims to deallocate,", "");
    let parts = reasons.trim().trim_end_matches('.').split(", ");
    parts
        .map(|part| {
            let (count, reason) = part.split_once(' ')?;
            Some((reason.to_owned(), count.parse().ok()?))
        })
        .collect()
}

fn said(table: &Table) -> BTreeMap<String, usize> {
    let mut said = BTreeMap::new();
    for row in &table.rows {
        for reason in row.said() {
            *said.entry(reason).or_default() += row.count;
        }
    }
    said
}

#[test]
fn the_table_counts_as_the_scheduler_counted() {
    let world = cluster();
    let (mut compared, mut wrong) = (0, Vec::new());
    for pod in world.all::<Pod>() {
        let Some(condition) = pod.condition("PodScheduled").filter(|one| one.status == "False") else {
            continue;
        };
        let (Some(want), Some(table)) = (counted(&condition.message), placement::table(&world, pod)) else {
            continue;
        };
        compared += 1;
        let is = said(&table);
        if is != want {
            let name = format!("{}/{}", pod.metadata.namespace, pod.metadata.name);
            wrong.push(format!("{name}\n  scheduler {want:?}\n  here      {is:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {compared}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(compared >= 10, "{compared}");
}
