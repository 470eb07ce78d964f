//! One object off the wire.

use crate::engine::object::{Key, Kind, Text};
use crate::engine::world::Object;
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
pub fn decode(kind: Kind, json: &[u8]) -> Result<Object, Undecoded> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    match Object::decode(kind, &mut reader) {
        Ok(object) => {
            let key = object.key();
            if key.name.is_empty() {
                let why = "it has no name".into();
                return Err(Undecoded { key, why });
            }
            Ok(object)
        }
        Err(error) => Err(Undecoded {
            key: key(kind, json),
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
