//! Writes: create, update, patch, delete, scale; `dryRun=All` answers and keeps nothing.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Context;
use super::body::{self, Answer};
use super::request::{Call, Objects};
use super::status::Failure;
use super::{patch, strategic};
use crate::demo::resource::Resource;
use crate::demo::store::{Selector, seconds, uid};

pub(super) fn answer(context: &Context, call: &Call, target: &Objects) -> Result<Answer, Failure> {
    let dry = is_dry(call);
    match (
        &call.method,
        target.name.as_deref(),
        target.subresource.as_deref(),
    ) {
        (&Method::POST, None, None) => create(context, call, target, dry),
        (&Method::PUT | &Method::PATCH, Some(name), Some("scale")) if target.resource.scales => {
            set_scale(context, call, target, name, dry)
        }
        (&Method::PUT, Some(name), None | Some("status")) => {
            let object = parse(call)?;
            let before = existing(context, target, name)?;
            store(context, target, &before, object, dry)
        }
        (&Method::PATCH, Some(name), None | Some("status")) => {
            let before = existing(context, target, name)?;
            let after = patched(call, before.clone())?;
            store(context, target, &before, after, dry)
        }
        (&Method::DELETE, Some(name), None) => delete(context, call, target, name, dry),
        (&Method::DELETE, None, None) => delete_all(context, call, target, dry),
        _ => Err(Failure::method_not_allowed(
            "the demo cluster cannot do this: it runs no containers, so there is nothing to attach, exec, forward or evict",
        )),
    }
}

/// Deletions say it in their body.
fn is_dry(call: &Call) -> bool {
    let in_body = || {
        let options: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        options
            .get("dryRun")
            .and_then(Value::as_array)
            .is_some_and(|dry| dry.contains(&json!("All")))
    };
    call.query.get("dryRun") == Some("All") || call.method == Method::DELETE && in_body()
}

pub(super) fn parse(call: &Call) -> Result<Value, Failure> {
    if !matches!(call.content_type.as_str(), "" | "application/json") {
        return Err(unsupported(&call.content_type));
    }
    serde_json::from_slice(&call.body)
        .map_err(|error| Failure::bad_request(format!("the object provided is not JSON: {error}")))
}

fn unsupported(content_type: &str) -> Failure {
    Failure::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UnsupportedMediaType",
        format!(
            "the demo cluster takes objects as JSON, not as {content_type}; `kubectl apply -f` sends that"
        ),
    )
}

fn existing(context: &Context, target: &Objects, name: &str) -> Result<Value, Failure> {
    let namespace = target.namespace.as_deref().unwrap_or_default();
    context
        .store
        .get(target.resource, namespace, name)
        .ok_or_else(|| Failure::not_found(target.resource, name))
}

fn create(context: &Context, call: &Call, target: &Objects, dry: bool) -> Result<Answer, Failure> {
    let resource = target.resource;
    let mut object = parse(call)?;
    let now = seconds(context.store.clock().now());
    let revision = context.store.revision();
    let fields = object
        .as_object_mut()
        .ok_or_else(|| Failure::bad_request("the object provided is no object"))?;
    fields
        .entry("apiVersion")
        .or_insert_with(|| json!(resource.api_version()));
    fields.entry("kind").or_insert_with(|| json!(resource.kind));
    let metadata = fields.entry("metadata").or_insert_with(|| json!({}));
    let metadata = metadata
        .as_object_mut()
        .ok_or_else(|| Failure::bad_request("metadata is no object"))?;
    if let Some(namespace) = &target.namespace {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    if let (None, Some(prefix)) = (
        metadata.get("name"),
        metadata.get("generateName").and_then(Value::as_str),
    ) {
        let suffix: String = uid(&[prefix, &revision.to_string()]).chars().take(5).collect();
        metadata.insert("name".to_owned(), json!(format!("{prefix}{suffix}")));
    }
    let name = metadata
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    metadata.insert("creationTimestamp".to_owned(), json!(now));
    if has_generation(resource) {
        metadata.insert("generation".to_owned(), json!(1));
    }
    let namespace = target.namespace.as_deref().unwrap_or_default();
    if context.store.body(resource, namespace, &name).is_some() {
        return Err(Failure::already_exists(resource, &name));
    }
    let created = if dry { object } else { context.store.apply(object)? };
    Ok(body::json(StatusCode::CREATED, &created))
}

fn has_generation(resource: &Resource) -> bool {
    matches!(
        resource.group,
        "apps" | "batch" | "autoscaling" | "policy" | "networking.k8s.io" | "discovery.k8s.io"
    ) || resource.plural == "pods"
}

/// Keeps `after`; a changed spec is a new generation.
fn store(
    context: &Context,
    target: &Objects,
    before: &Value,
    after: Value,
    dry: bool,
) -> Result<Answer, Failure> {
    let resource = target.resource;
    let mut after = after;
    let same = |pointer: &str| before.pointer(pointer) == after.pointer(pointer);
    if !same("/metadata/name") || !same("/metadata/namespace") || !same("/kind") || !same("/apiVersion") {
        return Err(Failure::bad_request(
            "the name, namespace or kind of the object does not match the path",
        ));
    }
    if target.subresource.as_deref() == Some("status") {
        let status = after.get("status").cloned();
        let version = after.pointer("/metadata/resourceVersion").cloned();
        after = before.clone();
        if let (Some(fields), Some(status)) = (after.as_object_mut(), status) {
            fields.insert("status".to_owned(), status);
        }
        if let (Some(metadata), Some(version)) =
            (after.get_mut("metadata").and_then(Value::as_object_mut), version)
        {
            metadata.insert("resourceVersion".to_owned(), version);
        }
    }
    if has_generation(resource) && before.get("spec") != after.get("spec") {
        let generation = before
            .pointer("/metadata/generation")
            .and_then(Value::as_u64)
            .unwrap_or(1)
            + 1;
        if let Some(metadata) = after.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("generation".to_owned(), json!(generation));
        }
    }
    let stored = if dry { after } else { context.store.update(after)? };
    Ok(body::json(StatusCode::OK, &stored))
}

fn patched(call: &Call, mut object: Value) -> Result<Value, Failure> {
    let changes: Value = serde_json::from_slice(&call.body)
        .map_err(|error| Failure::bad_request(format!("the patch is not JSON: {error}")))?;
    match call.content_type.as_str() {
        "application/strategic-merge-patch+json" => strategic::merge(&mut object, &changes),
        "application/merge-patch+json" => patch::merge(&mut object, &changes),
        "application/json-patch+json" => patch::json_patch(&mut object, &changes)
            .map_err(|why| Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", why))?,
        other => return Err(unsupported(other)),
    }
    Ok(object)
}

fn delete(
    context: &Context,
    call: &Call,
    target: &Objects,
    name: &str,
    dry: bool,
) -> Result<Answer, Failure> {
    let object = existing(context, target, name)?;
    if dry {
        return Ok(body::json(StatusCode::OK, &object));
    }
    remove(context, call, target.resource, object)
}

fn remove(
    context: &Context,
    call: &Call,
    resource: &'static Resource,
    mut object: Value,
) -> Result<Answer, Failure> {
    let text = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (namespace, name, id) = (
        text("/metadata/namespace"),
        text("/metadata/name"),
        text("/metadata/uid"),
    );
    let options: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let grace = call.query.number("gracePeriodSeconds")?.or_else(|| {
        let asked = options
            .get("gracePeriodSeconds")
            .or_else(|| object.pointer("/spec/terminationGracePeriodSeconds"));
        asked.and_then(Value::as_u64)
    });
    // Only what runs on a node needs someone to end it.
    let runs = resource.plural == "pods" && object.pointer("/spec/nodeName").is_some();
    if context.graceful && runs && grace != Some(0) {
        if object.pointer("/metadata/deletionTimestamp").is_none() {
            let now = context.store.clock().now();
            let grace = i64::try_from(grace.unwrap_or(30)).unwrap_or(30);
            let end = now
                .saturating_add(jiff::SignedDuration::from_secs(grace))
                .unwrap_or(now);
            if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
                metadata.insert("deletionTimestamp".to_owned(), json!(seconds(end)));
                metadata.insert("deletionGracePeriodSeconds".to_owned(), json!(grace));
            }
            object = context.store.apply(object)?;
        }
        return Ok(body::json(StatusCode::OK, &object));
    }
    context
        .store
        .delete(resource, &namespace, &name)
        .ok_or_else(|| Failure::not_found(resource, &name))?;
    let done = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
        "details": {"name": name, "group": resource.group, "kind": resource.plural, "uid": id},
    });
    Ok(body::json(StatusCode::OK, &done))
}

fn delete_all(context: &Context, call: &Call, target: &Objects, dry: bool) -> Result<Answer, Failure> {
    let selector = Selector::parse(
        target.resource,
        call.query.get("labelSelector"),
        call.query.get("fieldSelector"),
    )?;
    let page = context.store.page(
        target.resource,
        target.namespace.as_deref(),
        &selector,
        None,
        None,
    );
    let mut items = Vec::new();
    for item in &page.items {
        let object: Value = serde_json::from_slice(item).unwrap_or_default();
        let text = |pointer: &str| {
            object
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let whole = context.store.get(
            target.resource,
            text("/metadata/namespace"),
            text("/metadata/name"),
        );
        if let (false, Some(whole)) = (dry, whole) {
            remove(context, call, target.resource, whole)?;
        }
        items.push(object);
    }
    let list = json!({
        "kind": format!("{}List", target.resource.kind), "apiVersion": target.resource.api_version(),
        "metadata": {"resourceVersion": context.store.revision().to_string()}, "items": items,
    });
    Ok(body::json(StatusCode::OK, &list))
}

/// The `scale` subresource.
pub(super) fn scale(context: &Context, target: &Objects, name: &str) -> Result<Answer, Failure> {
    Ok(body::json(
        StatusCode::OK,
        &scale_of(&existing(context, target, name)?),
    ))
}

fn scale_of(object: &Value) -> Value {
    let at = |pointer: &str| object.pointer(pointer).cloned().unwrap_or_default();
    let labels = object
        .pointer("/spec/selector/matchLabels")
        .and_then(Value::as_object);
    let selector: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": at("/metadata/name"), "namespace": at("/metadata/namespace"), "uid": at("/metadata/uid"),
            "resourceVersion": at("/metadata/resourceVersion"), "creationTimestamp": at("/metadata/creationTimestamp"),
        },
        "spec": {"replicas": at("/spec/replicas").as_u64().unwrap_or(0)},
        "status": {"replicas": at("/status/replicas").as_u64().unwrap_or(0), "selector": selector.join(",")},
    })
}

fn set_scale(
    context: &Context,
    call: &Call,
    target: &Objects,
    name: &str,
    dry: bool,
) -> Result<Answer, Failure> {
    let before = existing(context, target, name)?;
    let asked = if call.method == Method::PUT {
        parse(call)?
    } else {
        patched(call, scale_of(&before))?
    };
    let replicas = asked
        .pointer("/spec/replicas")
        .and_then(Value::as_u64)
        .ok_or_else(|| Failure::bad_request("spec.replicas is missing or no number"))?;
    let mut after = before.clone();
    patch::merge(&mut after, &json!({"spec": {"replicas": replicas}}));
    if let (Some(metadata), Some(version)) = (
        after.get_mut("metadata").and_then(Value::as_object_mut),
        asked
            .pointer("/metadata/resourceVersion")
            .filter(|v| v.as_str().is_some_and(|s| !s.is_empty())),
    ) {
        metadata.insert("resourceVersion".to_owned(), version.clone());
    }
    let whole = Objects {
        subresource: None,
        ..target.clone()
    };
    store(context, &whole, &before, after.clone(), dry)?;
    let now = if dry {
        after
    } else {
        existing(context, target, name)?
    };
    Ok(body::json(StatusCode::OK, &scale_of(&now)))
}
