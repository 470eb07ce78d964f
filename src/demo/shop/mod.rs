//! The living shop: controllers, a scheduler and kubelets in miniature, and a story of what people do to it.
//!
//! Nothing here is told what to look like: the story changes objects as people do, the controllers follow, and what a
//! container does follows from its spec. So what breaks is broken for a reason, `kubectl` heals what it would heal, and
//! the same seed and time give the same bytes.

mod chance;
mod defaults;
mod deployment;
mod endpoints;
mod kubelet;
mod manifests;
mod object;
mod program;
mod recorder;
mod scheduler;
mod sets;
mod story;
mod volumes;
mod world;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(in crate::demo) use chance::Chance;
use kubelet::Kubelets;
use object::{key_of, list, set};
use program::Programs;
use recorder::Recorder;
use world::{Due, World};

use super::store::{Key, Store, seconds};

/// How often nodes say that they are alive.
const HEARTBEAT: i64 = 300;
/// Before this much time ahead of the start only what leaves traces is played.
const QUIET: SignedDuration = SignedDuration::from_mins(-15);
/// Controllers that change the same things over and over would be a fault of ours.
const MOST_ROUNDS: usize = 100;

/// The shop, at a time.
pub(super) struct Shop {
    world: World,
    kubelets: Kubelets,
    recorder: Recorder,
    story: Vec<story::Step>,
    claims: BTreeSet<Key>,
}

impl Shop {
    /// The shop of a seed whose demo starts at `start`; nothing has happened yet.
    pub(super) fn new(store: Store, seed: u64, start: Timestamp) -> Result<Self, serde_saphyr::Error> {
        let story = story::read()?;
        let mut world = World::new(store, seed, start);
        let mut chance = Chance::new(seed ^ 0x5709);
        let mut first = start;
        for (index, step) in story.iter().enumerate() {
            let at = start
                .saturating_add(story::moment(step, &mut chance))
                .unwrap_or(start);
            first = first.min(at);
            world.at(at, Due::Story(index));
        }
        let quiet_until = start.saturating_add(QUIET).unwrap_or(start);
        world.at(quiet_until, Due::Heartbeat);
        world.now = first;
        let kubelets = Kubelets::new(Programs::read()?, quiet_until);
        for mut node in manifests::nodes(&mut chance) {
            stamp(&mut node, &seconds(first), true);
            world.create(node);
        }
        Ok(Self {
            world,
            kubelets,
            recorder: Recorder::default(),
            story,
            claims: BTreeSet::new(),
        })
    }

    /// Plays everything that happens until `time`, and what follows from what others wrote.
    pub(super) fn run_until(&mut self, time: Timestamp) {
        self.world.sync();
        self.settle();
        while let Some(due) = self.world.take_due(time) {
            self.act(&due);
            self.world.sync();
            self.settle();
        }
        self.world.now = self.world.now.max(time);
        self.settle();
    }

    /// When something happens next.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.world.next_due()
    }

    fn act(&mut self, due: &Due) {
        let (world, recorder) = (&mut self.world, &mut self.recorder);
        match due {
            Due::Story(index) => {
                if let Some(step) = self.story.get(*index) {
                    story::happen(world, *index, step);
                }
            }
            Due::Container(step) => self.kubelets.step(world, recorder, step),
            Due::PodGone(key) => {
                if world.get("pods", key).is_some_and(|pod| object::is_going(pod)) {
                    world.delete("pods", key);
                }
            }
            Due::Claim(key) => volumes::look(world, recorder, key),
            Due::Look => world.look(),
            Due::Schedule => scheduler::schedule(world, recorder),
            Due::Heartbeat => {
                heartbeat(world);
                recorder.expire(world);
                world.after(HEARTBEAT, Due::Heartbeat);
            }
        }
    }

    /// Lets the controllers work until nothing changes.
    fn settle(&mut self) {
        for _ in 0..MOST_ROUNDS {
            if !self.world.take_dirty() {
                self.world.look_at_touched();
                endpoints::reconcile(&mut self.world);
                return;
            }
            let (world, recorder) = (&mut self.world, &mut self.recorder);
            deployment::reconcile(world, recorder);
            sets::reconcile(world, recorder);
            volumes::reconcile(world, &mut self.claims);
            self.kubelets.reconcile(world, recorder);
        }
        tracing::warn!("the demo's controllers do not come to rest");
    }
}

fn heartbeat(world: &mut World) {
    let now = seconds(world.now);
    let nodes: Vec<Key> = world.all("nodes").map(key_of).collect();
    for key in nodes {
        world.edit("nodes", &key, |node| stamp(node, &now, false));
    }
}

/// A node's kubelet says when it looked, and, where it is `new`, that its conditions hold since then.
fn stamp(node: &mut Value, now: &str, new: bool) {
    let mut conditions = list(node, "/status/conditions").to_vec();
    for condition in &mut conditions {
        set(condition, "", "lastHeartbeatTime", json!(now));
        if new {
            set(condition, "", "lastTransitionTime", json!(now));
        }
    }
    set(node, "/status", "conditions", json!(conditions));
}
