//! Changes of the world.

use std::collections::HashSet;

use serde::{Deserialize, Deserializer};

use super::LogKey;
use crate::engine::analyzers::logs::LogDigest;
use crate::engine::changes::History;
use crate::engine::kinds::{self, for_each_kind};
use crate::engine::object::{Key, Kind, Symbol, Text};

macro_rules! objects {
    ($($kind:ident $table:ident,)*) => {
        /// An object of any watched kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Object {
            $(#[doc = concat!("Of kind ", stringify!($kind), ".")] $kind(Box<kinds::$kind>),)*
            /// Of a custom kind.
            Custom(Box<kinds::CustomResource>),
        }
        impl Object {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)*
                    Self::Custom(object) => Kind::Custom(object.kind),
                }
            }

            /// Where it is.
            pub fn key(&self) -> Key {
                match self {
                    $(Self::$kind(object) => Key {
                        kind: Kind::$kind,
                        namespace: object.metadata.namespace.clone(),
                        name: object.metadata.name.clone(),
                    },)*
                    Self::Custom(object) => Key {
                        kind: Kind::Custom(object.kind),
                        namespace: object.metadata.namespace.clone(),
                        name: object.metadata.name.clone(),
                    },
                }
            }

            /// Its metadata.
            pub fn meta(&self) -> &kinds::Meta {
                match self {
                    $(Self::$kind(object) => &object.metadata,)*
                    Self::Custom(object) => &object.metadata,
                }
            }

            /// Decodes an object of a kind.
            ///
            /// # Errors
            /// What is wrong with it.
            pub fn decode<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Self, D::Error> {
                match kind {
                    $(Kind::$kind => kinds::$kind::deserialize(from).map(Self::from),)*
                    Kind::Custom(kind) => kinds::CustomResource::decode(kind, from)
                        .map(|object| Self::Custom(Box::new(object))),
                }
            }
        }
        $(impl From<kinds::$kind> for Object {
            fn from(object: kinds::$kind) -> Self {
                Self::$kind(Box::new(object))
            }
        })*
    };
}
for_each_kind!(objects);

impl Delta {
    /// The kind that it is about; none for logs and pasts.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Upsert(object) => Some(object.kind()),
            Self::Remove(key) => Some(key.kind),
            Self::Synced { kind, .. } | Self::Reading { kind, .. } | Self::Unreadable { kind, .. } => {
                Some(*kind)
            }
            Self::Log(..) | Self::History(..) => None,
        }
    }
}

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
    /// A kind is going to be read in a namespace, or everywhere if `None`.
    Reading {
        /// The kind.
        kind: Kind,
        /// Where; everywhere if `None`.
        namespace: Option<Text>,
    },
    /// A kind cannot be read.
    Unreadable {
        /// The kind.
        kind: Kind,
        /// Where; everywhere if `None`.
        namespace: Option<Text>,
    },
    /// The digest of a log was read.
    Log(LogKey, Box<LogDigest>),
    /// The past of an object was read.
    History(Key, Box<History>),
}
