//! What analyzers say of themselves, put together: one section for those with the same codes or the same name.

use super::Code;
use crate::engine::analyzers::Analyzer;
use crate::engine::object::Kind;

/// Analyzers that are told of as one: of one name (a kind's claims that fail, and those that are missing), or with
/// the same codes for several kinds (both kinds of webhooks).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Their names, in order.
    pub names: Vec<&'static str>,
    /// The kinds that their findings are about, in the order in which they are looked at.
    pub kinds: Vec<Kind>,
    /// Their codes, in order of name.
    pub codes: Vec<Code>,
}

impl Section {
    /// Their names as one.
    pub fn name(&self) -> String {
        self.names.join(", ")
    }

    /// The API group of their kinds, if it is the same for all.
    pub fn group(&self) -> Option<&'static str> {
        let first = self.kinds.first()?.group();
        self.kinds
            .iter()
            .all(|kind| kind.group() == first)
            .then_some(first)
    }

    /// Whether they are named for what they look at, and not for what they look for.
    pub fn is_of_kind(&self) -> bool {
        self.names
            .iter()
            .all(|name| self.kinds.iter().any(|kind| kind.name() == *name))
    }

    fn take(&mut self, analyzer: &dyn Analyzer) {
        let (name, kind) = (analyzer.name(), analyzer.kind());
        if !self.names.contains(&name) {
            self.names.push(name);
        }
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
        for code in analyzer.codes() {
            if !self.codes.contains(code) {
                self.codes.push(*code);
            }
        }
        self.codes.sort_by_key(|code| code.code);
    }
}

/// The sections of these analyzers, in order of name.
pub fn sections(analyzers: &[Box<dyn Analyzer>]) -> Vec<Section> {
    let mut in_order: Vec<&dyn Analyzer> = analyzers.iter().map(AsRef::as_ref).collect();
    in_order.sort_by_key(|analyzer| analyzer.name());
    let mut all: Vec<Section> = Vec::new();
    for analyzer in in_order {
        let codes = analyzer.codes();
        let belongs = |section: &&mut Section| {
            section.names.contains(&analyzer.name()) || (!codes.is_empty() && section.codes == codes)
        };
        if let Some(section) = all.iter_mut().find(belongs) {
            section.take(analyzer);
            continue;
        }
        let mut section = Section::default();
        section.take(analyzer);
        all.push(section);
    }
    all
}
