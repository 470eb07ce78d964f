//! What a pod's claims say of nodes.

use super::refusal::Refusal;
use crate::engine::analyzers::quantity;
use crate::engine::kinds::{Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass};
use crate::engine::object::{Kind, Symbol, Text};
use crate::engine::world::{Sync, World};

/// The provisioner of classes whose volumes are made by hand.
const BY_HAND: &str = "kubernetes.io/no-provisioner";

/// A claim of a pod, as far as it says something of nodes.
enum Claim<'a> {
    /// It is not there.
    Missing(Text),
    /// It is not bound, and its class does not wait for the pod.
    Unbound(Text),
    /// It is bound to a volume that some nodes cannot reach.
    Bound(Text, &'a PersistentVolume),
    /// One of these volumes will be bound to it, on the node that is chosen.
    Waits(Text, Vec<&'a PersistentVolume>),
}

/// The claims of a pod, as far as they say something of nodes.
pub(super) struct Claims<'a>(Vec<Claim<'a>>);

impl<'a> Claims<'a> {
    pub fn new(world: &'a World, pod: &Pod) -> Self {
        let namespace = &*pod.metadata.namespace;
        if world.sync(Kind::PersistentVolumeClaim, namespace) != Sync::Synced {
            return Self(Vec::new());
        }
        Self(
            pod.claims()
                .filter_map(|name| claim(world, namespace, name))
                .collect(),
        )
    }

    pub fn refusals<'b>(&'b self, node: &'b Node) -> impl Iterator<Item = Refusal> + 'b {
        self.0.iter().filter_map(|claim| match claim {
            Claim::Missing(claim) => Some(Refusal::Claim {
                claim: claim.clone(),
                missing: true,
            }),
            Claim::Unbound(claim) => Some(Refusal::Claim {
                claim: claim.clone(),
                missing: false,
            }),
            Claim::Bound(claim, volume) => (!reaches(volume, node)).then(|| Refusal::Volume {
                claim: claim.clone(),
                volume: volume.metadata.name.clone(),
            }),
            Claim::Waits(claim, volumes) => {
                let none = !volumes.iter().any(|volume| reaches(volume, node));
                none.then(|| Refusal::NoVolume { claim: claim.clone() })
            }
        })
    }
}

fn reaches(volume: &PersistentVolume, node: &Node) -> bool {
    let affinity = &volume.spec.node_affinity;
    affinity
        .as_ref()
        .is_none_or(|affinity| affinity.required.selects(node))
}

fn claim<'a>(world: &'a World, namespace: &str, name: Text) -> Option<Claim<'a>> {
    let Some(claim) = world.get::<PersistentVolumeClaim>(namespace, &name) else {
        return Some(Claim::Missing(name));
    };
    if claim.status.phase == "Bound" {
        let volume = world.get::<PersistentVolume>("", &claim.spec.volume_name)?;
        return Some(Claim::Bound(name, volume));
    }
    let class = claim.spec.storage_class_name.as_ref().map(Symbol::as_str);
    let class = class.and_then(|class| world.get::<StorageClass>("", class));
    let Some(class) = class.filter(|class| class.volume_binding_mode == "WaitForFirstConsumer") else {
        return Some(Claim::Unbound(name));
    };
    // Where volumes are made for claims, one is made where the pod goes.
    if class.provisioner != BY_HAND || world.sync(Kind::PersistentVolume, "") != Sync::Synced {
        return None;
    }
    let volumes = world.all::<PersistentVolume>();
    Some(Claim::Waits(
        name,
        volumes.filter(|volume| fits(claim, volume)).collect(),
    ))
}

/// Whether a volume that nobody has can be a claim's.
fn fits(claim: &PersistentVolumeClaim, volume: &PersistentVolume) -> bool {
    let size = |labels: &crate::engine::kinds::Labels| labels.get("storage").and_then(quantity::value);
    let modes = &claim.spec.access_modes;
    let named = volume.spec.claim_ref.as_ref();
    volume.status.phase == "Available"
        && named.is_none_or(|one| *one.name == *claim.metadata.name)
        && Some(&volume.spec.storage_class_name) == claim.spec.storage_class_name.as_ref()
        && modes.iter().all(|mode| volume.spec.access_modes.contains(mode))
        && size(&volume.spec.capacity) >= size(&claim.spec.resources.requests)
}
