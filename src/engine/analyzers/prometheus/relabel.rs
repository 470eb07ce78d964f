//! Relabel rules: what each does in words, and those that can never do what they are for.

use serde_json::Value;

use super::config::scalar;
use super::labels::Labels;
use super::pattern::Pattern;
use super::{DROPS_ALL, UNKNOWN_LABEL};
use crate::engine::finding::Severity;

/// One rule.
pub struct Rule {
    sources: Vec<String>,
    separator: String,
    regex: String,
    target: String,
    replacement: String,
    modulus: String,
    action: String,
}

/// What is wrong with a job's rules: code, severity, title and message.
pub type Wrong = (&'static str, Severity, String, String);

impl Rule {
    pub fn of(rule: &Value) -> Self {
        let text = |key: &str, or: &str| rule.get(key).and_then(scalar).unwrap_or_else(|| or.to_owned());
        let sources = rule.get("source_labels").and_then(Value::as_array);
        Self {
            sources: sources.into_iter().flatten().filter_map(scalar).collect(),
            separator: text("separator", ";"),
            regex: text("regex", "(.*)"),
            target: text("target_label", ""),
            replacement: text("replacement", "$1"),
            modulus: text("modulus", "0"),
            action: text("action", "replace").to_lowercase(),
        }
    }

    /// What it does, for people.
    pub fn explained(&self) -> String {
        let Self {
            regex,
            target,
            replacement,
            ..
        } = self;
        let of = match self.sources.as_slice() {
            [] => "nothing".to_owned(),
            [one] => one.clone(),
            several => format!("{} (joined by {:?})", several.join(", "), self.separator),
        };
        match self.action.as_str() {
            "keep" => format!("keeps only targets whose {of} matches {regex}"),
            "drop" => format!("drops targets whose {of} matches {regex}"),
            "keepequal" => format!("keeps only targets whose {of} equals {target}"),
            "dropequal" => format!("drops targets whose {of} equals {target}"),
            "labelmap" => format!("copies each label whose name matches {regex} to {replacement}"),
            "labeldrop" => format!("removes labels whose name matches {regex}"),
            "labelkeep" => format!("removes all labels but those whose name matches {regex}"),
            "hashmod" => format!("sets {target} to the hash of {of} modulo {}", self.modulus),
            "lowercase" => format!("sets {target} to {of} in lower case"),
            "uppercase" => format!("sets {target} to {of} in upper case"),
            "replace" if self.sources.is_empty() && !replacement.contains('$') => {
                format!("sets {target} to {replacement:?}")
            }
            "replace" => format!("sets {target} to {replacement:?} where {of} matches {regex}"),
            other => format!("does {other:?}, which is no action"),
        }
    }

    /// What Prometheus refuses it for.
    pub fn refused(&self) -> Option<String> {
        const ACTIONS: &[&str] = &[
            "replace",
            "keep",
            "drop",
            "keepequal",
            "dropequal",
            "hashmod",
            "labelmap",
            "labeldrop",
            "labelkeep",
            "lowercase",
            "uppercase",
        ];
        if !ACTIONS.contains(&self.action.as_str()) {
            return Some(format!("{:?} is no action of a relabel rule", self.action));
        }
        if let Pattern::Broken(what) = Pattern::new(&self.regex) {
            return Some(format!(
                "the regular expression {:?} is broken: {what}",
                self.regex
            ));
        }
        let sets = matches!(
            self.action.as_str(),
            "replace" | "hashmod" | "lowercase" | "uppercase" | "keepequal" | "dropequal"
        );
        if sets && self.target.is_empty() {
            return Some(format!(
                "a relabel rule of action {} needs a target_label",
                self.action
            ));
        }
        (self.action == "hashmod" && self.modulus == "0")
            .then(|| "a relabel rule of action hashmod needs a modulus".to_owned())
    }

    /// The text that it matches for a target that has none of its labels.
    fn of_none(&self) -> String {
        self.separator.repeat(self.sources.len().saturating_sub(1))
    }
}

/// What is wrong with a job's rules, taken in order.
pub fn wrong(job: &Value, rules: &[Rule]) -> Option<Wrong> {
    let mut labels = Labels::of(job);
    let mut kept: Vec<(&[String], String)> = Vec::new();
    let mut idle: Option<Wrong> = None;
    for rule in rules {
        let unknown: Vec<&str> = rule
            .sources
            .iter()
            .map(String::as_str)
            .filter(|label| !labels.may_have(label))
            .collect();
        let all_unknown = !rule.sources.is_empty() && unknown.len() == rule.sources.len();
        let pattern = Pattern::new(&rule.regex);
        if rule.action == "keep" {
            if all_unknown && pattern.matches(&rule.of_none()) == Some(false) {
                let said = format!(
                    "It {}, but the job's targets never have {}: every target is dropped.",
                    rule.explained(),
                    unknown.join(", ")
                );
                return Some((DROPS_ALL, Severity::Warning, "no target is kept".to_owned(), said));
            }
            if let Pattern::Literal(word) = pattern {
                let before = kept
                    .iter()
                    .find(|(sources, one)| *sources == rule.sources && *one != word);
                if let Some((_, before)) = before {
                    let said = format!(
                        "It {}, but a rule before keeps only those where it is {before}: every target is dropped.",
                        rule.explained()
                    );
                    return Some((DROPS_ALL, Severity::Warning, "no target is kept".to_owned(), said));
                }
                kept.push((&rule.sources, word));
            }
        }
        if all_unknown && idle.is_none() {
            let title = format!("a relabel rule reads {}, which no target has", unknown.join(", "));
            let said = format!(
                "It {}; no way of discovery of the job gives that label.",
                rule.explained()
            );
            idle = Some((UNKNOWN_LABEL, Severity::Info, title, said));
        }
        match rule.action.as_str() {
            "labelmap" => labels.set_any(),
            "replace" | "hashmod" | "lowercase" | "uppercase" => {
                kept.retain(|(sources, _)| !sources.contains(&rule.target) && !rule.target.contains('$'));
                labels.set(&rule.target);
            }
            // What is removed is not followed: it would only make more rules idle.
            _ => {}
        }
        if rule.action == "labelmap" {
            kept.clear();
        }
    }
    idle
}
