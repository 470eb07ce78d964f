//! The JSON of `analyze -o json`: the schema `k8stui/v1`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::analyze::Docs;
use crate::engine::coverage::Coverage;
use crate::engine::evidence::Numbered;
use crate::engine::finding::{Finding, Severity};
use crate::engine::object::{ObjectRef, Text};
use crate::engine::openapi::FieldDoc;
use crate::engine::problem::{Diagnosis, Member, Problem, State};
use crate::engine::snapshot::Snapshot;

/// The whole document.
#[derive(Serialize)]
pub struct Document<'a> {
    schema: &'static str,
    clusters: [Cluster<'a>; 1],
    generated_at: Timestamp,
    coverage: &'a Coverage,
    problems: Vec<ProblemJson<'a>>,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct Cluster<'a> {
    id: &'a str,
    context: &'a str,
    server_version: &'a str,
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    id: &'a str,
    aliases: &'a [Text],
    cluster: &'a str,
    state: &'static str,
    healed_at: Option<Timestamp>,
    root: &'a str,
    findings: Vec<&'a str>,
    severity: Severity,
    title: &'a str,
    count: u32,
    since: Option<Timestamp>,
    culprit: &'a ObjectRef,
    provisional: bool,
    /// Kinds that may not be read and in which a deeper cause may lie.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown_cause: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingJson<'a> {
    id: &'a str,
    cluster: &'a str,
    code: &'a str,
    severity: Severity,
    api_version: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    subject: &'a str,
    container: Option<&'a str>,
    owner: String,
    title: &'a str,
    message: &'a str,
    since: Option<Timestamp>,
    #[serde(rename = "healed_at")]
    healed_at: Option<Timestamp>,
    count: u32,
    root: bool,
    #[serde(rename = "root_id")]
    root_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis: Option<&'a Diagnosis>,
    evidence: Vec<&'a Numbered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documentation: Option<&'a FieldDoc>,
}

impl<'a> Document<'a> {
    /// The document of those problems of a snapshot that are shown.
    pub fn new(snapshot: &'a Snapshot, shown: &[&'a Problem], docs: &'a Docs) -> Self {
        let cluster = &snapshot.cluster;
        // A finding that two problems share is listed once.
        let mut findings: BTreeMap<&str, FindingJson<'a>> = BTreeMap::new();
        for problem in shown {
            let facts: BTreeMap<u32, &Numbered> =
                problem.evidence.iter().map(|fact| (fact.n, fact)).collect();
            let root = problem.root().map_or("", |root| &*root.id);
            for (place, member) in problem.members.iter().enumerate() {
                findings
                    .entry(&member.id)
                    .or_insert_with(|| finding(problem, member, place == 0, root, &facts, docs));
            }
        }
        Self {
            schema: "k8stui/v1",
            clusters: [Cluster {
                id: &cluster.id,
                context: &cluster.context,
                server_version: &cluster.server_version,
            }],
            generated_at: snapshot.at,
            coverage: &snapshot.coverage,
            problems: shown.iter().map(|problem| one(problem)).collect(),
            findings: findings.into_values().collect(),
        }
    }
}

fn one(problem: &Problem) -> ProblemJson<'_> {
    let (state, healed_at) = match problem.state {
        State::Active => ("active", None),
        State::Healed(at) => ("healed", Some(at)),
    };
    ProblemJson {
        id: &problem.id,
        aliases: &problem.aliases,
        cluster: &problem.cluster,
        state,
        healed_at,
        root: problem.root().map_or("", |root| &*root.id),
        findings: problem.members.iter().map(|member| &*member.id).collect(),
        severity: problem.severity,
        title: &problem.title,
        count: problem.count,
        since: problem.since,
        culprit: &problem.culprit,
        provisional: problem.provisional,
        unknown_cause: problem.unknown_cause.iter().map(|kind| kind.name()).collect(),
    }
}

fn finding<'a>(
    problem: &'a Problem,
    member: &'a Member,
    is_root: bool,
    root: &'a str,
    facts: &BTreeMap<u32, &'a Numbered>,
    docs: &'a Docs,
) -> FindingJson<'a> {
    let Finding { object, owner, .. } = &*member.finding;
    let finding = &*member.finding;
    FindingJson {
        id: &member.id,
        cluster: &problem.cluster,
        code: &finding.code,
        severity: finding.severity,
        api_version: &object.api_version,
        kind: &object.kind,
        namespace: &object.namespace,
        name: &object.name,
        subject: &finding.subject,
        container: finding.container.as_deref(),
        owner: owner.short(),
        title: &finding.title,
        message: &finding.message,
        since: finding.since,
        healed_at: member.healed,
        count: finding.count,
        root: is_root,
        root_id: (!is_root).then_some(root),
        diagnosis: is_root.then_some(&problem.diagnosis),
        evidence: member
            .evidence
            .iter()
            .filter_map(|n| facts.get(n).copied())
            .collect(),
        documentation: docs.get(&member.id),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::problem::{Confidence, Role};

    #[test]
    fn a_root_that_has_healed_says_so_and_its_problem_is_active() {
        let at: Timestamp = "2026-11-21T10:25:00Z".parse().unwrap();
        let object = |kind: &str| ObjectRef::new("v1", kind, "shop", "web");
        let member = |code: &str, kind: &str, role, healed| Member {
            id: code.into(),
            finding: Arc::new(Finding::new(code, Severity::Warning, object(kind), code)),
            role,
            evidence: Vec::new(),
            healed,
        };
        let problem = Problem {
            id: "p".into(),
            aliases: Vec::new(),
            cluster: "c".into(),
            state: State::Active,
            severity: Severity::Warning,
            title: "web".into(),
            count: 1,
            since: None,
            owner: object("Pod"),
            culprit: object("Pod"),
            provisional: false,
            unknown_cause: Vec::new(),
            members: vec![
                member("ContainerCrashLoop", "Pod", Role::Root, Some(at)),
                member("ServiceNoReadyEndpoints", "Service", Role::Symptom, None),
            ],
            evidence: Vec::new(),
            diagnosis: Diagnosis {
                cause: "".into(),
                confidence: Confidence::Likely,
                why: Vec::new(),
                fix: "".into(),
                commands: Vec::new(),
                docs: None,
                signature: None,
            },
        };
        let snapshot = Snapshot::empty("test", at);
        let json = serde_json::to_value(Document::new(&snapshot, &[&problem], &Docs::new())).unwrap();
        let listed = &json["problems"][0];
        assert_eq!(
            (&listed["state"], &listed["healed_at"]),
            (&"active".into(), &serde_json::Value::Null)
        );
        assert_eq!(listed["root"], "ContainerCrashLoop");
        let [root, symptom] = [0, 1].map(|index| &json["findings"][index]);
        assert_eq!(
            (&root["root"], &root["healed_at"]),
            (&true.into(), &"2026-11-21T10:25:00Z".into())
        );
        assert_eq!(
            (&symptom["root_id"], &symptom["healed_at"]),
            (&"ContainerCrashLoop".into(), &serde_json::Value::Null)
        );
    }
}
