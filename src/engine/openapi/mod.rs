//! What the API itself says of a field: the descriptions of the server's OpenAPI v3, read when they are asked for.

mod schema;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use super::cluster::{Cluster, Live};
use super::evidence::Source;
use super::finding::Finding;
use super::object::ObjectRef;

const JSON: &str = "application/json";

/// A field, and what the API says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldDoc {
    /// The kind that has the field.
    pub kind: String,
    /// The field: `spec.containers[0].image`.
    pub path: String,
    /// What is said of it.
    pub text: String,
}

/// The documentation that a server serves. Each document is read once, when something in it is first asked for; what
/// cannot be read says nothing.
pub struct Documentation {
    live: Option<Arc<Live>>,
    index: OnceCell<Option<Value>>,
    documents: Mutex<HashMap<String, Option<Arc<Value>>>>,
}

impl Documentation {
    /// The documentation of a cluster; files have none.
    pub fn of(cluster: &Cluster) -> Self {
        Self {
            live: match cluster {
                Cluster::Live(live) => Some(live.clone()),
                Cluster::Files(_) => None,
            },
            index: OnceCell::new(),
            documents: Mutex::default(),
        }
    }

    /// What the API says of the field that shows a finding best.
    pub async fn finding(&self, finding: &Finding) -> Option<FieldDoc> {
        let (object, path) = finding.evidence.iter().find_map(|fact| match &fact.source {
            Source::Field { path } => Some((&fact.object, path)),
            _ => None,
        })?;
        self.field(object, path).await
    }

    /// What the API says of a field of an object.
    pub async fn field(&self, object: &ObjectRef, path: &str) -> Option<FieldDoc> {
        let document = self.document(&object.api_version).await?;
        let (group, version) = object
            .api_version
            .split_once('/')
            .unwrap_or(("", &object.api_version));
        let text = schema::describe(&document, (group, version, &object.kind), path)?;
        Some(FieldDoc {
            kind: object.kind.to_string(),
            path: path.to_owned(),
            text,
        })
    }

    /// The document of a group and version.
    async fn document(&self, api_version: &str) -> Option<Arc<Value>> {
        let live = self.live.as_ref()?;
        let mut documents = self.documents.lock().await;
        if let Some(known) = documents.get(api_version) {
            return known.clone();
        }
        let read = self.read(live, api_version).await.map(Arc::new);
        documents.insert(api_version.to_owned(), read.clone());
        read
    }

    async fn read(&self, live: &Live, api_version: &str) -> Option<Value> {
        let index = async { live.json("/openapi/v3", JSON).await.ok() };
        let index = self.index.get_or_init(|| index).await.as_ref()?;
        let root = if api_version.contains('/') { "apis" } else { "api" };
        let paths = index.get("paths")?;
        let path = paths
            .get(format!("{root}/{api_version}"))?
            .get("serverRelativeURL")?;
        // Only a path: a document never sends us to another server.
        let path = path
            .as_str()
            .filter(|path| path.starts_with('/') && !path.starts_with("//"))?;
        live.json(path, JSON).await.ok()
    }
}
