//! Which logs are asked for, once an instance, and which of them are still awaited.

use super::Core;
use crate::engine::analyzers::logs;
use crate::engine::kinds::Pod;
use crate::engine::object::{Key, Kind, Text};
use crate::engine::world::LogKey;

/// A log that should be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedLog {
    /// Which.
    pub key: LogKey,
    /// The instance that writes it.
    pub container_id: Text,
    /// Whether nothing fails there, and it is only to be skimmed.
    pub skim: bool,
}

impl Core {
    pub(super) fn want_logs(&mut self) {
        let failing = self.analyses.take_failing(Kind::Pod);
        if !self.read_logs {
            return;
        }
        for pod in failing {
            let Some(pod) = self.world.get::<Pod>(&pod.namespace, &pod.name) else {
                continue;
            };
            for key in logs::wanted(&self.world, pod) {
                let instance = instance(pod, &key);
                if self.asked.get(&key) != Some(&instance) {
                    self.asked.insert(key.clone(), instance.clone());
                    let pod = Key::from(&key);
                    self.problems.touch_log(&pod);
                    self.awaited.entry(pod).or_default().insert(key.clone());
                    self.wanted.push(WantedLog {
                        key,
                        container_id: instance,
                        skim: false,
                    });
                }
            }
        }
    }

    /// A log has come, or never will: its pod's evidence no longer waits for it.
    pub(super) fn came(&mut self, log: &LogKey) {
        let pod = Key::from(log);
        if let Some(logs) = self.awaited.get_mut(&pod) {
            logs.remove(log);
            if logs.is_empty() {
                self.awaited.remove(&pod);
                // Its problem's numbers are final now, whether or not the log said anything.
                self.problems.touch_log(&pod);
            }
        }
    }

    /// Forgets what belongs to pods that are gone.
    pub fn prune(&mut self) {
        self.world.prune_logs();
        self.world.prune_histories();
        self.histories.prune(&self.world);
        let world = &self.world;
        let alive = |key: &LogKey| world.get::<Pod>(&key.namespace, &key.pod).is_some();
        self.asked.retain(|key, _| alive(key));
        self.unread.retain(|key, _| alive(key));
        self.skim.retain(alive);
        self.awaited
            .retain(|pod, _| world.get::<Pod>(&pod.namespace, &pod.name).is_some());
    }
}

/// Which instance of a container a log is of, as far as the status says; restarts tell instances apart where it does
/// not.
pub(super) fn instance(pod: &Pod, key: &LogKey) -> Text {
    let Some((_, _, status)) = pod.statuses().find(|(_, _, status)| status.name == key.container) else {
        return "".into();
    };
    let id = if key.previous {
        status
            .last_state
            .terminated
            .as_ref()
            .map_or("", |last| &last.container_id)
    } else {
        &status.container_id
    };
    if id.is_empty() {
        format!("restart {}", status.restart_count).into()
    } else {
        id.into()
    }
}

/// The key of an object's pod in the world.
impl From<&LogKey> for Key {
    fn from(log: &LogKey) -> Self {
        Self {
            kind: Kind::Pod,
            namespace: log.namespace.clone(),
            name: log.pod.clone(),
        }
    }
}
