//! The playbook: deterministic explanations of problems, as data.

use super::evidence::Numbered;
use super::finding::Finding;
use super::problem::{Confidence, Diagnosis};

/// The knowledge: signatures that recognise a fault, and what to say and do about it.
#[derive(Debug, Default)]
pub struct Playbook {}

/// A playbook file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}")]
pub struct PlaybookError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What is wrong and what to do.
    pub what: String,
}

impl Playbook {
    /// The knowledge that is built in.
    pub fn builtin() -> Self {
        Self::default()
    }

    /// A playbook of files (name and text), in order: of signatures that fit alike the first wins.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, PlaybookError> {
        let _ = files.into_iter().count();
        Ok(Self::default())
    }

    /// Explains a root finding by the numbered evidence of its problem.
    pub fn diagnose(&self, root: &Finding, evidence: &[Numbered]) -> Diagnosis {
        let _ = self;
        Diagnosis {
            cause: root.message.clone(),
            confidence: Confidence::Possible,
            why: evidence.iter().take(1).map(|fact| fact.n).collect(),
            fix: "".into(),
            commands: Vec::new(),
        }
    }
}
