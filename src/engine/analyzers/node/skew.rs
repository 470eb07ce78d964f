//! The versions of a kubelet and of the API server, by Kubernetes' version skew policy.

use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::Node;
use crate::engine::object::ObjectRef;

/// By how many minor versions a kubelet may be older than its API server …
const MAY_BE_OLDER: u32 = 3;
/// … and one that came before this minor version of Kubernetes 1.
const SINCE: u32 = 25;
const MAY_BE_OLDER_BEFORE: u32 = 2;

/// A node whose kubelet is newer than the API server, or too old for it. Where a version is not known nothing is said.
pub(super) fn finding(server: &str, node: &Node, object: &ObjectRef) -> Option<Finding> {
    let kubelet = &*node.status.node_info.kubelet_version;
    // What stands in for a kubelet has a version of its own.
    let virtual_kubelet =
        node.metadata.labels.get("type") == Some("virtual-kubelet") || kubelet.contains("-vk-");
    let (major, minor) = minor_version(kubelet).filter(|_| !virtual_kubelet)?;
    let (server_major, server_minor) = minor_version(server)?;
    if major != server_major {
        return None;
    }
    let older = server_minor.saturating_sub(minor);
    let may_be_older = if minor < SINCE {
        MAY_BE_OLDER_BEFORE
    } else {
        MAY_BE_OLDER
    };
    let title = if minor > server_minor {
        format!("its kubelet {kubelet} is newer than the API server {server}")
    } else if older > may_be_older {
        format!("its kubelet {kubelet} is {older} minor versions older than the API server {server}")
    } else {
        return None;
    };
    let mut finding = Finding::new("NodeVersionSkew", Severity::Warning, object.clone(), title);
    finding.subject = kubelet.into();
    finding.message = format!(
        "A kubelet may not be newer than the API server, and at most {may_be_older} minor versions older; this is not \
         tested, and fields that one of them does not know are lost without a word."
    )
    .into();
    finding.evidence.push(Evidence::field(
        object.clone(),
        "status.nodeInfo.kubeletVersion",
        kubelet,
    ));
    Some(finding)
}

/// Major and minor version: `v1.34.1+k3s1`, `v1.29.3-eks-adc7111`.
fn minor_version(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix('v')?.split('.');
    let major = parts.next()?.parse().ok()?;
    let digits = parts.next()?.trim_end_matches('+');
    Some((major, digits.parse().ok()?))
}
