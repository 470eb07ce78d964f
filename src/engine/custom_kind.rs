//! Custom kinds: those that the cluster's CustomResourceDefinitions add, known only while the program runs.

use std::collections::BTreeMap;
use std::sync::{LazyLock, PoisonError, RwLock};

/// A custom kind. Cheap to copy and to compare: it is interned, and lives as long as the process. What that costs is
/// bounded by how many definitions there have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomKind(&'static Definition);

/// What there is to know of a custom kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Definition {
    /// The API group.
    pub group: &'static str,
    /// The kind as the API writes it.
    pub name: &'static str,
    /// The version that is read.
    pub version: &'static str,
    /// The resource name in API paths.
    pub plural: &'static str,
    /// Whether its objects live in a namespace.
    pub namespaced: bool,
    /// How much of its objects is kept.
    pub keep: Keep,
}

/// How much of a custom resource is kept while watching.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keep {
    /// Metadata, status, and the flags and references of the spec: what the generic analyzer reads.
    Status,
    /// All but the fields of these names.
    AllBut(Vec<String>),
}

/// By group and kind; of several definitions (a version is no longer served) the last.
static KNOWN: LazyLock<RwLock<BTreeMap<(&'static str, &'static str), CustomKind>>> =
    LazyLock::new(RwLock::default);

/// A text that lives as long as the process.
fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

impl CustomKind {
    /// The kind of that definition.
    pub fn intern(
        (group, name): (&str, &str),
        version: &str,
        plural: &str,
        namespaced: bool,
        keep: Keep,
    ) -> Self {
        let known = Self::find(group, name).filter(|known| {
            let known = known.0;
            (known.version, known.plural, known.namespaced) == (version, plural, namespaced)
                && known.keep == keep
        });
        if let Some(known) = known {
            return known;
        }
        let kind = Self(Box::leak(Box::new(Definition {
            group: leak(group),
            name: leak(name),
            version: leak(version),
            plural: leak(plural),
            namespaced,
            keep,
        })));
        // A panic elsewhere cannot leave a half-written map: an insert is all that is ever done.
        let mut all = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        all.insert((kind.0.group, kind.0.name), kind);
        kind
    }

    /// The custom kind of that name, if there is or was one.
    pub fn find(group: &str, name: &str) -> Option<Self> {
        let all = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&(group, name)).copied()
    }

    /// What there is to know of it.
    pub const fn definition(self) -> &'static Definition {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_one_kind_until_it_changes() {
        let kind = |version: &str| {
            CustomKind::intern(
                ("interning.example.io", "Widget"),
                version,
                "widgets",
                true,
                Keep::Status,
            )
        };
        let first = kind("v1");
        assert!(std::ptr::eq(first.definition(), kind("v1").definition()));
        assert_ne!(first, kind("v2"));
        assert_eq!(
            CustomKind::find("interning.example.io", "Widget").map(|kind| kind.definition().version),
            Some("v2")
        );
        assert_eq!(CustomKind::find("interning.example.io", "Gadget"), None);
    }
}
