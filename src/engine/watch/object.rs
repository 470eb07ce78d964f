//! One object off the wire.

use crate::engine::kinds::Watched;
use crate::engine::object::{Key, Kind, Text};
use serde::Deserialize;

/// An object that did not decode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecoded {
    /// Which one, as far as it could be read: the name is empty where even that could not.
    pub key: Key,
    /// What is wrong.
    pub why: Text,
}

/// Decodes an object.
///
/// # Errors
/// Which one it is and what is wrong with it. An object without a name counts as broken: nothing could be said of it.
pub fn decode<T: Watched>(json: &[u8]) -> Result<T, Undecoded> {
    match serde_json::from_slice::<T>(json) {
        Ok(object) if !object.meta().name.is_empty() => Ok(object),
        Ok(object) => Err(Undecoded {
            key: Key::new(T::KIND, &object.meta().namespace, ""),
            why: "it has no name".into(),
        }),
        Err(error) => Err(Undecoded {
            key: key(T::KIND, json),
            why: error.to_string().into(),
        }),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Head {
    metadata: HeadMeta,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct HeadMeta {
    name: String,
    namespace: String,
    resource_version: String,
}

fn key(kind: Kind, json: &[u8]) -> Key {
    let head: Head = serde_json::from_slice(json).unwrap_or_default();
    Key::new(kind, &head.metadata.namespace, &head.metadata.name)
}

/// The resource version of an object: where a watch goes on from. It is not kept in the world.
pub fn resource_version(json: &[u8]) -> Option<String> {
    let head: Head = serde_json::from_slice(json).ok()?;
    Some(head.metadata.resource_version).filter(|version| !version.is_empty())
}
