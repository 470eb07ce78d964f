//! Lists and single objects, in every form.

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::{Bytes, BytesMut};
use futures::{Stream, stream};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Context;
use super::body::{self, Answer};
use super::request::{Call, Form, Objects};
use super::status::Failure;
use super::table;
use crate::demo::resource::Resource;
use crate::demo::store::{Key, Page, Selector};

/// Lists are sent in parts of about this size.
const PART: usize = 64 << 10;

pub(super) fn answer(context: &Arc<Context>, call: &Call, target: &Objects) -> Result<Answer, Failure> {
    let resource = target.resource;
    let selector = selector(call, target)?;
    let limit = call
        .query
        .number("limit")?
        .map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let limit = limit.filter(|limit| *limit > 0);
    let token = call.query.get("continue").map(Continue::read).transpose()?;
    let after = token.as_ref().map(|token| &token.after);
    let mut page = context
        .store
        .page(resource, target.namespace.as_deref(), &selector, after, limit);
    if let Some(token) = &token {
        context.store.remembers(resource, token.revision)?;
        // The pages of one list have one version; a watch from it replays what came between.
        page.revision = token.revision;
    }
    if context.faults.has_malformed_in_lists(resource.plural) {
        page.items.push(malformed());
    }
    Ok(match call.form {
        Form::Plain | Form::AggregatedDiscovery => {
            let head = format!(
                "{{\"kind\":\"{}List\",\"apiVersion\":\"{}\",\"metadata\":{},\"items\":[",
                resource.kind,
                resource.api_version(),
                metadata(&page)
            );
            body::stream("application/json", parts(context, &head, page.items))
        }
        Form::Metadata => {
            let items: Vec<Value> = page
                .items
                .iter()
                .map(|body| partial(&serde_json::from_slice(body).unwrap_or_default()))
                .collect();
            let list = json!({
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1",
                "metadata": metadata(&page), "items": items,
            });
            body::json(StatusCode::OK, &list)
        }
        Form::Table => {
            let objects: Vec<Value> = page
                .items
                .iter()
                .map(|body| serde_json::from_slice(body).unwrap_or_default())
                .collect();
            let rows = Rows {
                resource,
                now: context.store.clock().now(),
                with: included(call),
            };
            body::json(StatusCode::OK, &rows.table(&objects, &metadata(&page), true))
        }
    })
}

/// One object.
pub(super) fn one(context: &Context, call: &Call, target: &Objects, name: &str) -> Result<Answer, Failure> {
    let resource = target.resource;
    let namespace = target.namespace.as_deref().unwrap_or_default();
    let missing = || Failure::not_found(resource, name);
    if call.form == Form::Plain {
        let body = context
            .store
            .body(resource, namespace, name)
            .ok_or_else(missing)?;
        return Ok(body::bytes(
            StatusCode::OK,
            "application/json",
            complete(resource, &body),
        ));
    }
    let object = context.store.get(resource, namespace, name).ok_or_else(missing)?;
    let rows = Rows {
        resource,
        now: context.store.clock().now(),
        with: included(call),
    };
    Ok(body::json(StatusCode::OK, &rows.form(call.form, object, true)))
}

/// The selector of a list or watch; a watch of one name is a selector too.
pub(super) fn selector(call: &Call, target: &Objects) -> Result<Selector, Failure> {
    let fields = call.query.get("fieldSelector");
    let named = target.name.as_ref().map(|name| format!("metadata.name={name}"));
    let fields = named.as_deref().or(fields);
    Ok(Selector::parse(
        target.resource,
        call.query.get("labelSelector"),
        fields,
    )?)
}

/// The whole object from its stored body.
pub(super) fn complete(resource: &Resource, body: &Bytes) -> Bytes {
    let mut out = BytesMut::with_capacity(body.len() + 64);
    let head = format!(
        "{{\"kind\":\"{}\",\"apiVersion\":\"{}\"",
        resource.kind,
        resource.api_version()
    );
    out.extend_from_slice(head.as_bytes());
    if let Some(rest) = body.strip_prefix(b"{") {
        out.extend_from_slice(if rest == b"}" { b"" } else { b"," });
        out.extend_from_slice(rest);
    }
    out.freeze()
}

/// Which objects come with the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Included {
    None,
    Metadata,
    Object,
}

pub(super) fn included(call: &Call) -> Included {
    match call.query.get("includeObject") {
        Some("None") => Included::None,
        Some("Object") => Included::Object,
        _ => Included::Metadata,
    }
}

/// How objects become rows.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    pub(super) resource: &'static Resource,
    pub(super) now: Timestamp,
    pub(super) with: Included,
}

impl Rows {
    /// One object in the form asked for; `header`: with the columns of its table.
    pub(super) fn form(&self, form: Form, object: Value, header: bool) -> Value {
        match form {
            Form::Plain | Form::AggregatedDiscovery => object,
            Form::Metadata => partial(&object),
            Form::Table => {
                let version = object
                    .pointer("/metadata/resourceVersion")
                    .cloned()
                    .unwrap_or_default();
                self.table(&[object], &json!({"resourceVersion": version}), header)
            }
        }
    }

    fn table(&self, objects: &[Value], metadata: &Value, header: bool) -> Value {
        let rows: Vec<Value> = objects
            .iter()
            .map(|object| {
                let mut row = json!({"cells": table::cells(self.resource, object, self.now)});
                let attached = match self.with {
                    Included::None => None,
                    Included::Metadata => Some(partial(object)),
                    Included::Object => Some(typed(self.resource, object)),
                };
                if let (Some(fields), Some(attached)) = (row.as_object_mut(), attached) {
                    fields.insert("object".to_owned(), attached);
                }
                row
            })
            .collect();
        let columns = if header {
            table::columns(self.resource)
        } else {
            Vec::new()
        };
        json!({
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            "columnDefinitions": columns, "rows": rows,
        })
    }
}

fn typed(resource: &Resource, object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.insert("apiVersion".to_owned(), json!(resource.api_version()));
        fields.insert("kind".to_owned(), json!(resource.kind));
    }
    object
}

fn partial(object: &Value) -> Value {
    json!({
        "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
        "metadata": object.get("metadata").cloned().unwrap_or_default(),
    })
}

fn metadata(page: &Page) -> Value {
    let mut metadata = json!({"resourceVersion": page.revision.to_string()});
    if let (Some(fields), Some(after)) = (metadata.as_object_mut(), &page.last) {
        let token = Continue {
            revision: page.revision,
            after: after.clone(),
        };
        fields.insert("continue".to_owned(), json!(token.write()));
        fields.insert("remainingItemCount".to_owned(), json!(page.remaining));
    }
    metadata
}

/// Where a list goes on.
struct Continue {
    revision: u64,
    after: Key,
}

impl Continue {
    fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(json!([self.revision, self.after.0, self.after.1]).to_string())
    }

    fn read(token: &str) -> Result<Self, Failure> {
        URL_SAFE_NO_PAD
            .decode(token)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .map(|(revision, namespace, name): (u64, String, String)| Self {
                revision,
                after: (namespace, name),
            })
            .ok_or_else(|| Failure::bad_request("continue key is not valid"))
    }
}

/// An object that no client's types can hold.
pub(super) fn malformed() -> Bytes {
    let object = json!({
        "metadata": {"name": "malformed", "namespace": "default", "uid": "00000000-0000-4000-8000-000000000000",
            "resourceVersion": "1", "labels": ["not", "a", "map"]},
        "spec": "not an object", "status": 7,
    });
    Bytes::from(object.to_string())
}

/// The bytes of a list, copied into parts: fewer, larger writes than one an object.
fn parts(
    context: &Arc<Context>,
    head: &str,
    items: Vec<Bytes>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let context = Arc::clone(context);
    let state = Some((BytesMut::from(head.as_bytes()), items.into_iter(), true));
    stream::unfold((context, state), |(context, state)| async move {
        let (mut part, mut items, mut first) = state?;
        context.faults.until_answering().await;
        if let Some(pause) = context.faults.list_pause() {
            tokio::time::sleep(pause).await;
        }
        part.reserve(PART);
        while part.len() < PART {
            let Some(item) = items.next() else {
                part.extend_from_slice(b"]}\n");
                return Some((Ok(part.freeze()), (context, None)));
            };
            if !first {
                part.extend_from_slice(b",");
            }
            first = false;
            part.extend_from_slice(&item);
        }
        Some((
            Ok(part.freeze()),
            (context, Some((BytesMut::new(), items, first))),
        ))
    })
}
