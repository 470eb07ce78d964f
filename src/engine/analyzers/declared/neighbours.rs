//! What a declared analyzer may see beside its object.

use std::borrow::Cow;

use serde_json::Value;

/// Other objects of the cluster, as JSON.
pub trait Neighbours {
    /// Whether all objects of a kind in a namespace (everywhere if `None`) have been read: only then does absence mean
    /// that there is none.
    fn knows(&self, group: &str, kind: &str, namespace: Option<&str>) -> bool;

    /// An object by name; one of a kind without namespaces in any.
    fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<Cow<'_, Value>>;

    /// All objects of a kind, in one namespace or everywhere, in order of namespace and name.
    fn list(&self, group: &str, kind: &str, namespace: Option<&str>) -> Vec<Cow<'_, Value>>;

    /// The objects of a kind that name this one as an owner.
    fn owned(
        &self,
        group: &str,
        kind: &str,
        namespace: Option<&str>,
        owner_uid: &str,
    ) -> Vec<Cow<'_, Value>> {
        let mut found = self.list(group, kind, namespace);
        found.retain(|object| {
            super::Resource::new(object)
                .owners()
                .any(|owner| owner.get("uid").and_then(Value::as_str) == Some(owner_uid))
        });
        found
    }
}

/// Nothing is known of any other object.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Neighbours for Alone {
    fn knows(&self, _: &str, _: &str, _: Option<&str>) -> bool {
        false
    }
    fn find(&self, _: &str, _: &str, _: &str, _: &str) -> Option<Cow<'_, Value>> {
        None
    }
    fn list(&self, _: &str, _: &str, _: Option<&str>) -> Vec<Cow<'_, Value>> {
        Vec::new()
    }
}

/// These objects are all there are: of files, of tests.
#[derive(Clone, Debug)]
pub struct Objects<'a> {
    objects: Vec<&'a Value>,
    unread: Vec<String>,
}

impl<'a> Objects<'a> {
    /// All there are, except that nothing is known of the kinds in `unread`.
    pub fn new(objects: impl IntoIterator<Item = &'a Value>, unread: &[String]) -> Self {
        let mut objects: Vec<&Value> = objects.into_iter().collect();
        objects.sort_by_key(|object| {
            let resource = super::Resource::new(object);
            (resource.namespace(), resource.name())
        });
        Self {
            objects,
            unread: unread.to_vec(),
        }
    }

    fn of_kind<'b>(&'b self, group: &'b str, kind: &'b str) -> impl Iterator<Item = &'a Value> + use<'a, 'b> {
        self.objects.iter().copied().filter(move |object| {
            let resource = super::Resource::new(object);
            resource.kind() == kind && resource.group() == group
        })
    }
}

impl Neighbours for Objects<'_> {
    fn knows(&self, _: &str, kind: &str, _: Option<&str>) -> bool {
        !self.unread.iter().any(|unread| unread == kind)
    }

    fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<Cow<'_, Value>> {
        self.of_kind(group, kind)
            .find(|object| {
                let resource = super::Resource::new(object);
                resource.name() == name
                    && (resource.namespace() == namespace || resource.namespace().is_empty())
            })
            .map(Cow::Borrowed)
    }

    fn list(&self, group: &str, kind: &str, namespace: Option<&str>) -> Vec<Cow<'_, Value>> {
        self.of_kind(group, kind)
            .filter(|object| {
                let own = super::Resource::new(object).namespace();
                namespace.is_none_or(|namespace| own == namespace || own.is_empty())
            })
            .map(Cow::Borrowed)
            .collect()
    }
}
