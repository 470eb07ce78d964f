//! The nodes' kubelets: containers start, fail, are backed off and start again, and their pods' status says so.

mod container;
mod status;
mod steps;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::object::{is_going, key_of, list, set, text};
use super::program::Programs;
use super::recorder::{Note, Recorder, Source};
use super::world::{Due, World};
pub(super) use container::Step;
use container::{Container, Phase, Running, What};
pub(super) use status::sign;

/// All kubelets.
pub(super) struct Kubelets {
    programs: Programs,
    pods: BTreeMap<String, Running>,
    addresses: u32,
    /// Nothing that only fills logs happens before.
    quiet_until: Timestamp,
}

impl Kubelets {
    pub(super) fn new(programs: Programs, quiet_until: Timestamp) -> Self {
        Self {
            programs,
            pods: BTreeMap::new(),
            addresses: 10,
            quiet_until,
        }
    }

    /// Takes over pods that were bound, ends those whose deletion began, forgets those that are gone.
    pub(super) fn reconcile(&mut self, world: &mut World, recorder: &mut Recorder) {
        let mut bound = Vec::new();
        let mut going = Vec::new();
        for pod in world.all("pods") {
            let uid = text(pod, "/metadata/uid");
            let here = self.pods.contains_key(uid);
            if is_going(pod) {
                going.push(pod.clone());
            } else if !text(pod, "/spec/nodeName").is_empty() && !here {
                bound.push(pod.clone());
            }
        }
        let known: Vec<String> = world
            .all("pods")
            .map(|p| text(p, "/metadata/uid").to_owned())
            .collect();
        self.pods.retain(|uid, _| known.contains(uid));
        for pod in bound {
            self.admit(world, &pod);
        }
        for pod in going {
            let Some(running) = self.pods.get_mut(text(&pod, "/metadata/uid")) else {
                continue;
            };
            if running.containers.is_empty() {
                continue;
            }
            let names: Vec<String> = running.containers.drain(..).map(|c| c.name).collect();
            for name in names {
                let note = Note {
                    warning: false,
                    reason: "Killing",
                    message: format!("Stopping container {name}"),
                    container: Some(&name),
                };
                recorder.record(
                    world,
                    &pod,
                    Source::Kubelet {
                        node: text(&pod, "/spec/nodeName"),
                    },
                    &note,
                );
            }
            world.after(2, Due::PodGone(key_of(&pod)));
        }
    }

    fn admit(&mut self, world: &mut World, pod: &Value) {
        self.addresses += 1;
        let uid = text(pod, "/metadata/uid").to_owned();
        let containers = list(pod, "/spec/containers").iter().map(|container| {
            let image = text(container, "/image");
            let digest = self
                .programs
                .of(image)
                .map(|p| p.digest.clone())
                .unwrap_or_default();
            Container {
                name: text(container, "/name").to_owned(),
                image: image.to_owned(),
                digest,
                epoch: 0,
                phase: Phase::Creating,
                restarts: 0,
                backoff: 0,
                id: String::new(),
                last: None,
                ended: None,
                fate: None,
            }
        });
        let running = Running {
            key: key_of(pod),
            node: text(pod, "/spec/nodeName").to_owned(),
            ip: format!("10.244.{}.{}", self.addresses / 250, self.addresses % 250 + 2),
            since: world.now,
            turned: world.now,
            ready: false,
            containers: containers.collect(),
        };
        for container in 0..running.containers.len() {
            let wait = 1 + world.chance.below(3) as i64;
            world.after(
                wait,
                Due::Container(Step {
                    uid: uid.clone(),
                    container,
                    epoch: 0,
                    what: What::Start,
                }),
            );
        }
        self.pods.insert(uid.clone(), running);
        self.publish(world, &uid);
    }

    /// A container goes on.
    pub(super) fn step(&mut self, world: &mut World, recorder: &mut Recorder, step: &Step) {
        let Some(running) = self.pods.get(&step.uid) else {
            return;
        };
        let Some(pod) = world.get("pods", &running.key).cloned() else {
            return;
        };
        let Some(container) = running.containers.get(step.container) else {
            return;
        };
        if container.epoch != step.epoch {
            return;
        }
        match step.what {
            What::Start => self.start(world, recorder, step, &pod),
            What::Ready => self.turn(world, step, |phase| {
                if let Phase::Runs { ready, .. } = phase {
                    *ready = true;
                }
            }),
            What::Exit => self.exit(world, step),
            What::BackOff => self.back_off(world, recorder, step, &pod),
            What::PullBackOff => self.pull_back_off(world, recorder, step, &pod),
            What::Remind => self.remind_of(world, recorder, step, &pod),
            What::Chatter(line) => self.chatter(world, step, line),
        }
    }

    fn container(&mut self, step: &Step) -> Option<&mut Container> {
        self.pods.get_mut(&step.uid)?.containers.get_mut(step.container)
    }

    /// A new phase, and what follows it.
    fn enter(&mut self, world: &mut World, step: &Step, phase: Phase, next: Option<(i64, What)>) {
        let Some(container) = self.container(step) else {
            return;
        };
        match &phase {
            Phase::Ended(ended) => container.ended = Some(ended.clone()),
            // What was its state is its last state now.
            Phase::BackOff { .. } => container.last.clone_from(&container.ended),
            _ => {}
        }
        container.phase = phase;
        container.epoch += 1;
        let epoch = container.epoch;
        if let Some((seconds, what)) = next {
            world.after(
                seconds,
                Due::Container(Step {
                    epoch,
                    what,
                    ..step.clone()
                }),
            );
        }
        self.publish(world, &step.uid);
    }

    /// A change within a phase.
    fn turn(&mut self, world: &mut World, step: &Step, change: impl FnOnce(&mut Phase)) {
        if let Some(container) = self.container(step) {
            change(&mut container.phase);
        }
        self.publish(world, &step.uid);
    }

    /// Writes a pod's status.
    fn publish(&mut self, world: &mut World, uid: &str) {
        let Some(running) = self.pods.get_mut(uid) else {
            return;
        };
        let ready = running
            .containers
            .iter()
            .all(|c| matches!(c.phase, Phase::Runs { ready: true, .. }));
        if ready != running.ready {
            running.ready = ready;
            running.turned = world.now;
        }
        let key = running.key.clone();
        let address = world.get("nodes", &(String::new(), running.node.clone()));
        let host = address
            .map(|node| text(node, "/status/addresses/0/address").to_owned())
            .unwrap_or_default();
        let now = world.now;
        let running = &*running;
        world.edit("pods", &key, |pod| {
            let status = status::of(running, pod, &host);
            set(pod, "", "status", status);
            sign(
                pod,
                "kubelet",
                now,
                &json!({"f:status": {"f:conditions": {}, "f:containerStatuses": {},
                "f:hostIP": {}, "f:phase": {}, "f:podIP": {}, "f:startTime": {}}}),
                Some("status"),
            );
        });
    }
}
