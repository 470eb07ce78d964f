//! The filter over the tree.

use crate::engine::finding::Severity;
use crate::engine::object::Text;
use crate::engine::problem::Problem;

/// Words that a problem must hold, each anywhere in its title, namespace, names or codes, in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    words: Vec<String>,
}

impl Filter {
    /// The filter that these words make.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            words: text.split_whitespace().map(str::to_lowercase).collect(),
        }
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it hides nothing.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Types a letter.
    pub fn push(&mut self, letter: char) {
        *self = Self::new(&format!("{}{letter}", self.text));
    }

    /// Takes the last letter back; whether there was one.
    pub fn pop(&mut self) -> bool {
        let mut text = self.text.clone();
        let had = text.pop().is_some();
        *self = Self::new(&text);
        had
    }

    /// Takes the last word back.
    pub fn pop_word(&mut self) {
        let trimmed = self.text.trim_end();
        let kept = trimmed
            .rfind(char::is_whitespace)
            .map_or("", |at| trimmed.get(..=at).unwrap_or_default());
        *self = Self::new(kept);
    }

    /// Whether a problem passes. What is but information passes only if some word asks for it (`info` asks for all).
    pub fn matches(&self, problem: &Problem) -> bool {
        if self.words.is_empty() {
            return problem.severity > Severity::Info;
        }
        self.words.iter().all(|word| {
            holds(&problem.title, word)
                || holds(&problem.owner.kind, word)
                || holds(&problem.owner.namespace, word)
                || holds(&problem.owner.name, word)
                || holds(&problem.culprit.name, word)
                || holds(problem.severity.name(), word)
                || problem.members.iter().any(|member| {
                    let finding = &member.finding;
                    let fields: [&Text; 4] = [
                        &finding.code,
                        &finding.object.kind,
                        &finding.object.namespace,
                        &finding.object.name,
                    ];
                    fields.into_iter().any(|field| holds(field, word)) || holds(&finding.title, word)
                })
        })
    }
}

/// Whether `text` holds `word`, which is in lower case, in any case.
fn holds(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        let (text, word) = (text.as_bytes(), word.as_bytes());
        text.windows(word.len())
            .any(|window| window.eq_ignore_ascii_case(word))
    } else {
        text.to_lowercase().contains(word)
    }
}
