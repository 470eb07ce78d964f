//! What the playbook says of a cluster as a whole: its list of problems.

use std::fmt::Write;

use super::answers::{commands, fix, gaps, no_model, why};
use super::lines::plain;
use super::topics::Topic;
use crate::chat::seed::count;
use crate::engine::evidence::dossier::{Dossier, Overview};
use crate::engine::finding::Severity;
use crate::engine::problem::{Problem, State};

/// Problems that a list names.
const LISTED: usize = 12;

/// Words of a question that are shorter name no object.
const SHORTEST: usize = 4;

/// The problems, worst first, and what could not be looked at.
pub(super) fn list(dossier: &Dossier, overview: &Overview) -> String {
    let active: Vec<&Problem> = active(overview).collect();
    if active.is_empty() {
        return format!(
            "**Nothing is failing.** {} objects of {} kinds are watched.\n\n{}",
            count(overview.objects),
            overview.kinds,
            gaps(dossier)
        );
    }
    let of = |severity| {
        active
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    let mut text = format!(
        "**{} critical, {} warnings**; {} pods are in no problem.\n\n",
        of(Severity::Critical),
        of(Severity::Warning),
        count(overview.healthy)
    );
    for problem in active.iter().take(LISTED) {
        let _ = writeln!(text, "- {}", line(problem));
    }
    if active.len() > LISTED {
        let _ = writeln!(text, "- and {} more", active.len() - LISTED);
    }
    if !dossier.coverage.complete {
        let _ = write!(text, "\n{}", gaps(dossier));
    }
    text
}

/// The answer to a question: about the problems that its words name, else about the worst one, or the list.
pub(super) fn answer(dossier: &Dossier, overview: &Overview, question: &str, topics: &[Topic]) -> String {
    if topics.contains(&Topic::Help) {
        return no_model();
    }
    if topics.contains(&Topic::Gaps) {
        return gaps(dossier);
    }
    let named = named(overview, question);
    let about: Vec<&Problem> = if named.is_empty() {
        active(overview).take(1).collect()
    } else {
        named
    };
    let asked = |topic: Topic| topics.contains(&topic);
    let mut text = String::new();
    for problem in about.into_iter().take(LISTED) {
        let _ = writeln!(text, "{}\n", line(problem));
        if asked(Topic::Fix) {
            text.push_str(&fix(problem));
        } else if asked(Topic::Commands) {
            text.push_str(&commands(problem));
        } else if asked(Topic::Why) {
            text.push_str(&why(problem));
        } else {
            return list(dossier, overview);
        }
        text.push('\n');
    }
    if text.is_empty() {
        list(dossier, overview)
    } else {
        text
    }
}

fn active(overview: &Overview) -> impl Iterator<Item = &Problem> {
    let problems = overview.problems.iter().map(AsRef::as_ref);
    problems.filter(|problem| problem.state == State::Active)
}

/// The problems whose owner a word of the question names.
fn named<'a>(overview: &'a Overview, question: &str) -> Vec<&'a Problem> {
    let question = question.to_lowercase();
    let words: Vec<&str> = question
        .split(|letter: char| !letter.is_alphanumeric() && letter != '-')
        .filter(|word| word.len() >= SHORTEST)
        .collect();
    active(overview)
        .filter(|problem| words.contains(&&*problem.owner.name.to_lowercase()))
        .collect()
}

fn line(problem: &Problem) -> String {
    let times = if problem.count > 1 {
        format!(" ×{}", problem.count)
    } else {
        String::new()
    };
    format!(
        "{} {}{times} ({})",
        problem.severity.sign(),
        plain(&problem.title),
        plain(&problem.owner.path())
    )
}
