//! How the reading of each kind stands, in each place where it is read.

use std::collections::{BTreeMap, HashMap};

use crate::engine::object::{Kind, Text};

/// How the reading of a kind stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sync {
    /// Not asked for, or not through yet: absence says nothing.
    #[default]
    Reading,
    /// All there is is here.
    Synced,
    /// It cannot be read (forbidden, absent, failing): absence says nothing.
    Unreadable,
}

/// How the reading of each kind stands, by namespace; the empty one stands for all of them at once.
#[derive(Debug, Default)]
pub(super) struct Places(HashMap<Kind, BTreeMap<Text, Sync>>);

impl Places {
    /// Notes how a kind stands in a namespace, or everywhere. What has been said is not unsaid by reading again.
    pub fn set(&mut self, kind: Kind, namespace: Option<Text>, sync: Sync) {
        let namespace = namespace.filter(|_| kind.namespaced()).unwrap_or_default();
        let place = self.0.entry(kind).or_default().entry(namespace).or_default();
        if sync != Sync::Reading {
            *place = sync;
        }
    }

    pub fn get(&self, kind: Kind, namespace: &str) -> Sync {
        let Some(places) = self.0.get(&kind) else {
            return Sync::Reading;
        };
        let everywhere = places.get("").copied();
        let here = places.get(namespace).copied().filter(|_| kind.namespaced());
        match (here, everywhere) {
            (Some(Sync::Synced), _) | (_, Some(Sync::Synced)) => Sync::Synced,
            (Some(here), _) => here,
            (None, everywhere) => everywhere.unwrap_or_default(),
        }
    }

    pub fn is_synced_somewhere(&self, kind: Kind) -> bool {
        self.0
            .get(&kind)
            .is_some_and(|places| places.values().any(|sync| *sync == Sync::Synced))
    }

    pub fn is_reading(&self) -> bool {
        let unread = |places: &BTreeMap<Text, Sync>| places.values().any(|sync| *sync == Sync::Reading);
        // A custom kind is awaited once it was said to be read; a built-in one always is.
        Kind::ALL.iter().any(|kind| !self.0.contains_key(kind)) || self.0.values().any(unread)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Places, Sync, Text};
    use crate::engine::custom_kind::{CustomKind, Keep};

    type Said = (Option<&'static str>, Sync);

    #[test]
    fn a_kind_stands_as_it_does_in_that_namespace_or_everywhere() {
        use super::Sync::{Reading, Synced, Unreadable};
        // What was said of which place; how it then stands in shop, in pay, and everywhere.
        let cases: &[(&[Said], [Sync; 3])] = &[
            (&[], [Reading, Reading, Reading]),
            (&[(None, Synced)], [Synced, Synced, Synced]),
            (&[(None, Unreadable)], [Unreadable, Unreadable, Unreadable]),
            (
                &[(Some("shop"), Synced), (Some("pay"), Unreadable)],
                [Synced, Unreadable, Reading],
            ),
            (
                &[(Some("shop"), Reading), (Some("pay"), Synced)],
                [Reading, Synced, Reading],
            ),
            // A kind that falls back to one namespace.
            (
                &[(None, Unreadable), (Some("shop"), Reading)],
                [Reading, Unreadable, Unreadable],
            ),
            (
                &[(None, Unreadable), (Some("shop"), Synced)],
                [Synced, Unreadable, Unreadable],
            ),
            // Read once more: what was read stays so until it is through.
            (&[(None, Synced), (None, Reading)], [Synced, Synced, Synced]),
            (
                &[(Some("shop"), Unreadable), (None, Synced)],
                [Synced, Synced, Synced],
            ),
        ];
        for (said, stands) in cases {
            let mut places = Places::default();
            for (namespace, sync) in *said {
                places.set(Kind::Pod, namespace.map(Text::from), *sync);
            }
            assert_eq!(
                ["shop", "pay", ""].map(|namespace| places.get(Kind::Pod, namespace)),
                *stands,
                "{said:?}"
            );
        }
    }

    #[test]
    fn a_kind_without_namespaces_stands_alike_whoever_asks() {
        let mut places = Places::default();
        places.set(Kind::Node, Some("shop".into()), Sync::Synced);
        assert_eq!(places.get(Kind::Node, ""), Sync::Synced);
        assert_eq!(places.get(Kind::Node, "pay"), Sync::Synced);
    }

    #[test]
    fn it_is_read_until_every_place_of_every_kind_is() {
        let mut places = Places::default();
        for kind in Kind::ALL {
            assert!(places.is_reading());
            places.set(*kind, None, Sync::Synced);
        }
        assert!(!places.is_reading());
        places.set(Kind::Pod, Some("shop".into()), Sync::Reading);
        assert!(places.is_reading());
        places.set(Kind::Pod, Some("shop".into()), Sync::Unreadable);
        assert!(!places.is_reading());
        let kind = CustomKind::intern(
            ("reading.example.io", "Widget"),
            "v1",
            "widgets",
            true,
            Keep::Status,
        );
        places.set(Kind::Custom(kind), None, Sync::Reading);
        assert!(
            places.is_reading(),
            "a custom kind that is to be read is awaited too"
        );
        places.set(Kind::Custom(kind), None, Sync::Synced);
        assert!(!places.is_reading());
    }
}
