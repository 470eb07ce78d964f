//! Causes: from findings to problems. Equal findings of one owner are one group; a group that follows from another
//! by a rule of [`rules::RULES`] hangs on it; what hangs on nothing is a problem.

mod assemble;
mod evidence;
mod forest;
mod groups;
mod healing;
mod names;
mod order;
mod problems;
mod reads;
pub mod rules;
mod severity;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

pub use assemble::{Awaited, IsAwaited};
pub use problems::{Changed, Problems};

use super::finding::Finding;
use super::object::Text;
use super::playbook::Playbook;
use super::problem::Problem;
use super::world::World;

/// All findings of a cluster by their id, in an order that does not depend on when they were found.
pub type Findings = BTreeMap<Text, Arc<Finding>>;

/// The names of the rules by which something follows from something else.
pub fn joined_by(world: &World, findings: &Findings) -> BTreeSet<&'static str> {
    let mut groups = groups::Groups::default();
    groups.take_in(findings, findings.keys());
    let sight = reads::Sight::new(world, &groups);
    let live = groups.all_live().filter_map(|key| Some((key, groups.get(key)?)));
    live.filter_map(|(key, group)| rules::rule_of(rules::RULES, &sight, key, group))
        .collect()
}

/// The problems of a world at a moment, as one look gives them: nothing healed, numbers fresh.
pub fn problems(
    world: &World,
    findings: &Findings,
    playbook: &Playbook,
    now: Timestamp,
) -> Vec<Arc<Problem>> {
    let mut problems = Problems::default();
    problems.update(world, findings, Changed::Everything, playbook, &|_| false, now);
    problems.all().to_vec()
}
