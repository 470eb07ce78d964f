//! Pods: every state that scheduler, kubelet and runtime can report.

mod blame;
mod case;
mod crash;
mod disrupted;
mod ended;
mod init;
mod killed;
mod preempted;
mod prepare;
mod probes;
mod resize;
mod scheduling;
mod terminating;
mod waiting;

use jiff::Timestamp;

use self::case::{Case, Slot};
use super::{Analysis, Analyzer, Code, codes};
use crate::engine::kinds::{Event, Pod};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds pods that do not run as they should.
pub struct PodAnalyzer;

impl Analyzer for PodAnalyzer {
    fn name(&self) -> &'static str {
        "Pod"
    }

    fn kind(&self) -> Kind {
        Kind::Pod
    }

    fn codes(&self) -> &'static [Code] {
        codes::pod::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::Node, Kind::PersistentVolumeClaim, Kind::Job]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::Pod => keys.push(changed.clone()),
            Kind::Event => {
                keys.extend(about(world, changed, Kind::Pod));
                keys.extend(preempted::replacements(world, changed));
            }
            Kind::Node => keys.extend(world.pods_on(&changed.name).cloned()),
            Kind::Job => keys.extend(
                world
                    .children(changed)
                    .filter(|key| key.kind == Kind::Pod)
                    .cloned(),
            ),
            Kind::PersistentVolumeClaim => {
                keys.extend(world.pods_with_claim(&changed.namespace, &changed.name).cloned());
            }
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let Some(pod) = world.get::<Pod>(&key.namespace, &key.name) else {
            return Analysis::default();
        };
        if is_quiet(pod) {
            return Analysis::default();
        }
        let mut case = Case::new(world, key, pod, now);
        check(&mut case);
        case.settle_tries();
        case.finish()
    }
}

/// The object that an event is about, if it is of that kind and the event is still there.
pub(super) fn about(world: &World, event: &Key, kind: Kind) -> Option<Key> {
    let event = world.get::<Event>(&event.namespace, &event.name)?;
    // Events are many, and most are about another kind: that costs no reference.
    if event.involved_object.kind != kind.name() {
        return None;
    }
    let key = event.object().key()?;
    (key.kind == kind).then_some(key)
}

/// Nothing to look at: ran to its end, or runs, is ready and never restarted. Most pods, most of the time.
fn is_quiet(pod: &Pod) -> bool {
    if pod.is_terminating() || resize::is_noted(pod) || disrupted::is_noted(pod) {
        return false;
    }
    let calm = |status: &crate::engine::kinds::ContainerStatus| status.restart_count == 0;
    pod.status.phase == "Succeeded"
        || (pod.status.phase == "Running"
            && pod.is_ready()
            && pod.status.container_statuses.len() == pod.spec.containers.len()
            && pod
                .status
                .container_statuses
                .iter()
                .all(|status| status.ready && calm(status))
            && pod.status.init_container_statuses.iter().all(calm)
            && pod
                .status
                .ephemeral_container_statuses
                .iter()
                .all(|status| status.state.waiting.is_none()))
}

fn check(case: &mut Case) {
    if case.pod.is_terminating() {
        return terminating::check(case);
    }
    if ended::check(case) || scheduling::check(case) {
        return;
    }
    for slot in case.slots() {
        container(case, &slot);
    }
    if case.is_clean() {
        init::check(case);
        prepare::check(case);
        probes::gates(case);
    }
    if case.is_clean() {
        disrupted::check(case);
        resize::check(case);
    }
}

fn container(case: &mut Case, slot: &Slot) {
    let state = &slot.status.state;
    if let Some(waiting) = &state.waiting {
        waiting::check(case, slot, waiting);
    } else if let Some(ended) = &state.terminated {
        crash::ended(case, slot, ended);
    } else if let Some(running) = &state.running
        && !crash::history(case, slot, running)
    {
        probes::check(case, slot, running);
    }
}
