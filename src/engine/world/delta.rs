//! Changes of the world, and what the indexes need to see of an object.

use std::collections::HashSet;

use super::LogKey;
use crate::engine::analyzers::logs::LogDigest;
use crate::engine::kinds::{
    DaemonSet, Deployment, EndpointSlice, Event, Job, Meta, Namespace, Node, PersistentVolumeClaim, Pod,
    ReplicaSet, Service, StatefulSet, StorageClass,
};
use crate::engine::object::{Key, Kind, Symbol, Text};

macro_rules! objects {
    ($($kind:ident),* $(,)?) => {
        /// An object of any watched kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Object {
            $(#[doc = concat!("A ", stringify!($kind), ".")] $kind(Box<$kind>),)*
        }
        impl Object {
            /// Where it is.
            pub fn key(&self) -> Key {
                match self {
                    $(Self::$kind(object) => Key {
                        kind: Kind::$kind,
                        namespace: object.metadata.namespace.clone(),
                        name: object.metadata.name.clone(),
                    },)*
                }
            }

            /// Decodes the JSON of an object of a kind.
            ///
            /// # Errors
            /// What is wrong with it.
            pub fn decode(kind: Kind, json: &[u8]) -> Result<Self, serde_json::Error> {
                match kind {
                    $(Kind::$kind => serde_json::from_slice::<$kind>(json).map(Self::from),)*
                }
            }
        }
        $(impl From<$kind> for Object {
            fn from(object: $kind) -> Self {
                Self::$kind(Box::new(object))
            }
        })*
    };
}

objects!(
    Pod,
    ReplicaSet,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    Service,
    EndpointSlice,
    PersistentVolumeClaim,
    StorageClass,
    Node,
    Namespace,
    Event
);

/// A change of the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// An object is there, or is now so.
    Upsert(Object),
    /// An object is gone.
    Remove(Key),
    /// All of a kind (in one namespace, or everywhere) has been read; what is not in `keep` is gone.
    Synced {
        /// The kind.
        kind: Kind,
        /// Where; everywhere if `None`.
        namespace: Option<Text>,
        /// Namespace and name of all that is there.
        keep: HashSet<(Symbol, Text)>,
    },
    /// A kind cannot be read.
    Unreadable(Kind),
    /// The digest of a log was read.
    Log(LogKey, LogDigest),
}

/// What the indexes see of an object.
pub(super) struct View<'a> {
    pub meta: &'a Meta,
    pub node: Option<&'a Symbol>,
    pub claims: Vec<Text>,
    pub service: Option<&'a str>,
    pub about: Option<(&'a Symbol, &'a Symbol, &'a Text)>,
}

impl<'a> View<'a> {
    fn plain(meta: &'a Meta) -> Self {
        Self {
            meta,
            node: None,
            claims: Vec::new(),
            service: None,
            about: None,
        }
    }
}

macro_rules! plain_views {
    ($($kind:ident),*) => {$(
        impl<'a> From<&'a $kind> for View<'a> {
            fn from(object: &'a $kind) -> Self {
                Self::plain(&object.metadata)
            }
        }
    )*};
}

plain_views!(
    ReplicaSet,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    Service,
    PersistentVolumeClaim,
    StorageClass,
    Node,
    Namespace
);

impl<'a> From<&'a Pod> for View<'a> {
    fn from(pod: &'a Pod) -> Self {
        let node = Some(&pod.spec.node_name).filter(|node| !node.is_empty());
        Self {
            node,
            claims: pod.claims().collect(),
            ..Self::plain(&pod.metadata)
        }
    }
}

impl<'a> From<&'a EndpointSlice> for View<'a> {
    fn from(slice: &'a EndpointSlice) -> Self {
        Self {
            service: slice.service(),
            ..Self::plain(&slice.metadata)
        }
    }
}

impl<'a> From<&'a Event> for View<'a> {
    fn from(event: &'a Event) -> Self {
        let involved = &event.involved_object;
        Self {
            about: Some((&involved.kind, &involved.namespace, &involved.name)),
            ..Self::plain(&event.metadata)
        }
    }
}
