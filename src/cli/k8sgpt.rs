//! `analyze -o k8sgpt`: the JSON that K8sGPT prints, for scripts that were made for it.
//!
//! One result an object, one error a finding. Names and the case of keys are K8sGPT's; what it has no place for
//! (severity, since when, what follows from what) is left out. Its own order is by chance, this one by kind and name.

use std::collections::BTreeMap;

use serde::Serialize;

use super::analyze::Docs;
use super::look::Shown;
use crate::engine::coverage::Status;
use crate::engine::finding::Finding;
use crate::engine::problem::Problem;
use crate::engine::snapshot::Snapshot;

/// The whole document.
#[derive(Serialize)]
pub struct Document {
    /// Who explained: empty, as K8sGPT has it without `--explain`.
    provider: String,
    errors: Option<Vec<String>>,
    status: &'static str,
    /// How many errors all results have.
    problems: usize,
    results: Option<Vec<ResultJson>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultJson {
    kind: String,
    name: String,
    error: Vec<ErrorJson>,
    /// What a model said: K8sGPT leaves it empty without `--explain`.
    details: String,
    parent_object: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorJson {
    text: String,
    kubernetes_doc: String,
    /// K8sGPT's table of what it masked and by what. It undoes the masking, so there is none here.
    sensitive: [(); 0],
}

impl Document {
    /// The document of those problems that are shown. As with K8sGPT, only the objects that were asked for are listed,
    /// not what hangs together with them.
    pub fn new(snapshot: &Snapshot, shown: &[&Problem], filter: &Shown, docs: &Docs) -> Self {
        let mut results: BTreeMap<(String, String), ResultJson> = BTreeMap::new();
        for problem in shown {
            for member in problem.members.iter().filter(|member| member.healed.is_none()) {
                let finding = &*member.finding;
                if !filter.names(finding) {
                    continue;
                }
                let (kind, name) = (kind(finding), name(finding));
                let result = results
                    .entry((kind.clone(), name.clone()))
                    .or_insert_with(|| ResultJson {
                        kind,
                        name,
                        error: Vec::new(),
                        details: String::new(),
                        parent_object: parent(finding),
                    });
                let text = text(finding);
                // A finding that two problems share is one error.
                if result.error.iter().all(|error| error.text != text) {
                    result.error.push(ErrorJson {
                        text,
                        kubernetes_doc: docs
                            .get(&member.id)
                            .map_or_else(String::new, |doc| doc.text.clone()),
                        sensitive: [],
                    });
                }
            }
        }
        let mut results: Vec<ResultJson> = results.into_values().collect();
        for result in &mut results {
            result.error.sort_by(|a, b| a.text.cmp(&b.text));
        }
        let errors: Vec<String> = snapshot
            .coverage
            .gaps()
            .filter(|gap| gap.status != Status::Off)
            .map(|gap| format!("[{}] {}", gap.kind, gap.detail))
            .collect();
        Self {
            provider: String::new(),
            errors: (!errors.is_empty()).then_some(errors),
            status: if results.is_empty() {
                "OK"
            } else {
                "ProblemDetected"
            },
            problems: results.iter().map(|result| result.error.len()).sum(),
            results: (!results.is_empty()).then_some(results),
        }
    }
}

/// K8sGPT's analyzers of storage and of rights put their own name before the kind.
fn kind(finding: &Finding) -> String {
    let kind = &*finding.object.kind;
    match kind {
        "StorageClass" | "PersistentVolume" => format!("Storage/{kind}"),
        "ServiceAccount" | "RoleBinding" | "ClusterRoleBinding" => format!("Security/{kind}"),
        _ => kind.to_owned(),
    }
}

/// `namespace/name`, the name alone of what has no namespace; of webhooks `/` and the webhook.
fn name(finding: &Finding) -> String {
    let object = &finding.object;
    let is_webhook = object.kind.ends_with("WebhookConfiguration") && !finding.subject.is_empty();
    if is_webhook {
        format!("/{}", finding.subject)
    } else if object.namespace.is_empty() {
        object.name.to_string()
    } else {
        format!("{}/{}", object.namespace, object.name)
    }
}

/// `Deployment/web`; nothing where it stands by itself.
fn parent(finding: &Finding) -> String {
    if finding.owner == finding.object {
        String::new()
    } else {
        finding.owner.short()
    }
}

fn text(finding: &Finding) -> String {
    let place = finding
        .container
        .as_ref()
        .map_or_else(String::new, |container| format!("container {container}: "));
    if finding.message.is_empty() || finding.message == finding.title {
        format!("{place}{}", finding.title)
    } else {
        format!(
            "{place}{}. {}",
            finding.title.trim_end_matches('.'),
            finding.message
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::finding::Severity;
    use crate::engine::object::ObjectRef;

    fn finding(kind: &str, namespace: &str, subject: &str) -> Finding {
        let object = ObjectRef::new("v1", kind, namespace, "web");
        let mut finding = Finding::new("Code", Severity::Warning, object, "is broken");
        finding.subject = subject.into();
        finding
    }

    #[test]
    fn objects_are_named_as_k8sgpt_names_them() {
        for (kind_, namespace, subject, wanted) in [
            ("Pod", "shop", "web", ("Pod", "shop/web")),
            ("Node", "", "", ("Node", "web")),
            ("StorageClass", "", "", ("Storage/StorageClass", "web")),
            ("RoleBinding", "shop", "", ("Security/RoleBinding", "shop/web")),
            (
                "MutatingWebhookConfiguration",
                "",
                "inject.example.io",
                ("MutatingWebhookConfiguration", "/inject.example.io"),
            ),
        ] {
            let finding = finding(kind_, namespace, subject);
            assert_eq!((&*kind(&finding), &*name(&finding)), wanted);
        }
    }

    #[test]
    fn an_error_is_title_and_facts() {
        let mut finding = finding("Pod", "shop", "");
        assert_eq!(
            (text(&finding), parent(&finding)),
            ("is broken".to_owned(), String::new())
        );
        finding.container = Some("app".into());
        finding.message = "It ended.".into();
        finding.owner = ObjectRef::new("apps/v1", "Deployment", "shop", "web");
        assert_eq!(text(&finding), "container app: is broken. It ended.");
        assert_eq!(parent(&finding), "Deployment/web");
    }
}
