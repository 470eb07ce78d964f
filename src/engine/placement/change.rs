//! The smallest change that would let a pod run on a node.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::amount;
use super::refusal::{Refusal, taint};
use crate::engine::kinds::{Node, Pod, Toleration};
use crate::engine::object::{ObjectRef, Text};

/// What no change of a pod or of a node's settings mends costs so much.
const IMPOSSIBLE: u32 = 10_000;

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Step {
    /// Let the node take pods again.
    Uncordon {
        /// The node.
        node: Text,
    },
    /// Let the pod bear with a taint.
    Tolerate {
        /// The taint's key.
        key: Text,
        /// Its value.
        value: Text,
        /// Its effect.
        effect: Text,
    },
    /// Ask for another value of a node's label.
    Select {
        /// The label.
        key: Text,
        /// The value that the node has.
        value: Text,
    },
    /// Give the node a label.
    Label {
        /// The node.
        node: Text,
        /// The label.
        key: Text,
        /// Its value.
        value: Text,
    },
    /// Ask for less of a resource.
    Lower {
        /// The resource.
        resource: Text,
        /// The container that asks for the most of it.
        container: Text,
        /// What it asks for now, as a quantity.
        from: Text,
        /// What it may ask for at most, as a quantity.
        to: Text,
    },
    /// Have others need less of a resource there.
    Free {
        /// The resource.
        resource: Text,
        /// How much, as a quantity.
        amount: Text,
    },
    /// Allow a greater difference between the values of a label.
    Spread {
        /// The label.
        key: Text,
        /// By how many pods values would differ.
        skew: i64,
    },
    /// Let what keeps pods apart be a wish, not a must.
    Prefer {
        /// Which pods are avoided, or the pod that avoids this one.
        pods: Text,
        /// The label that says what is near.
        key: Text,
    },
    /// Ask for other nodes, or for none in particular.
    Affinity {
        /// What is asked for now.
        asked: Text,
    },
    /// Do without a port of the node.
    Port {
        /// The port.
        port: i32,
    },
    /// Let a pod go from the node.
    Room {
        /// The node.
        node: Text,
    },
    /// Run what the pod must be near.
    Near {
        /// Which pods.
        pods: Text,
        /// The label that says what is near.
        key: Text,
    },
}

/// All that must be done for a pod to run on a node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The node.
    pub node: Text,
    /// How many more refuse the pod for the same reasons, though perhaps by other amounts.
    pub alike: usize,
    /// What must be done.
    pub steps: Vec<Step>,
}

/// What it costs to let a pod run on a node, and how; the cost tells which of several is smallest.
pub(super) fn of(pod: &Pod, node: &Node, refusals: &[Refusal], count: usize) -> (u32, Option<Change>) {
    let mut cost = 0;
    let mut steps = Vec::new();
    for refusal in refusals {
        let (more, step) = step(pod, node, refusal);
        cost += more;
        steps.extend(step);
    }
    let change = (cost < IMPOSSIBLE && !steps.is_empty()).then(|| Change {
        node: node.metadata.name.clone(),
        alike: count.saturating_sub(1),
        steps,
    });
    (cost, change)
}

/// What mends one refusal. What touches only the pod or only takes back what somebody did is cheap; what others must
/// give up is dear.
fn step(pod: &Pod, node: &Node, refusal: &Refusal) -> (u32, Option<Step>) {
    let name = || node.metadata.name.clone();
    let step = match refusal {
        Refusal::Cordoned => (10, Step::Uncordon { node: name() }),
        Refusal::Taint { .. } if refusal.is_fault_of_node() => return (IMPOSSIBLE, None),
        Refusal::Taint { key, value, effect } => (
            if asks_for(pod, key) {
                15
            } else if key.contains('/') {
                55
            } else {
                36
            },
            Step::Tolerate {
                key: key.clone(),
                value: value.clone(),
                effect: effect.clone(),
            },
        ),
        Refusal::Selector {
            key,
            has: Some(value),
            ..
        } => (
            25,
            Step::Select {
                key: key.clone(),
                value: value.clone(),
            },
        ),
        Refusal::Selector {
            key,
            asked,
            has: None,
        } => (
            38,
            Step::Label {
                node: name(),
                key: key.clone(),
                value: asked.clone(),
            },
        ),
        Refusal::Affinity { asked } => (37, Step::Affinity { asked: asked.clone() }),
        Refusal::Port { port, .. } => (50, Step::Port { port: *port }),
        Refusal::Pods { .. } => (50, Step::Room { node: name() }),
        Refusal::Resource {
            resource,
            asked,
            left,
            most,
            ..
        } => return lower(pod, resource, *asked, *left, *most),
        Refusal::Claim { .. } | Refusal::Volume { .. } | Refusal::NoVolume { .. } => {
            return (IMPOSSIBLE, None);
        }
        Refusal::Spread { key, value, skew, .. } => match value {
            Some(_) => (
                32,
                Step::Spread {
                    key: key.clone(),
                    skew: *skew,
                },
            ),
            None => return (IMPOSSIBLE, None),
        },
        Refusal::Near { pods, key } => (
            60,
            Step::Near {
                pods: pods.clone(),
                key: key.clone(),
            },
        ),
        Refusal::Apart { pods, key } => (
            40,
            Step::Prefer {
                pods: pods.clone(),
                key: key.clone(),
            },
        ),
        Refusal::Avoided { by, key } => (
            45,
            Step::Prefer {
                pods: by.to_string().into(),
                key: key.clone(),
            },
        ),
    };
    (step.0, Some(step.1))
}

/// Whether a pod asks for the device that a taint is named after: nodes with costly ones are kept free for those who
/// do. Who does not has no business there, and a taint with a domain is seldom for a team's pool.
fn asks_for(pod: &Pod, taint: &str) -> bool {
    amount::request(&pod.spec, taint) > 0
}

/// Less of a resource; or, of what cannot be asked for by halves, that others give it back.
fn lower(pod: &Pod, resource: &str, asked: i64, left: i64, most: i64) -> (u32, Option<Step>) {
    let missing = asked - left;
    let request = |container: &crate::engine::kinds::Container| {
        let text = container.resources.requests.get(resource);
        text.map_or(0, |text| amount::amount(resource, text))
    };
    let containers = pod.spec.containers.iter();
    let largest = containers.max_by_key(|container| request(container));
    let to = largest.map_or(0, request) - missing;
    // A device is one that the program needs; of cpu and memory it may live with less.
    if let Some(container) = largest.filter(|_| amount::is_divisible(resource) && to > 0) {
        // The more must go, the more it hurts: half as much is as dear as to bear with a taint.
        let share = (20 * missing / asked.max(1)) as u32;
        let step = Step::Lower {
            resource: resource.into(),
            container: container.name.as_str().into(),
            from: amount::words(resource, request(container)).into(),
            to: amount::words(resource, to).into(),
        };
        return (20 + share, Some(step));
    }
    if most < asked {
        return (IMPOSSIBLE, None);
    }
    let step = Step::Free {
        resource: resource.into(),
        amount: amount::words(resource, missing).into(),
    };
    (42, Some(step))
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uncordon { node } => write!(f, "uncordon {node}"),
            Self::Tolerate { key, value, effect } => {
                write!(f, "tolerate the taint {}", taint(key, value, effect))
            }
            Self::Select { key, value } => write!(f, "ask for {key}={value}"),
            Self::Label { node, key, value } => write!(f, "label {node} {key}={value}"),
            Self::Lower {
                resource,
                container,
                from,
                to,
            } => write!(
                f,
                "have {container} ask for at most {to} {resource} instead of {from}"
            ),
            Self::Free { resource, amount } => write!(f, "free {amount} {resource} there"),
            Self::Spread { key, skew } => write!(f, "allow a skew of {skew} over {key}"),
            Self::Prefer { pods, key } => {
                write!(
                    f,
                    "let staying apart from {pods} ({key}) be preferred, not required"
                )
            }
            Self::Affinity { asked } => write!(f, "do without the node affinity {asked}"),
            Self::Port { port } => write!(f, "do without port {port} of the node"),
            Self::Room { node } => write!(f, "let another pod go from {node}"),
            Self::Near { pods, key } => write!(f, "run {pods} there ({key})"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<String> = self.steps.iter().map(ToString::to_string).collect();
        write!(f, "{}: then {} takes it", steps.join(", and "), self.node)
    }
}

impl Change {
    /// The commands that do it to the pods of `owner`, where all of it can be said as commands.
    pub fn commands(&self, pod: &Pod, owner: &ObjectRef) -> Option<Vec<String>> {
        let (mut template, mut selector) = (Map::new(), Map::new());
        let mut commands = Vec::new();
        let place = match owner.kind.as_ref() {
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => {
                Some(format!("{}/{}", owner.kind.to_lowercase(), owner.name))
            }
            _ => None,
        };
        for step in &self.steps {
            match step {
                Step::Uncordon { node } => commands.push(format!("kubectl uncordon {node}")),
                Step::Label { node, key, value } => {
                    commands.push(format!("kubectl label node {node} {key}={value}"));
                }
                Step::Lower {
                    resource,
                    container,
                    to,
                    ..
                } => commands.push(format!(
                    "kubectl -n {} set resources {} -c {container} --requests={resource}={to}",
                    owner.namespace,
                    place.as_ref()?
                )),
                Step::Select { key, value } => {
                    selector.insert(key.to_string(), (&**value).into());
                }
                Step::Tolerate { key, value, effect } => {
                    let mut all = tolerations(pod);
                    all.push(toleration(key, value, effect));
                    template.insert("tolerations".to_owned(), all.into());
                }
                _ => return None,
            }
        }
        if !selector.is_empty() {
            template.insert("nodeSelector".to_owned(), selector.into());
        }
        if !template.is_empty() {
            let patch = json!({"spec": {"template": {"spec": template}}});
            commands.push(format!(
                "kubectl -n {} patch {} --type=merge -p '{patch}'",
                owner.namespace,
                place.as_ref()?
            ));
        }
        Some(commands)
    }
}

fn toleration(key: &str, value: &str, effect: &str) -> Value {
    match value {
        "" => json!({"key": key, "operator": "Exists", "effect": effect}),
        value => json!({"key": key, "operator": "Equal", "value": value, "effect": effect}),
    }
}

/// The tolerations that its template has: those that admission gives every pod left out.
fn tolerations(pod: &Pod) -> Vec<Value> {
    let given = |one: &&Toleration| {
        let key = one.key.as_str();
        !matches!(
            key,
            "node.kubernetes.io/not-ready" | "node.kubernetes.io/unreachable"
        )
    };
    let all = pod.spec.placement().tolerations.iter().filter(given);
    all.map(|one| {
        let mut fields = Map::new();
        let written = [
            ("key", &one.key),
            ("operator", &one.operator),
            ("value", &one.value),
            ("effect", &one.effect),
        ];
        for (name, value) in written.into_iter().filter(|(_, value)| !value.is_empty()) {
            fields.insert(name.to_owned(), value.as_str().into());
        }
        Value::Object(fields)
    })
    .collect()
}
