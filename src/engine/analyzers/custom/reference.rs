//! Which objects a custom resource needs, by the names of its fields.

use serde_json::Value;

use super::resource::{Resource, text};
use crate::engine::kinds::names_another;
use crate::engine::object::ObjectRef;

/// The objects that fields of the spec name: `spec.issuerRef`, `spec.bootstrap.configRef`, each item of
/// `spec.resourceRefs`, where they say the kind.
pub fn references(resource: Resource<'_>) -> Vec<ObjectRef> {
    let mut found = Vec::new();
    for (field, value) in fields(resource.spec()) {
        if names_another(field) {
            named(resource, value, &mut found);
        } else if field != "template" {
            let inner = fields(value).filter(|(field, _)| names_another(field));
            inner.for_each(|(_, value)| named(resource, value, &mut found));
        }
    }
    found
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let map = value.as_object().into_iter().flatten();
    map.map(|(field, value)| (field.as_str(), value))
}

fn named(resource: Resource<'_>, value: &Value, found: &mut Vec<ObjectRef>) {
    if let Some(items) = value.as_array() {
        return items.iter().for_each(|item| named(resource, item, found));
    }
    let (kind, name) = (text(value, "kind"), text(value, "name"));
    if kind.is_empty() || name.is_empty() {
        return;
    }
    let own = resource.group();
    let group = ["apiGroup", "group"]
        .iter()
        .find_map(|key| value.get(key)?.as_str());
    let version = match (text(value, "apiVersion"), group) {
        ("", Some("")) => "v1".to_owned(),
        ("", group) => format!("{}/v1", group.unwrap_or(own)),
        (version, _) => version.to_owned(),
    };
    let namespace = match text(value, "namespace") {
        "" => resource.namespace(),
        namespace => namespace,
    };
    found.push(ObjectRef::new(&version, kind, namespace, name).known());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_needed_is_told_from_what_is_acted_on() {
        let object = json!({"apiVersion": "example.io/v1", "kind": "Widget",
            "metadata": {"name": "w", "namespace": "shop"}, "spec": {
                "issuerRef": {"kind": "Issuer", "name": "a"},
                "bootstrap": {"configRef": {"apiVersion": "boot.example.io/v1beta1", "kind": "Config", "name": "b"}},
                "resourceRefs": [{"apiGroup": "", "kind": "Secret", "name": "c", "namespace": "other"}, {"name": "d"}],
                "claimRef": {"kind": "Claim", "name": "e"},
                "scaleTargetRef": {"kind": "Deployment", "name": "f"},
                "template": {"bodyRef": {"kind": "Body", "name": "g"}},
                "secretRef": {"name": "h"}}});
        let found = references(Resource::new(&object));
        let mut said: Vec<String> = found
            .iter()
            .map(|one| format!("{} {one}", one.api_version))
            .collect();
        said.sort();
        assert_eq!(
            said,
            [
                "boot.example.io/v1beta1 Config/shop/b",
                "example.io/v1 Issuer/shop/a",
                "v1 Secret/other/c"
            ]
        );
    }
}
