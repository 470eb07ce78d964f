//! Who wrote an object, and when: managedFields, and the marks of the tools that roll out for people.

use jiff::Timestamp;
use serde_json::Value;

use super::diff::Difference;
use super::value::shown;

/// An entry of `managedFields` about the object itself, not about its status.
pub struct Entry<'a> {
    /// `kubectl-client-side-apply`, `helm`.
    pub manager: &'a str,
    /// When it last wrote any of its fields.
    pub at: Option<Timestamp>,
    /// The fields that it wrote last.
    pub fields: &'a Value,
}

/// The entries of an object; none where they were left out.
pub fn entries(object: &Value) -> impl Iterator<Item = Entry<'_>> {
    let entries = object
        .pointer("/metadata/managedFields")
        .and_then(Value::as_array);
    let own = |entry: &&Value| entry.get("subresource").is_none_or(|sub| sub == "");
    entries.into_iter().flatten().filter(own).filter_map(|entry| {
        Some(Entry {
            manager: entry.get("manager")?.as_str()?,
            at: entry
                .get("time")
                .and_then(Value::as_str)
                .and_then(|time| time.parse().ok()),
            fields: entry.get("fieldsV1")?,
        })
    })
}

/// The newest entry that owns what differs; where none does, the newest that owns anything of the template.
pub fn of_template<'a>(workload: &'a Value, differences: &[Difference]) -> Option<Entry<'a>> {
    let newest = |owns: &dyn Fn(&Value) -> bool| {
        let owning = entries(workload).filter(|entry| owns(entry.fields));
        owning.max_by_key(|entry| entry.at)
    };
    let any = |fields: &Value| differences.iter().any(|one| owns(fields, one));
    newest(&any).or_else(|| newest(&|fields| fields.pointer("/f:spec/f:template").is_some()))
}

fn owns(fields: &Value, difference: &Difference) -> bool {
    let mut at = fields.pointer("/f:spec/f:template");
    let mut steps: Vec<String> = Vec::new();
    match &difference.container {
        Some(container) => {
            let list = if difference.path.contains(".initContainers[") {
                "f:initContainers"
            } else {
                "f:containers"
            };
            let name = serde_json::json!({ "name": &**container }).to_string();
            steps.extend(["f:spec".to_owned(), list.to_owned(), format!("k:{name}")]);
        }
        None if difference.path.starts_with("spec.template.metadata") => steps.push("f:metadata".to_owned()),
        None => steps.push("f:spec".to_owned()),
    }
    // Deeper than its first step a field may be owned as a whole.
    let first = difference.field.split('.').next().unwrap_or_default();
    steps.push(format!("f:{first}"));
    for step in steps {
        at = at.and_then(|fields| fields.get(&step));
    }
    at.is_some()
}

/// `by kubectl-edit (Helm release shop)`; empty where nothing says it.
pub fn words(manager: Option<&str>, object: &Value) -> String {
    match (manager, tool(object)) {
        (Some(manager), Some(tool)) => format!("by {manager} ({tool})"),
        (Some(manager), None) => format!("by {manager}"),
        (None, Some(tool)) => format!("by {tool}"),
        (None, None) => String::new(),
    }
}

/// The tool that keeps an object as it is.
fn tool(object: &Value) -> Option<String> {
    let note = |group: &str, name: &str| {
        let value = object.get("metadata")?.get(group)?.get(name)?;
        Some(shown(value)).filter(|value| !value.is_empty())
    };
    let label = |name: &str| note("labels", name);
    let annotation = |name: &str| note("annotations", name);
    if let Some(name) = label("helm.toolkit.fluxcd.io/name") {
        return Some(format!("Flux HelmRelease {name}"));
    }
    if let Some(name) = label("kustomize.toolkit.fluxcd.io/name") {
        return Some(format!("Flux Kustomization {name}"));
    }
    let tracked = annotation("argocd.argoproj.io/tracking-id");
    let tracked = tracked.and_then(|id| id.split(':').next().map(str::to_owned));
    if let Some(name) = tracked.or_else(|| label("argocd.argoproj.io/instance")) {
        return Some(format!("Argo CD application {name}"));
    }
    let chart = label("helm.sh/chart").map_or(String::new(), |chart| format!(", chart {chart}"));
    if let Some(name) = annotation("meta.helm.sh/release-name") {
        return Some(format!("Helm release {name}{chart}"));
    }
    (label("app.kubernetes.io/managed-by").as_deref() == Some("Helm")).then(|| format!("Helm{chart}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_tools_are_told_by_their_marks() {
        for (labels, annotations, want) in [
            (json!({}), json!({}), None),
            (
                json!({"app.kubernetes.io/managed-by": "kustomize"}),
                json!({}),
                None,
            ),
            (
                json!({"app.kubernetes.io/managed-by": "Helm"}),
                json!({}),
                Some("Helm"),
            ),
            (
                json!({"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "shop-1.8.2"}),
                json!({"meta.helm.sh/release-name": "shop"}),
                Some("Helm release shop, chart shop-1.8.2"),
            ),
            (
                json!({"helm.toolkit.fluxcd.io/name": "shop"}),
                json!({"meta.helm.sh/release-name": "shop"}),
                Some("Flux HelmRelease shop"),
            ),
            (
                json!({"kustomize.toolkit.fluxcd.io/name": "apps"}),
                json!({}),
                Some("Flux Kustomization apps"),
            ),
            (
                json!({"argocd.argoproj.io/instance": "shop"}),
                json!({}),
                Some("Argo CD application shop"),
            ),
            (
                json!({}),
                json!({"argocd.argoproj.io/tracking-id": "web:apps/Deployment:shop/web"}),
                Some("Argo CD application web"),
            ),
        ] {
            let object = json!({"metadata": {"labels": labels, "annotations": annotations}});
            assert_eq!(tool(&object).as_deref(), want, "{object}");
        }
    }

    #[test]
    fn the_writer_of_the_field_counts_and_not_the_newest_one() {
        let entry = |manager: &str, time: &str, field: &str, sub: &str| {
            json!({"manager": manager, "operation": "Update", "time": time, "subresource": sub, "fieldsV1":
                {"f:spec": {"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"app\"}": {field: {}}}}}}}})
        };
        let workload = json!({"metadata": {"managedFields": [
            entry("helm", "2026-11-21T09:00:00Z", "f:image", ""),
            entry("kubectl-edit", "2026-11-21T09:30:00Z", "f:resources", ""),
            entry("kube-controller-manager", "2026-11-21T09:50:00Z", "f:image", "status"),
        ]}});
        let template = |image: &str| json!({"spec": {"containers": [{"name": "app", "image": image}]}});
        let differences = super::super::templates(&template("a:1"), &template("a:2"));
        assert_eq!(of_template(&workload, &differences).unwrap().manager, "helm");
        // Nobody owns it: whoever wrote to the template last.
        let other = json!({"spec": {"nodeSelector": {"disk": "ssd"}, "containers": [{"name": "app", "image": "a:1"}]}});
        let differences = super::super::templates(&template("a:1"), &other);
        assert_eq!(
            of_template(&workload, &differences).unwrap().manager,
            "kubectl-edit"
        );
        assert!(of_template(&json!({"metadata": {}}), &differences).is_none());
    }
}
