//! From a file to declared analyzers, or to an error with its place.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::expression::{Expression, Fault};
use super::ordered::Ordered;
use super::related::{Relation, Which};
use super::rule::{Declared, Fact, Rule};
use super::template::Template;
use crate::engine::analyzers::custom::Conventions;
use crate::engine::finding::Severity;

/// A file of declared analyzers that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}")]
pub struct DeclaredError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What is wrong and what to do.
    pub what: String,
}

/// What every expression may name.
const NAMES: &[&str] = &["object", "conditions", "now", "related"];

type Cel = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnalyzer {
    group: String,
    kinds: Spanned<Vec<String>>,
    #[serde(default)]
    about: String,
    #[serde(default)]
    conventions: Conventions,
    #[serde(default)]
    suppresses_generic: bool,
    #[serde(default)]
    drops: Vec<String>,
    #[serde(default, rename = "let")]
    lets: Ordered<Cel>,
    #[serde(default)]
    related: Ordered<RawRelation>,
    #[serde(default)]
    remarks: bool,
    #[serde(default)]
    because: Vec<Cel>,
    #[serde(default)]
    makes: Vec<Cel>,
    #[serde(default)]
    findings: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRelation {
    #[serde(default)]
    group: String,
    #[serde(default)]
    version: String,
    kind: Spanned<String>,
    namespace: Option<Cel>,
    #[serde(default)]
    everywhere: bool,
    refs: Option<Cel>,
    selector: Option<Cel>,
    #[serde(default)]
    owned: bool,
    #[serde(default)]
    owner: bool,
    #[serde(default)]
    all: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    code: Spanned<String>,
    #[serde(default)]
    means: String,
    each: Option<Cel>,
    #[serde(default, rename = "let")]
    lets: Ordered<Cel>,
    when: Option<Cel>,
    severity: Spanned<String>,
    title: Cel,
    message: Option<Cel>,
    subject: Option<Cel>,
    about: Option<Cel>,
    culprit: Option<Cel>,
    since: Option<Cel>,
    grace: Option<u32>,
    look_again: Option<Cel>,
    #[serde(default)]
    evidence: Vec<Cel>,
    #[serde(default)]
    related_evidence: Vec<RawFact>,
    #[serde(default)]
    always: bool,
    #[serde(default)]
    because: Vec<Cel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFact {
    of: Cel,
    path: Option<Cel>,
    text: Cel,
}

/// The analyzers of a file.
pub fn file(name: &str, text: &str) -> Result<Vec<Declared>, DeclaredError> {
    let raw: Vec<RawAnalyzer> = serde_saphyr::from_str(text).map_err(|error| DeclaredError {
        file: name.to_owned(),
        line: error.location().map_or(1, |at| at.line()),
        column: error.location().map_or(1, |at| at.column()),
        what: error.without_snippet().to_string(),
    })?;
    let reader = Reader { file: name, text };
    raw.into_iter().map(|raw| reader.analyzer(raw)).collect()
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn error(&self, at: Location, what: impl Into<String>) -> DeclaredError {
        DeclaredError {
            file: self.file.to_owned(),
            line: at.line(),
            column: at.column(),
            what: what.into(),
        }
    }

    /// An error in a text of the file. The text's own lines are looked for from where it begins, since in blocks they
    /// begin below and further right.
    fn fault(&self, text: &Cel, fault: &Fault) -> DeclaredError {
        let mut error = self.error(text.defined, fault.what.clone());
        let own = text.value.lines().nth(fault.line - 1).unwrap_or_default();
        let begin = usize::try_from(text.defined.line()).unwrap_or(1).max(1) - 1;
        let found =
            self.text.lines().enumerate().skip(begin).find_map(|(at, line)| {
                Some((at, line.find(own.trim_end()).filter(|_| !own.trim().is_empty())?))
            });
        if let Some((at, column)) = found {
            error.line = at as u64 + 1;
            error.column = (column + fault.column) as u64;
        }
        error
    }

    fn expression(&self, text: &Cel, names: &BTreeSet<String>) -> Result<Expression, DeclaredError> {
        Expression::compile(&text.value, names).map_err(|fault| self.fault(text, &fault))
    }

    fn maybe(
        &self,
        text: Option<&Cel>,
        names: &BTreeSet<String>,
    ) -> Result<Option<Expression>, DeclaredError> {
        text.map(|text| self.expression(text, names)).transpose()
    }

    fn expressions(&self, texts: &[Cel], names: &BTreeSet<String>) -> Result<Vec<Expression>, DeclaredError> {
        texts.iter().map(|text| self.expression(text, names)).collect()
    }

    fn template(&self, text: &Cel, names: &BTreeSet<String>) -> Result<Template, DeclaredError> {
        Template::compile(&text.value, names).map_err(|fault| {
            // Where the fault is in the expression says little of where it is in the text around.
            self.fault(
                text,
                &Fault {
                    line: 1,
                    column: 1,
                    ..fault
                },
            )
        })
    }

    fn maybe_template(
        &self,
        text: Option<&Cel>,
        names: &BTreeSet<String>,
    ) -> Result<Option<Template>, DeclaredError> {
        text.map(|text| self.template(text, names)).transpose()
    }

    /// Expressions with names, of which each may use those before it.
    fn lets(
        &self,
        lets: &Ordered<Cel>,
        names: &mut BTreeSet<String>,
    ) -> Result<Vec<(String, Expression)>, DeclaredError> {
        let mut compiled = Vec::new();
        for (name, text) in &lets.0 {
            let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
            if !plain {
                return Err(self.error(
                    text.defined,
                    format!("{name:?} is no name: letters, digits and _"),
                ));
            }
            compiled.push((name.clone(), self.expression(text, names)?));
            names.insert(name.clone());
        }
        Ok(compiled)
    }

    fn analyzer(&self, raw: RawAnalyzer) -> Result<Declared, DeclaredError> {
        if raw.kinds.value.is_empty() {
            return Err(self.error(raw.kinds.defined, "name at least one kind, or \"*\""));
        }
        let mut names: BTreeSet<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
        let lets = self.lets(&raw.lets, &mut names)?;
        let related = raw
            .related
            .0
            .iter()
            .map(|(name, relation)| Ok((name.clone(), self.relation(relation, &names)?)))
            .collect::<Result<Vec<_>, DeclaredError>>()?;
        let rules = raw
            .findings
            .iter()
            .map(|rule| self.rule(rule, &names))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Declared {
            file: self.file.to_owned(),
            group: raw.group,
            kinds: raw.kinds.value,
            about: raw.about,
            conventions: raw.conventions,
            suppresses_generic: raw.suppresses_generic,
            drops: raw.drops,
            lets,
            related,
            rules,
            remarks: raw.remarks,
            because: self.expressions(&raw.because, &names)?,
            makes: self.expressions(&raw.makes, &names)?,
        })
    }

    fn relation(&self, raw: &RawRelation, names: &BTreeSet<String>) -> Result<Relation, DeclaredError> {
        let flags = [
            (raw.owned, Which::Owned),
            (raw.owner, Which::Owner),
            (raw.all, Which::All),
        ];
        let mut ways: Vec<Which> = flags
            .into_iter()
            .filter_map(|(is, which)| is.then_some(which))
            .collect();
        ways.extend(self.maybe(raw.refs.as_ref(), names)?.map(Which::Refs));
        ways.extend(self.maybe(raw.selector.as_ref(), names)?.map(Which::Selector));
        if ways.len() != 1 {
            return Err(self.error(
                raw.kind.defined,
                "say in one way which objects: refs, selector, owned, owner or all",
            ));
        }
        let Some(which) = ways.pop() else {
            return Err(self.error(raw.kind.defined, "say which objects"));
        };
        Ok(Relation {
            group: raw.group.clone(),
            version: raw.version.clone(),
            kind: raw.kind.value.clone(),
            namespace: self.maybe(raw.namespace.as_ref(), names)?,
            everywhere: raw.everywhere,
            which,
        })
    }

    fn rule(&self, raw: &RawRule, names: &BTreeSet<String>) -> Result<Rule, DeclaredError> {
        let code = &raw.code.value;
        let sound = code.starts_with(|first: char| first.is_ascii_uppercase())
            && code.chars().all(|one| one.is_ascii_alphanumeric());
        if !sound {
            return Err(self.error(
                raw.code.defined,
                format!("{code:?} is no code: write it like GatewayNotProgrammed"),
            ));
        }
        let each = self.maybe(raw.each.as_ref(), names)?;
        let mut names = names.clone();
        if each.is_some() {
            names.extend(["item".to_owned(), "index".to_owned()]);
        }
        let lets = self.lets(&raw.lets, &mut names)?;
        let severity = self.template(&raw.severity, &names)?;
        if severity
            .constant()
            .is_some_and(|word| severity_of(word).is_none())
        {
            return Err(self.error(
                raw.severity.defined,
                format!(
                    "{:?} is no severity: critical, warning or info",
                    raw.severity.value
                ),
            ));
        }
        let facts = raw
            .related_evidence
            .iter()
            .map(|fact| {
                Ok(Fact {
                    of: self.expression(&fact.of, &names)?,
                    path: self.maybe_template(fact.path.as_ref(), &names)?,
                    text: self.template(&fact.text, &names)?,
                })
            })
            .collect::<Result<Vec<_>, DeclaredError>>()?;
        Ok(Rule {
            code: code.as_str().into(),
            means: raw.means.clone(),
            each,
            lets,
            when: self.maybe(raw.when.as_ref(), &names)?,
            severity,
            title: self.template(&raw.title, &names)?,
            message: self.maybe_template(raw.message.as_ref(), &names)?,
            subject: self.maybe_template(raw.subject.as_ref(), &names)?,
            about: self.maybe(raw.about.as_ref(), &names)?,
            culprit: self.maybe(raw.culprit.as_ref(), &names)?,
            since: self.maybe(raw.since.as_ref(), &names)?,
            grace: raw.grace,
            look_again: self.maybe(raw.look_again.as_ref(), &names)?,
            evidence: raw
                .evidence
                .iter()
                .map(|path| self.template(path, &names))
                .collect::<Result<Vec<_>, _>>()?,
            facts,
            always: raw.always,
            because: self.expressions(&raw.because, &names)?,
        })
    }
}

/// The severity of that name.
pub fn severity_of(word: &str) -> Option<Severity> {
    [Severity::Critical, Severity::Warning, Severity::Info]
        .into_iter()
        .find(|severity| severity.name() == word.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "- group: example.io\n  kinds: [Widget]\n  findings:\n";

    #[test]
    fn errors_have_a_place() {
        for (body, line, column, what) in [
            (
                "    - {code: widgetBroken, severity: info, title: t}\n",
                4,
                13,
                "no code",
            ),
            ("    - {code: A, severity: bad, title: t}\n", 4, 27, "no severity"),
            (
                "    - code: A\n      when: object.x == nobody\n      severity: info\n      title: t\n",
                5,
                25,
                "no nobody",
            ),
            (
                "    - code: A\n      when: |\n        object.x == 1 &&\n        frob(object)\n      severity: info\n      title: t\n",
                7,
                9,
                "no function frob",
            ),
            (
                "    - code: A\n      severity: info\n      title: 'a {{ object.x + }}'\n",
                6,
                14,
                "",
            ),
            (
                "    - {code: A, severity: info, title: t, colour: red}\n",
                4,
                0,
                "colour",
            ),
            ("    - {code: A, severity: info, title: [}\n", 4, 0, ""),
        ] {
            let error = file("mine.yaml", &format!("{HEAD}{body}")).unwrap_err();
            assert!(error.what.contains(what), "{error}");
            assert_eq!(error.line, line, "{error}");
            assert!(
                column == 0 || error.column.abs_diff(column) <= 1,
                "{column}: {error}"
            );
            assert!(error.to_string().starts_with("mine.yaml:"), "{error}");
        }
    }

    #[test]
    fn a_relation_is_said_in_one_way() {
        for (relation, sound) in [
            ("{kind: Service, refs: 'object.spec.names'}", true),
            ("{kind: Service}", false),
            ("{kind: Service, all: true, owned: true}", false),
        ] {
            let text = format!("- group: example.io\n  kinds: [Widget]\n  related:\n    r: {relation}\n");
            assert_eq!(file("mine.yaml", &text).is_ok(), sound, "{relation}");
        }
    }
}
