//! As much of OpenAPI as `kubectl apply` needs (that the server itself validates fields), and what there is to say of
//! the fields that the demo's faults show.

use serde_json::{Map, Value, json};

use super::fields;
use crate::demo::resource::{RESOURCES, Resource};

fn path_of(resource: &Resource) -> String {
    if resource.group.is_empty() {
        format!("api/{}", resource.version)
    } else {
        format!("apis/{}/{}", resource.group, resource.version)
    }
}

/// `/openapi/v3`
pub(super) fn index() -> Value {
    let paths: Map<String, Value> = RESOURCES
        .iter()
        .map(path_of)
        .map(|path| {
            (
                path.clone(),
                json!({"serverRelativeURL": format!("/openapi/v3/{path}")}),
            )
        })
        .collect();
    json!({"paths": paths})
}

/// The document of a group and version.
pub(super) fn document(group_version: &str) -> Option<Value> {
    let paths: Map<String, Value> = RESOURCES
        .iter()
        .filter(|resource| path_of(resource) == group_version)
        .map(|resource| {
            let namespace = if resource.namespaced {
                "namespaces/{namespace}/"
            } else {
                ""
            };
            let path = format!("/{group_version}/{namespace}{}/{{name}}", resource.plural);
            let kind = json!({"group": resource.group, "version": resource.version, "kind": resource.kind});
            let operation = json!({
                "x-kubernetes-action": "patch", "x-kubernetes-group-version-kind": kind,
                "parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}],
                "responses": {"200": {"description": "OK"}},
            });
            (path, json!({"patch": operation}))
        })
        .collect();
    let schemas: Map<String, Value> = RESOURCES
        .iter()
        .filter(|resource| path_of(resource) == group_version)
        .filter_map(|resource| Some((resource.kind.to_owned(), fields::schema(resource)?)))
        .collect();
    (!paths.is_empty()).then(|| {
        json!({
            "openapi": "3.0.0",
            "info": {"title": "k8stui demo", "version": "v1.34.10"},
            "paths": paths,
            "components": {"schemas": schemas},
        })
    })
}
