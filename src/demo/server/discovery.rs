//! Discovery: which kinds there are, group by group or all in one answer.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::body::{self, Answer};
use crate::demo::resource::{RESOURCES, Resource};

const VERBS: &[&str] = &[
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
];

/// `/version`: the release whose recorded objects the demo is built from.
pub(super) fn version() -> Value {
    json!({
        "major": "1", "minor": "34",
        "emulationMajor": "1", "emulationMinor": "34", "minCompatibilityMajor": "1", "minCompatibilityMinor": "33",
        "gitVersion": "v1.34.10", "gitCommit": "k8stui-demo", "gitTreeState": "clean",
        "buildDate": "2026-01-01T00:00:00Z", "goVersion": "none", "compiler": "rustc", "platform": "linux/amd64",
    })
}

pub(super) fn core_versions() -> Value {
    json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
}

/// Groups that hold only reviews, which are answered and not kept.
const REVIEW_GROUPS: &[(&str, &[(&str, &str)])] = &[
    (
        "authentication.k8s.io",
        &[("selfsubjectreviews", "SelfSubjectReview")],
    ),
    (
        "authorization.k8s.io",
        &[
            ("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
            ("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
        ],
    ),
];

fn group_versions() -> BTreeSet<(&'static str, &'static str)> {
    let served = RESOURCES
        .iter()
        .filter(|r| !r.group.is_empty())
        .map(|r| (r.group, r.version));
    served
        .chain(REVIEW_GROUPS.iter().map(|(group, _)| (*group, "v1")))
        .collect()
}

/// `/apis`
pub(super) fn groups() -> Value {
    let groups: Vec<Value> = group_versions()
        .into_iter()
        .map(|(group, version)| group_of(group, version))
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// `/apis/GROUP`
pub(super) fn group(name: &str) -> Option<Value> {
    let (group, version) = group_versions().into_iter().find(|(group, _)| *group == name)?;
    let mut value = group_of(group, version);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("kind".to_owned(), json!("APIGroup"));
        fields.insert("apiVersion".to_owned(), json!("v1"));
    }
    Some(value)
}

fn group_of(group: &str, version: &str) -> Value {
    let version = json!({"groupVersion": format!("{group}/{version}"), "version": version});
    json!({"name": group, "versions": [version], "preferredVersion": version})
}

/// `/api/v1`, `/apis/GROUP/VERSION`
pub(super) fn resources(group: &str, version: &str) -> Option<Value> {
    let mut resources = Vec::new();
    for resource in RESOURCES
        .iter()
        .filter(|r| r.group == group && r.version == version)
    {
        let mut entry = json!({
            "name": resource.plural, "singularName": resource.singular, "namespaced": resource.namespaced,
            "kind": resource.kind, "verbs": VERBS,
        });
        if let Some(fields) = entry.as_object_mut() {
            if !resource.short.is_empty() {
                fields.insert("shortNames".to_owned(), json!(resource.short));
            }
            if resource.in_all {
                fields.insert("categories".to_owned(), json!(["all"]));
            }
        }
        resources.push(entry);
        for (name, group, version, kind, verbs) in subresources(resource) {
            let mut entry = json!({
                "name": format!("{}/{name}", resource.plural), "singularName": "",
                "namespaced": resource.namespaced, "kind": kind, "verbs": verbs,
            });
            if let (false, Some(fields)) = (group.is_empty(), entry.as_object_mut()) {
                fields.insert("group".to_owned(), json!(group));
                fields.insert("version".to_owned(), json!(version));
            }
            resources.push(entry);
        }
    }
    for (_, reviews) in REVIEW_GROUPS
        .iter()
        .filter(|(name, _)| *name == group && version == "v1")
    {
        for (plural, kind) in *reviews {
            resources.push(json!({
                "name": plural, "singularName": kind.to_lowercase(), "namespaced": false, "kind": kind,
                "verbs": ["create"],
            }));
        }
    }
    let group_version = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    (!resources.is_empty()).then(|| {
        json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources})
    })
}

type Subresource = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

fn subresources(resource: &Resource) -> Vec<Subresource> {
    let mut all: Vec<Subresource> = Vec::new();
    if resource.plural == "pods" {
        all.push(("log", "", "", "Pod", &["get"]));
    }
    if resource.scales {
        all.push(("scale", "autoscaling", "v1", "Scale", &["get", "patch", "update"]));
    }
    all
}

/// `/api` or `/apis` as one document with every resource in it.
pub(super) fn aggregated(core: bool) -> Answer {
    let group_versions: Vec<(&str, &str)> = if core {
        vec![("", "v1")]
    } else {
        group_versions().into_iter().collect()
    };
    let items: Vec<Value> = group_versions
        .into_iter()
        .map(|(group, version)| discovered(group, version))
        .collect();
    let document = json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items,
    });
    body::bytes(
        StatusCode::OK,
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        Bytes::from(document.to_string()),
    )
}

fn discovered(group: &str, version: &str) -> Value {
    let kind_of = |kind: &str| json!({"group": group, "version": version, "kind": kind});
    let mut resources: Vec<Value> = RESOURCES
        .iter()
        .filter(|r| r.group == group && r.version == version)
        .map(|resource| {
            let mut entry = json!({
                "resource": resource.plural, "responseKind": kind_of(resource.kind),
                "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
                "singularResource": resource.singular, "verbs": VERBS, "shortNames": resource.short,
            });
            let subresources: Vec<Value> = subresources(resource)
                .into_iter()
                .map(|(name, sub_group, sub_version, kind, verbs)| {
                    let kind = if sub_group.is_empty() {
                        kind_of(kind)
                    } else {
                        json!({"group": sub_group, "version": sub_version, "kind": kind})
                    };
                    json!({"subresource": name, "responseKind": kind, "verbs": verbs})
                })
                .collect();
            if let Some(fields) = entry.as_object_mut() {
                if resource.in_all {
                    fields.insert("categories".to_owned(), json!(["all"]));
                }
                if !subresources.is_empty() {
                    fields.insert("subresources".to_owned(), json!(subresources));
                }
            }
            entry
        })
        .collect();
    for (_, reviews) in REVIEW_GROUPS.iter().filter(|(name, _)| *name == group) {
        for (plural, kind) in *reviews {
            resources.push(json!({
                "resource": plural, "responseKind": kind_of(kind), "scope": "Cluster",
                "singularResource": kind.to_lowercase(), "verbs": ["create"],
            }));
        }
    }
    json!({
        "metadata": {"name": group, "creationTimestamp": null},
        "versions": [{"version": version, "resources": resources, "freshness": "Current"}],
    })
}
