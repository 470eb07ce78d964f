//! What heals before all that followed from it does: it stays the cause of the rest, marked healed, until that ends
//! or follows from something else.

use jiff::Timestamp;

use super::Findings;
use super::group::{Forest, GroupKey};
use crate::engine::problem::{Diagnosis, Problem, Role, State};

impl Forest {
    /// Brings back, marked healed, the groups that are gone but that something still hung on the moment before and
    /// that hangs on nothing now. What explains nothing any more although it is still there is not brought back: it
    /// has not healed, it is no cause.
    pub fn keep_healed(&mut self, before: &Self, now: Timestamp) {
        let rootless = |key: &&GroupKey| !self.causes.contains_key(*key);
        let mut open: Vec<GroupKey> = self.groups.keys().filter(rootless).cloned().collect();
        while let Some(key) = open.pop() {
            let Some(cause) = before.causes.get(&key) else {
                continue;
            };
            let is_healed = |key: &GroupKey| self.groups.get(key).is_some_and(|group| group.healed.is_some());
            if self.groups.contains_key(cause) {
                // The rules say of what is there what it follows from; of what has healed, memory does.
                if !is_healed(&key) && !is_healed(cause) {
                    continue;
                }
            } else if let Some(gone) = before.groups.get(cause) {
                let mut gone = gone.clone();
                gone.healed.get_or_insert(now);
                self.groups.insert(cause.clone(), gone);
                open.push(cause.clone());
            }
            self.causes.insert(key, cause.clone());
        }
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
