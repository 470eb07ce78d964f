//! Who may do what: Role, ClusterRole and their bindings.

use serde::Deserialize;

use super::{Meta, nullable};
use crate::engine::object::{ObjectRef, Symbol};

macro_rules! role {
    ($($name:ident)*) => {$(
        #[doc = concat!("A ", stringify!($name), ".")]
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(default)]
        pub struct $name {
            /// Its metadata.
            pub metadata: Meta,
            /// What it allows.
            #[serde(deserialize_with = "nullable")]
            pub rules: Box<[PolicyRule]>,
        }
    )*};
}

role!(Role ClusterRole);

macro_rules! binding {
    ($($name:ident)*) => {$(
        #[doc = concat!("A ", stringify!($name), ".")]
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name {
            /// Its metadata.
            pub metadata: Meta,
            /// What it gives.
            #[serde(deserialize_with = "nullable")]
            pub role_ref: RoleRef,
            /// Whom it gives it.
            #[serde(deserialize_with = "nullable")]
            pub subjects: Box<[Subject]>,
        }

        impl $name {
            /// The role that it gives.
            pub fn role(&self) -> ObjectRef {
                let role = &self.role_ref;
                let namespace = if role.kind == "Role" { &*self.metadata.namespace } else { "" };
                ObjectRef::new("rbac.authorization.k8s.io/v1", &role.kind, namespace, &role.name)
            }
        }
    )*};
}

binding!(RoleBinding ClusterRoleBinding);

/// What a role allows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyRule {
    /// `get`, `list`, …, `*`.
    #[serde(deserialize_with = "nullable")]
    pub verbs: Box<[Symbol]>,
    /// Of these groups, `*` for all,
    #[serde(deserialize_with = "nullable")]
    pub api_groups: Box<[Symbol]>,
    /// these resources, `*` for all,
    #[serde(deserialize_with = "nullable")]
    pub resources: Box<[Symbol]>,
    /// those of these names; none: all.
    #[serde(deserialize_with = "nullable")]
    pub resource_names: Box<[Symbol]>,
    /// Or these paths.
    #[serde(rename = "nonResourceURLs", deserialize_with = "nullable")]
    pub non_resource_urls: Box<[Symbol]>,
}

/// The role that a binding gives.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RoleRef {
    /// `Role`, `ClusterRole`.
    pub kind: Symbol,
    /// Its name.
    pub name: Symbol,
}

/// Whom a binding gives its role.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Subject {
    /// `User`, `Group`, `ServiceAccount`.
    pub kind: Symbol,
    /// Its name.
    pub name: Symbol,
    /// For `ServiceAccount`.
    pub namespace: Symbol,
}
