//! What happens to a container: it starts, fails, is backed off, and starts again.

use serde_json::Value;

use super::Kubelets;
use super::container::{Ended, Phase, Step, What};
use crate::demo::shop::object::{list, text};
use crate::demo::shop::program::Fate;
use crate::demo::shop::recorder::{Note, Recorder, Source};
use crate::demo::shop::world::{Due, World};
use crate::demo::store::{LogEntry, LogKey};

/// The longest wait between two starts.
const LONGEST_BACKOFF: i64 = 300;
/// A container that ran so long begins again with the shortest wait.
const FORGIVEN_AFTER: i64 = 600;
/// How often a kubelet looks at a pod that waits.
const LOOK_AGAIN: i64 = 13;

impl Kubelets {
    pub(super) fn start(&mut self, world: &mut World, recorder: &mut Recorder, step: &Step, pod: &Value) {
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
            if let Some(ended) = container.ended.take() {
                container.last = Some(ended);
                container.restarts += 1;
            }
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

    pub(super) fn exit(&mut self, world: &mut World, step: &Step) {
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

    pub(super) fn back_off(&mut self, world: &mut World, recorder: &mut Recorder, step: &Step, pod: &Value) {
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

    pub(super) fn pull_back_off(
        &mut self,
        world: &mut World,
        recorder: &mut Recorder,
        step: &Step,
        pod: &Value,
    ) {
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

    /// Says that it still waits, and plans to say it again.
    pub(super) fn remind_of(&mut self, world: &mut World, recorder: &mut Recorder, step: &Step, pod: &Value) {
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

    pub(super) fn chatter(&mut self, world: &mut World, step: &Step, line: usize) {
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
}
