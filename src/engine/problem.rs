//! Problems: a root finding with its equals and all that follows from it, and the diagnosis of it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::evidence::Numbered;
use super::finding::{Finding, Severity};
use super::object::{Kind, ObjectRef, Text};

/// How sure the playbook is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// One of several causes.
    Possible,
    /// The evidence points at it.
    Likely,
    /// The evidence says it in so many words.
    Certain,
}

impl Confidence {
    /// `certain`, `likely`, `possible`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// A kubectl command that a person may copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SuggestedCommand {
    /// The whole line, beginning with `kubectl`.
    pub command: Text,
    /// Whether it changes the cluster.
    pub mutates: bool,
}

/// The playbook's deterministic explanation of a problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// The cause, one or two sentences that an application developer understands.
    pub cause: Text,
    /// How sure.
    pub confidence: Confidence,
    /// Numbers of the evidence that shows it.
    pub why: Vec<u32>,
    /// What to do about it, in words.
    pub fix: Text,
    /// The one that heals first, then what only reads.
    pub commands: Vec<SuggestedCommand>,
    /// A page of the official documentation that says more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<Text>,
    /// The name of the playbook's signature that recognised it, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Text>,
}

/// A finding in its place in a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The finding's id.
    pub id: Text,
    /// The finding.
    pub finding: Arc<Finding>,
    /// What it is to the root.
    pub role: Role,
    /// Numbers, in the problem, of this finding's evidence, in the finding's order.
    pub evidence: Vec<u32>,
    /// When it ended, where it is gone: the root of symptoms that have not ended stays, and so does what was there
    /// when a problem healed.
    pub healed: Option<Timestamp>,
}

/// What a finding is in its problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The cause of the rest.
    Root,
    /// Fails like the root does: a replica of the same owner.
    Equal,
    /// Follows from the root.
    Symptom,
}

/// Whether it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there, or something that followed from it still is.
    Active,
    /// It ended then; its row stays, dimmed, for a while.
    Healed(Timestamp),
}

/// A row of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Short hash of cluster, code, subject and the top owner: survives a rollout.
    pub id: Text,
    /// The ids that it would have if another of its members were the root.
    pub aliases: Vec<Text>,
    /// The cluster's id.
    pub cluster: Text,
    /// Active or healed.
    pub state: State,
    /// The highest severity of its members that have not healed; of a workload that serves: critical when nothing of it does.
    pub severity: Severity,
    /// The cause in words, with the name of what it is about: the row.
    pub title: Text,
    /// How many equals there are, the root included: `×3`.
    pub count: u32,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The workload or object that it is about.
    pub owner: ObjectRef,
    /// The object whose change heals it.
    pub culprit: ObjectRef,
    /// Whether kinds are still being read that could give it a better root.
    pub provisional: bool,
    /// What would have had to be looked at to say whether this is the cause, and may not be read: `Service`.
    pub unknown_cause: Vec<Kind>,
    /// The root first, then its equals, then the symptoms.
    pub members: Vec<Member>,
    /// All the facts, by number.
    pub evidence: Vec<Numbered>,
    /// The playbook's explanation.
    pub diagnosis: Diagnosis,
}

impl Problem {
    /// The root finding. A problem has at least one member.
    pub fn root(&self) -> Option<&Member> {
        self.members.first()
    }

    /// When the root healed, of a problem whose symptoms have not ended.
    pub fn root_healed(&self) -> Option<Timestamp> {
        let root = self.root().filter(|_| self.state == State::Active)?;
        root.healed
    }

    /// The findings that follow from the root.
    pub fn symptoms(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.role == Role::Symptom)
    }

    /// The fact with that number.
    pub fn fact(&self, n: u32) -> Option<&Numbered> {
        self.evidence.iter().find(|numbered| numbered.n == n)
    }

    /// Whether it answers to that id: its own, an alias, or a member's.
    pub fn answers_to(&self, id: &str) -> bool {
        *self.id == *id
            || self.aliases.iter().any(|alias| **alias == *id)
            || self.members.iter().any(|member| *member.id == *id)
    }
}
