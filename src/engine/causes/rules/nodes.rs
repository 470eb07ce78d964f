//! Nodes and the pods on them.

use super::super::groups::{Group, GroupKey};
use super::super::reads::Sight;
use super::pods_of;
use super::reach::precedes;
use crate::engine::object::{Key, Kind};

/// What a pod shows when its node is gone.
const LOST: &[&str] = &["PodOnLostNode", "PodStuckTerminating", "ContainerStatusUnknown"];

pub(super) fn by_node(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    pods_of(sight, group).find_map(|pod| {
        // Of the others it is rarely the node: that they are not known to be is no news.
        if LOST.contains(&&*key.code) {
            sight.can_see(Kind::Node, "");
        }
        let node = Key::new(Kind::Node, "", &pod.spec.node_name).object();
        sight
            .about(&node)
            .find(|cause| {
                // That it lets go of pods says nothing of those that stay.
                let of_others = &*key.code == "ContainerNotReady" && &*cause.code == "NodeEvicting";
                !of_others
                    && !matches!(&*cause.code, "NodeCordoned" | "NodeVersionSkew")
                    && precedes(sight, cause, group)
            })
            .cloned()
    })
}

/// A closed node among others explains nothing: only where it is the one that the pod needs does the finding blame it.
pub(super) fn by_closed_node(sight: &Sight, key: &GroupKey, group: &Group) -> Option<GroupKey> {
    let blamed = group
        .findings()
        .iter()
        .filter_map(|(_, finding)| finding.culprit.as_ref());
    let mut nodes = blamed.filter(|culprit| &*culprit.kind == "Node");
    nodes.find_map(|node| sight.about(node).find(|cause| *cause != key).cloned())
}
