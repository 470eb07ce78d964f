//! Where an object of any kind is in the API.

use std::collections::HashMap;

use tokio::sync::Mutex;

use super::{Failure, FailureKind, live::Live};
use crate::engine::object::{Kind, ObjectRef};

/// The resource names of kinds, asked of the server once per group and version.
#[derive(Debug, Default)]
pub struct Resources {
    known: Mutex<HashMap<String, Vec<Resource>>>,
}

#[derive(Clone, Debug)]
struct Resource {
    kind: String,
    plural: String,
    namespaced: bool,
}

impl Resources {
    /// The API path of an object.
    ///
    /// # Errors
    /// The server does not know the kind, or does not answer.
    pub async fn path(&self, live: &Live, object: &ObjectRef) -> Result<String, Failure> {
        let resource = match object.key() {
            Some(key) => Resource::from(key.kind),
            None => self.find(live, object).await?,
        };
        let root = if object.api_version.contains('/') {
            format!("/apis/{}", object.api_version)
        } else {
            format!("/api/{}", object.api_version)
        };
        Ok(if resource.namespaced {
            format!(
                "{root}/namespaces/{}/{}/{}",
                object.namespace, resource.plural, object.name
            )
        } else {
            format!("{root}/{}/{}", resource.plural, object.name)
        })
    }

    async fn find(&self, live: &Live, object: &ObjectRef) -> Result<Resource, Failure> {
        let mut known = self.known.lock().await;
        let version = object.api_version.to_string();
        if !known.contains_key(&version) {
            let path = if version.contains('/') {
                format!("/apis/{version}")
            } else {
                format!("/api/{version}")
            };
            let list = live.json(&path, "application/json").await?;
            known.insert(version.clone(), parse(&list));
        }
        known
            .get(&version)
            .and_then(|resources| resources.iter().find(|resource| *resource.kind == *object.kind))
            .cloned()
            .ok_or_else(|| {
                Failure::new(
                    FailureKind::NotFound,
                    format!("the server has no kind {} in {}", object.kind, object.api_version),
                )
            })
    }
}

impl From<Kind> for Resource {
    fn from(kind: Kind) -> Self {
        Self {
            kind: kind.name().to_owned(),
            plural: kind.plural().to_owned(),
            namespaced: kind.namespaced(),
        }
    }
}

/// The resources of an `APIResourceList`; subresources (`pods/log`) are passed over.
fn parse(list: &serde_json::Value) -> Vec<Resource> {
    let entries = list
        .get("resources")
        .and_then(serde_json::Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| {
            let plural = entry.get("name")?.as_str()?.to_owned();
            Some(Resource {
                kind: entry.get("kind")?.as_str()?.to_owned(),
                namespaced: entry.get("namespaced")?.as_bool()?,
                plural,
            })
        })
        .filter(|resource| !resource.plural.contains('/'))
        .collect()
}
