//! A custom resource as the analyzers see it: its JSON, and the few fields that all of them have.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::engine::object::ObjectRef;

/// A custom resource.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// Its JSON.
    pub json: &'a Value,
}

/// A text of an object; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A time of an object. The beginning of 1970 is none: some definitions (the Gateway API's) write it where a
/// controller has yet to say when.
pub(super) fn time(value: &Value, key: &str) -> Option<Timestamp> {
    text(value, key)
        .parse()
        .ok()
        .filter(|time| *time > Timestamp::UNIX_EPOCH)
}

/// A number, also one that is written as a text (Argo Rollouts do).
pub(super) fn number(value: &Value, key: &str) -> Option<i64> {
    let value = value.get(key)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

impl<'a> Resource<'a> {
    /// The resource of that JSON.
    pub fn new(json: &'a Value) -> Self {
        Self { json }
    }

    fn metadata(self) -> &'a Value {
        self.json.get("metadata").unwrap_or(&Value::Null)
    }

    /// Its `spec`, or null.
    pub fn spec(self) -> &'a Value {
        self.json.get("spec").unwrap_or(&Value::Null)
    }

    /// Its `status`, or null.
    pub fn status(self) -> &'a Value {
        self.json.get("status").unwrap_or(&Value::Null)
    }

    /// Its kind.
    pub fn kind(self) -> &'a str {
        text(self.json, "kind")
    }

    /// Its API group.
    pub fn group(self) -> &'a str {
        text(self.json, "apiVersion")
            .split_once('/')
            .map_or("", |(group, _)| group)
    }

    /// Its namespace, or empty.
    pub fn namespace(self) -> &'a str {
        text(self.metadata(), "namespace")
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        text(self.metadata(), "name")
    }

    /// Its uid.
    pub fn uid(self) -> &'a str {
        text(self.metadata(), "uid")
    }

    /// A reference to it.
    pub fn object(self) -> ObjectRef {
        ObjectRef::new(
            text(self.json, "apiVersion"),
            self.kind(),
            self.namespace(),
            self.name(),
        )
    }

    /// What counts changes of its spec.
    pub fn generation(self) -> Option<i64> {
        number(self.metadata(), "generation")
    }

    /// The last generation that its controller looked at.
    pub fn observed_generation(self) -> Option<i64> {
        number(self.status(), "observedGeneration")
    }

    /// When it was made.
    pub fn created(self) -> Option<Timestamp> {
        time(self.metadata(), "creationTimestamp")
    }

    /// When anything but its status was last written, as far as managedFields say (without their content, which is
    /// dropped); else when it was made.
    pub fn changed(self) -> Option<Timestamp> {
        let managed = self.metadata().get("managedFields").and_then(Value::as_array);
        managed
            .into_iter()
            .flatten()
            .filter(|entry| text(entry, "subresource") != "status")
            .filter_map(|entry| time(entry, "time"))
            .chain(self.created())
            .max()
    }

    /// When its deletion was asked for.
    pub fn deletion_asked(self) -> Option<Timestamp> {
        let gone = time(self.metadata(), "deletionTimestamp")?;
        let grace = number(self.metadata(), "deletionGracePeriodSeconds").unwrap_or(0);
        let grace = SignedDuration::from_secs(grace.clamp(0, i64::from(u32::MAX)));
        Some(gone.checked_sub(grace).unwrap_or(gone))
    }

    /// What must be done before it may go.
    pub fn finalizers(self) -> impl Iterator<Item = &'a str> {
        let list = self.metadata().get("finalizers").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Its annotations.
    pub fn annotations(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let map = self.metadata().get("annotations").and_then(Value::as_object);
        map.into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }

    /// Its labels.
    pub fn labels(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let map = self.metadata().get("labels").and_then(Value::as_object);
        map.into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }

    /// Its owners' references.
    pub fn owners(self) -> impl Iterator<Item = &'a Value> {
        let list = self.metadata().get("ownerReferences").and_then(Value::as_array);
        list.into_iter().flatten()
    }

    /// The owner that manages it, as a reference; itself where there is none.
    pub fn owner(self) -> ObjectRef {
        let controller = self
            .owners()
            .find(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true));
        match controller {
            Some(owner) => ObjectRef::new(
                text(owner, "apiVersion"),
                text(owner, "kind"),
                self.namespace(),
                text(owner, "name"),
            ),
            None => self.object(),
        }
    }
}
