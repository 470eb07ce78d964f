//! The redactor: stands between everything and any provider.
//!
//! Typed first ([`Redactor::json`]: env values, Secret data, arguments), then patterns over the final text
//! ([`Redactor::text`]), because masking in every place that writes text always forgets one. What is masked keeps its
//! name, its length and a salted hash, `<redacted 24 bytes #a1b2>`, so that a model can still see that a key is there
//! and that two values are equal. What explains faults (names, images, digests, addresses) stays.

mod rules;
mod typed;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;

use regex::Captures;
use sha2::{Digest, Sha256};

/// Masks secrets. Cheap to clone.
#[derive(Clone)]
pub struct Redactor {
    salt: [u8; 16],
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

/// Passes over a text before the redactor stops looking for a fixed point. A pass may uncover what another rule
/// knows; more than three were never needed.
const PASSES: usize = 6;

impl Redactor {
    /// A redactor whose marks are hashed with `salt`: equal secrets look equal within one salt, and nobody can try
    /// words against a mark without it.
    pub const fn new(salt: [u8; 16]) -> Self {
        Self { salt }
    }

    /// The text with its secrets masked. Idempotent; a text without secrets comes back as it was.
    pub fn text(&self, text: &str) -> String {
        // A single short word: most strings of an object.
        if text.len() < 16 && !text.contains(['=', ':', ' ', '-', '\n']) {
            return text.to_owned();
        }
        let mut text = text.to_owned();
        for _ in 0..PASSES {
            let mut changed = false;
            for rule in rules::all() {
                if let Some(masked) = self.apply(rule, &text) {
                    text = masked;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        text
    }

    /// The mark that stands for a secret.
    pub fn mark(&self, secret: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.salt);
        hash.update(secret.as_bytes());
        let digest = hash.finalize();
        let prefix = digest
            .iter()
            .take(2)
            .fold(0, |prefix: u16, byte| (prefix << 8) | u16::from(*byte));
        format!("<redacted {} bytes #{prefix:04x}>", secret.len())
    }

    /// The text after one rule, where that changed it.
    fn apply(&self, rule: &rules::Rule, text: &str) -> Option<String> {
        let mut masked = String::new();
        let mut copied = 0;
        let mut from = 0;
        while let Some(captures) = rule.regex.captures_at(text, from) {
            let end = captures.get(0).map_or(text.len(), |all| all.end());
            let Some((start, secret)) = secret_of(rule, &captures, text) else {
                // Behind a harmless name another may stand: `user=orders,password=…`.
                from = captures.name("k").map_or(end, |key| key.end());
                continue;
            };
            masked.push_str(text.get(copied..start)?);
            masked.push_str(&self.mark(secret));
            copied = start + secret.len();
            from = copied;
        }
        if copied == 0 {
            return None;
        }
        masked.push_str(text.get(copied..)?);
        Some(masked)
    }
}

/// The secret of a match and where it begins; `None` where what was matched is none.
fn secret_of<'t>(rule: &rules::Rule, captures: &Captures<'t>, text: &'t str) -> Option<(usize, &'t str)> {
    let found = (1..=4).find_map(|group| captures.name(rules::GROUPS.get(group - 1)?))?;
    let secret = (rule.trim)(found.as_str());
    if secret.is_empty() || is_masked(secret) {
        return None;
    }
    let start = found.start() + found.as_str().find(secret)?;
    let key = captures.name("k").map_or("", |key| key.as_str());
    let context = rules::Context {
        key,
        quoted: captures.name("s4").is_none(),
        after: text.get(start + secret.len()..).unwrap_or_default(),
    };
    (rule.accepts)(secret, &context).then_some((start, secret))
}

/// The text with its marks numbered in the order in which they appear, equal ones alike: what was hashed with another
/// salt reads the same.
pub fn numbered(text: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let renamed = rules::mark().replace_all(text, |found: &Captures| {
        let mark = found.get(0).map_or("", |mark| mark.as_str());
        let number = seen.iter().position(|known| known == mark).unwrap_or_else(|| {
            seen.push(mark.to_owned());
            seen.len() - 1
        });
        let what = mark.split_once('#').map_or(mark, |(what, _)| what);
        format!("{what}#{}>", number + 1)
    });
    renamed.into_owned()
}

/// Whether nothing but marks is left of it.
fn is_masked(text: &str) -> bool {
    rules::mark().replace_all(text, "").trim().is_empty()
}
