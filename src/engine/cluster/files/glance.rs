//! A glance at an object of any kind: what it is, and the newest time that somebody observed in it.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The fields that say when something was observed. Deadlines are not among them: `deletionTimestamp` holds the grace
/// period, certificates expire years ahead.
const OBSERVED: &[&str] = &[
    "acquireTime",
    "completionTime",
    "creationTimestamp",
    "deprecatedFirstTimestamp",
    "deprecatedLastTimestamp",
    "eventTime",
    "finishedAt",
    "firstTimestamp",
    "lastHeartbeatTime",
    "lastObservedTime",
    "lastPhaseTransitionTime",
    "lastProbeTime",
    "lastScheduleTime",
    "lastSuccessfulTime",
    "lastTimestamp",
    "lastTransitionTime",
    "lastUpdateTime",
    "renewTime",
    "startTime",
    "startedAt",
    "timeAdded",
];

/// What a glance sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// `apps/v1`; empty where it does not say.
    pub api_version: String,
    /// `Deployment`; empty where it does not say.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace; empty for kinds without one.
    pub namespace: String,
    /// Its resource version.
    pub resource_version: String,
    /// Its uid.
    pub uid: String,
    /// The version of a server, where this is the answer of `/version`.
    pub git_version: String,
    /// The newest time that was observed.
    pub newest: Option<Timestamp>,
}

impl Glance {
    /// Looks at the JSON of an object.
    ///
    /// # Errors
    /// It is no JSON.
    pub fn of(json: &[u8]) -> Result<Self, serde_json::Error> {
        let mut glance = Self::default();
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let walk = Walk {
            glance: &mut glance,
            place: Place::Root,
        };
        walk.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(glance)
    }

    /// The API group, empty for core.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The resource version as a number: the server only promises that it can be compared for equality, but every
    /// server counts up. 0 where there is none.
    pub fn version(&self) -> u64 {
        self.resource_version.parse().unwrap_or(0)
    }
}

/// Where in an object a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Metadata,
    ManagedFields,
    /// Where support bundles keep what `/version` says.
    Info,
    Inside,
    Observed,
    Known(Known),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    ApiVersion,
    Kind,
    Name,
    Namespace,
    ResourceVersion,
    Uid,
    GitVersion,
}

impl Place {
    /// Where the value of a key stands; `None` for what is passed over.
    fn below(self, key: &str) -> Option<Self> {
        let known = match (self, key) {
            (Self::Root, "apiVersion") => Some(Known::ApiVersion),
            (Self::Root, "kind") => Some(Known::Kind),
            (Self::Root | Self::Info, "gitVersion") => Some(Known::GitVersion),
            (Self::Metadata, "name") => Some(Known::Name),
            (Self::Metadata, "namespace") => Some(Known::Namespace),
            (Self::Metadata, "resourceVersion") => Some(Known::ResourceVersion),
            (Self::Metadata, "uid") => Some(Known::Uid),
            _ => None,
        };
        if let Some(known) = known {
            return Some(Self::Known(known));
        }
        match (self, key) {
            (Self::Root, "metadata") => Some(Self::Metadata),
            (Self::Root, "info") => Some(Self::Info),
            (Self::Metadata, "managedFields") => Some(Self::ManagedFields),
            (Self::ManagedFields, "time") => Some(Self::Observed),
            // Names of fields of the object, not fields.
            (Self::ManagedFields, _) | (Self::Metadata, "annotations" | "labels") => None,
            (_, key) if OBSERVED.contains(&key) => Some(Self::Observed),
            _ => Some(Self::Inside),
        }
    }
}

struct Walk<'g> {
    glance: &'g mut Glance,
    place: Place,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an API object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if let Some(place) = self.place.below(&key) {
                map.next_value_seed(Walk {
                    glance: &mut *self.glance,
                    place,
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        loop {
            let walk = Walk {
                glance: &mut *self.glance,
                place: self.place,
            };
            if seq.next_element_seed(walk)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        match self.place {
            Place::Observed => {
                if let Ok(time) = text.parse::<Timestamp>() {
                    self.glance.newest = self.glance.newest.max(Some(time));
                }
            }
            Place::Known(known) => {
                let field = match known {
                    Known::ApiVersion => &mut self.glance.api_version,
                    Known::Kind => &mut self.glance.kind,
                    Known::Name => &mut self.glance.name,
                    Known::Namespace => &mut self.glance.namespace,
                    Known::ResourceVersion => &mut self.glance.resource_version,
                    Known::Uid => &mut self.glance.uid,
                    Known::GitVersion => &mut self.glance.git_version,
                };
                text.clone_into(field);
            }
            Place::Root | Place::Metadata | Place::ManagedFields | Place::Info | Place::Inside => {}
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_annotations_and_names_of_fields_are_no_observations() {
        let json = br#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","resourceVersion":"7",
            "creationTimestamp":"2026-01-01T10:00:00Z","deletionTimestamp":"2027-01-01T10:00:00Z",
            "annotations":{"startTime":"2028-01-01T10:00:00Z"},
            "managedFields":[{"time":"2026-01-01T10:05:00Z","fieldsV1":{"f:x":{}}}]},
            "spec":{"name":"not this","n":1.5,"b":true,"nothing":null},
            "status":{"conditions":[{"lastTransitionTime":"2026-01-01T10:04:00.5Z","notAfter":"2030-01-01T00:00:00Z"}]}}"#;
        let glance = Glance::of(json).unwrap();
        assert_eq!(glance.newest, "2026-01-01T10:05:00Z".parse().ok());
        assert_eq!(
            (&*glance.name, &*glance.namespace, glance.version()),
            ("web", "shop", 7)
        );
        assert_eq!((glance.group(), &*glance.kind), ("", "Pod"));
        assert!(Glance::of(b"{} trailing").is_err() && Glance::of(b"{\"a\":").is_err());
    }
}
