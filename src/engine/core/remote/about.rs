//! Which object a remote analyzer means.

use super::bounded;
use crate::engine::kinds::Meta;
use crate::engine::named::is_kind;
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::remote::Said;
use crate::engine::world::World;

/// What a result is about, as far as its own words go.
pub struct About {
    pub kind: Option<Kind>,
    api_version: String,
    word: String,
    pub namespace: String,
    pub name: String,
}

impl About {
    pub fn of(analyzer: &str, said: &Said) -> Self {
        let named = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let kind = named(&said.kind).unwrap_or_else(|| analyzer.to_owned());
        let name = named(&said.name).unwrap_or_else(|| analyzer.to_owned());
        Self::parse(&kind, &name)
    }

    fn parse(kind: &str, name: &str) -> Self {
        let (api_version, word) = kind.rsplit_once('/').unwrap_or(("", kind));
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let found = Kind::ALL
            .iter()
            .copied()
            .find(|kind| is_kind(word, kind.name()) && (api_version.is_empty() || kind.group() == group));
        let (namespace, name) = name.split_once('/').unwrap_or(("", name));
        Self {
            kind: found,
            api_version: plain(api_version, "./-"),
            word: plain(word, ".-"),
            namespace: plain(namespace, "-"),
            name: plain(name, ".-:"),
        }
    }

    /// The object, in the namespace where it is the only one of that name if none was said.
    pub fn object(&self, world: &World) -> ObjectRef {
        let custom = || {
            let group = self.api_version.split_once('/').map_or("", |(group, _)| group);
            let mut kinds = world.custom_kinds().map(Kind::Custom);
            kinds.find(|kind| is_kind(&self.word, kind.name()) && (group.is_empty() || kind.group() == group))
        };
        let Some(kind) = self.kind.or_else(custom) else {
            return ObjectRef::new(&self.api_version, &self.word, &self.namespace, &self.name);
        };
        if !kind.namespaced() {
            return Key::new(kind, "", &self.name).object();
        }
        if self.namespace.is_empty() {
            let mut same = world.keys(kind).into_iter().filter(|key| *key.name == *self.name);
            if let (Some(only), None) = (same.next(), same.next()) {
                return only.object();
            }
        }
        Key::new(kind, &self.namespace, &self.name).object()
    }
}

/// Names go into API paths when a person opens the object, so what another program calls one is kept to the letters
/// that names can have.
fn plain(text: &str, also: &str) -> String {
    let fits = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_' || also.contains(*letter);
    let text: String = bounded(text, 253)
        .chars()
        .map(|letter| if fits(&letter) { letter } else { '_' })
        .collect();
    // A path of the API may go up, a name may not.
    text.replace("..", "__")
}

/// An object and its controllers, as far as they are known, the last one perhaps not there.
pub fn upwards(world: &World, key: &Key) -> Vec<Key> {
    let mut all = vec![key.clone()];
    while let Some(next) = all
        .last()
        .and_then(|last| Some((last, world.meta(last).and_then(Meta::controller)?)))
        .and_then(|(last, owner)| {
            ObjectRef::new(&owner.api_version, &owner.kind, &last.namespace, &owner.name).key()
        })
        .filter(|next| !all.contains(next))
    {
        all.push(next);
    }
    all
}

/// What the analyzer says that an object belongs to, where the world does not know: `Deployment/checkout`.
pub fn parent(world: &World, object: &ObjectRef, parent: &str) -> ObjectRef {
    let Some((kind, name)) = parent.trim().rsplit_once('/') else {
        return object.clone();
    };
    let about = About::parse(kind, name);
    match about.kind {
        Some(kind) => {
            let namespace = if kind.namespaced() { &*object.namespace } else { "" };
            world.top_owner(&Key::new(kind, namespace, &about.name))
        }
        None => object.clone(),
    }
}
