//! Rules over one object: what of it becomes which finding.

use cel::{Context, Value as Cel};
use jiff::Timestamp;
use serde_json::Value;

use super::Resource;
use super::expression::{Expression, NoValue};
use super::neighbours::Neighbours;
use super::parse::severity_of;
use super::related::Relation;
use super::template::Template;
use super::value::{self, from_json, map, reference};
use crate::engine::analyzers::custom::{self, Conventions};
use crate::engine::analyzers::{Analysis, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity, Ties};
use crate::engine::object::{ObjectRef, Text};

/// Of one rule over one object no more findings are made: a report of thousands is one line of coverage, not a flood.
const LIMIT: usize = 100;

/// A declared analyzer: what a file says of some kinds.
#[derive(Debug)]
pub struct Declared {
    /// The file that it stands in.
    pub file: String,
    /// The API group, or a pattern: `*.upbound.io`.
    pub group: String,
    /// The kinds, or `*`.
    pub kinds: Vec<String>,
    /// What it looks at.
    pub about: String,
    /// What it knows of the kind's conditions.
    pub conventions: Conventions,
    /// Whether the generic analyzer is not asked at all.
    pub suppresses_generic: bool,
    /// Names of fields that are not kept while watching, wherever they are in the object: for what is large.
    pub drops: Vec<String>,
    pub(super) lets: Vec<(String, Expression)>,
    pub(super) related: Vec<(String, Relation)>,
    pub(super) rules: Vec<Rule>,
    /// Whether what it finds are remarks on how an object is made, not faults.
    pub remarks: bool,
    /// The objects whose trouble explains what is found.
    pub(super) because: Vec<Expression>,
    /// The objects that come to be only once this one is well.
    pub(super) makes: Vec<Expression>,
}

/// One finding that it may give.
#[derive(Debug)]
pub struct Rule {
    /// Its code.
    pub code: Text,
    /// What it means.
    pub means: String,
    pub(super) each: Option<Expression>,
    pub(super) lets: Vec<(String, Expression)>,
    pub(super) when: Option<Expression>,
    pub(super) severity: Template,
    pub(super) title: Template,
    pub(super) message: Option<Template>,
    pub(super) subject: Option<Template>,
    pub(super) about: Option<Expression>,
    pub(super) culprit: Option<Expression>,
    pub(super) since: Option<Expression>,
    pub(super) grace: Option<u32>,
    pub(super) look_again: Option<Expression>,
    pub(super) evidence: Vec<Template>,
    pub(super) facts: Vec<Fact>,
    pub(super) always: bool,
    /// The objects whose trouble explains this finding, before those of the analyzer.
    pub(super) because: Vec<Expression>,
}

impl Rule {
    /// How bad its findings are: a severity, or a template that gives one.
    pub fn severity(&self) -> &str {
        self.severity.source()
    }

    /// What it is asked for once each of.
    pub fn each(&self) -> Option<&str> {
        self.each.as_ref().map(Expression::source)
    }

    /// When it is found; always, where nothing is said.
    pub fn when(&self) -> Option<&str> {
        self.when.as_ref().map(Expression::source)
    }

    /// So many seconds must have passed first.
    pub fn grace(&self) -> Option<u32> {
        self.grace
    }
}

/// Evidence of another object.
#[derive(Debug)]
pub struct Fact {
    pub of: Expression,
    pub path: Option<Template>,
    pub text: Template,
}

/// An expression that makes no sense with an object's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The file.
    pub file: String,
    /// The code of the rule; empty for what stands above the rules.
    pub code: String,
    /// The expression.
    pub expression: String,
    /// Why.
    pub why: String,
}

impl Declared {
    /// Whether it is about that kind.
    pub fn is_about(&self, group: &str, kind: &str) -> bool {
        let group_fits = match self.group.strip_prefix("*.") {
            Some(parent) => group
                .strip_suffix(parent)
                .is_some_and(|before| before.is_empty() || before.ends_with('.')),
            None => self.group == group,
        };
        group_fits && self.kinds.iter().any(|own| own == "*" || own == kind)
    }

    /// The rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The kinds (group and kind) that it reads beside its own.
    pub fn reads(&self) -> impl Iterator<Item = (&str, &str)> {
        self.related
            .iter()
            .map(|(_, relation)| (relation.group.as_str(), relation.kind.as_str()))
    }

    /// What its rules say of an object, those with a code in `done` left out, and what the object hangs together with.
    pub(super) fn analyze(
        &self,
        resource: Resource<'_>,
        near: &dyn Neighbours,
        now: Timestamp,
        done: &[Text],
        trouble: &mut Vec<Trouble>,
    ) -> (Analysis, Ties) {
        let mut look = Look {
            remarks: self.remarks,
            file: &self.file,
            code: "",
            resource,
            now,
            trouble,
            analysis: Analysis::default(),
        };
        let settled = look.is_settled();
        let mut context = super::expression::context();
        context.add_variable_from_value("object", from_json(resource.json));
        context.add_variable_from_value("conditions", conditions(resource));
        context.add_variable_from_value("now", now.as_second());
        look.bind(&self.lets, &mut context);
        let mut related: Vec<(&str, Cel)> = Vec::new();
        context.add_variable_from_value("related", map([]));
        for (name, relation) in &self.related {
            match relation.find(resource, near, &context) {
                Ok(found) => {
                    related.push((name, found));
                    context.add_variable_from_value("related", map(related.clone()));
                }
                Err(NoValue::Missing) => {}
                Err(NoValue::Nonsense(why)) => look.report(name, why),
            }
        }
        for rule in &self.rules {
            if (settled || rule.always) && !done.contains(&rule.code) {
                look.code = &rule.code;
                look.rule(rule, &context);
            }
        }
        look.code = "";
        let ties = Ties {
            because: look.named(&self.because, &context),
            makes: look.named(&self.makes, &context),
            apart: self.remarks,
        };
        (look.analysis, ties)
    }
}

/// The conditions of the status by type, with `path` where each is.
fn conditions(resource: Resource<'_>) -> Cel {
    let listed = resource.status().get("conditions").and_then(Value::as_array);
    map(listed
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(at, condition)| {
            let kind = condition.get("type")?.as_str()?;
            let text = |key: &str| {
                let value = condition.get(key).and_then(Value::as_str);
                Cel::from(value.unwrap_or_default())
            };
            // A default that stands for none.
            let since = match condition.get("lastTransitionTime").and_then(Value::as_str) {
                Some("1970-01-01T00:00:00Z") | None => Cel::from(""),
                Some(since) => Cel::from(since),
            };
            let fields = [
                ("status", text("status")),
                ("reason", text("reason")),
                ("message", text("message")),
                ("since", since),
                ("path", Cel::from(format!("status.conditions[{at}]"))),
            ];
            Some((kind, map(fields)))
        }))
}

/// One object under the rules of one file.
struct Look<'a> {
    remarks: bool,
    file: &'a str,
    code: &'a str,
    resource: Resource<'a>,
    now: Timestamp,
    trouble: &'a mut Vec<Trouble>,
    analysis: Analysis,
}

impl<'a> Look<'a> {
    /// Whether it is neither being deleted nor switched off, and its controller has seen what is asked.
    fn is_settled(&mut self) -> bool {
        if self.resource.deletion_asked().is_some() || custom::is_off(self.resource) {
            return false;
        }
        match custom::unseen_until(self.resource, self.now) {
            Some(end) => {
                self.analysis.look_again_at(end);
                false
            }
            None => true,
        }
    }

    fn report(&mut self, expression: &str, why: String) {
        self.trouble.push(Trouble {
            file: self.file.to_owned(),
            code: self.code.to_owned(),
            expression: expression.to_owned(),
            why,
        });
    }

    fn value(&mut self, expression: &Expression, context: &Context<'_, '_>) -> Option<Cel> {
        match expression.evaluate(context) {
            Ok(value) => Some(value),
            Err(NoValue::Missing) => None,
            Err(NoValue::Nonsense(why)) => {
                self.report(expression.source(), why);
                None
            }
        }
    }

    /// The objects that expressions name: each a list, or one.
    fn named(&mut self, expressions: &[Expression], context: &Context<'_, '_>) -> Vec<ObjectRef> {
        let mut found: Vec<ObjectRef> = Vec::new();
        for expression in expressions {
            let named = match self.value(expression, context) {
                Some(Cel::List(items)) => items.iter().cloned().collect(),
                Some(one) => vec![one],
                None => Vec::new(),
            };
            for one in &named {
                let object = reference(one, self.resource.namespace()).map(ObjectRef::known);
                found.extend(object.filter(|object| !found.contains(object)));
            }
        }
        found
    }

    fn bind(&mut self, lets: &[(String, Expression)], context: &mut Context<'_, '_>) {
        for (name, expression) in lets {
            if let Some(value) = self.value(expression, context) {
                context.add_variable_from_value(name.as_str(), value);
            }
        }
    }

    fn fill(&mut self, template: &Template, context: &Context<'_, '_>) -> String {
        let mut found = Vec::new();
        let text = template.fill(context, &mut |expression, why| {
            found.push((expression.source().to_owned(), why));
        });
        for (expression, why) in found {
            self.report(&expression, why);
        }
        text
    }

    fn rule(&mut self, rule: &'a Rule, context: &Context<'_, '_>) {
        let Some(each) = &rule.each else {
            let mut scope = context.new_inner_scope();
            return self.case(rule, &mut scope);
        };
        let Some(items) = self.value(each, context) else {
            return;
        };
        let Cel::List(items) = items else {
            return self.report(each.source(), "each: a list is wanted".to_owned());
        };
        let before = self.analysis.findings.len();
        for (index, item) in items.iter().enumerate() {
            let mut scope = context.new_inner_scope();
            scope.add_variable_from_value("item", item.clone());
            scope.add_variable_from_value("index", index as i64);
            self.case(rule, &mut scope);
            if self.analysis.findings.len() - before >= LIMIT {
                break;
            }
        }
    }

    fn case(&mut self, rule: &'a Rule, context: &mut Context<'_, '_>) {
        self.bind(&rule.lets, context);
        if let Some(when) = rule
            .look_again
            .as_ref()
            .and_then(|when| self.value(when, context))
        {
            let again = match when {
                Cel::Int(second) => Timestamp::from_second(second).ok(),
                other => value::text(&other).parse().ok(),
            };
            if let Some(again) = again.filter(|again| *again > self.now) {
                self.analysis.look_again_at(again);
            }
        }
        if let Some(when) = &rule.when
            && self.value(when, context) != Some(Cel::Bool(true))
        {
            return;
        }
        let since: Option<Timestamp> = rule
            .since
            .as_ref()
            .and_then(|since| self.value(since, context))
            .and_then(|since| value::text(&since).parse().ok());
        if let Some(seconds) = rule.grace {
            let begin = since.or_else(|| self.resource.created());
            if let Some(end) = begin.map(|begin| grace::later(begin, i64::from(seconds)))
                && self.now < end
            {
                return self.analysis.look_again_at(end);
            }
        }
        let finding = self.finding(rule, since, context);
        self.analysis.findings.push(finding);
    }

    fn finding(&mut self, rule: &Rule, since: Option<Timestamp>, context: &Context<'_, '_>) -> Finding {
        let own = self.resource.object();
        let about = rule
            .about
            .as_ref()
            .and_then(|about| self.value(about, context))
            .and_then(|about| reference(&about, &own.namespace));
        let severity = severity_of(&self.fill(&rule.severity, context)).unwrap_or(Severity::Warning);
        let title = custom::shorten(&self.fill(&rule.title, context));
        let title = if title.is_empty() {
            rule.code.to_string()
        } else {
            title
        };
        let elsewhere = about.is_some();
        let object = about.unwrap_or_else(|| own.clone());
        let mut finding = Finding::new(&rule.code, severity, object, title);
        if !elsewhere {
            finding.owner = self.resource.owner();
        }
        if let Some(subject) = &rule.subject {
            finding.subject = self.fill(subject, context).into();
        }
        if let Some(message) = &rule.message {
            finding.message = self.fill(message, context).trim().into();
        }
        finding.since = since;
        finding.culprit = rule
            .culprit
            .as_ref()
            .and_then(|culprit| self.value(culprit, context))
            .and_then(|culprit| reference(&culprit, &own.namespace));
        finding.ties.apart = self.remarks;
        finding.ties.because = self.named(&rule.because, context);
        for path in &rule.evidence {
            let path = self.fill(path, context);
            if let Some(place) = custom::at(self.resource.json, &path) {
                let time = place
                    .value
                    .get("lastTransitionTime")
                    .and_then(Value::as_str)
                    .and_then(|time| time.parse().ok());
                let text = custom::value_text(place.value);
                finding
                    .evidence
                    .push(Evidence::field(own.clone(), place.path, text).at(time));
            }
        }
        for fact in &rule.facts {
            finding.evidence.extend(self.fact(fact, context));
        }
        finding
    }

    fn fact(&mut self, fact: &Fact, context: &Context<'_, '_>) -> Option<Evidence> {
        let of = self.value(&fact.of, context)?;
        let object = reference(&of, self.resource.namespace())?;
        let text = self.fill(&fact.text, context);
        if text.trim().is_empty() {
            return None;
        }
        Some(match &fact.path {
            Some(path) => {
                let path = self.fill(path, context);
                Evidence::field(object, path, text)
            }
            None => super::super::facts::related(object, text),
        })
    }
}
