//! The world: slim objects of one cluster with the indexes that analyzers and causes walk.
//!
//! It changes only through [`World::apply`]. Every read is a look-up or a walk over what is related; nothing here
//! scans a kind because one object of it changed.

mod clients;
mod custom;
mod delta;
mod index;
mod part;
mod sync;
mod table;
mod view;

use std::collections::{BTreeSet, HashMap, HashSet};

pub use clients::{Client, is_of_cluster, services_named};
pub use delta::{Delta, Object};
pub use index::Naming;
pub use part::Part;
pub use sync::Sync;
pub use table::Table;

use self::clients::Clients;
use self::custom::Customs;
use self::index::Index;
use self::sync::Places;
use self::view::View;
use super::analyzers::logs::LogDigest;
use super::changes::History;
use super::custom_kind::CustomKind;
use super::kinds::{self, EndpointSlice, Event, Meta, Pod, Service, Watched, for_each_kind};
use super::object::{Key, Kind, ObjectRef, Symbol, Text};

/// One instance of a container's log: the present one or the one before.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogKey {
    /// The pod's namespace.
    pub namespace: Symbol,
    /// The pod.
    pub pod: Text,
    /// The container.
    pub container: Symbol,
    /// Whether it is the instance before the present one.
    pub previous: bool,
}

/// The slim objects of one cluster.
#[derive(Debug, Default)]
pub struct World {
    /// The cluster's id.
    pub cluster: Text,
    /// The API server's version, `v1.34.1`; empty where it is not known.
    pub server_version: Text,
    tables: Tables,
    customs: Customs,
    logs: HashMap<LogKey, LogDigest>,
    clients: Clients,
    /// The pods of which a log was read although they do not fail.
    skimmed: BTreeSet<Key>,
    histories: HashMap<Key, History>,
    index: Index,
    places: Places,
}

/// A kind that the world has a table of.
pub trait Stored: Watched + Sized {
    /// Its table.
    fn table(world: &World) -> &Table<Self>;
    #[doc(hidden)]
    fn table_mut(world: &mut World) -> &mut Table<Self>;
}

macro_rules! stored {
    ($($kind:ident $table:ident,)*) => {
        /// The objects, by kind.
        #[derive(Debug, Default)]
        struct Tables {
            $($table: Table<kinds::$kind>,)*
        }

        $(impl Stored for kinds::$kind {
            fn table(world: &World) -> &Table<Self> {
                &world.tables.$table
            }
            fn table_mut(world: &mut World) -> &mut Table<Self> {
                &mut world.tables.$table
            }
        })*

        impl World {
            /// How many objects of a kind are here.
            pub fn count(&self, kind: Kind) -> usize {
                match kind {
                    $(Kind::$kind => self.tables.$table.len(),)*
                    Kind::Custom(kind) => self.customs.len(kind),
                }
            }

            /// How many objects of a kind are here in a namespace.
            pub fn count_in(&self, kind: Kind, namespace: &str) -> usize {
                match kind {
                    $(Kind::$kind => self.tables.$table.len_in(namespace),)*
                    Kind::Custom(_) => self.keys_in(kind, namespace).len(),
                }
            }

            /// The metadata of an object of any kind.
            pub fn meta(&self, key: &Key) -> Option<&Meta> {
                match key.kind {
                    $(Kind::$kind => self.tables.$table.get(&key.namespace, &key.name).map(Watched::meta),)*
                    Kind::Custom(_) => self.custom(key).map(|object| &object.metadata),
                }
            }

            /// The keys of all objects of a kind, in order.
            pub fn keys(&self, kind: Kind) -> Vec<Key> {
                match kind {
                    $(Kind::$kind => self.tables.$table.keys().map(|(namespace, name)| Key {
                        kind, namespace: namespace.clone(), name: name.clone(),
                    }).collect(),)*
                    Kind::Custom(kind) => self.customs.keys(kind),
                }
            }

            /// The keys of all objects of a kind in a namespace, in order.
            pub fn keys_in(&self, kind: Kind, namespace: &str) -> Vec<Key> {
                match kind {
                    $(Kind::$kind => self.tables.$table.in_namespace(namespace).map(|object| {
                        let meta = object.meta();
                        Key { kind, namespace: meta.namespace.clone(), name: meta.name.clone() }
                    }).collect(),)*
                    Kind::Custom(kind) => {
                        let mut keys = self.customs.keys(kind);
                        keys.retain(|key| key.namespace == *namespace);
                        keys
                    }
                }
            }

            /// Puts an object there; gives its key, and those of what the one before named and it does not.
            fn insert(&mut self, object: Object) -> Vec<Key> {
                match object {
                    $(Object::$kind(object) => {
                        let key = Key {
                            kind: Kind::$kind,
                            namespace: object.metadata.namespace.clone(),
                            name: object.metadata.name.clone(),
                        };
                        let view = View::from(&*object);
                        let mut about = Vec::new();
                        if let Some(old) = self.tables.$table.get(&key.namespace, &key.name) {
                            let old = View::from(old);
                            if old.names_others_than(&view) {
                                let now = index::named(&key, &view);
                                about.extend(index::named(&key, &old).difference(&now).cloned());
                            }
                            self.index.remove(&key, &old);
                        }
                        self.index.add(&key, &view);
                        self.tables.$table.insert(object);
                        about.insert(0, key);
                        about
                    })*
                    Object::Custom(object) => vec![self.insert_custom(object)],
                }
            }

            /// Takes an object away; gives its key, and those of what it named.
            fn remove(&mut self, key: &Key) -> Vec<Key> {
                let mut about = vec![key.clone()];
                match key.kind {
                    $(Kind::$kind => if let Some(old) = self.tables.$table.remove(&key.namespace, &key.name) {
                        let old = View::from(&*old);
                        self.index.remove(key, &old);
                        about.extend(index::named(key, &old));
                    })*
                    Kind::Custom(kind) => if let Some(old) = self.customs.remove(kind, key) {
                        self.index.remove(key, &View::plain(&old.metadata));
                    }
                }
                about
            }
        }
    };
}

for_each_kind!(stored);

impl World {
    /// An empty world of a cluster.
    pub fn new(cluster: Text) -> Self {
        Self {
            cluster,
            ..Self::default()
        }
    }

    /// Takes in a change and says which objects it is about: what changed, and what is no longer named by it (an
    /// object that does not exist is missed by nobody from then on).
    pub fn apply(&mut self, delta: Delta) -> Vec<Key> {
        match delta {
            Delta::Upsert(object) => self.insert(object),
            Delta::Remove(key) => self.remove(&key),
            Delta::Synced {
                kind,
                namespace,
                keep,
            } => {
                let gone = self.unkept(kind, namespace.as_deref(), &keep);
                self.places.set(kind, namespace, Sync::Synced);
                gone.iter().flat_map(|key| self.remove(key)).collect()
            }
            Delta::Reading { kind, namespace } => {
                self.places.set(kind, namespace, Sync::Reading);
                Vec::new()
            }
            Delta::Unreadable { kind, namespace } => {
                self.places.set(kind, namespace, Sync::Unreadable);
                Vec::new()
            }
            Delta::Log(key, digest) => {
                let pod = Key {
                    kind: Kind::Pod,
                    namespace: key.namespace.clone(),
                    name: key.pod.clone(),
                };
                if self.meta(&pod).is_some() {
                    if let Some(old) = self.logs.get(&key) {
                        self.clients.remove(&key, old);
                    }
                    self.clients.add(&key, &digest);
                    if digest.skimmed {
                        self.skimmed.insert(pod.clone());
                    }
                    self.logs.insert(key, *digest);
                }
                vec![pod]
            }
            // Nothing but problems rests on it: no object has changed.
            Delta::History(key, history) => {
                if self.meta(&key).is_some() {
                    self.histories.insert(key, *history);
                }
                Vec::new()
            }
        }
    }

    /// The objects that a change will remove.
    pub fn leaving(&self, delta: &Delta) -> Vec<Key> {
        match delta {
            Delta::Remove(key) => vec![key.clone()],
            Delta::Synced {
                kind,
                namespace,
                keep,
            } => self.unkept(*kind, namespace.as_deref(), keep),
            _ => Vec::new(),
        }
    }

    /// What is here of a kind, in a namespace or everywhere, and was not in a list of it.
    fn unkept(&self, kind: Kind, namespace: Option<&str>, keep: &HashSet<(Symbol, Text)>) -> Vec<Key> {
        let mut keys = match namespace {
            Some(namespace) => self.keys_in(kind, namespace),
            None => self.keys(kind),
        };
        keys.retain(|key| !keep.contains(&(key.namespace.clone(), key.name.clone())));
        keys
    }

    /// An object.
    pub fn get<T: Stored>(&self, namespace: &str, name: &str) -> Option<&T> {
        T::table(self).get(namespace, name)
    }

    fn insert_custom(&mut self, object: Box<kinds::CustomResource>) -> Key {
        let kind = object.kind;
        let key = Key {
            kind: Kind::Custom(kind),
            namespace: object.metadata.namespace.clone(),
            name: object.metadata.name.clone(),
        };
        if let Some(old) = self.customs.get(kind, &key.namespace, &key.name) {
            self.index.remove(&key, &View::plain(&old.metadata));
        }
        self.index.add(&key, &View::plain(&object.metadata));
        self.customs.insert(object);
        key
    }

    /// A custom resource.
    pub fn custom(&self, key: &Key) -> Option<&kinds::CustomResource> {
        match key.kind {
            Kind::Custom(kind) => self.customs.get(kind, &key.namespace, &key.name),
            _ => None,
        }
    }

    /// All custom resources of a kind, in order of namespace and name.
    pub fn customs(&self, kind: CustomKind) -> impl Iterator<Item = &kinds::CustomResource> {
        self.customs.of_kind(kind)
    }

    /// The custom kinds of which there are objects.
    pub fn custom_kinds(&self) -> impl Iterator<Item = CustomKind> {
        self.customs.kinds()
    }

    /// All objects of a kind, in order of namespace and name.
    pub fn all<T: Stored>(&self) -> impl Iterator<Item = &T> {
        T::table(self).iter()
    }

    /// All objects of a kind in a namespace, in order of name.
    pub fn in_namespace<'a, T: Stored + 'a>(
        &'a self,
        namespace: &str,
    ) -> impl Iterator<Item = &'a T> + use<'a, T> {
        T::table(self).in_namespace(namespace)
    }

    /// How the reading of a kind stands in a namespace; an empty one asks for all of them at once, and is the one to
    /// ask for where a kind has none. Only when it is [`Sync::Synced`] does absence there mean that there is none.
    ///
    /// A kind is synced in a namespace when it was read there or everywhere: with several namespaces asked for, or
    /// where a kind may be read in one of them only, it may be so in one and not in the next.
    pub fn sync(&self, kind: Kind, namespace: &str) -> Sync {
        self.places.get(kind, namespace)
    }

    /// Whether a kind has been read anywhere.
    pub fn is_synced_somewhere(&self, kind: Kind) -> bool {
        self.places.is_synced_somewhere(kind)
    }

    /// Whether any kind is still being read for the first time, anywhere where it is asked for.
    pub fn is_reading(&self) -> bool {
        self.places.is_reading()
    }

    /// The events about an object, of this very instance where its uid is known, oldest first.
    pub fn events(&self, kind: &str, namespace: &str, name: &str, uid: &str) -> Vec<&Event> {
        let mut events: Vec<&Event> = self
            .index
            .events_about(kind, namespace, name)
            .filter_map(|(namespace, name)| self.tables.events.get(namespace, name))
            .filter(|event| {
                let about = &*event.involved_object.uid;
                uid.is_empty() || about.is_empty() || about == uid
            })
            .collect();
        events.sort_by_key(|event| event.last_seen());
        events
    }

    /// The events about a watched object, oldest first.
    pub fn events_of(&self, key: &Key) -> Vec<&Event> {
        let uid = self.meta(key).map_or("", |meta| &meta.uid);
        // The node controller and the kubelet write a node's name where its uid belongs.
        let uid = if key.kind == Kind::Node { "" } else { uid };
        self.events(key.kind.name(), &key.namespace, &key.name, uid)
    }

    /// The objects that name this one as an owner.
    pub fn children(&self, owner: &Key) -> impl Iterator<Item = &Key> + use<'_> {
        self.index.children(owner)
    }

    /// The objects that name this one in their spec, in order: whom its absence hurts. Followed are what pods and
    /// templates refer to (ConfigMap, Secret, ServiceAccount, PriorityClass, RuntimeClass, ResourceClaim), the
    /// backends, certificates and class of an Ingress, the target of an autoscaler, class and volume of a claim,
    /// claim and class of a volume, node and volume of an attachment, Service and classes of a StatefulSet, the
    /// Services of webhooks, APIServices, conversions and external names, a binding's role and accounts or policy,
    /// and the pull secrets of an account. Pods by node or claim: [`World::pods_on`], [`World::pods_with_claim`].
    pub fn referrers(&self, to: &Key) -> Vec<Key> {
        self.index.referrers(to)
    }

    /// Those of [`World::referrers`] that are of a kind.
    pub fn referrers_of(&self, to: &Key, kind: Kind) -> impl Iterator<Item = Key> + use<> {
        let all = self.index.referrers(to).into_iter();
        all.filter(move |key| key.kind == kind)
    }

    /// The lists of references that name an object, with who has them: for those who ask what it is needed for, in
    /// time that depends on the number of templates, not of pods.
    pub fn namings(&self, to: &Key) -> impl Iterator<Item = Naming<'_>> {
        self.index.namings(to)
    }

    /// The objects of a kind that something names, there or not, in order; in a namespace, or everywhere.
    pub fn named(&self, kind: Kind, namespace: Option<&str>) -> Vec<Key> {
        let here = |key: &Key| namespace.is_none_or(|namespace| key.namespace == namespace);
        let mut named: Vec<Key> = self.index.named(kind).filter(here).collect();
        named.sort();
        named.dedup();
        named
    }

    /// The objects that are being deleted, in order.
    pub fn deleting(&self) -> impl Iterator<Item = &Key> {
        self.index.deleting()
    }

    /// The Ingresses that take requests for a host, in order; the empty one stands for all hosts.
    pub fn ingresses_of(&self, host: &Symbol) -> impl Iterator<Item = &Key> {
        self.index.of_host(host)
    }

    /// The pods on a node.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Key> {
        self.index.pods_on(node)
    }

    /// The pods that mount a claim.
    pub fn pods_with_claim(&self, namespace: &str, claim: &str) -> impl Iterator<Item = &Key> + use<'_> {
        self.index.pods_with_claim(namespace, claim)
    }

    /// The slices of a Service.
    pub fn slices(&self, namespace: &str, service: &str) -> impl Iterator<Item = &EndpointSlice> {
        let namespace = Symbol::from(namespace);
        self.index
            .slices(&namespace, service)
            .filter_map(|key| self.tables.endpoint_slices.get(&key.namespace, &key.name))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The Services in a namespace whose selector selects these labels.
    pub fn services_selecting(&self, pod: &Pod) -> impl Iterator<Item = &Service> {
        self.in_namespace::<Service>(&pod.metadata.namespace)
            .filter(|service| {
                let selector = &service.spec.selector;
                !selector.is_empty()
                    && selector
                        .iter()
                        .all(|(key, value)| pod.metadata.labels.get(key) == Some(value))
            })
    }

    /// The digest of a container's log, where one has been read.
    pub fn log(&self, pod: &Key, container: &str, previous: bool) -> Option<&LogDigest> {
        self.logs.get(&LogKey {
            namespace: pod.namespace.clone(),
            pod: pod.name.clone(),
            container: container.into(),
            previous,
        })
    }

    /// The pods of which a log was read although they do not fail, in order.
    pub fn skimmed(&self) -> impl Iterator<Item = &Key> {
        self.skimmed.iter()
    }

    /// Whether a log of that pod was read although it does not fail.
    pub fn is_skimmed(&self, pod: &Key) -> bool {
        self.skimmed.contains(pod)
    }

    /// The past of an object, where it has been read.
    pub fn history(&self, key: &Key) -> Option<&History> {
        self.histories.get(key)
    }

    /// The object on top of an object's owners; a reference, because an owner may be of a kind that is not watched
    /// (a custom resource) or already gone. A node never counts as an owner: a mirror pod stands by its own name.
    pub fn top_owner(&self, key: &Key) -> ObjectRef {
        let mut top = key.clone();
        // Owners form no cycle in a sound cluster; the bound holds in an unsound one.
        for _ in 0..8 {
            let Some(owner) = self.meta(&top).and_then(Meta::controller) else {
                break;
            };
            if owner.kind == "Node" {
                break;
            }
            let reference = ObjectRef::new(&owner.api_version, &owner.kind, &top.namespace, &owner.name);
            match reference.key() {
                Some(mut key) => {
                    if !key.kind.namespaced() {
                        key.namespace = Symbol::default();
                    }
                    top = key;
                }
                None => return reference,
            }
        }
        top.object()
    }

    /// Forgets the pasts of objects that are gone.
    pub fn prune_histories(&mut self) {
        let mut histories = std::mem::take(&mut self.histories);
        histories.retain(|key, _| self.meta(key).is_some());
        self.histories = histories;
    }

    /// Forgets the logs of pods that are gone.
    pub fn prune_logs(&mut self) {
        let (pods, clients) = (&self.tables.pods, &mut self.clients);
        self.logs.retain(|key, digest| {
            let lives = pods.get(&key.namespace, &key.pod).is_some();
            if !lives {
                clients.remove(key, digest);
            }
            lives
        });
        self.skimmed
            .retain(|pod| pods.get(&pod.namespace, &pod.name).is_some());
    }
}
