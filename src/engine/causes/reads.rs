//! What was read to find a cause or to assemble a problem: when it changes, that is found or assembled anew, and
//! nothing else is.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use super::groups::{Group, GroupKey, Groups};
use jiff::Timestamp;

use crate::engine::analyzers::logs::LogDigest;
use crate::engine::finding::Severity;
use crate::engine::kinds::{CustomResource, Meta};
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::world::{Part, Stored, Sync, World, is_of_cluster, services_named};

/// Something that may change and that an answer depended on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Read {
    /// A part of the world.
    World(Part),
    /// The groups about an object.
    About(ObjectRef),
    /// The groups of an owner.
    Owned(ObjectRef),
    /// The groups about what should have made an object.
    Makers(ObjectRef),
    /// Which objects of a kind, in a namespace, have or own groups at all.
    Failing(Text, Text),
    /// Whether a log of a pod is on its way.
    Log(Key),
}

impl From<Part> for Read {
    fn from(part: Part) -> Self {
        Self::World(part)
    }
}

/// Who reads: named by the group that it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reader {
    /// The search for a group's cause.
    Cause(GroupKey),
    /// The problem that has a group for its root.
    Problem(GroupKey),
}

/// The world and the groups as a rule sees them: it remembers what was looked at.
#[derive(Debug)]
pub struct Sight<'a> {
    world: &'a World,
    groups: &'a Groups,
    reads: RefCell<HashSet<Read>>,
    /// Kinds that would have had to be read.
    hidden: RefCell<BTreeSet<Kind>>,
}

impl<'a> Sight<'a> {
    /// A sight that has seen nothing yet.
    pub fn new(world: &'a World, groups: &'a Groups) -> Self {
        Self {
            world,
            groups,
            reads: RefCell::default(),
            hidden: RefCell::default(),
        }
    }

    /// All that was looked at.
    pub fn into_reads(self) -> HashSet<Read> {
        self.reads.into_inner()
    }

    /// The kinds that may not be read and that a rule would have looked at.
    pub fn hidden(&self) -> Vec<Kind> {
        self.hidden.borrow().iter().copied().collect()
    }

    /// Whether a kind can be looked at in a namespace; that it cannot is noted: then a cause is not known to be none.
    pub fn can_see(&self, kind: Kind, namespace: &str) -> bool {
        // That this changes has everybody asked again.
        let hidden = self.world.sync(kind, namespace) == Sync::Unreadable;
        if hidden {
            self.hidden.borrow_mut().insert(kind);
        }
        !hidden
    }

    fn note(&self, read: Read) {
        self.reads.borrow_mut().insert(read);
    }

    /// An object.
    pub fn get<T: Stored>(&self, namespace: &str, name: &str) -> Option<&'a T> {
        self.note(Read::World(Part::Object(Key::new(T::KIND, namespace, name))));
        self.world.get(namespace, name)
    }

    /// The metadata of an object of any kind.
    pub fn meta(&self, key: &Key) -> Option<&'a Meta> {
        self.note(Read::World(Part::Object(key.clone())));
        self.world.meta(key)
    }

    /// A custom resource.
    pub fn custom(&self, key: &Key) -> Option<&'a CustomResource> {
        self.note(Read::World(Part::Object(key.clone())));
        self.world.custom(key)
    }

    /// The objects that name this one as an owner.
    pub fn children(&self, owner: &Key) -> impl Iterator<Item = &'a Key> + use<'a> {
        self.note(Read::World(Part::Children(owner.clone())));
        self.world.children(owner)
    }

    /// The object on top of an object's owners.
    pub fn top_owner(&self, key: &Key) -> ObjectRef {
        let mut top = key.clone();
        for _ in 0..8 {
            let Some(owner) = self.meta(&top).and_then(Meta::controller) else {
                break;
            };
            let reference = ObjectRef::new(&owner.api_version, &owner.kind, &top.namespace, &owner.name);
            match reference.key() {
                Some(key) => top = key,
                None => break,
            }
        }
        self.world.top_owner(key)
    }

    /// The pods that mount a claim.
    pub fn pods_with_claim(&self, namespace: &str, claim: &str) -> impl Iterator<Item = &'a Key> + use<'a> {
        self.note(Read::World(Part::Objects(Kind::Pod, Some(namespace.into()))));
        self.world.pods_with_claim(namespace, claim)
    }

    /// The objects of a kind that name this one in their spec.
    pub fn referrers_of(&self, to: &Key, kind: Kind) -> impl Iterator<Item = Key> + use<> {
        self.note(Read::World(Part::Objects(kind, None)));
        self.world.referrers_of(to, kind)
    }

    /// The digest of a container's log.
    pub fn log(&self, pod: &Key, container: &str, previous: bool) -> Option<&'a LogDigest> {
        self.note(Read::World(Part::Object(pod.clone())));
        self.world.log(pod, container, previous)
    }

    /// The Service that a host is, seen from a namespace.
    pub fn service_at(&self, host: &str, namespace: &str) -> Option<Key> {
        if host.parse::<std::net::IpAddr>().is_ok() {
            self.note(Read::World(Part::Objects(Kind::Service, None)));
        }
        for key in services_named(host, namespace) {
            self.can_see(Kind::Service, &key.namespace);
            self.note(Read::World(Part::Object(key)));
        }
        self.world.service_at(host, namespace)
    }

    /// The Service that a name would be the name of, if it were there.
    pub fn service_missed(host: &str, namespace: &str) -> Option<Key> {
        let named = services_named(host, namespace).into_iter().next();
        named.filter(|_| is_of_cluster(host))
    }

    /// Whether any endpoint of a Service is ready.
    pub fn serves(&self, namespace: &str, service: &str) -> bool {
        self.note(Read::World(Part::Objects(
            Kind::EndpointSlice,
            Some(namespace.into()),
        )));
        let slices = self.world.slices(namespace, service);
        let mut endpoints = slices.flat_map(|slice| &slice.endpoints);
        endpoints.any(|endpoint| endpoint.conditions.ready != Some(false))
    }

    /// When a group, which was found by its owner or object, began.
    pub fn onset(&self, key: &GroupKey) -> Option<Timestamp> {
        self.groups.get(key)?.onset()
    }

    /// The groups with a finding about that object.
    pub fn about(&self, object: &ObjectRef) -> impl Iterator<Item = &'a GroupKey> + use<'a> {
        self.note(Read::About(object.clone()));
        self.groups.about(object)
    }

    /// The groups about an object from which something may follow: what is only information explains nothing.
    pub fn troubles(&self, object: &ObjectRef) -> impl Iterator<Item = &'a GroupKey> + use<'a> {
        let groups = self.groups;
        self.about(object)
            .filter(move |cause| groups.severity(cause) > Severity::Info)
    }

    /// The groups about what should have made an object, those that are only information left out.
    pub fn makers(&self, object: &ObjectRef) -> impl Iterator<Item = &'a GroupKey> + use<'a> {
        self.note(Read::Makers(object.clone()));
        let groups = self.groups;
        let makers = groups.makers(object);
        makers.filter(move |cause| groups.severity(cause) > Severity::Info)
    }

    /// How bad the worst finding of a group is, which was found by its object.
    pub fn severity(&self, key: &GroupKey) -> Severity {
        self.groups.severity(key)
    }

    /// The groups of that owner.
    pub fn owned_by(&self, owner: &ObjectRef) -> impl Iterator<Item = &'a GroupKey> + use<'a> {
        self.note(Read::Owned(owner.clone()));
        self.groups.owned_by(owner)
    }

    /// Whether a group, which was found by its owner or object, is about objects of a kind.
    pub fn is_about(&self, key: &GroupKey, kind: Kind) -> bool {
        let group = self.groups.get(key).into_iter();
        let mut findings = group.flat_map(Group::findings);
        findings.any(|(_, finding)| *finding.object.kind == *kind.name())
    }

    /// The objects of a kind in a namespace that something is said about, to be selected by their labels: in time that
    /// depends on what fails, not on what there is.
    pub fn failing<T: Stored>(
        &self,
        namespace: &str,
    ) -> impl Iterator<Item = (&'a ObjectRef, &'a T)> + use<'a, T> {
        self.note(Read::Failing(T::KIND.name().into(), namespace.into()));
        self.note(Read::World(Part::Labels(T::KIND, namespace.into())));
        let world = self.world;
        self.groups
            .objects_in(T::KIND, namespace)
            .filter_map(move |object| Some((object, world.get(&object.namespace, &object.name)?)))
    }

    /// The objects of a kind in a namespace that own something about which something is said.
    pub fn failing_owners<T: Stored>(
        &self,
        namespace: &str,
    ) -> impl Iterator<Item = (&'a ObjectRef, &'a T)> + use<'a, T> {
        self.note(Read::Failing(T::KIND.name().into(), namespace.into()));
        self.note(Read::World(Part::Objects(T::KIND, Some(namespace.into()))));
        let world = self.world;
        self.groups
            .owners_in(T::KIND, namespace)
            .filter_map(move |owner| Some((owner, world.get(&owner.namespace, &owner.name)?)))
    }
}
