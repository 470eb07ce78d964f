//! What heals before all that followed from it does: it stays the cause of the rest, marked healed, until that ends
//! or follows from something else.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Findings;
use super::forest::Forest;
use super::groups::{Group, GroupKey, Groups};
use crate::engine::problem::{Diagnosis, Problem, Role, State};

/// What the rules say of each group that was asked about: what it follows from, if from anything.
pub(super) type Ruled = BTreeMap<GroupKey, Option<GroupKey>>;

/// Hangs groups as the rules say and lets go of those that are `emptied`. Such a group is kept, marked healed, where
/// something still hung on it that hangs on nothing now, if `remembers`. What explains nothing any more although it is
/// still there is let go: it has not healed, it is no cause.
pub(super) fn hang(
    groups: &mut Groups,
    forest: &mut Forest,
    ruled: Ruled,
    mut emptied: BTreeMap<GroupKey, Group>,
    remembers: bool,
    now: Timestamp,
) {
    let mut kept: Vec<GroupKey> = Vec::new();
    for (key, cause) in ruled {
        let cause = cause.or_else(|| {
            let before = forest.cause(&key)?.clone();
            if emptied.contains_key(&before) {
                kept.push(before.clone());
                return remembers.then_some(before);
            }
            // The rules say of what is there what it follows from; of what has healed, memory does.
            groups.is_healed(&before).then_some(before)
        });
        forest.hang(&key, cause);
    }
    // What has healed itself and still explains something hangs where it hung.
    let holds_healed = |key: &&GroupKey| forest.effects(key).any(|effect| groups.is_healed(effect));
    kept.extend(emptied.keys().filter(holds_healed).cloned());
    while let Some(key) = kept.pop().filter(|_| remembers) {
        if let Some(group) = emptied.remove(&key) {
            groups.keep_healed(key.clone(), group, now);
            kept.extend(
                forest
                    .cause(&key)
                    .filter(|cause| emptied.contains_key(*cause))
                    .cloned(),
            );
        }
    }
    for key in emptied.keys() {
        groups.forget(key);
        forest.fell(key);
    }
    fell_bare(groups, forest);
}

/// Lets go of what has healed and explains nothing any more.
fn fell_bare(groups: &mut Groups, forest: &mut Forest) {
    let mut bare: BTreeSet<GroupKey> = groups
        .all_healed()
        .filter(|key| !forest.has_effects(key))
        .cloned()
        .collect();
    while let Some(key) = bare.pop_first() {
        let cause = forest.cause(&key).cloned();
        groups.forget(&key);
        forest.fell(&key);
        bare.extend(cause.filter(|cause| groups.is_healed(cause) && !forest.has_effects(cause)));
    }
}

/// What a diagnosis says once the cause has healed: nothing is left to be changed.
pub(super) fn after(mut diagnosis: Diagnosis) -> Diagnosis {
    diagnosis.fix =
        "Nothing is to be changed: the cause has healed, and what followed from it should end by itself. \
                     What does not end within minutes has another cause."
            .into();
    diagnosis.commands.retain(|command| !command.mutates);
    diagnosis
}

/// A problem of which nothing is left, or only what follows from something else now.
pub(super) fn ended(old: &Problem, findings: &Findings, at: Timestamp) -> Problem {
    let mut problem = old.clone();
    problem.state = State::Healed(at);
    problem
        .members
        .retain(|member| member.role != Role::Symptom || !findings.contains_key(&member.id));
    for member in &mut problem.members {
        member.healed.get_or_insert(at);
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::after;
    use crate::engine::problem::{Confidence, Diagnosis, SuggestedCommand};

    #[test]
    fn what_would_change_the_cluster_is_not_offered_once_the_cause_has_healed() {
        let command = |command: &str, mutates| SuggestedCommand {
            command: command.into(),
            mutates,
        };
        let diagnosis = after(Diagnosis {
            cause: "The image does not exist.".into(),
            confidence: Confidence::Certain,
            why: vec![1],
            fix: "Go back.".into(),
            commands: vec![
                command("kubectl rollout undo deployment/web", true),
                command("kubectl describe pod web", false),
            ],
            docs: None,
        });
        assert_eq!(&*diagnosis.cause, "The image does not exist.");
        assert_eq!(diagnosis.commands, [command("kubectl describe pod web", false)]);
        assert_ne!(&*diagnosis.fix, "Go back.");
    }
}
