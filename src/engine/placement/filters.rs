//! The filters, in the order of the scheduler's default profile.

use std::collections::HashMap;

use super::amount;
use super::neighbours::{self, Neighbours};
use super::refusal::Refusal;
use super::spread::Spreads;
use super::volumes::Claims;
use crate::engine::analyzers::selection;
use crate::engine::kinds::{ContainerPort, Node, Pod, Taint};
use crate::engine::object::{Key, Kind, Text};
use crate::engine::world::World;

/// The taint of a cordoned node: who bears with it may go there.
const CORDON: &str = "node.kubernetes.io/unschedulable";

/// So many pods are named that have a device.
const HOLDERS: usize = 2;

/// A pod, and what is asked about every node.
pub(super) struct Scene<'a> {
    world: &'a World,
    pod: &'a Pod,
    nodes: HashMap<&'a str, &'a Node>,
    asked: Vec<(&'a str, i64)>,
    ports: Vec<&'a ContainerPort>,
    claims: Claims<'a>,
    spreads: Spreads<'a>,
    neighbours: Neighbours<'a>,
}

impl<'a> Scene<'a> {
    pub fn new(world: &'a World, pod: &'a Pod) -> Self {
        let nodes: HashMap<&str, &Node> = world
            .all::<Node>()
            .map(|node| (&*node.metadata.name, node))
            .collect();
        Self {
            asked: amount::asked(&pod.spec),
            ports: ports(pod).collect(),
            claims: Claims::new(world, pod),
            spreads: Spreads::new(
                world,
                pod,
                &nodes,
                |node| affinity(pod, node).next().is_none(),
                |node| untolerated(pod, node).is_none(),
            ),
            neighbours: Neighbours::new(world, pod, &nodes),
            world,
            pod,
            nodes,
        }
    }

    /// Why a node does not take the pod, in the order in which the scheduler asks. The reasons of its first filter are
    /// those that the scheduler counts.
    pub fn refusals(&self, node: &Node) -> Vec<Refusal> {
        // Before the claims are in order it does not ask about nodes.
        let (mut refusals, volumes): (Vec<Refusal>, Vec<Refusal>) = self
            .claims
            .refusals(node)
            .partition(|refusal| matches!(refusal, Refusal::Claim { .. }));
        let (cordon, taint) = (self.is_cordoned(node), untolerated(self.pod, node));
        refusals.extend(cordon.then_some(Refusal::Cordoned));
        // A cordoned node carries the taint that says so.
        let taint = taint.filter(|taint| !cordon || taint.key != CORDON);
        refusals.extend(taint.map(|taint| Refusal::Taint {
            key: taint.key.as_str().into(),
            value: taint.value.as_str().into(),
            effect: taint.effect.as_str().into(),
        }));
        refusals.extend(affinity(self.pod, node));
        refusals.extend(self.port(node));
        refusals.extend(self.resources(node));
        refusals.extend(volumes);
        refusals.extend(self.spreads.refusal(node));
        refusals.extend(self.neighbours.refusal(node));
        refusals
    }

    fn is_cordoned(&self, node: &Node) -> bool {
        let taint = Taint {
            key: CORDON.into(),
            effect: "NoSchedule".into(),
            ..Taint::default()
        };
        let tolerations = &self.pod.spec.placement().tolerations;
        node.spec.unschedulable && !tolerations.iter().any(|one| one.tolerates(&taint))
    }

    fn pods_on(&self, node: &Node) -> impl Iterator<Item = &'a Pod> {
        let world = self.world;
        let keys = world.pods_on(&node.metadata.name);
        keys.filter_map(move |key| world.get::<Pod>(&key.namespace, &key.name))
            .filter(|pod| neighbours::place(pod, &self.nodes).is_some())
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn port(&self, node: &Node) -> Option<Refusal> {
        if self.ports.is_empty() {
            return None;
        }
        self.pods_on(node).find_map(|other| {
            let taken = ports(other).find(|theirs| self.ports.iter().any(|own| collide(own, theirs)))?;
            Some(Refusal::Port {
                port: taken.host_port,
                by: Key::new(Kind::Pod, &other.metadata.namespace, &other.metadata.name).object(),
            })
        })
    }

    fn resources(&self, node: &Node) -> Vec<Refusal> {
        let has = |resource: &str| {
            let text = node.status.allocatable.get(resource);
            text.map_or(0, |text| amount::amount(resource, text))
        };
        let there: Vec<&Pod> = self.pods_on(node).collect();
        let most = has("pods");
        let full = there.len() as i64 + 1 > most;
        let mut refusals: Vec<Refusal> = full.then_some(Refusal::Pods { most }).into_iter().collect();
        for (resource, asked) in &self.asked {
            let most = has(resource);
            let used: i64 = there.iter().map(|pod| amount::request(&pod.spec, resource)).sum();
            if *asked > most - used {
                refusals.push(Refusal::Resource {
                    resource: (*resource).into(),
                    asked: *asked,
                    left: most - used,
                    most,
                    held_by: if amount::is_divisible(resource) {
                        Vec::new()
                    } else {
                        holders(&there, resource)
                    },
                });
            }
        }
        refusals
    }
}

/// Some of the pods that have a device.
fn holders(pods: &[&Pod], resource: &str) -> Vec<Text> {
    let mut names: Vec<Text> = pods
        .iter()
        .filter(|pod| amount::request(&pod.spec, resource) > 0)
        .map(|pod| format!("{}/{}", pod.metadata.namespace, pod.metadata.name).into())
        .collect();
    names.sort();
    names.truncate(HOLDERS);
    names
}

/// The first taint of a node that keeps the pod away.
fn untolerated<'a>(pod: &Pod, node: &'a Node) -> Option<&'a Taint> {
    let tolerations = &pod.spec.placement().tolerations;
    node.spec
        .taints
        .iter()
        .filter(|taint| matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute"))
        .find(|taint| !tolerations.iter().any(|one| one.tolerates(taint)))
}

/// What a node lacks of what the pod's selector and affinity ask for.
fn affinity(pod: &Pod, node: &Node) -> impl Iterator<Item = Refusal> {
    let labels = pod.spec.node_selector.iter();
    let lacking = labels
        .filter(|(key, value)| node.metadata.labels.get(key) != Some(value))
        .map(|(key, value)| Refusal::Selector {
            key: key.into(),
            asked: value.into(),
            has: node.metadata.labels.get(key).map(Into::into),
        });
    let affinity = pod.spec.placement().affinity.as_ref();
    let refusing = affinity.filter(|affinity| !affinity.selects(node));
    lacking
        .chain(refusing.map(|affinity| Refusal::Affinity {
            asked: selection::of_nodes(affinity).into(),
        }))
        .collect::<Vec<_>>()
        .into_iter()
}

/// The ports of its node that a pod takes.
fn ports(pod: &Pod) -> impl Iterator<Item = &ContainerPort> {
    let sidecars = pod.spec.init_containers.iter();
    let sidecars = sidecars.filter(|container| container.restart_policy == "Always");
    let containers = pod.spec.containers.iter().chain(sidecars);
    containers
        .flat_map(|container| &container.ports)
        .filter(|port| port.host_port > 0)
}

fn collide(one: &ContainerPort, other: &ContainerPort) -> bool {
    let all = |port: &ContainerPort| matches!(port.host_ip.as_str(), "" | "0.0.0.0");
    let protocol = |port: &ContainerPort| match port.protocol.as_str() {
        "" => "TCP".to_owned(),
        other => other.to_owned(),
    };
    one.host_port == other.host_port
        && protocol(one) == protocol(other)
        && (all(one) || all(other) || one.host_ip == other.host_ip)
}
