//! Findings: what one analyzer says of one object.

use jiff::Timestamp;
use serde::Serialize;

use super::evidence::Evidence;
use super::id::short_hash;
use super::object::{ObjectRef, Text};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Hygiene: hidden unless asked for.
    Info,
    /// Degraded, or will be.
    Warning,
    /// Users are hit or data are at risk.
    Critical,
}

impl Severity {
    /// All of them, the mildest first.
    pub const ALL: &[Self] = &[Self::Info, Self::Warning, Self::Critical];

    /// The sign that stands for it on every screen: colour never stands alone.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Critical => "✖",
            Self::Warning => "⚠",
            Self::Info => "•",
        }
    }

    /// `critical`, `warning`, `info`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// How a finding hangs together with other objects, as far as its analyzer knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ties {
    /// Whose trouble explains it, the likeliest first.
    pub because: Vec<ObjectRef>,
    /// What comes to be only once its object is well: what lacks them follows from it.
    pub makes: Vec<ObjectRef>,
    /// Whether it is a remark (a policy, a scan), not a fault: then it explains nothing and follows from nothing.
    pub apart: bool,
}

/// One statement of one analyzer about one object: what is wrong, since when, how bad, and what shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// A stable name of the fault, `ContainerCrashLoop`.
    pub code: Text,
    /// How bad.
    pub severity: Severity,
    /// The object it is about; it may be one that does not exist.
    pub object: ObjectRef,
    /// The container, backend, port or path it is about; empty where it is the object as a whole.
    pub subject: Text,
    /// The container, where there is one.
    pub container: Option<Text>,
    /// The workload on top of the object's owners, itself where it has none.
    pub owner: ObjectRef,
    /// What is wrong, in words, without the object's name: `cannot write /var/cache/nginx: …`.
    pub title: Text,
    /// One or two sentences with the facts.
    pub message: Text,
    /// Since when.
    pub since: Option<Timestamp>,
    /// How often it occurred (restarts, event counts); 1 where that is unknown.
    pub count: u32,
    /// What shows it, most telling first.
    pub evidence: Vec<Evidence>,
    /// The object whose change heals it, where the analyzer knows.
    pub culprit: Option<ObjectRef>,
    /// What it hangs together with.
    pub ties: Ties,
}

impl Finding {
    /// A finding about `object` as a whole that occurred once; the caller sets the rest.
    pub fn new(code: &str, severity: Severity, object: ObjectRef, title: impl Into<Text>) -> Self {
        Self {
            code: code.into(),
            severity,
            owner: object.clone(),
            object,
            subject: "".into(),
            container: None,
            title: title.into(),
            message: "".into(),
            since: None,
            count: 1,
            evidence: Vec::new(),
            culprit: None,
            ties: Ties::default(),
        }
    }

    /// The finding's id: a short hash of cluster, code, group, kind, namespace, name and subject.
    pub fn id(&self, cluster: &str) -> Text {
        let object = &self.object;
        short_hash(&[
            cluster,
            &self.code,
            object.group(),
            &object.kind,
            &object.namespace,
            &object.name,
            &self.subject,
        ])
    }
}
