//! The codes of findings about nodes.

use super::Code;
use crate::engine::finding::Severity::{Critical, Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "NodeCondition",
        severity: &[Warning],
        meaning: "another condition of a node tells of trouble",
        fires: "A condition that some agent added: True is bad, but for types that are named for health (that end in \
             Ready, Healthy, Available, Reachable, Running, Initialized, OK and the like, and not in NotReady), of \
             which False is bad; Unknown is bad for all.",
        silent: "Healthy conditions of either polarity (KernelDeadlock False, ContainerRuntimeReady True); \
             EtcdIsVoter.",
    },
    Code {
        code: "NodeCordoned",
        severity: &[Info],
        meaning: "a node takes no new pods",
        fires: "spec.unschedulable. By intent; a pod that waits for it names it as its culprit.",
        silent: "Never more than information.",
    },
    Code {
        code: "NodeEvicting",
        severity: &[Info],
        meaning: "a node has pods leave that do not tolerate a taint",
        fires: "A taint with the effect NoExecute that is not the node controller's own; \
             node.kubernetes.io/out-of-service too, since a person sets it. By intent.",
        silent: "Taints of node.kubernetes.io/, which follow from conditions; NoSchedule and \
             PreferNoSchedule.",
    },
    Code {
        code: "NodeNetworkUnavailable",
        severity: &[Critical],
        meaning: "a node's network is not set up",
        fires: "NetworkUnavailable is True.",
        silent: "False, the rule.",
    },
    Code {
        code: "NodeNotReady",
        severity: &[Critical],
        meaning: "a node is not ready, or has stopped reporting",
        fires: "Ready is False or Unknown; or the node has no such condition 2 min after it was registered.",
        silent: "A node that joined within the last 2 min and says so itself; nodes that are being deleted.",
    },
    Code {
        code: "NodePressure",
        severity: &[Warning],
        meaning: "a node runs low on memory, disk or process ids",
        fires: "MemoryPressure, DiskPressure or PIDPressure is True.",
        silent: "Their being unknown on a node that is silent as a whole: told once, by NodeNotReady.",
    },
    Code {
        code: "NodeVersionSkew",
        severity: &[Warning],
        meaning: "a node's kubelet does not go with the API server",
        fires: "The kubelet is of a newer minor version than the API server, or more than 3 minor versions older \
             (2 for a kubelet before 1.25): Kubernetes' version skew policy.",
        silent: "A kubelet that is just within the policy; newer patches; virtual kubelets; versions that are not known.",
    },
];
