//! Which custom kinds are watched: those that the cluster's definitions bring, less what is noise.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::analyzers::declared::{DeclaredError, LazyCatalog};
use crate::engine::custom_kind::CustomKind;
use crate::engine::kinds::{CustomResourceDefinition, condition};
use crate::engine::object::Kind;
use crate::engine::watch::Discovered;
use crate::engine::world::{Sync, World};

/// Kinds that change all the time and say nothing of health, or are another kind once more: by group (or its end) and
/// kind.
const NOISE: &[(&str, &str)] = &[
    ("cilium.io", "CiliumEndpoint"),
    ("cilium.io", "CiliumEndpointSlice"),
    ("cilium.io", "CiliumIdentity"),
    ("crd.projectcalico.org", "BlockAffinity"),
    ("crd.projectcalico.org", "IPAMBlock"),
    ("crd.projectcalico.org", "IPAMHandle"),
    ("crd.projectcalico.org", "WorkloadEndpoint"),
    ("reports.kyverno.io", "EphemeralReport"),
    ("reports.kyverno.io", "ClusterEphemeralReport"),
    ("kyverno.io", "AdmissionReport"),
    ("kyverno.io", "BackgroundScanReport"),
    ("kyverno.io", "UpdateRequest"),
    ("aquasecurity.github.io", "SbomReport"),
    ("aquasecurity.github.io", "ClusterSbomReport"),
    ("crossplane.io", "ProviderConfigUsage"),
    ("upbound.io", "ProviderConfigUsage"),
    ("spdx.softwarecomposition.kubescape.io", "*"),
    ("metrics.k8s.io", "*"),
];

/// The custom kinds of a cluster.
#[derive(Debug)]
pub struct Customs {
    catalog: Arc<LazyCatalog>,
    wanted: BTreeSet<CustomKind>,
    /// What the server says it has, where the definitions may not be read.
    discovered: Vec<Discovered>,
    /// Whether a definition has changed since [`Customs::change`] was last called.
    stale: bool,
}

/// What came and went.
#[derive(Debug, Default)]
pub struct Change {
    /// To be watched from now on.
    pub come: Vec<CustomKind>,
    /// Not to be watched any more.
    pub gone: Vec<CustomKind>,
}

impl Customs {
    pub fn new(catalog: Arc<LazyCatalog>) -> Self {
        Self {
            catalog,
            wanted: BTreeSet::new(),
            discovered: Vec::new(),
            stale: false,
        }
    }

    /// A definition has changed.
    pub fn touch(&mut self) {
        self.stale = true;
    }

    /// The server has these kinds.
    pub fn discovered(&mut self, found: Vec<Discovered>) {
        if self.discovered != found {
            self.discovered = found;
            self.stale = true;
        }
    }

    /// Whether what is watched is what should be.
    pub fn is_fresh(&self) -> bool {
        !self.stale
    }

    pub fn wanted(&self) -> &BTreeSet<CustomKind> {
        &self.wanted
    }

    /// A person's files that could not be used.
    pub fn broken_files(&self) -> &[DeclaredError] {
        self.catalog.errors()
    }

    /// What came and went since this was last called.
    pub fn change(&mut self, world: &World) -> Change {
        if !std::mem::take(&mut self.stale) {
            return Change::default();
        }
        let wanted: BTreeSet<CustomKind> = world
            .all::<CustomResourceDefinition>()
            .filter_map(|definition| self.kind(definition))
            .chain(
                self.discovered
                    .iter()
                    .filter_map(|found| self.found(found, world)),
            )
            .collect();
        let change = Change {
            come: wanted.difference(&self.wanted).copied().collect(),
            gone: self.wanted.difference(&wanted).copied().collect(),
        };
        self.wanted = wanted;
        change
    }

    fn kind(&self, definition: &CustomResourceDefinition) -> Option<CustomKind> {
        let spec = &definition.spec;
        let established = condition(&definition.status.conditions, "Established")
            .is_some_and(|established| established.status == "True");
        let (group, name) = (spec.group.as_str(), spec.names.kind.as_str());
        let leaves = definition.metadata.deletion_timestamp.is_some();
        if !established || leaves || is_noise(group, name) {
            return None;
        }
        let namespaced = spec.scope == "Namespaced";
        Some(self.intern(
            (group, name),
            definition.version()?,
            &spec.names.plural,
            namespaced,
        ))
    }

    /// What was discovered counts for as long as the definitions cannot be read.
    fn found(&self, found: &Discovered, world: &World) -> Option<CustomKind> {
        let (group, kind) = (found.group.as_str(), found.kind.as_str());
        let readable = world.sync(Kind::CustomResourceDefinition, "") == Sync::Synced;
        (!readable && !is_noise(group, kind))
            .then(|| self.intern((group, kind), &found.version, &found.plural, found.namespaced))
    }

    fn intern(
        &self,
        (group, name): (&str, &str),
        version: &str,
        plural: &str,
        namespaced: bool,
    ) -> CustomKind {
        let keep = self.catalog.get().keep(group, name);
        CustomKind::intern((group, name), version, plural, namespaced, keep)
    }
}

fn is_noise(group: &str, name: &str) -> bool {
    NOISE.iter().any(|(noisy, kind)| {
        let before = group.strip_suffix(noisy);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            && (*kind == "*" || *kind == name)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::engine::object::Key;
    use crate::engine::world::{Delta, Object};

    fn definition(group: &str, kind: &str, established: &str) -> Value {
        let plural = format!("{}s", kind.to_lowercase());
        json!({"metadata": {"name": format!("{plural}.{group}")},
            "spec": {"group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural},
                "versions": [{"name": "v1", "served": true, "storage": true}]},
            "status": {"conditions": [{"type": "Established", "status": established}]}})
    }

    #[test]
    fn where_definitions_may_not_be_read_what_was_discovered_counts() {
        let mut customs = Customs::new(Arc::new(LazyCatalog::default()));
        let found = |group: &str, kind: &str| Discovered {
            group: group.to_owned(),
            kind: kind.to_owned(),
            version: "v1".to_owned(),
            plural: "things".to_owned(),
            namespaced: true,
        };
        customs.discovered(vec![
            found("discovered.example.io", "Thing"),
            found("cilium.io", "CiliumEndpoint"),
        ]);
        let change = customs.change(&World::default());
        let names: Vec<&str> = change.come.iter().map(|kind| kind.definition().name).collect();
        assert_eq!(names, ["Thing"]);
        customs.discovered(vec![
            found("discovered.example.io", "Thing"),
            found("cilium.io", "CiliumEndpoint"),
        ]);
        assert!(customs.is_fresh(), "nothing new");
    }

    #[test]
    fn kinds_come_and_go_with_their_definitions() {
        let mut world = World::default();
        let mut customs = Customs::new(Arc::new(LazyCatalog::default()));
        let crd = Kind::CustomResourceDefinition;
        for (group, kind, established) in [
            ("coming.example.io", "Widget", "True"),
            ("coming.example.io", "Early", "False"),
            ("cilium.io", "CiliumEndpoint", "True"),
        ] {
            let object = Object::decode(crd, definition(group, kind, established)).unwrap();
            world.apply(Delta::Upsert(object));
        }
        assert!(
            customs.change(&world).come.is_empty(),
            "nothing was said to have changed"
        );
        customs.touch();
        let change = customs.change(&world);
        let names: Vec<&str> = change.come.iter().map(|kind| kind.definition().name).collect();
        assert_eq!(names, ["Widget"]);
        assert!(customs.is_fresh() && change.gone.is_empty());

        world.apply(Delta::Remove(Key::new(crd, "", "widgets.coming.example.io")));
        customs.touch();
        let change = customs.change(&world);
        assert_eq!((change.come.len(), change.gone.len()), (0, 1));
    }
}
