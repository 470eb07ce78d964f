//! Metadata, owners, conditions and selectors, which all kinds share.

use std::fmt;

use internment::ArcIntern;
use jiff::Timestamp;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::nullable;
use crate::engine::object::{Symbol, Text};

/// The annotations that are kept; the rest are dropped at decode (`last-applied-configuration` holds secret values).
const KEPT_ANNOTATIONS: &[&str] = &[
    "deployment.kubernetes.io/revision",
    "kubernetes.io/change-cause",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/selected-node",
    "storageclass.kubernetes.io/is-default-class",
    "kubernetes.io/config.mirror",
    "volume.kubernetes.io/storage-provisioner",
    "storageclass.beta.kubernetes.io/is-default-class",
    "kubernetes.io/ingress.class",
    "ingressclass.kubernetes.io/is-default-class",
    // Someone is about to make the certificate that an Ingress names.
    "cert-manager.io/issuer",
    "cert-manager.io/cluster-issuer",
    "kubernetes.io/tls-acme",
    // Takes a share of the requests of another Ingress, by intent.
    "nginx.ingress.kubernetes.io/canary",
];

/// Labels or annotations, ordered by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Labels(pub Box<[(Symbol, Symbol)]>);

impl Labels {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, value)| value.as_str())
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Key and value, in order of key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

struct LabelsVisitor {
    keep: Option<&'static [&'static str]>,
}

impl<'de> Visitor<'de> for LabelsVisitor {
    type Value = Labels;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of strings")
    }
    fn visit_unit<E>(self) -> Result<Labels, E> {
        Ok(Labels::default())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
        let mut labels = Vec::new();
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if self.keep.is_none_or(|keep| keep.contains(&&*key)) {
                labels.push((Symbol::from(&*key), map.next_value::<Symbol>()?));
            } else {
                map.next_value::<serde::de::IgnoredAny>()?;
            }
        }
        labels.sort();
        Ok(Labels(labels.into()))
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LabelsVisitor { keep: None })
    }
}

fn kept_annotations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Labels, D::Error> {
    deserializer.deserialize_any(LabelsVisitor {
        keep: Some(KEPT_ANNOTATIONS),
    })
}

/// What is kept of an object's metadata.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// Its name.
    #[serde(deserialize_with = "nullable")]
    pub name: Text,
    /// Empty for kinds without one.
    pub namespace: Symbol,
    /// Distinguishes it from its namesakes before and after.
    #[serde(deserialize_with = "nullable")]
    pub uid: Text,
    /// Counts changes of the spec.
    #[serde(deserialize_with = "nullable")]
    pub generation: i64,
    /// When it was created.
    pub creation_timestamp: Option<Timestamp>,
    /// When it is to be gone, grace period included: set means it is being deleted.
    pub deletion_timestamp: Option<Timestamp>,
    /// The grace period in seconds that `deletion_timestamp` includes.
    pub deletion_grace_period_seconds: Option<i64>,
    /// What must be done before it may go.
    #[serde(deserialize_with = "nullable")]
    pub finalizers: Box<[Symbol]>,
    /// Its labels.
    pub labels: Labels,
    /// The few annotations that analyzers read.
    #[serde(deserialize_with = "kept_annotations")]
    pub annotations: Labels,
    /// Its owners.
    #[serde(deserialize_with = "nullable")]
    pub owner_references: Box<[OwnerRef]>,
}

impl Meta {
    /// The owner that manages it.
    pub fn controller(&self) -> Option<&OwnerRef> {
        self.owner_references.iter().find(|owner| owner.controller)
    }

    /// When its deletion was asked for (the deletion timestamp less the grace period that it includes).
    pub fn deletion_asked(&self) -> Option<Timestamp> {
        let seconds = self
            .deletion_grace_period_seconds
            .unwrap_or(0)
            .clamp(0, i64::from(u32::MAX));
        let grace = jiff::SignedDuration::from_secs(seconds);
        self.deletion_timestamp
            .map(|time| time.checked_sub(grace).unwrap_or(time))
    }
}

/// An owner.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerRef {
    /// `apps/v1`.
    pub api_version: Symbol,
    /// `ReplicaSet`.
    pub kind: Symbol,
    /// Its name.
    pub name: Symbol,
    /// Its uid.
    #[serde(deserialize_with = "nullable")]
    pub uid: Text,
    /// Whether it manages the object.
    #[serde(deserialize_with = "nullable")]
    pub controller: bool,
}

impl OwnerRef {
    /// Its API group, empty for core.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

/// A condition of a status.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "WireCondition")]
pub struct Condition {
    words: ArcIntern<ConditionWords>,
    /// When the status last changed.
    pub last_transition_time: Option<Timestamp>,
}

/// What a condition says. Healthy objects say the same: it is stored once for all of them.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct ConditionWords {
    /// `Ready`.
    pub kind: Symbol,
    /// `True`, `False`, `Unknown`.
    pub status: Symbol,
    /// A word for why.
    pub reason: Symbol,
    /// A sentence for why.
    pub message: Text,
}

impl std::ops::Deref for Condition {
    type Target = ConditionWords;
    fn deref(&self) -> &ConditionWords {
        &self.words
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireCondition {
    #[serde(rename = "type")]
    kind: Symbol,
    status: Symbol,
    reason: Symbol,
    #[serde(deserialize_with = "nullable")]
    message: Text,
    last_transition_time: Option<Timestamp>,
}

impl From<WireCondition> for Condition {
    fn from(wire: WireCondition) -> Self {
        Self {
            words: ArcIntern::new(ConditionWords {
                kind: wire.kind,
                status: wire.status,
                reason: wire.reason,
                message: wire.message,
            }),
            last_transition_time: wire.last_transition_time,
        }
    }
}

/// Finds a condition by its type.
pub fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.kind == kind)
}

/// A label selector. One without requirements selects everything; see the API's `LabelSelector`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selector {
    /// All of these must be there.
    pub match_labels: Labels,
    /// And all of these must hold.
    #[serde(deserialize_with = "nullable")]
    pub match_expressions: Box<[SelectorRequirement]>,
}

/// One requirement of a selector.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SelectorRequirement {
    /// The label.
    pub key: Symbol,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
    pub operator: Symbol,
    /// For `In` and `NotIn`.
    #[serde(deserialize_with = "nullable")]
    pub values: Box<[Symbol]>,
}

impl Selector {
    /// Whether it selects an object with these labels.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.match_labels
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|requirement| {
                let value = labels.get(&requirement.key);
                let listed = value.is_some_and(|value| requirement.values.iter().any(|one| one == value));
                match requirement.operator.as_str() {
                    "In" => listed,
                    "NotIn" => !listed,
                    "Exists" => value.is_some(),
                    "DoesNotExist" => value.is_none(),
                    _ => false,
                }
            })
    }
}
