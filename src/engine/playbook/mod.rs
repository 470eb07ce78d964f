//! The playbook: deterministic explanations of problems, as data.
//!
//! A file is a list of signatures. A signature names the codes of findings that it explains, conditions over the
//! finding and the evidence of its problem (regular expressions, whose named groups become words of its texts), and
//! what to say: cause, confidence, fix, commands. A command in which a word is not known is left out, and so is a part
//! of a sentence or a command between `[[` and `]]`. The first signature whose conditions hold wins; signatures without
//! conditions are the fallbacks of their code and are asked last, those of any code last of all.
//! Users' files come before the built-in ones.

mod parse;
mod signature;
mod template;

use include_dir::{Dir, include_dir};
use serde::Serialize;

use self::signature::{Condition, Sight, Signature};
use self::template::Words;
use super::analyzers::logs::LogDigest;
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

/// What is to be explained.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The root finding of the problem.
    pub root: &'a Finding,
    /// The numbered evidence of the problem.
    pub evidence: &'a [Numbered],
    /// The revision that its workload can go back to, if a change since then may be what is wrong.
    pub before: Option<u64>,
    /// The digests of what its container logged.
    pub logs: &'a [&'a LogDigest],
}

impl<'a> Case<'a> {
    /// A finding and its evidence, of which nothing else is known.
    pub const fn new(root: &'a Finding, evidence: &'a [Numbered]) -> Self {
        Self {
            root,
            evidence,
            before: None,
            logs: &[],
        }
    }
}

/// A signature as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry<'a> {
    /// What it is called; variants of one fault share the name.
    pub name: Option<&'a str>,
    /// The codes that it explains; `*` for any.
    pub codes: &'a [String],
    /// The file that it stands in.
    pub file: &'a str,
    /// The line of that file in which it begins.
    pub line: u64,
    /// What must hold, as it is written.
    pub when: Vec<String>,
    /// What must not.
    pub unless: Vec<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Its sentence, with its words between braces.
    pub cause: &'a str,
    /// A page that says more.
    pub docs: Option<&'a str>,
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

    /// A person's own files before the built-in ones. A file that cannot be used is left out and told; the rest goes on.
    pub fn with_own(own: &[(String, String)]) -> (Self, Vec<PlaybookError>) {
        let own = own.iter().map(|(file, text)| (file.as_str(), text.as_str()));
        let (mut signatures, mut errors) = (Vec::new(), Vec::new());
        for (file, text) in own.chain(Self::builtin_files()) {
            match parse::file(file, text) {
                Ok(more) => signatures.extend(more),
                Err(error) => errors.push(error),
            }
        }
        (Self { signatures }, errors)
    }

    /// All signatures, in the order in which they are asked.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.in_order().map(|signature| Entry {
            name: signature.name.as_deref(),
            codes: &signature.codes,
            file: &signature.file,
            line: signature.line,
            when: signature.when.iter().map(Condition::words).collect(),
            unless: signature.unless.iter().map(Condition::words).collect(),
            confidence: signature.confidence,
            cause: &signature.cause,
            docs: signature.docs.as_deref(),
        })
    }

    /// The codes that have a signature of their own.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.signatures
            .iter()
            .flat_map(|signature| signature.codes.iter().map(String::as_str))
    }

    /// Explains a problem.
    pub fn diagnose(&self, case: &Case<'_>) -> Diagnosis {
        self.in_order()
            .find_map(|signature| explain(signature, signature.see(case)?, case))
            .unwrap_or_else(|| unexplained(case))
    }

    /// Every signature that fits a problem, with what it says: the first is the one that [`Playbook::diagnose`] gives.
    pub fn fitting<'a>(&'a self, case: &Case<'a>) -> Vec<(Entry<'a>, Diagnosis)> {
        let said = self
            .in_order()
            .map(|signature| explain(signature, signature.see(case)?, case));
        self.entries()
            .zip(said)
            .filter_map(|(entry, diagnosis)| Some((entry, diagnosis?)))
            .collect()
    }

    /// Those with conditions first, then the fallbacks of their code, then those of any code.
    fn in_order(&self) -> impl Iterator<Item = &Signature> {
        let place = |signature: &&Signature| match (signature.is_conditional(), signature.is_for_any()) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 2,
        };
        (0..3).flat_map(move |which| {
            self.signatures
                .iter()
                .filter(move |signature| place(signature) == which)
        })
    }
}

/// The diagnosis that a signature gives; `None` where its cause or fix needs a word that is not known.
fn explain(signature: &Signature, sight: Sight, case: &Case<'_>) -> Option<Diagnosis> {
    let words = Words::new(case.root, sight.captures, case.before);
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
        why: why(sight.why, case.evidence),
        fix: readable(&words.prose(&signature.fix)?).into(),
        commands,
        docs: signature.docs.as_deref().map(Into::into),
        signature: signature.name.as_deref().map(Into::into),
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

fn unexplained(case: &Case<'_>) -> Diagnosis {
    let root = case.root;
    let cause = if root.message.is_empty() {
        root.title.clone()
    } else {
        root.message.clone()
    };
    Diagnosis {
        cause,
        confidence: Confidence::Possible,
        why: why(Vec::new(), case.evidence),
        fix: "Look at the object and its events.".into(),
        commands: Vec::new(),
        docs: None,
        signature: None,
    }
}
