//! What an object is called, and the bytes that are kept of it.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Key, StoreError};
use crate::demo::resource::Resource;

/// Which resource and key an object says it is.
pub(super) fn identify(object: &Value) -> Result<(&'static Resource, Key), StoreError> {
    let text = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (api_version, kind) = (text("/apiVersion"), text("/kind"));
    let resource = Resource::by_kind(api_version, kind).ok_or_else(|| StoreError::UnknownKind {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
    })?;
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    if name.is_empty() {
        return Err(StoreError::Missing("name"));
    }
    if resource.namespaced && namespace.is_empty() {
        return Err(StoreError::Missing("namespace"));
    }
    let namespace = if resource.namespaced { namespace } else { "" };
    Ok((resource, (namespace.to_owned(), name.to_owned())))
}

/// An object's bytes without `apiVersion` and `kind`: items of lists have none, other answers get them in front.
pub(super) fn body_of(object: &Value) -> Bytes {
    let Some(fields) = object.as_object() else {
        return Bytes::new();
    };
    let body: BTreeMap<&String, &Value> = fields
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "apiVersion" | "kind"))
        .collect();
    Bytes::from(serde_json::to_vec(&body).unwrap_or_default())
}

pub(super) fn typed(resource: &Resource, mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.insert("apiVersion".to_owned(), json!(resource.api_version()));
        fields.insert("kind".to_owned(), json!(resource.kind));
    }
    object
}

/// A time as API objects write it: whole seconds.
pub fn seconds(at: jiff::Timestamp) -> String {
    jiff::Timestamp::from_second(at.as_second())
        .unwrap_or(at)
        .to_string()
}

/// A uid that depends on nothing but its parts.
pub fn uid(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    let mut number = [0_u8; 16];
    number
        .iter_mut()
        .zip(digest.iter())
        .for_each(|(to, from)| *to = *from);
    // Version 4, RFC variant: what the API server gives.
    let number = (u128::from_be_bytes(number) & !(0xf << 76) & !(0b11 << 62)) | (0x4 << 76) | (0b10 << 62);
    let hex = format!("{number:032x}");
    let mut out = String::with_capacity(36);
    for (index, digit) in hex.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(digit);
    }
    out
}
