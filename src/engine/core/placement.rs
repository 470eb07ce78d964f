//! Where the pods of a problem could run.

use std::sync::Arc;

use super::Core;
use crate::engine::kinds::Pod;
use crate::engine::placement::{self, Placed};
use crate::engine::problem::{Problem, SuggestedCommand};

/// What is said of a pod that no node takes.
const UNSCHEDULABLE: &str = "PodUnschedulable";

impl Core {
    /// Where the pod that a problem is rooted in could run; `None` where it is about something else. Looks at every
    /// node, so it is made when it is asked for and not with the problem.
    pub fn placement(&self, problem: &Problem) -> Option<Placed> {
        let root = &problem.root()?.finding;
        if *root.code != *UNSCHEDULABLE {
            return None;
        }
        let pod = self.world.get::<Pod>(&root.object.namespace, &root.object.name)?;
        let table = placement::table(&self.world, pod)?;
        let commands = table.change.as_ref();
        let commands = commands.and_then(|change| change.commands(pod, &root.owner));
        Some(Placed {
            commands: commands
                .unwrap_or_default()
                .into_iter()
                .map(|command| SuggestedCommand {
                    command: command.into(),
                    mutates: true,
                })
                .collect(),
            table,
        })
    }

    /// The problem with what heals it by the table put first.
    pub(super) fn placed(&self, mut problem: Arc<Problem>) -> (Arc<Problem>, Option<Placed>) {
        let placed = self.placement(&problem);
        if let Some(placed) = placed.as_ref().filter(|placed| !placed.commands.is_empty()) {
            let known = &mut Arc::make_mut(&mut problem).diagnosis.commands;
            known.splice(0..0, placed.commands.iter().cloned());
        }
        (problem, placed)
    }
}
