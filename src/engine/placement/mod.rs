//! Placement: what keeps a pod that has no node from every node there is, and the smallest change that would let it run.
//!
//! The scheduler asks its filters one after another, stops at the first that refuses a node, and says only how many
//! nodes each has refused. Here every filter is asked about every node ([`filters`]), nodes that refuse alike are one
//! row, and what it would take is weighed ([`Change`]). The order of the filters is that of the default profile of
//! kube-scheduler, so that the first refusal of a node is the one that the scheduler counts. Made on demand, from the
//! world alone: it costs a look at every node, and at every pod where pods matter to each other.
//!
//! Not looked at, because the world does not hold it: how many volumes a node can attach (CSINode), and devices of
//! resource claims; nominated pods of higher priority are not counted.

mod amount;
mod change;
mod filters;
mod neighbours;
mod refusal;
mod spread;
mod volumes;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use super::kinds::{Node, Pod};
use super::object::{Key, Kind, ObjectRef, Text};
use super::problem::SuggestedCommand;
use super::world::{Sync, World};

pub use change::{Change, Step};
pub use refusal::Refusal;

use filters::Scene;

/// So many nodes of a row are named.
const NAMES: usize = 3;

/// Where a pod could run, and why it does not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// The pod.
    pub pod: ObjectRef,
    /// How many nodes there are.
    pub nodes: usize,
    /// How many would take it now.
    pub fit: usize,
    /// Nodes that refuse it alike, those first that need the least.
    pub rows: Vec<Row>,
    /// The smallest change that would let it run; `None` where no change of the pod or of a node's labels, taints and
    /// reservations would, or where it fits.
    pub change: Option<Change>,
}

/// A table, and what to do about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Placed {
    /// The table.
    pub table: Table,
    /// What makes the smallest change; empty where it cannot be said as commands.
    pub commands: Vec<SuggestedCommand>,
}

/// Nodes that refuse a pod alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Their number.
    pub count: usize,
    /// The first of them, that with the most left before the others; at most three.
    pub names: Vec<Text>,
    /// Why, in the order in which the scheduler asks. Empty: they take it.
    pub refusals: Vec<Refusal>,
}

impl Row {
    /// `worker-1, worker-2 and 30 more`.
    pub fn who(&self) -> String {
        let names = self.names.join(", ");
        match self.count.saturating_sub(self.names.len()) {
            0 => names,
            more => format!("{names} and {more} more"),
        }
    }

    /// What the scheduler says of each of them in its event: the reasons of the first filter that refuses it.
    pub fn said(&self) -> Vec<String> {
        let resources =
            |refusal: &Refusal| matches!(refusal, Refusal::Resource { .. } | Refusal::Pods { .. });
        let first = self.refusals.iter().take(1);
        // Only the filter of resources has several.
        let more = self
            .refusals
            .iter()
            .skip(1)
            .take_while(|refusal| resources(refusal) && self.refusals.first().is_some_and(resources));
        first.chain(more).map(Refusal::said).collect()
    }

    /// Why, in a line.
    pub fn why(&self) -> String {
        if self.refusals.is_empty() {
            return "takes it".to_owned();
        }
        let all: Vec<String> = self.refusals.iter().map(ToString::to_string).collect();
        all.join("; ")
    }
}

impl Table {
    /// `0 of 4 nodes take it`.
    pub fn heading(&self) -> String {
        match (self.fit, self.nodes) {
            (0, 0) => "there are no nodes".to_owned(),
            (0, 1) => "the only node does not take it".to_owned(),
            (0, nodes) => format!("none of {nodes} nodes takes it"),
            (fit, nodes) => format!("{fit} of {nodes} nodes take it now"),
        }
    }
}

/// The table of a pod. `None` where nodes cannot be read, or where it has a node.
pub fn table(world: &World, pod: &Pod) -> Option<Table> {
    if !pod.spec.node_name.is_empty() || world.sync(Kind::Node, "") != Sync::Synced {
        return None;
    }
    let scene = Scene::new(world, pod);
    let mut rows: BTreeMap<String, Vec<(&Node, Vec<Refusal>)>> = BTreeMap::new();
    let mut nodes = 0;
    for node in world.all::<Node>() {
        nodes += 1;
        let refusals = scene.refusals(node);
        let alike: Vec<String> = refusals.iter().map(Refusal::kind).collect();
        rows.entry(alike.join("\n")).or_default().push((node, refusals));
    }
    let mut rows: Vec<(u32, Row, Option<Change>)> = rows.into_values().map(|nodes| row(pod, nodes)).collect();
    rows.sort_by(|a, b| (a.0, &a.1.names).cmp(&(b.0, &b.1.names)));
    let fit = rows
        .iter()
        .filter(|(_, row, _)| row.refusals.is_empty())
        .map(|(_, row, _)| row.count)
        .sum();
    let change = rows.first_mut().and_then(|(_, _, change)| change.take());
    Some(Table {
        pod: Key::new(Kind::Pod, &pod.metadata.namespace, &pod.metadata.name).object(),
        nodes,
        fit,
        rows: rows.into_iter().map(|(_, row, _)| row).collect(),
        change: change.filter(|_| fit == 0),
    })
}

/// Nodes that refuse alike: what they cost, the row, and the change that the cheapest of them needs.
fn row(pod: &Pod, mut nodes: Vec<(&Node, Vec<Refusal>)>) -> (u32, Row, Option<Change>) {
    nodes.sort_by_key(|(node, refusals)| {
        let missing: i64 = refusals.iter().map(Refusal::missing).sum();
        (missing, node.metadata.name.clone())
    });
    let count = nodes.len();
    let names = nodes
        .iter()
        .take(NAMES)
        .map(|(node, _)| node.metadata.name.clone())
        .collect();
    let Some((node, refusals)) = nodes.into_iter().next() else {
        let row = Row {
            count,
            names,
            refusals: Vec::new(),
        };
        return (u32::MAX, row, None);
    };
    let (cost, change) = change::of(pod, node, &refusals, count);
    let row = Row {
        count,
        names,
        refusals,
    };
    (cost, row, change)
}
