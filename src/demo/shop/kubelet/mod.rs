//! The nodes' kubelets: containers start, fail, are backed off and start again, and their pods' status says so.

mod status;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::program::{Fate, Programs};
use super::recorder::{Note, Recorder, Source};
use super::world::{Due, World, is_going, key_of, list, set, text};
use crate::demo::store::{Key, LogEntry, LogKey};

/// The longest wait between two starts.
const LONGEST_BACKOFF: i64 = 300;
/// A container that ran so long begins again with the shortest wait.
const FORGIVEN_AFTER: i64 = 600;
/// How often a kubelet looks at a pod that waits.
const LOOK_AGAIN: i64 = 13;

/// A container's next step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    uid: String,
    container: usize,
    /// A step that was planned for an earlier phase is void.
    epoch: u64,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Start,
    Ready,
    Exit,
    BackOff,
    PullBackOff,
    Remind,
    Chatter(usize),
}

/// What a pod's containers do.
pub(super) struct Running {
    key: Key,
    node: String,
    ip: String,
    since: Timestamp,
    /// When its readiness changed last.
    turned: Timestamp,
    ready: bool,
    containers: Vec<Container>,
}

struct Container {
    name: String,
    image: String,
    digest: String,
    epoch: u64,
    phase: Phase,
    restarts: u32,
    backoff: i64,
    id: String,
    last: Option<Ended>,
    fate: Option<Fate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Creating,
    PullFailed(String),
    PullBackOff(String),
    Runs { since: Timestamp, ready: bool },
    Ended(Ended),
    BackOff { seconds: i64 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Ended {
    id: String,
    code: i64,
    reason: &'static str,
    message: Option<String>,
    started: Option<Timestamp>,
    finished: Timestamp,
}

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
            What::Remind => self.remind(world, recorder, step, &pod),
            What::Chatter(line) => self.chatter(world, step, line),
        }
    }

    fn start(&mut self, world: &mut World, recorder: &mut Recorder, step: &Step, pod: &Value) {
        let Some(spec) = list(pod, "/spec/containers").get(step.container) else {
            return;
        };
        let fate = self.programs.fate(world, pod, spec);
        let (name, image) = (text(spec, "/name"), text(spec, "/image"));
        let mut say = |world: &mut World, warning: bool, reason: &'static str, message: String| {
            let note = Note {
                warning,
                reason,
                message,
                container: Some(name),
            };
            recorder.record(
                world,
                pod,
                Source::Kubelet {
                    node: text(pod, "/spec/nodeName"),
                },
                &note,
            );
        };
        if let Fate::NoImage { message } = &fate {
            say(world, false, "Pulling", format!("Pulling image \"{image}\""));
            say(
                world,
                true,
                "Failed",
                format!("Failed to pull image \"{image}\": {message}"),
            );
            say(world, true, "Failed", "Error: ErrImagePull".to_owned());
            let message = message.clone();
            self.enter(
                world,
                step,
                Phase::PullFailed(message),
                Some((12, What::PullBackOff)),
            );
            return;
        }
        say(
            world,
            false,
            "Pulled",
            format!("Container image \"{image}\" already present on machine"),
        );
        say(world, false, "Created", format!("Created container: {name}"));
        let id = format!("containerd://{}", world.chance.id());
        let key = LogKey::new(
            text(pod, "/metadata/namespace"),
            text(pod, "/metadata/name"),
            name,
        );
        world.store.begin_log(&key);
        if let Some(container) = self.container(step) {
            container.id.clone_from(&id);
            container.fate = Some(fate.clone());
        }
        let now = world.now;
        match fate {
            Fate::NoImage { .. } => {}
            Fate::NoStart { message } => {
                say(world, true, "Failed", format!("Error: {message}"));
                let ended = Ended {
                    id,
                    code: 128,
                    reason: "StartError",
                    message: Some(message),
                    started: None,
                    finished: now,
                };
                self.ended(world, step, ended);
            }
            Fate::Ends { after, log, .. } => {
                say(world, false, "Started", format!("Started container {name}"));
                self.write(world, &key, image, &log, after);
                self.enter(
                    world,
                    step,
                    Phase::Runs {
                        since: now,
                        ready: after > 0,
                    },
                    Some((after, What::Exit)),
                );
            }
            Fate::Runs { ready_after, log } => {
                say(world, false, "Started", format!("Started container {name}"));
                self.write(world, &key, image, &log, ready_after);
                self.enter(
                    world,
                    step,
                    Phase::Runs {
                        since: now,
                        ready: false,
                    },
                    Some((ready_after, What::Ready)),
                );
                self.plan_chatter(world, step, image, 0);
            }
        }
    }

    fn exit(&mut self, world: &mut World, step: &Step) {
        let now = world.now;
        let Some(container) = self.container(step) else {
            return;
        };
        let Phase::Runs { since, .. } = container.phase else {
            return;
        };
        let Some(Fate::Ends { code, reason, .. }) = container.fate.clone() else {
            return;
        };
        let id = container.id.clone();
        self.ended(
            world,
            step,
            Ended {
                id,
                code,
                reason,
                message: None,
                started: Some(since),
                finished: now,
            },
        );
    }

    /// The first restart is at once, later ones wait longer and longer.
    fn ended(&mut self, world: &mut World, step: &Step, ended: Ended) {
        if let Some(running) = self.pods.get(&step.uid)
            && let Some(container) = running.containers.get(step.container)
        {
            world
                .store
                .end_log(&LogKey::new(&running.key.0, &running.key.1, &container.name));
        }
        let ran = ended
            .started
            .map_or(0, |started| ended.finished.duration_since(started).as_secs());
        let Some(container) = self.container(step) else {
            return;
        };
        let first = container.restarts == 0 || ran >= FORGIVEN_AFTER;
        container.backoff = if first {
            0
        } else {
            (container.backoff * 2).clamp(10, LONGEST_BACKOFF)
        };
        let next = if first {
            (3, What::Start)
        } else {
            (2, What::BackOff)
        };
        self.enter(world, step, Phase::Ended(ended), Some(next));
    }

    fn back_off(&mut self, world: &mut World, recorder: &mut Recorder, step: &Step, pod: &Value) {
        let Some(container) = self.container(step) else {
            return;
        };
        let seconds = container.backoff;
        self.enter(
            world,
            step,
            Phase::BackOff { seconds },
            Some((seconds, What::Start)),
        );
        self.remind_of(world, recorder, step, pod);
    }

    fn pull_back_off(&mut self, world: &mut World, recorder: &mut Recorder, step: &Step, pod: &Value) {
        let Some(container) = self.container(step) else {
            return;
        };
        let Phase::PullFailed(message) = container.phase.clone() else {
            return;
        };
        container.backoff = (container.backoff * 2).clamp(10, LONGEST_BACKOFF);
        let seconds = container.backoff;
        self.enter(
            world,
            step,
            Phase::PullBackOff(message),
            Some((seconds, What::Start)),
        );
        self.remind_of(world, recorder, step, pod);
    }

    fn remind(&mut self, world: &mut World, recorder: &mut Recorder, step: &Step, pod: &Value) {
        self.remind_of(world, recorder, step, pod);
    }

    /// Says that it still waits, and plans to say it again.
    fn remind_of(&mut self, world: &mut World, recorder: &mut Recorder, step: &Step, pod: &Value) {
        let Some(container) = self.container(step) else {
            return;
        };
        let (name, image, epoch) = (container.name.clone(), container.image.clone(), container.epoch);
        let notes = match container.phase {
            Phase::BackOff { .. } => vec![(
                true,
                "BackOff",
                format!(
                    "Back-off restarting failed container {name} in pod {}_{}({})",
                    text(pod, "/metadata/name"),
                    text(pod, "/metadata/namespace"),
                    text(pod, "/metadata/uid"),
                ),
            )],
            Phase::PullBackOff(_) => vec![
                (false, "BackOff", format!("Back-off pulling image \"{image}\"")),
                (true, "Failed", "Error: ImagePullBackOff".to_owned()),
            ],
            _ => return,
        };
        for (warning, reason, message) in notes {
            let note = Note {
                warning,
                reason,
                message,
                container: Some(&name),
            };
            recorder.record(
                world,
                pod,
                Source::Kubelet {
                    node: text(pod, "/spec/nodeName"),
                },
                &note,
            );
        }
        world.after(
            LOOK_AGAIN,
            Due::Container(Step {
                epoch,
                what: What::Remind,
                ..step.clone()
            }),
        );
    }

    fn chatter(&mut self, world: &mut World, step: &Step, line: usize) {
        let Some(running) = self.pods.get(&step.uid) else {
            return;
        };
        let Some(container) = running.containers.get(step.container) else {
            return;
        };
        let key = LogKey::new(&running.key.0, &running.key.1, &container.name);
        let image = container.image.clone();
        let said = self
            .programs
            .of(&image)
            .and_then(|p| p.chatter.get(line % p.chatter.len().max(1)))
            .cloned();
        self.write(world, &key, &image, said.as_slice(), 0);
        self.plan_chatter(world, step, &image, line + 1);
    }

    fn plan_chatter(&mut self, world: &mut World, step: &Step, image: &str, line: usize) {
        let Some(program) = self.programs.of(image).filter(|p| !p.chatter.is_empty()) else {
            return;
        };
        let every = program.every;
        let spread = world.chance.below(every.unsigned_abs() / 2 + 1) as i64;
        let at = world.later(every + spread).max(self.quiet_until);
        let Some(container) = self.container(step) else {
            return;
        };
        // Becoming ready does not silence it.
        let epoch = container.epoch;
        world.at(
            at,
            Due::Container(Step {
                epoch,
                what: What::Chatter(line),
                ..step.clone()
            }),
        );
    }

    /// Writes lines, spread over the time until `within` seconds from now.
    fn write(&self, world: &World, key: &LogKey, image: &str, lines: &[String], within: i64) {
        let format = self
            .programs
            .of(image)
            .map(|p| p.time.as_str())
            .unwrap_or_default();
        let step = within * 1_000_000_000 / i64::try_from(lines.len()).unwrap_or(1).max(1);
        for (index, line) in lines.iter().enumerate() {
            let offset = i64::try_from(index).unwrap_or(0) * step + 7_434_401;
            let at = world
                .now
                .checked_add(jiff::SignedDuration::from_nanos(offset))
                .unwrap_or(world.now);
            let time = jiff::fmt::strtime::format(format, at).unwrap_or_default();
            world.store.append_log(
                key,
                LogEntry {
                    at,
                    text: line.replace("TIME", &time),
                },
            );
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
        if matches!(phase, Phase::Runs { .. })
            && let Phase::Ended(ended) = &container.phase
        {
            container.last = Some(ended.clone());
            container.restarts += 1;
        } else if matches!(phase, Phase::Runs { .. }) && matches!(container.phase, Phase::BackOff { .. }) {
            container.restarts += 1;
        } else if let (Phase::BackOff { .. }, Phase::Ended(ended)) = (&phase, &container.phase) {
            container.last = Some(ended.clone());
        } else if let (Phase::Ended(_), Phase::BackOff { .. }) = (&phase, &container.phase) {
            // A start that the runtime refused counts as one too.
            container.restarts += 1;
        } else if let (Phase::Ended(_), Phase::Ended(ended)) = (&phase, &container.phase) {
            container.last = Some(ended.clone());
            container.restarts += 1;
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

pub(super) use status::sign;
