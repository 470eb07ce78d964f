//! The seed: the text that opens a chat.

use serde::{Deserialize, Serialize};

use crate::chat::redact::Redactor;
use crate::engine::evidence::Numbered;
use crate::engine::evidence::dossier::Dossier;

/// Tokens of a seed where nothing else is said.
pub const BUDGET_TOKENS: usize = 6_000;

/// What a seed was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedStats {
    /// Symptoms named.
    pub symptoms: usize,
    /// Lines of log shown.
    pub log_lines: usize,
    /// Lines of log read.
    pub log_lines_total: u64,
    /// Events shown.
    pub events: usize,
    /// Changes shown.
    pub changes: usize,
    /// Tokens of the text, as bytes / 4.
    pub tokens: usize,
}

/// What opens a chat.
#[derive(Clone, Debug, PartialEq)]
pub struct Seed {
    /// The text, exactly as it is sent: redacted, with the first question at its end.
    pub text: String,
    /// What it was made of.
    pub stats: SeedStats,
    /// The facts that its numbers stand for, redacted.
    pub evidence: Vec<Numbered>,
}

/// The seed of a problem in at most `budget_tokens` tokens. Deterministic for one salt of the redactor.
pub fn build(dossier: &Dossier, _budget_tokens: usize, redactor: &Redactor) -> Seed {
    let text = redactor.text(&format!("# {}\n", dossier.problem.title));
    Seed {
        stats: SeedStats {
            tokens: text.len().div_ceil(4),
            ..SeedStats::default()
        },
        text,
        evidence: dossier.problem.evidence.clone(),
    }
}
