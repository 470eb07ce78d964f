//! The playbook: deterministic explanations of problems, as data.
//!
//! A file is a list of signatures. A signature names the codes of findings that it explains, conditions over the
//! finding and the evidence of its problem (regular expressions, whose named groups become words of its texts), and
//! what to say: cause, confidence, fix, commands. A command in which a word is not known is left out, and so is a part
//! of a sentence between `[[` and `]]`. The first signature whose conditions hold wins; signatures without
//! conditions are the fallbacks of their code and are asked last. Users' files come before the built-in ones.

mod parse;
mod signature;
mod template;

use include_dir::{Dir, include_dir};

use self::signature::{Sight, Signature};
use self::template::Words;
use super::analyzers::quantity::readable;
use super::builtin;
use super::evidence::Numbered;
use super::finding::Finding;
use super::problem::{Confidence, Diagnosis, SuggestedCommand};

static BUILTIN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/playbook");

/// The knowledge: signatures that recognise a fault, and what to say and do about it.
#[derive(Debug, Default)]
pub struct Playbook {
    signatures: Vec<Signature>,
}

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
        // A test parses every built-in file, so none is ever skipped here.
        Self::parse(Self::builtin_files()).unwrap_or_default()
    }

    /// The built-in files, name and text, in order of name.
    pub fn builtin_files() -> Vec<(&'static str, &'static str)> {
        builtin::yaml_files(&BUILTIN)
    }

    /// A playbook of files (name and text), in order: of signatures that fit alike the first wins.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, PlaybookError> {
        let mut signatures = Vec::new();
        for (file, text) in files {
            signatures.extend(parse::file(file, text)?);
        }
        Ok(Self { signatures })
    }

    /// The codes that have a signature of their own.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.signatures
            .iter()
            .flat_map(|signature| signature.codes.iter().map(String::as_str))
    }

    /// Explains a root finding by the numbered evidence of its problem. `before` is the revision that its workload
    /// can go back to, if a change since then may be what is wrong.
    pub fn diagnose(&self, root: &Finding, evidence: &[Numbered], before: Option<u64>) -> Diagnosis {
        let conditional = self
            .signatures
            .iter()
            .filter(|signature| signature.is_conditional());
        let fallback = self
            .signatures
            .iter()
            .filter(|signature| !signature.is_conditional());
        conditional
            .chain(fallback)
            .find_map(|signature| {
                let sight = signature.see(root, evidence)?;
                explain(signature, root, sight, evidence, before)
            })
            .unwrap_or_else(|| unexplained(root, evidence))
    }
}

/// The diagnosis that a signature gives; `None` where its cause or fix needs a word that is not known.
fn explain(
    signature: &Signature,
    root: &Finding,
    sight: Sight,
    evidence: &[Numbered],
    before: Option<u64>,
) -> Option<Diagnosis> {
    let words = Words::new(root, sight.captures, before);
    let command = |template: &String, mutates: bool| {
        Some(SuggestedCommand {
            command: words.command(template)?.into(),
            mutates,
        })
    };
    let mut commands: Vec<SuggestedCommand> = signature
        .change
        .iter()
        .filter_map(|template| command(template, true))
        .collect();
    commands.extend(
        signature
            .read
            .iter()
            .filter_map(|template| command(template, false)),
    );
    Some(Diagnosis {
        cause: readable(&words.prose(&signature.cause)?).into(),
        confidence: signature.confidence,
        why: why(sight.why, evidence),
        fix: readable(&words.prose(&signature.fix)?).into(),
        commands,
    })
}

/// The facts that the signature saw, or where it saw none the most telling ones.
fn why(seen: Vec<u32>, evidence: &[Numbered]) -> Vec<u32> {
    let mut why = seen;
    let enough = if why.is_empty() { 2 } else { 1 };
    why.extend(evidence.iter().take(enough).map(|fact| fact.n));
    why.sort_unstable();
    why.dedup();
    why.truncate(4);
    why
}

fn unexplained(root: &Finding, evidence: &[Numbered]) -> Diagnosis {
    let cause = if root.message.is_empty() {
        root.title.clone()
    } else {
        root.message.clone()
    };
    Diagnosis {
        cause,
        confidence: Confidence::Possible,
        why: why(Vec::new(), evidence),
        fix: "Look at the object and its events.".into(),
        commands: Vec::new(),
    }
}
