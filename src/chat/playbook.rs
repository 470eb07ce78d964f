//! The playbook's answers.

use crate::engine::evidence::dossier::Dossier;

/// The opening words about a problem.
pub fn opening(dossier: &Dossier) -> String {
    dossier.problem.diagnosis.cause.to_string()
}

/// The answer to a simple question.
pub fn answer(dossier: &Dossier, _question: &str) -> String {
    opening(dossier)
}
