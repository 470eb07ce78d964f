//! What a log names besides hosts, and who is to blame for it: the file that a ConfigMap gives, the account that the API
//! refused, the credentials of a failed login.

use super::case::{Case, Slot};
use crate::engine::analyzers::logs::{File, Named, Refusal};
use crate::engine::analyzers::{alike, facts};
use crate::engine::finding::Finding;
use crate::engine::kinds::{ClusterRoleBinding, ConfigMap, Mount, Reference, RoleBinding, Secret, Usage};
use crate::engine::object::{Key, Kind, ObjectRef, Symbol};
use crate::engine::world::Sync;

/// Blames the object that the log of a container names, where nothing is blamed yet.
pub(super) fn by_log(case: &Case, slot: &Slot, finding: &mut Finding, ended: Option<&str>) {
    if finding.culprit.is_some() {
        return;
    }
    let Some((digest, _)) = case.log(slot.name(), ended) else {
        return;
    };
    let named = &digest.named;
    let refused = named.refusal.as_ref().map(|refusal| account(case, refusal));
    let blamed = refused
        .or_else(|| credentials(case, slot, named))
        .or_else(|| named.files.iter().find_map(|file| source(case, slot, file)));
    if let Some((culprit, words)) = blamed {
        // Behind the line that names it.
        let place = finding.evidence.len().min(1);
        finding
            .evidence
            .insert(place, facts::related(culprit.clone(), words));
        finding.culprit = Some(culprit);
    }
}

/// The account that was refused; where it is bound to a role that does not exist, that binding.
fn account(case: &Case, refusal: &Refusal) -> (ObjectRef, String) {
    let (verb, resource) = (&refusal.verb, &refusal.resource);
    let account = Key::new(Kind::ServiceAccount, &refusal.namespace, &refusal.account);
    let world = case.world;
    let mut bindings = [Kind::RoleBinding, Kind::ClusterRoleBinding]
        .into_iter()
        .flat_map(|kind| world.referrers_of(&account, kind))
        .peekable();
    let is_unbound = bindings.peek().is_none();
    let dangling = bindings.find_map(|binding| {
        let role = match binding.kind {
            Kind::RoleBinding => world
                .get::<RoleBinding>(&binding.namespace, &binding.name)?
                .role(),
            _ => world.get::<ClusterRoleBinding>("", &binding.name)?.role(),
        };
        let key = role.key()?;
        let missing = world.meta(&key).is_none() && world.sync(key.kind, &key.namespace) == Sync::Synced;
        missing.then(|| {
            (
                binding.object(),
                format!("binds it to {}, which does not exist", role.short()),
            )
        })
    });
    if let Some(dangling) = dangling {
        return dangling;
    }
    let known = |kind| world.sync(kind, &refusal.namespace) == Sync::Synced;
    let because = if is_unbound && known(Kind::RoleBinding) && known(Kind::ClusterRoleBinding) {
        "it is bound to no role"
    } else {
        "no role that it is bound to allows it"
    };
    (account.object(), format!("may not {verb} {resource}: {because}"))
}

/// Words in the names of keys that hold what a login needs.
const SECRET_WORDS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "credential",
    "dsn",
    "url",
    "uri",
];

/// The one object that gives a container the password which was refused. The one that logs in is to blame, not the one
/// that refuses: which of the two is wrong cannot be told, but this one is what was set for the other.
fn credentials(case: &Case, slot: &Slot, named: &Named) -> Option<(ObjectRef, String)> {
    let login = named.login.as_ref()?;
    let of_container = case.pod.spec.references.iter().filter(|reference| {
        matches!(reference.usage, Usage::Env | Usage::EnvFrom) && reference.container == *slot.name()
    });
    let given: Vec<&Reference> = of_container.collect();
    let speaks = |reference: &&&Reference| {
        let mut keys = reference.keys.iter().map(|key| key.to_ascii_lowercase());
        keys.any(|key| SECRET_WORDS.iter().any(|word| key.contains(word)))
    };
    let secrets = || given.iter().filter(|reference| reference.kind == Kind::Secret);
    let one = only(secrets().filter(speaks))
        .or_else(|| only(secrets()))
        .or_else(|| only(given.iter().filter(speaks)))?;
    let who = match &*login.user {
        "" => String::new(),
        user => format!(" of user {user}"),
    };
    let object = Key::new(one.kind, &case.key.namespace, &one.name).object();
    let key = one
        .keys
        .first()
        .map_or(String::new(), |key| format!(", key {key},"));
    Some((
        object,
        format!("gives the credentials{who}{key} that were refused"),
    ))
}

/// The one object that these references name.
fn only<'a, 'b: 'a>(mut references: impl Iterator<Item = &'a &'b Reference>) -> Option<&'b Reference> {
    let first = references.next()?;
    let mut others = references;
    others
        .all(|other| other.kind == first.kind && other.name == first.name)
        .then_some(*first)
}

/// The object that gives a container a file.
fn source(case: &Case, slot: &Slot, file: &File) -> Option<(ObjectRef, String)> {
    let (_, spec) = slot.spec?;
    let mounts = spec
        .mounts
        .iter()
        .filter_map(|mount| Some((mount, below(&mount.path, &file.path)?)));
    let (mount, rest) = mounts.max_by_key(|(mount, _)| mount.path.len())?;
    let key = key_at(mount, rest);
    let sources: Vec<&Reference> = case.pod.spec.files_of(mount.volume).collect();
    let with_key = sources
        .iter()
        .find(|source| keys(case, source).is_some_and(|keys| keys.contains(&&*key)));
    let source = match (with_key, sources.as_slice()) {
        (Some(source), _) | (None, [source]) => *source,
        _ => return None,
    };
    let object = Key::new(source.kind, &case.key.namespace, &source.name).object();
    let keys = keys(case, source).filter(|_| source.keys.is_empty());
    let words = match keys {
        Some(keys) if !keys.contains(&&*key) => {
            let near = alike::nearest(&key, keys.iter().copied());
            let similar = near.map_or_else(String::new, |near| format!(", but one called {near}"));
            format!("is mounted at {} and has no key {key}{similar}", mount.path)
        }
        Some(_) => {
            let line = file
                .line
                .map_or_else(String::new, |line| format!(", line {line}"));
            format!("gives the file {} as its key {key}{line}", file.path)
        }
        None => format!("gives the files below {}", mount.path),
    };
    Some((object, words))
}

/// What is left of a path below another; nothing where it is that one.
fn below<'a>(directory: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix(directory.trim_end_matches('/'))?;
    match rest.strip_prefix('/') {
        Some(rest) => Some(rest),
        None => rest.is_empty().then_some(rest),
    }
}

fn key_at(mount: &Mount, rest: &str) -> String {
    match (&*mount.sub_path, rest) {
        ("", rest) => rest.to_owned(),
        (sub_path, "") => sub_path.to_owned(),
        (sub_path, rest) => format!("{sub_path}/{rest}"),
    }
}

/// The keys of what is mounted, where they are known.
fn keys<'a>(case: &Case<'a>, source: &Reference) -> Option<Vec<&'a str>> {
    let (namespace, name) = (&*case.key.namespace, &*source.name);
    if source.kind == Kind::ConfigMap {
        let map = case.world.get::<ConfigMap>(namespace, name)?;
        return Some(map.keys().collect());
    }
    let secret = case.world.get::<Secret>(namespace, name)?;
    let keys = secret.keys.as_deref()?;
    Some(keys.iter().map(Symbol::as_str).collect())
}
