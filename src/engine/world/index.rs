//! The relations between objects, by look-up.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use super::view::View;
use crate::engine::kinds::{Interned, OwnerRef, Reference};
use crate::engine::object::{Key, Kind, ObjectRef, Symbol, Text};

type EventPlace = (Symbol, Text);

/// An owner of a custom kind: group, kind, namespace and name. The kind may become known only after its children.
type CustomOwner = (Symbol, Symbol, Symbol, Text);

/// The relations between objects.
#[derive(Debug, Default)]
pub(super) struct Index {
    children: HashMap<Key, BTreeSet<Key>>,
    custom_children: HashMap<CustomOwner, BTreeSet<Key>>,
    on_node: HashMap<Symbol, BTreeSet<Key>>,
    with_claim: HashMap<(Symbol, Text), BTreeSet<Key>>,
    slices: HashMap<(Symbol, Text), BTreeSet<Key>>,
    events: HashMap<(Symbol, Symbol, Text), BTreeSet<EventPlace>>,
    /// Who names an object, references of pods and templates aside.
    named_by: HashMap<Key, BTreeSet<Key>>,
    /// Which lists of references name an object: all pods of a template share one, so that ten thousand pods that
    /// name the same objects cost an entry each, not one for each object.
    listed_in: HashMap<Key, BTreeSet<List>>,
    /// Whose list it is.
    users: HashMap<List, BTreeSet<(Kind, Text)>>,
    deleting: BTreeSet<Key>,
    /// The Ingresses that take requests for a host.
    of_host: HashMap<Symbol, BTreeSet<Key>>,
    /// The Service that an address of the cluster is of.
    at_address: HashMap<Symbol, Key>,
}

/// A list of references, as it reads in a namespace.
type List = (Symbol, Interned<Reference>);

/// All that an object names: what its pods need, their claims, and whom it names itself.
pub(super) fn named(key: &Key, view: &View) -> BTreeSet<Key> {
    let list = view
        .references
        .map(|references| (key.namespace.clone(), references.clone()));
    let claims = view
        .claims
        .iter()
        .map(|claim| Key::new(Kind::PersistentVolumeClaim, &key.namespace, claim));
    let references = list.iter().flat_map(listed);
    references
        .chain(claims)
        .chain(view.names.iter().cloned())
        .collect()
}

/// What a list of references names.
fn listed(list: &List) -> impl Iterator<Item = Key> + '_ {
    let (namespace, references) = list;
    references.iter().map(move |reference| {
        let namespace = if reference.kind.namespaced() {
            namespace.as_str()
        } else {
            ""
        };
        Key::new(reference.kind, namespace, &reference.name)
    })
}

/// A list of references in a namespace, and who has it: all pods of a template, and what they are made from.
#[derive(Clone, Copy, Debug)]
pub struct Naming<'a> {
    namespace: &'a Symbol,
    references: &'a [Reference],
    users: &'a BTreeSet<(Kind, Text)>,
}

impl<'a> Naming<'a> {
    /// The list.
    pub fn references(&self) -> &'a [Reference] {
        self.references
    }

    /// The pods that have it, in order. They may be many.
    pub fn pods(&self) -> impl Iterator<Item = Key> + use<'a> {
        let namespace = self.namespace;
        let pods = self.users.iter().take_while(|(kind, _)| *kind == Kind::Pod);
        pods.map(move |(kind, name)| Key::new(*kind, namespace, name))
    }

    /// The workloads whose template has it, in order.
    pub fn workloads(&self) -> impl Iterator<Item = Key> + use<'a> {
        let namespace = self.namespace;
        // Pods are the first of all kinds: what comes behind them is reached without walking over them.
        let behind = (Kind::ReplicaSet, Text::default());
        let workloads = self.users.range(behind..);
        workloads.map(move |(kind, name)| Key::new(*kind, namespace, name))
    }
}

fn link<K: Hash + Eq, V: Ord>(map: &mut HashMap<K, BTreeSet<V>>, from: K, to: V) {
    map.entry(from).or_default().insert(to);
}

fn unlink<K: Hash + Eq, V: Ord>(map: &mut HashMap<K, BTreeSet<V>>, from: &K, to: &V) {
    if let Some(set) = map.get_mut(from) {
        set.remove(to);
        if set.is_empty() {
            map.remove(from);
        }
    }
}

/// The owners of watched kinds.
fn owners<'a>(key: &'a Key, view: &'a View) -> impl Iterator<Item = Key> + 'a {
    view.meta.owner_references.iter().filter_map(|owner| {
        let kind = built_in(owner)?;
        let namespace = if kind.namespaced() {
            key.namespace.clone()
        } else {
            Symbol::default()
        };
        Some(Key {
            kind,
            namespace,
            name: (&*owner.name).into(),
        })
    })
}

fn built_in(owner: &OwnerRef) -> Option<Kind> {
    Kind::from_name(&owner.kind).filter(|kind| kind.group() == owner.group())
}

/// The owners of custom kinds. Whether one lives in a namespace need not be known yet: it is found under both.
fn custom_owners<'a>(key: &'a Key, view: &'a View) -> impl Iterator<Item = CustomOwner> + 'a {
    let custom = view
        .meta
        .owner_references
        .iter()
        .filter(|owner| built_in(owner).is_none());
    custom.flat_map(|owner| {
        let place = |namespace: Symbol| {
            (
                Symbol::from(owner.group()),
                Symbol::from(&*owner.kind),
                namespace,
                Text::from(&*owner.name),
            )
        };
        let everywhere = (!key.namespace.is_empty()).then(|| place(Symbol::default()));
        std::iter::once(place(key.namespace.clone())).chain(everywhere)
    })
}

/// The key of an owner that something in a namespace names. Owners without a namespace are named like the others.
pub(super) fn owner(reference: &OwnerRef, namespace: &str) -> Option<Key> {
    let mut key = ObjectRef::new(
        &reference.api_version,
        &reference.kind,
        namespace,
        &reference.name,
    )
    .key()?;
    if !key.kind.namespaced() {
        key.namespace = Symbol::default();
    }
    Some(key)
}

impl Index {
    pub fn add(&mut self, key: &Key, view: &View) {
        for owner in owners(key, view) {
            link(&mut self.children, owner, key.clone());
        }
        for owner in custom_owners(key, view) {
            link(&mut self.custom_children, owner, key.clone());
        }
        if let Some(node) = view.node {
            link(&mut self.on_node, node.clone(), key.clone());
        }
        for claim in &view.claims {
            link(
                &mut self.with_claim,
                (key.namespace.clone(), claim.clone()),
                key.clone(),
            );
        }
        if let Some(service) = view.service {
            link(
                &mut self.slices,
                (key.namespace.clone(), service.into()),
                key.clone(),
            );
        }
        if let Some((kind, namespace, name)) = view.about {
            let about = (kind.clone(), namespace.clone(), name.clone());
            link(&mut self.events, about, (key.namespace.clone(), key.name.clone()));
        }
        for to in &view.names {
            link(&mut self.named_by, to.clone(), key.clone());
        }
        for host in &view.hosts {
            link(&mut self.of_host, (*host).clone(), key.clone());
        }
        if let Some(address) = view.address {
            self.at_address.insert(address.clone(), key.clone());
        }
        if view.meta.deletion_timestamp.is_some() {
            self.deleting.insert(key.clone());
        }
        if let Some(references) = view.references.filter(|list| !list.is_empty()) {
            let list = (key.namespace.clone(), references.clone());
            if !self.users.contains_key(&list) {
                for to in listed(&list) {
                    link(&mut self.listed_in, to, list.clone());
                }
            }
            link(&mut self.users, list, (key.kind, key.name.clone()));
        }
    }

    pub fn remove(&mut self, key: &Key, view: &View) {
        for owner in owners(key, view) {
            unlink(&mut self.children, &owner, key);
        }
        for owner in custom_owners(key, view) {
            unlink(&mut self.custom_children, &owner, key);
        }
        if let Some(node) = view.node {
            unlink(&mut self.on_node, node, key);
        }
        for claim in &view.claims {
            unlink(&mut self.with_claim, &(key.namespace.clone(), claim.clone()), key);
        }
        if let Some(service) = view.service {
            unlink(&mut self.slices, &(key.namespace.clone(), service.into()), key);
        }
        if let Some((kind, namespace, name)) = view.about {
            let about = (kind.clone(), namespace.clone(), name.clone());
            unlink(
                &mut self.events,
                &about,
                &(key.namespace.clone(), key.name.clone()),
            );
        }
        for to in &view.names {
            unlink(&mut self.named_by, to, key);
        }
        for host in &view.hosts {
            unlink(&mut self.of_host, *host, key);
        }
        // An address that another has taken over since is that one's.
        if let Some(address) = view
            .address
            .filter(|address| self.at_address.get(*address) == Some(key))
        {
            self.at_address.remove(address);
        }
        self.deleting.remove(key);
        if let Some(references) = view.references.filter(|list| !list.is_empty()) {
            let list = (key.namespace.clone(), references.clone());
            unlink(&mut self.users, &list, &(key.kind, key.name.clone()));
            if !self.users.contains_key(&list) {
                for to in listed(&list) {
                    unlink(&mut self.listed_in, &to, &list);
                }
            }
        }
    }

    pub fn referrers(&self, to: &Key) -> Vec<Key> {
        let lists = self.listed_in.get(to).into_iter().flatten();
        let users = lists.flat_map(|list| {
            self.users
                .get(list)
                .into_iter()
                .flatten()
                .map(|(kind, name)| Key {
                    kind: *kind,
                    namespace: list.0.clone(),
                    name: name.clone(),
                })
        });
        let mut all: Vec<Key> = self
            .named_by
            .get(to)
            .into_iter()
            .flatten()
            .cloned()
            .chain(users)
            .collect();
        all.sort();
        all.dedup();
        all
    }

    pub fn namings(&self, to: &Key) -> impl Iterator<Item = Naming<'_>> {
        let lists = self.listed_in.get(to).into_iter().flatten();
        lists.filter_map(|list| {
            Some(Naming {
                namespace: &list.0,
                references: &list.1,
                users: self.users.get(list)?,
            })
        })
    }

    /// All objects of a kind that are named, there or not.
    pub fn named(&self, kind: Kind) -> impl Iterator<Item = Key> {
        let all = self.listed_in.keys().chain(self.named_by.keys()).cloned();
        let claims = self
            .with_claim
            .keys()
            .map(|(namespace, claim)| Key::new(Kind::PersistentVolumeClaim, namespace, claim));
        all.chain(claims).filter(move |key| key.kind == kind)
    }

    pub fn deleting(&self) -> impl Iterator<Item = &Key> {
        self.deleting.iter()
    }

    pub fn of_host(&self, host: &Symbol) -> impl Iterator<Item = &Key> {
        self.of_host.get(host).into_iter().flatten()
    }

    pub fn at_address(&self, address: &str) -> Option<&Key> {
        self.at_address.get(&Symbol::from(address))
    }

    pub fn children(&self, owner: &Key) -> impl Iterator<Item = &Key> + use<'_> {
        let children = match owner.kind {
            Kind::Custom(_) => self.custom_children.get(&(
                owner.kind.group().into(),
                owner.kind.name().into(),
                owner.namespace.clone(),
                owner.name.clone(),
            )),
            _ => self.children.get(owner),
        };
        children.into_iter().flatten()
    }

    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Key> {
        self.on_node.get(&Symbol::from(node)).into_iter().flatten()
    }

    pub fn pods_with_claim(&self, namespace: &str, claim: &str) -> impl Iterator<Item = &Key> + use<'_> {
        self.with_claim
            .get(&(namespace.into(), claim.into()))
            .into_iter()
            .flatten()
    }

    pub fn slices(&self, namespace: &Symbol, service: &str) -> impl Iterator<Item = &Key> {
        self.slices
            .get(&(namespace.clone(), service.into()))
            .into_iter()
            .flatten()
    }

    pub fn events_about(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> impl Iterator<Item = (&Symbol, &Text)> {
        self.events
            .get(&(kind.into(), namespace.into(), name.into()))
            .into_iter()
            .flatten()
            .map(|(namespace, name)| (namespace, name))
    }
}
