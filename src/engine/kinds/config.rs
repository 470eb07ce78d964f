//! ConfigMap, Secret and ServiceAccount: what there is, never what it says.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Labels, Meta, Named, nullable};
use crate::engine::object::Symbol;

/// A ConfigMap: its keys and how much they hold.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConfigMap {
    /// Its metadata.
    pub metadata: Meta,
    /// The keys of its texts.
    pub data: Sizes,
    /// The keys of its binary values; their sizes are those of their base64.
    pub binary_data: Sizes,
    /// Whether it may not be changed.
    #[serde(deserialize_with = "nullable")]
    pub immutable: bool,
}

impl ConfigMap {
    /// Whether it has a key, of either sort.
    pub fn has(&self, key: &str) -> bool {
        self.keys().any(|one| one == key)
    }

    /// Its keys, of either sort.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let all = self.data.0.iter().chain(&self.binary_data.0);
        all.map(|(key, _)| key.as_str())
    }
}

/// The keys of a map, in order, each with the size of its value in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes(pub Box<[(Symbol, usize)]>);

impl<'de> Deserialize<'de> for Sizes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = Sizes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_unit<E>(self) -> Result<Sizes, E> {
                Ok(Sizes::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sizes, A::Error> {
                let mut sizes = Vec::new();
                while let Some((key, Size(size))) = map.next_entry::<Symbol, Size>()? {
                    sizes.push((key, size));
                }
                sizes.sort();
                Ok(Sizes(sizes.into()))
            }
        }
        deserializer.deserialize_any(Map)
    }
}

/// The size of a text that is not kept.
struct Size(usize);

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Length;
        impl Visitor<'_> for Length {
            type Value = Size;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_unit<E>(self) -> Result<Size, E> {
                Ok(Size(0))
            }
            fn visit_str<E>(self, text: &str) -> Result<Size, E> {
                Ok(Size(text.len()))
            }
        }
        deserializer.deserialize_any(Length)
    }
}

/// A Secret: that it exists, and where it can be known which keys it has. It is asked for as metadata alone; its
/// annotations are dropped (`last-applied-configuration` holds values).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Secret {
    /// Its metadata, without annotations.
    pub metadata: Meta,
    /// Its keys, in order, as those who wrote it are noted in `managedFields`; `None`: not known.
    pub keys: Option<Box<[Symbol]>>,
    /// `kubernetes.io/tls`, …; empty: not known, as metadata does not say it.
    pub kind: Symbol,
}

impl Secret {
    /// Whether it has a key; `None`: not known.
    pub fn has(&self, key: &str) -> Option<bool> {
        let keys = self.keys.as_ref()?;
        Some(keys.iter().any(|one| one == key))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireSecret {
    metadata: Option<Box<RawValue>>,
    /// Files may hold whole Secrets. Of their values nothing is read.
    data: Option<Keys>,
    #[serde(rename = "type")]
    kind: Symbol,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Managed {
    #[serde(deserialize_with = "nullable")]
    managed_fields: Vec<ManagedFields>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ManagedFields {
    #[serde(rename = "fieldsV1", deserialize_with = "nullable")]
    fields: Fields,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    #[serde(rename = "f:data")]
    data: Option<Keys>,
}

/// The keys of a map whose values are skipped.
#[derive(Default)]
struct Keys(BTreeSet<Symbol>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_unit<E>(self) -> Result<Keys, E> {
                Ok(Keys::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = BTreeSet::new();
                while let Some((key, IgnoredAny)) = map.next_entry::<Symbol, IgnoredAny>()? {
                    keys.insert(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_any(Map)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let wire = WireSecret::deserialize(deserializer)?;
        let raw = wire.metadata.as_deref().map_or("{}", RawValue::get);
        let mut metadata: Meta = serde_json::from_str(raw).map_err(Error::custom)?;
        metadata.annotations = Labels::default();
        let managed: Managed = serde_json::from_str(raw).unwrap_or_default();
        let noted = managed
            .managed_fields
            .into_iter()
            .filter_map(|manager| manager.fields.data)
            .flat_map(|keys| keys.0)
            // `.` stands for the map itself.
            .filter_map(|key| key.strip_prefix("f:").map(Symbol::from))
            .collect::<BTreeSet<Symbol>>();
        let keys = wire
            .data
            .map(|data| data.0)
            .or_else(|| (!noted.is_empty()).then_some(noted))
            .map(|keys| keys.into_iter().collect());
        Ok(Self {
            metadata,
            keys,
            kind: wire.kind,
        })
    }
}

/// A ServiceAccount.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceAccount {
    /// Its metadata.
    pub metadata: Meta,
    /// The Secrets with which its pods pull images.
    #[serde(deserialize_with = "nullable")]
    pub image_pull_secrets: Box<[Named]>,
    /// Whether its token is in its pods' containers; `None`: yes.
    pub automount_service_account_token: Option<bool>,
}
