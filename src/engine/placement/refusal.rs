//! Why a node does not take a pod.

use std::fmt;

use serde::Serialize;

use super::amount;
use crate::engine::object::{ObjectRef, Text};

/// Why a node does not take a pod: one variant a reason of a scheduler's filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "filter", rename_all = "snake_case")]
pub enum Refusal {
    /// It is cordoned.
    Cordoned,
    /// It has a taint that the pod does not tolerate.
    Taint {
        /// Its key.
        key: Text,
        /// Its value; may be empty.
        value: Text,
        /// `NoSchedule`, `NoExecute`.
        effect: Text,
    },
    /// It lacks a label of the pod's node selector.
    Selector {
        /// The label.
        key: Text,
        /// What the pod asks for.
        asked: Text,
        /// What the node has.
        has: Option<Text>,
    },
    /// The pod's node affinity does not select it.
    Affinity {
        /// What the pod asks for, in words.
        asked: Text,
    },
    /// A port that the pod takes on its node is taken.
    Port {
        /// The port.
        port: i32,
        /// By whom.
        by: ObjectRef,
    },
    /// It holds as many pods as it may.
    Pods {
        /// How many that is.
        most: i64,
    },
    /// Not enough of a resource is left. Amounts of `cpu` are thousandths, others whole.
    Resource {
        /// The resource.
        resource: Text,
        /// How much the pod asks for.
        asked: i64,
        /// How much is left.
        left: i64,
        /// How much the node has in all.
        most: i64,
        /// Of devices: some of the pods that have them.
        held_by: Vec<Text>,
    },
    /// A claim of the pod is not bound, and nothing can be said of nodes before it is.
    Claim {
        /// The claim.
        claim: Text,
        /// Whether it is not even there.
        missing: bool,
    },
    /// The volume of a claim cannot be reached from it.
    Volume {
        /// The claim.
        claim: Text,
        /// The volume.
        volume: Text,
    },
    /// No volume that can be reached from it fits a claim, and none is made.
    NoVolume {
        /// The claim.
        claim: Text,
    },
    /// The pod and its like would be spread too unevenly.
    Spread {
        /// The label over whose values they are spread.
        key: Text,
        /// The node's value; `None`: it does not have the label.
        value: Option<Text>,
        /// By how many they would differ.
        skew: i64,
        /// By how many they may.
        most: i64,
    },
    /// The pods that it must be near are not there.
    Near {
        /// Which pods.
        pods: Text,
        /// The label that says what is near.
        key: Text,
    },
    /// A pod that it must not be near is there.
    Apart {
        /// Which pods it avoids.
        pods: Text,
        /// The label that says what is near.
        key: Text,
    },
    /// A pod is there that must not be near this one.
    Avoided {
        /// Which.
        by: ObjectRef,
        /// The label that says what is near.
        key: Text,
    },
}

impl Refusal {
    /// Whether the node itself has a fault, or is just coming or going: its taint goes when that does.
    pub fn is_fault_of_node(&self) -> bool {
        matches!(self, Self::Taint { key, .. } if key.starts_with("node.kubernetes.io/")
            || key.starts_with("node.cloudprovider.kubernetes.io/"))
    }

    /// The same for nodes that refuse alike: without what differs from node to node.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Resource { resource, left, .. } => format!("{resource} {}", *left > 0),
            Self::Port { port, .. } => format!("port {port}"),
            Self::Pods { .. } => "pods".to_owned(),
            Self::Spread { key, value, .. } => format!("spread {key} {}", value.is_some()),
            Self::Avoided { key, .. } => format!("avoided {key}"),
            other => other.to_string(),
        }
    }

    /// How much is missing: of nodes that refuse alike that comes first which needs the least.
    pub(super) const fn missing(&self) -> i64 {
        match self {
            Self::Resource { asked, left, .. } => *asked - *left,
            Self::Spread { skew, most, .. } => *skew - *most,
            _ => 0,
        }
    }

    /// What the scheduler says of it in its event.
    pub fn said(&self) -> String {
        match self {
            Self::Cordoned => "node(s) were unschedulable".to_owned(),
            Self::Taint { .. } => "node(s) had untolerated taint(s)".to_owned(),
            Self::Selector { .. } | Self::Affinity { .. } => {
                "node(s) didn't match Pod's node affinity/selector".to_owned()
            }
            Self::Port { .. } => "node(s) didn't have free ports for the requested pod ports".to_owned(),
            Self::Pods { .. } => "Too many pods".to_owned(),
            Self::Resource { resource, .. } => format!("Insufficient {resource}"),
            Self::Claim { claim, missing: true } => format!("persistentvolumeclaim \"{claim}\" not found"),
            Self::Claim { .. } => "pod has unbound immediate PersistentVolumeClaims".to_owned(),
            Self::Volume { .. } => "node(s) had volume node affinity conflict".to_owned(),
            Self::NoVolume { .. } => "node(s) didn't find available persistent volumes to bind".to_owned(),
            Self::Spread { value: None, .. } => {
                "node(s) didn't match pod topology spread constraints (missing required label)".to_owned()
            }
            Self::Spread { .. } => "node(s) didn't match pod topology spread constraints".to_owned(),
            Self::Near { .. } => "node(s) didn't match pod affinity rules".to_owned(),
            Self::Apart { .. } => "node(s) didn't match pod anti-affinity rules".to_owned(),
            Self::Avoided { .. } => "node(s) didn't satisfy existing pods anti-affinity rules".to_owned(),
        }
    }
}

/// `pool=batch:NoSchedule`, as `kubectl taint` writes it.
pub(super) fn taint(key: &str, value: &str, effect: &str) -> String {
    match value {
        "" => format!("{key}:{effect}"),
        value => format!("{key}={value}:{effect}"),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cordoned => write!(f, "cordoned"),
            Self::Taint { key, .. } if key.ends_with("/unreachable") => write!(f, "does not answer"),
            Self::Taint { key, .. } if key.ends_with("/not-ready") => write!(f, "is not ready"),
            Self::Taint { key, value, effect } => write!(f, "taint {}", taint(key, value, effect)),
            Self::Selector { key, asked, has } => match has {
                Some(has) => write!(f, "has {key}={has}, not {key}={asked}"),
                None => write!(f, "has no label {key}={asked}"),
            },
            Self::Affinity { asked } => write!(f, "not selected by its node affinity: {asked}"),
            Self::Port { port, by } => write!(f, "port {port} is taken by {by}"),
            Self::Pods { most } => write!(f, "holds its {most} pods already"),
            Self::Resource {
                resource,
                asked,
                left,
                most,
                held_by,
            } => {
                let words = |amount: i64| amount::words(resource, amount);
                match (*most, *left) {
                    (0, _) => write!(f, "has no {resource} at all"),
                    (most, left) if left <= 0 => {
                        write!(
                            f,
                            "no {resource} left of {}, asks for {}",
                            words(most),
                            words(*asked)
                        )?;
                        match held_by.as_slice() {
                            [] => Ok(()),
                            pods => write!(f, " (held by {})", pods.join(", ")),
                        }
                    }
                    (most, left) => write!(
                        f,
                        "{resource}: asks for {}, {} left of {}, {} missing",
                        words(*asked),
                        words(left),
                        words(most),
                        words(asked - left)
                    ),
                }
            }
            Self::Claim { claim, missing: true } => write!(f, "claim {claim} does not exist"),
            Self::Claim { claim, .. } => write!(f, "claim {claim} is not bound"),
            Self::Volume { claim, volume } => {
                write!(f, "volume {volume} of claim {claim} cannot be reached from there")
            }
            Self::NoVolume { claim } => write!(f, "no volume there fits claim {claim}"),
            Self::Spread { key, value: None, .. } => write!(f, "has no label {key} to spread over"),
            Self::Spread {
                key,
                value: Some(value),
                skew,
                most,
            } => write!(
                f,
                "spread: {key}={value} would have {skew} more than the least, {most} allowed"
            ),
            Self::Near { pods, key } => write!(f, "no pod {pods} near ({key})"),
            Self::Apart { pods, key } => write!(f, "a pod {pods}, which it avoids, is near ({key})"),
            Self::Avoided { by, key } => write!(f, "{by} avoids it ({key})"),
        }
    }
}
