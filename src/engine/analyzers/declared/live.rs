//! The analyzer of all custom resources: declared analyzers and the generic one over the world.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::around::{Around, Asked};
use super::{LazyCatalog, Resource};
use crate::engine::analyzers::backend::changed_service;
use crate::engine::analyzers::{Analysis, Analyzer};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds what is wrong with custom resources.
pub struct CustomAnalyzer {
    catalog: Arc<LazyCatalog>,
    /// What each object's analysis asked for, and for each such thing whose it was. No finding depends on it: it says
    /// only whom to look at again, so that a change costs what it touches.
    asked: Mutex<Index>,
}

#[derive(Default)]
struct Index {
    by_object: BTreeMap<Key, BTreeSet<Asked>>,
    askers: BTreeMap<Asked, BTreeSet<Key>>,
}

impl Index {
    fn note(&mut self, key: &Key, asked: BTreeSet<Asked>) {
        let before = self.by_object.remove(key).unwrap_or_default();
        for gone in before.difference(&asked) {
            if let Some(keys) = self.askers.get_mut(gone) {
                keys.remove(key);
                if keys.is_empty() {
                    self.askers.remove(gone);
                }
            }
        }
        for new in asked.difference(&before) {
            self.askers.entry(new.clone()).or_default().insert(key.clone());
        }
        if !asked.is_empty() {
            self.by_object.insert(key.clone(), asked);
        }
    }
}

impl CustomAnalyzer {
    /// The analyzer with that catalog.
    pub fn new(catalog: Arc<LazyCatalog>) -> Self {
        Self {
            catalog,
            asked: Mutex::default(),
        }
    }

    fn index(&self) -> std::sync::MutexGuard<'_, Index> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Analyzer for CustomAnalyzer {
    fn name(&self) -> &'static str {
        "CustomResource"
    }

    /// The kind of what brings its kinds about: there is no one kind of custom resources.
    fn kind(&self) -> Kind {
        Kind::CustomResourceDefinition
    }

    fn reads(&self) -> &'static [Kind] {
        &[]
    }

    fn readers(&self, _: &World, kind: Kind, _: Option<&str>) -> Vec<Key> {
        let index = self.index();
        // Of a Service it is told whether anyone answers.
        let kind = match kind {
            Kind::EndpointSlice => Kind::Service,
            kind => kind,
        };
        let about = |asked: &Asked| {
            let (group, name) = asked.kind();
            group == kind.group() && name == kind.name()
        };
        let mut keys: Vec<Key> = index
            .askers
            .iter()
            .filter(|(asked, _)| about(asked))
            .flat_map(|(_, keys)| keys.iter().cloned())
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        let service = (changed.kind == Kind::EndpointSlice).then(|| changed_service(world, changed));
        let service = service.flatten();
        let changed = service.as_ref().unwrap_or(changed);
        if matches!(changed.kind, Kind::Custom(_)) {
            keys.push(changed.clone());
        }
        let (group, kind) = (changed.kind.group().into(), changed.kind.name().into());
        let all = |namespace| Asked::All {
            group: crate::engine::object::Symbol::clone(&group),
            kind: crate::engine::object::Symbol::clone(&kind),
            namespace,
        };
        let questions = [
            Asked::One {
                group: group.clone(),
                kind: kind.clone(),
                namespace: changed.namespace.clone(),
                name: changed.name.clone(),
            },
            all(None),
            all(Some(changed.namespace.clone())),
        ];
        let index = self.index();
        for asked in &questions {
            keys.extend(index.askers.get(asked).into_iter().flatten().cloned());
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let Some(resource) = world.custom(key) else {
            self.index().note(key, BTreeSet::new());
            return Analysis::default();
        };
        let around = Around::new(world);
        // What makes no sense does not hold; `k8stui analyzers test` says it to whom it concerns.
        let mut trouble = Vec::new();
        let catalog = self.catalog.get();
        let mut analysis = catalog.analyze(Resource::new(&resource.json), &around, now, &mut trouble);
        for finding in &mut analysis.findings {
            let about = finding.object.key().filter(|about| world.meta(about).is_some());
            if let Some(about) = about {
                finding.owner = world.top_owner(&about);
            }
        }
        self.index().note(key, around.into_asked());
        analysis
    }
}
