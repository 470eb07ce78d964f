//! What the engine calls things: kinds, references to objects, interned words.

use std::fmt;
use std::sync::Arc;

use internment::ArcIntern;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::custom_kind::CustomKind;

/// Shared immutable text: object names, titles, messages.
pub type Text = Arc<str>;

/// A word that many objects repeat (namespace, label, image, reason): stored once for the whole process and
/// freed with its last user. Comparing two is comparing two pointers.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
// The empty word is none: it is the commonest of all, and so costs neither a look-up nor a shared counter.
pub struct Symbol(Option<ArcIntern<str>>);

impl Symbol {
    /// The word as text.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl std::ops::Deref for Symbol {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for Symbol {
    fn from(word: &str) -> Self {
        Self((!word.is_empty()).then(|| ArcIntern::from(word)))
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

// By text, not by pointer: everything that is printed is ordered, and the order must not depend on memory.
impl Ord for Symbol {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<str> for Symbol {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Symbol {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl serde::de::Visitor<'_> for Word {
            type Value = Symbol;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Symbol, E> {
                Ok(Symbol::from(word))
            }
            fn visit_unit<E: serde::de::Error>(self) -> Result<Symbol, E> {
                Ok(Symbol::default())
            }
            // Files written by hand say `cpu: 1` and `port: 80` where the API says text.
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Symbol, E> {
                Ok(Symbol::from(&*number.to_string()))
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Symbol, E> {
                Ok(Symbol::from(&*number.to_string()))
            }
            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Symbol, E> {
                Ok(Symbol::from(&*number.to_string()))
            }
        }
        deserializer.deserialize_any(Word)
    }
}

macro_rules! kinds {
    ($($kind:ident $plural:literal $group:literal $version:literal $namespaced:literal;)*) => {
        /// The kinds that the engine watches.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = concat!("`", $plural, "` of the API group `", $group, "` (empty: core).")] $kind,)*
            /// A kind that a CustomResourceDefinition adds.
            Custom(CustomKind),
        }

        impl Kind {
            /// Every kind that is watched in any cluster; custom kinds come with their definitions.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The kind as the API writes it, `ReplicaSet`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                    Self::Custom(custom) => custom.definition().name,
                }
            }
            /// The resource name in API paths, `replicasets`.
            pub const fn plural(self) -> &'static str {
                match self {
                    $(Self::$kind => $plural,)*
                    Self::Custom(custom) => custom.definition().plural,
                }
            }
            /// The API group, empty for core.
            pub const fn group(self) -> &'static str {
                match self {
                    $(Self::$kind => $group,)*
                    Self::Custom(custom) => custom.definition().group,
                }
            }
            /// The version that is read.
            pub const fn version(self) -> &'static str {
                match self {
                    $(Self::$kind => $version,)*
                    Self::Custom(custom) => custom.definition().version,
                }
            }
            /// Whether its objects live in a namespace.
            pub const fn namespaced(self) -> bool {
                match self {
                    $(Self::$kind => $namespaced,)*
                    Self::Custom(custom) => custom.definition().namespaced,
                }
            }
        }
    };
}

kinds! {
    Pod "pods" "" "v1" true;
    ReplicaSet "replicasets" "apps" "v1" true;
    Deployment "deployments" "apps" "v1" true;
    StatefulSet "statefulsets" "apps" "v1" true;
    DaemonSet "daemonsets" "apps" "v1" true;
    Job "jobs" "batch" "v1" true;
    Service "services" "" "v1" true;
    EndpointSlice "endpointslices" "discovery.k8s.io" "v1" true;
    PersistentVolumeClaim "persistentvolumeclaims" "" "v1" true;
    StorageClass "storageclasses" "storage.k8s.io" "v1" false;
    Node "nodes" "" "v1" false;
    Namespace "namespaces" "" "v1" false;
    Event "events" "" "v1" true;
    CronJob "cronjobs" "batch" "v1" true;
    ReplicationController "replicationcontrollers" "" "v1" true;
    Ingress "ingresses" "networking.k8s.io" "v1" true;
    IngressClass "ingressclasses" "networking.k8s.io" "v1" false;
    NetworkPolicy "networkpolicies" "networking.k8s.io" "v1" true;
    PersistentVolume "persistentvolumes" "" "v1" false;
    VolumeAttachment "volumeattachments" "storage.k8s.io" "v1" false;
    HorizontalPodAutoscaler "horizontalpodautoscalers" "autoscaling" "v2" true;
    PodDisruptionBudget "poddisruptionbudgets" "policy" "v1" true;
    ResourceQuota "resourcequotas" "" "v1" true;
    LimitRange "limitranges" "" "v1" true;
    ServiceAccount "serviceaccounts" "" "v1" true;
    ConfigMap "configmaps" "" "v1" true;
    Secret "secrets" "" "v1" true;
    PriorityClass "priorityclasses" "scheduling.k8s.io" "v1" false;
    RuntimeClass "runtimeclasses" "node.k8s.io" "v1" false;
    ResourceClaim "resourceclaims" "resource.k8s.io" "v1" true;
    ValidatingWebhookConfiguration "validatingwebhookconfigurations" "admissionregistration.k8s.io" "v1" false;
    MutatingWebhookConfiguration "mutatingwebhookconfigurations" "admissionregistration.k8s.io" "v1" false;
    ValidatingAdmissionPolicy "validatingadmissionpolicies" "admissionregistration.k8s.io" "v1" false;
    ValidatingAdmissionPolicyBinding "validatingadmissionpolicybindings" "admissionregistration.k8s.io" "v1" false;
    APIService "apiservices" "apiregistration.k8s.io" "v1" false;
    CustomResourceDefinition "customresourcedefinitions" "apiextensions.k8s.io" "v1" false;
    CertificateSigningRequest "certificatesigningrequests" "certificates.k8s.io" "v1" false;
    Role "roles" "rbac.authorization.k8s.io" "v1" true;
    RoleBinding "rolebindings" "rbac.authorization.k8s.io" "v1" true;
    ClusterRole "clusterroles" "rbac.authorization.k8s.io" "v1" false;
    ClusterRoleBinding "clusterrolebindings" "rbac.authorization.k8s.io" "v1" false;
}

impl Kind {
    /// `apps/v1`, or `v1` for core.
    pub fn api_version(self) -> String {
        if self.group().is_empty() {
            self.version().to_owned()
        } else {
            format!("{}/{}", self.group(), self.version())
        }
    }

    /// How much of its objects is asked for.
    pub const fn form(self) -> Form {
        match self {
            Self::Secret => Form::Metadata,
            _ => Form::Whole,
        }
    }

    /// The watched kind of that name, whatever its case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// The kind of that name in that group, custom ones included.
    pub fn find(group: &str, name: &str) -> Option<Self> {
        Self::from_name(name)
            .filter(|kind| kind.group() == group)
            .or_else(|| CustomKind::find(group, name).map(Self::Custom))
    }

    /// The collection's API path: over all namespaces where `namespace` is `None` or the kind has none.
    pub fn path(self, namespace: Option<&str>) -> String {
        let root = if self.group().is_empty() {
            format!("/api/{}", self.version())
        } else {
            format!("/apis/{}/{}", self.group(), self.version())
        };
        match namespace {
            Some(namespace) if self.namespaced() => {
                format!("{root}/namespaces/{namespace}/{}", self.plural())
            }
            _ => format!("{root}/{}", self.plural()),
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// How much of an object is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All of it.
    Whole,
    /// Its metadata alone: of Secrets nothing else is ever asked for.
    Metadata,
}

impl Form {
    /// The `Accept` header of a list.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Whole => "application/json",
            Self::Metadata => "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
        }
    }

    /// The `Accept` header of one object, and of a watch.
    pub const fn object(self) -> &'static str {
        match self {
            Self::Whole => "application/json",
            Self::Metadata => "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        }
    }
}

/// Where a watched object is: the key of the world. `namespace` is empty for kinds that have none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace, or empty.
    pub namespace: Symbol,
    /// Its name.
    pub name: Text,
}

impl Key {
    /// The key of an object.
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Self {
        Self {
            kind,
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// The same object as a reference that can be shown and serialised.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(
            &self.kind.api_version(),
            self.kind.name(),
            &self.namespace,
            &self.name,
        )
    }
}

/// Names an object of any kind, also one that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// `v1`, `apps/v1`.
    pub api_version: Text,
    /// `Pod`.
    pub kind: Text,
    /// Empty for kinds without one.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
}

impl ObjectRef {
    /// A reference from its parts.
    pub fn new(api_version: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            api_version: api_version.into(),
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// The API group, empty for core.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The key in the world, where the kind is one that is watched.
    pub fn key(&self) -> Option<Key> {
        let kind = Kind::find(self.group(), &self.kind)?;
        Some(Key::new(kind, &self.namespace, &self.name))
    }

    /// The same object as the engine itself names it, where its kind is watched: in the version that is read, and
    /// without a namespace where the kind has none. Whoever names an object may do so in another version.
    #[must_use]
    pub fn known(self) -> Self {
        match self.key() {
            Some(mut key) => {
                if !key.kind.namespaced() {
                    key.namespace = Symbol::default();
                }
                key.object()
            }
            None => self,
        }
    }

    /// Whether its kind is one that definitions add, known or not.
    pub fn is_custom(&self) -> bool {
        Kind::from_name(&self.kind).is_none_or(|kind| kind.group() != self.group())
    }

    /// `Deployment/checkout`.
    pub fn short(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }

    /// `Deployment/shop/checkout`, or `Node/worker-1` without a namespace.
    pub fn path(&self) -> String {
        if self.namespace.is_empty() {
            self.short()
        } else {
            format!("{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}
