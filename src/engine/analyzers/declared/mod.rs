//! Declared analyzers: what is wrong with single kinds of custom resources, as data.
//!
//! A file is a list of analyzers, each for some kinds of one API group: CEL conditions over `object` and `related`
//! objects, and what to say. Users' files come before the built-in ones: of two rules with one code for one kind the
//! first is used. Where no rule has anything to say, the generic analyzer is asked. A field that is not there makes
//! a condition not hold; a related kind that could not be read makes every rule that names it silent.

mod around;
mod expression;
mod live;
mod neighbours;
mod ordered;
mod parse;
mod related;
mod rule;
mod scope;
mod template;
mod value;

use std::sync::OnceLock;

use include_dir::{Dir, include_dir};
use jiff::Timestamp;

pub use self::live::CustomAnalyzer;
pub use self::neighbours::{Alone, Neighbours, Objects};
pub use self::parse::DeclaredError;
pub use self::rule::{Declared, Rule, Trouble};
use super::Analysis;
use super::custom::{Conventions, Resource, generic, references};
use crate::engine::builtin;
use crate::engine::custom_kind::Keep;
use crate::engine::finding::{Finding, Severity, Ties};
use crate::engine::object::{ObjectRef, Text};

static BUILTIN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/analyzers");

/// All declared analyzers, users' first.
#[derive(Debug, Default)]
pub struct Catalog {
    declared: Vec<Declared>,
}

impl Catalog {
    /// Those that are built in.
    pub fn builtin() -> Self {
        // A test parses every built-in file, so none is ever skipped here.
        Self::parse(Self::builtin_files()).0
    }

    /// The built-in files, name and text, in order of name.
    pub fn builtin_files() -> Vec<(&'static str, &'static str)> {
        builtin::yaml_files(&BUILTIN)
    }

    /// The analyzers of files (name and text). A file that is broken is left out and said; the rest goes on.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, Vec<DeclaredError>) {
        let mut catalog = Self::default();
        let mut errors = Vec::new();
        for (name, text) in files {
            match parse::file(name, text) {
                Ok(declared) => catalog.declared.extend(declared),
                Err(error) => errors.push(error),
            }
        }
        (catalog, errors)
    }

    /// Every analyzer, in the order in which they are asked.
    pub fn all(&self) -> &[Declared] {
        &self.declared
    }

    /// How much of a kind's objects the analyzers need.
    pub fn keep(&self, group: &str, kind: &str) -> Keep {
        let mut about = self.about(group, kind).peekable();
        let related = || {
            self.declared
                .iter()
                .any(|declared| declared.reads().any(|read| read == (group, kind)))
        };
        if about.peek().is_some() || related() {
            Keep::AllBut(
                about
                    .flat_map(|declared| declared.drops.iter().cloned())
                    .collect(),
            )
        } else {
            Keep::Status
        }
    }

    /// Those that are about a kind.
    pub fn about<'a>(&'a self, group: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Declared> {
        self.declared
            .iter()
            .filter(move |declared| declared.is_about(group, kind))
    }

    /// What is wrong with a custom resource. Expressions that make no sense with its values go to `trouble`.
    pub fn analyze(
        &self,
        resource: Resource<'_>,
        near: &dyn Neighbours,
        now: Timestamp,
        trouble: &mut Vec<Trouble>,
    ) -> Analysis {
        let mut analysis = Analysis::default();
        let mut done: Vec<Text> = Vec::new();
        let mut conventions: Option<&Conventions> = None;
        let mut alone = false;
        let mut ties = Ties::default();
        for declared in self.about(resource.group(), resource.kind()) {
            let (mut found, hangs) = declared.analyze(resource, near, now, &done, trouble);
            ties.because.extend(hangs.because);
            ties.makes.extend(hangs.makes);
            done.extend(declared.rules().iter().map(|rule| rule.code.clone()));
            conventions = conventions.or(Some(&declared.conventions));
            alone |= declared.suppresses_generic;
            analysis.findings.append(&mut found.findings);
            if let Some(again) = found.look_again {
                analysis.look_again_at(again);
            }
        }
        let said = analysis
            .findings
            .iter()
            .any(|finding| finding.severity > Severity::Info);
        if !alone && !said {
            let usual = Conventions::default();
            let found = generic::analyze(resource, conventions.unwrap_or(&usual), now);
            analysis.findings.extend(found.findings);
            if let Some(again) = found.look_again {
                analysis.look_again_at(again);
            }
        }
        ties.because.extend(references(resource));
        tie(&mut analysis.findings, &resource.object(), &ties);
        analysis
    }
}

/// Says of the findings about an object what that object hangs together with, after what they say themselves.
fn tie(findings: &mut [Finding], object: &ObjectRef, ties: &Ties) {
    for finding in findings.iter_mut().filter(|finding| finding.object == *object) {
        for one in &ties.because {
            if one != object && !finding.ties.because.contains(one) {
                finding.ties.because.push(one.clone());
            }
        }
        finding.ties.makes.extend(ties.makes.iter().cloned());
    }
}

/// A catalog that is read when it is first needed: a cluster without custom kinds does not wait for it.
#[derive(Debug, Default)]
pub struct LazyCatalog {
    own: Vec<(String, String)>,
    read: OnceLock<(Catalog, Vec<DeclaredError>)>,
}

impl LazyCatalog {
    /// The built-in analyzers, and before them those of a person's files (name and text).
    pub fn new(own: Vec<(String, String)>) -> Self {
        Self {
            own,
            read: OnceLock::new(),
        }
    }

    fn read(&self) -> &(Catalog, Vec<DeclaredError>) {
        self.read.get_or_init(|| {
            let own = self.own.iter().map(|(name, text)| (name.as_str(), text.as_str()));
            Catalog::parse(own.chain(Catalog::builtin_files()))
        })
    }

    /// The catalog.
    pub fn get(&self) -> &Catalog {
        &self.read().0
    }

    /// The files that could not be used; none before the catalog was needed.
    pub fn errors(&self) -> &[DeclaredError] {
        self.read.get().map_or(&[], |(_, errors)| errors)
    }
}

#[cfg(test)]
mod tests;
