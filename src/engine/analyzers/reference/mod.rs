//! What pods and templates name and need: objects that do not exist, keys that they have not.
//!
//! The object that does not exist is the object of the finding: a Secret that forty Deployments name is missed once,
//! and what fails for want of it follows from that (see `causes::rules`).

mod users;

use jiff::Timestamp;

use self::users::{User, users};
use super::{Analysis, Analyzer, Code, alike, codes, facts, grace, messages, replicas};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{ConfigMap, Pod, PodSpec, Secret, ServiceAccount, Usage};
use crate::engine::object::{Key, Kind, Symbol};
use crate::engine::world::{Sync, World};

/// The kinds that pods name.
pub(super) const KINDS: &[Kind] = &[
    Kind::ConfigMap,
    Kind::Secret,
    Kind::ServiceAccount,
    Kind::PriorityClass,
    Kind::RuntimeClass,
    Kind::ResourceClaim,
    Kind::PersistentVolumeClaim,
];

/// Every cluster makes these by itself, though a set of files may lack them. Without an account or a priority class a
/// pod is not even made, so one that is there proves that they are; for want of a ConfigMap it waits.
const BUILT_IN: &[(Kind, &str)] = &[
    (Kind::PriorityClass, "system-node-critical"),
    (Kind::PriorityClass, "system-cluster-critical"),
    (Kind::ServiceAccount, "default"),
    (Kind::ConfigMap, "kube-root-ca.crt"),
    (Kind::ConfigMap, "openshift-service-ca.crt"),
];

/// Finds objects of a kind that are named and missing, or that lack a key.
pub struct ReferenceAnalyzer(pub(super) Kind);

impl Analyzer for ReferenceAnalyzer {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn kind(&self) -> Kind {
        self.0
    }

    fn codes(&self) -> &'static [Code] {
        match self.0 {
            Kind::ConfigMap => codes::reference::CONFIG_MAP,
            Kind::Secret => codes::reference::SECRET,
            Kind::ServiceAccount => codes::reference::SERVICE_ACCOUNT,
            Kind::PriorityClass => codes::reference::PRIORITY_CLASS,
            Kind::RuntimeClass => codes::reference::RUNTIME_CLASS,
            Kind::ResourceClaim => codes::reference::RESOURCE_CLAIM,
            _ => codes::reference::CLAIM,
        }
    }

    fn reads(&self) -> &'static [Kind] {
        let at = KINDS.iter().position(|kind| *kind == self.0);
        at.and_then(|at| KINDS.get(at..=at)).unwrap_or_default()
    }

    fn keys(&self, world: &World, namespace: Option<&str>) -> Vec<Key> {
        world.named(self.0, namespace)
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        if changed.kind == self.0 {
            keys.push(changed.clone());
        }
        // What is there and whole is not looked at because of those who name it: they come and go all the time.
        let absent = |key: &Key| world.meta(key).is_none();
        if let Some(spec) = spec_of(world, changed) {
            for reference in spec.references_to(self.0) {
                let key = named(self.0, changed, &reference.name);
                if absent(&key) || lacks(world, &key, &reference.keys).next().is_some() {
                    keys.push(key);
                }
            }
            if self.0 == Kind::PersistentVolumeClaim && changed.kind != Kind::Pod {
                let claims = spec.claims().map(|(_, claim)| named(self.0, changed, claim));
                keys.extend(claims.filter(absent));
            }
        }
        if self.0 == Kind::PersistentVolumeClaim
            && changed.kind == Kind::Pod
            && let Some(pod) = world.get::<Pod>(&changed.namespace, &changed.name)
        {
            let claims = pod.claims().map(|claim| named(self.0, changed, &claim));
            keys.extend(claims.filter(absent));
        }
        if self.0 == Kind::Secret
            && changed.kind == Kind::ServiceAccount
            && let Some(account) = world.get::<ServiceAccount>(&changed.namespace, &changed.name)
        {
            let secrets = account.image_pull_secrets.iter();
            keys.extend(
                secrets
                    .map(|secret| named(self.0, changed, &secret.name))
                    .filter(absent),
            );
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        if world.sync(self.0, &key.namespace) != Sync::Synced {
            return analysis;
        }
        let exists = world.meta(key).is_some();
        // Of what is there, only keys can be missing, and only these two have any.
        if exists && !matches!(self.0, Kind::ConfigMap | Kind::Secret) {
            return analysis;
        }
        let users = users(world, key);
        let built_in = BUILT_IN
            .iter()
            .any(|(kind, name)| *kind == self.0 && *name == &*key.name);
        let waits = self.0 == Kind::ConfigMap && users.iter().any(|user| user.waits);
        if users.is_empty() || built_in && !waits {
            return analysis;
        }
        let made = users.iter().filter_map(|user| user.made).min();
        if replicas::is_early(made, grace::REFERENCE, now, &mut analysis) {
            return analysis;
        }
        if exists {
            analysis.findings = keys_missing(world, key, &users);
        } else {
            analysis.findings.push(missing(world, key, &users));
        }
        analysis
    }
}

fn named(kind: Kind, by: &Key, name: &str) -> Key {
    let namespace = if kind.namespaced() { &*by.namespace } else { "" };
    Key::new(kind, namespace, name)
}

/// The spec of a pod, or of the pods that a workload makes.
fn spec_of<'a>(world: &'a World, key: &Key) -> Option<&'a PodSpec> {
    use crate::engine::kinds::{CronJob, DaemonSet, Deployment, Job, ReplicationController, StatefulSet};
    let (namespace, name) = (&*key.namespace, &*key.name);
    match key.kind {
        Kind::Pod => world.get::<Pod>(namespace, name).map(|one| &one.spec),
        Kind::Deployment => world
            .get::<Deployment>(namespace, name)
            .map(|one| &one.spec.template.spec),
        Kind::StatefulSet => world
            .get::<StatefulSet>(namespace, name)
            .map(|one| &one.spec.template.spec),
        Kind::DaemonSet => world
            .get::<DaemonSet>(namespace, name)
            .map(|one| &one.spec.template.spec),
        Kind::ReplicationController => world
            .get::<ReplicationController>(namespace, name)
            .map(|one| &one.spec.template.spec),
        Kind::Job => world
            .get::<Job>(namespace, name)
            .map(|one| &one.spec.template.spec),
        Kind::CronJob => world
            .get::<CronJob>(namespace, name)
            .map(|one| &one.spec.job_template.spec.template.spec),
        _ => None,
    }
}

/// Which of these keys an object has not, as far as that is known: of a Secret it often is not.
fn lacks<'k>(world: &World, key: &Key, keys: &'k [Symbol]) -> impl Iterator<Item = &'k str> + use<'k> {
    let (namespace, name) = (&*key.namespace, &*key.name);
    let has = |one: &str| match key.kind {
        Kind::ConfigMap => world.get::<ConfigMap>(namespace, name).map(|map| map.has(one)),
        Kind::Secret => world
            .get::<Secret>(namespace, name)
            .and_then(|secret| secret.has(one)),
        _ => None,
    };
    let lacking: Vec<&str> = keys
        .iter()
        .map(Symbol::as_str)
        .filter(|one| has(one) == Some(false))
        .collect();
    lacking.into_iter()
}

/// The code of a kind's absence.
fn code(kind: Kind, only_pulls: bool) -> &'static str {
    match kind {
        Kind::ConfigMap => "ConfigMapMissing",
        Kind::Secret if only_pulls => "PullSecretMissing",
        Kind::Secret => "SecretMissing",
        Kind::ServiceAccount => "ServiceAccountMissing",
        Kind::PriorityClass => "PriorityClassMissing",
        Kind::RuntimeClass => "RuntimeClassMissing",
        Kind::ResourceClaim => "ResourceClaimMissing",
        _ => "ClaimMissing",
    }
}

fn missing(world: &World, key: &Key, users: &[User]) -> Finding {
    let only_pulls = users.iter().all(|user| user.usage == Some(Usage::Pull));
    let owners = users::owners(users);
    let words = replicas::names(&owners);
    let kind = key.kind.name();
    let what = if only_pulls { "pull secret" } else { kind };
    let title = messages::brief(&format!("{what} does not exist, named by {words}"), 140);
    let mut finding = Finding::new(code(key.kind, only_pulls), severity(users), key.object(), title);
    let consequence = match key.kind {
        Kind::ServiceAccount | Kind::PriorityClass | Kind::RuntimeClass => {
            "Pods that name it are not created."
        }
        Kind::ResourceClaim | Kind::PersistentVolumeClaim => "Pods that name it are not scheduled.",
        _ if only_pulls => "Images are pulled without it, which fails where they are private.",
        _ => "Containers that need it do not start.",
    };
    let others = world.keys_in(key.kind, &key.namespace);
    let near = alike::nearest(&key.name, others.iter().map(|other| &*other.name));
    let similar = near.map_or_else(String::new, |near| format!(" There is one called {near}."));
    finding.message = format!("{consequence}{similar}").into();
    if let Some(near) = near {
        let other = Key::new(key.kind, &key.namespace, near).object();
        finding.evidence.push(facts::related(other, "has a similar name"));
    }
    describe(&mut finding, key, users, None);
    finding
}

/// One finding for each key that is needed and not there.
fn keys_missing(world: &World, key: &Key, users: &[User]) -> Vec<Finding> {
    let mut wanted: Vec<&str> = users
        .iter()
        .flat_map(|user| lacks(world, key, user.keys))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let have: Vec<&str> = match key.kind {
        Kind::ConfigMap => world
            .get::<ConfigMap>(&key.namespace, &key.name)
            .map(|map| map.keys().collect()),
        _ => world
            .get::<Secret>(&key.namespace, &key.name)
            .and_then(|secret| secret.keys.as_deref())
            .map(|keys| keys.iter().map(Symbol::as_str).collect()),
    }
    .unwrap_or_default();
    let kind = key.kind.name();
    let code = match key.kind {
        Kind::Secret => "SecretKeyMissing",
        _ => "ConfigMapKeyMissing",
    };
    let mut findings = Vec::new();
    for lacking in wanted {
        let of_key: Vec<User> = users
            .iter()
            .filter(|user| user.keys.iter().any(|one| one == lacking))
            .cloned()
            .collect();
        let words = replicas::names(&users::owners(&of_key));
        let title = messages::brief(&format!("has no key {lacking}, which {words} reads"), 140);
        let mut finding = Finding::new(code, severity(&of_key), key.object(), title);
        finding.subject = lacking.into();
        let keys = match alike::nearest(lacking, have.iter().copied()) {
            Some(near) => format!("It has the key {near}."),
            None if have.is_empty() => "It has no key at all.".to_owned(),
            None => messages::brief(&format!("It has the keys {}.", have.join(", ")), 200),
        };
        finding.message = format!("The {kind} itself exists. {keys}").into();
        describe(&mut finding, key, &of_key, Some(lacking));
        findings.push(finding);
    }
    findings
}

/// A container would fail at its next start; where nothing is to start, nothing fails.
fn severity(users: &[User]) -> Severity {
    if users.iter().any(|user| user.hurts) {
        Severity::Warning
    } else {
        Severity::Info
    }
}

fn describe(finding: &mut Finding, key: &Key, users: &[User], lacking: Option<&str>) {
    finding.since = users
        .iter()
        .filter(|user| user.fails)
        .filter_map(|user| user.made)
        .min();
    for user in users.iter().take(4) {
        let value = match lacking {
            Some(lacking) => format!("{} key {lacking}", key.name),
            None => key.name.to_string(),
        };
        let fact = Evidence::field(user.key.object(), user.path.clone(), value);
        finding.evidence.push(fact);
    }
}
