//! The objects that the story applies: the shop, written down from what was recorded of a real cluster.

use serde_json::{Value, json};

use super::chance::Chance;
use crate::demo::store::uid;

/// The files of manifests, by the names that the story uses.
const FILES: &[(&str, &str)] = &[
    ("cluster", include_str!("data/cluster.yaml")),
    ("shop", include_str!("data/shop.yaml")),
    ("analytics", include_str!("data/analytics.yaml")),
    ("receipts", include_str!("data/receipts.yaml")),
    ("exports", include_str!("data/exports.yaml")),
];

/// The objects of a file; a test holds that every file reads.
pub(super) fn of(name: &str) -> Vec<Value> {
    let text = FILES
        .iter()
        .find(|(file, _)| *file == name)
        .map(|(_, text)| *text)
        .unwrap_or_default();
    serde_saphyr::from_multiple(text).unwrap_or_default()
}

/// The nodes: one recorded worker, in several places.
pub(super) fn nodes(chance: &mut Chance) -> Vec<Value> {
    const NODES: &[(&str, &str, &str)] = &[
        ("control-1", "zone-a", "198.51.100.10"),
        ("worker-1", "zone-a", "198.51.100.11"),
        ("worker-2", "zone-b", "198.51.100.12"),
        ("worker-3", "zone-c", "198.51.100.13"),
    ];
    let text = include_str!("data/node.json");
    NODES
        .iter()
        .enumerate()
        .filter_map(|(index, (name, zone, address))| {
            let boot = uid(&["boot", &chance.next().to_string()]);
            let machine = uid(&["machine", name]).replace('-', "");
            let node = text
                .replace("\"NAME\"", &format!("\"{name}\""))
                .replace("\"ZONE\"", &format!("\"{zone}\""))
                .replace("\"ADDRESS\"", &format!("\"{address}\""))
                .replace("\"CIDR\"", &format!("\"10.128.{index}.0/24\""))
                .replace("\"MACHINE\"", &format!("\"{machine}\""))
                .replace("\"BOOT\"", &format!("\"{boot}\""));
            let mut node: Value = serde_json::from_str(&node).ok()?;
            if *name == "control-1" {
                super::object::set(
                    &mut node,
                    "/metadata/labels",
                    "node-role.kubernetes.io/control-plane",
                    json!(""),
                );
                let taint = json!([{"effect": "NoSchedule", "key": "node-role.kubernetes.io/control-plane"}]);
                super::object::set(&mut node, "/spec", "taints", taint);
            }
            Some(node)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::resource::Resource;

    #[test]
    fn every_file_reads_and_names_kinds_that_are_served() {
        for (name, text) in FILES {
            let objects: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
            assert!(!objects.is_empty(), "{name}");
            for object in objects {
                let (version, kind) = (
                    object["apiVersion"].as_str().unwrap(),
                    object["kind"].as_str().unwrap(),
                );
                assert!(Resource::by_kind(version, kind).is_some(), "{name}: {kind}");
            }
        }
        assert_eq!(nodes(&mut Chance::new(1)).len(), 4);
    }
}
