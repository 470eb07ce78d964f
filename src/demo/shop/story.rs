//! What happens in the shop and when: data, with what the seed makes of it.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::chance::Chance;
use super::kubelet::sign;
use super::object::{number, set};
use super::world::{Due, World};
use super::{defaults, manifests};
use crate::demo::server::strategic;

/// One step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// From the start of the demo; negative: before it.
    pub(super) at: SignedDuration,
    every: Option<SignedDuration>,
    /// How much later the seed may make it.
    #[serde(default)]
    jitter: SignedDuration,
    /// The field manager.
    by: String,
    /// A file of manifests.
    apply: Option<String>,
    change: Option<Target>,
    patch: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    resource: String,
    namespace: String,
    name: String,
}

/// The steps, in the order of the file.
pub(super) fn read() -> Result<Vec<Step>, serde_saphyr::Error> {
    serde_saphyr::from_str(include_str!("data/story.yaml"))
}

/// When a step happens, counted from the start of the demo.
pub(super) fn moment(step: &Step, chance: &mut Chance) -> SignedDuration {
    let late = chance.below(step.jitter.as_secs().unsigned_abs() + 1);
    step.at.saturating_add(SignedDuration::from_secs(late as i64))
}

/// Does it, and plans the next time.
pub(super) fn happen(world: &mut World, index: usize, step: &Step) {
    if let Some(every) = step.every {
        world.after(every.as_secs(), Due::Story(index));
    }
    if let Some(file) = &step.apply {
        for mut object in manifests::of(file) {
            defaults::complete(&mut object);
            sign(
                &mut object,
                &step.by,
                world.now,
                &json!({"f:metadata": {}, "f:spec": {}}),
                None,
            );
            address(world, &mut object);
            world.create(object);
        }
    }
    if let (Some(target), Some(patch)) = (&step.change, &step.patch) {
        let key = (target.namespace.clone(), target.name.clone());
        let now = world.now;
        world.edit(&target.resource, &key, |object| {
            let before = object.clone();
            strategic::merge(object, patch);
            defaults::complete(object);
            if *object == before {
                return;
            }
            let generation = number(object, "/metadata/generation");
            if generation > 0 {
                set(object, "/metadata", "generation", json!(generation + 1));
            }
            sign(object, &step.by, now, &fields_of(patch), None);
        });
    }
}

/// A Service's cluster address.
fn address(world: &mut World, object: &mut Value) {
    let is_service = object.get("kind").and_then(Value::as_str) == Some("Service");
    if is_service && object.pointer("/spec/clusterIP").is_none() {
        let ip = format!(
            "10.{}.{}.{}",
            96 + world.chance.below(16),
            world.chance.below(256),
            1 + world.chance.below(254)
        );
        set(object, "/spec", "clusterIP", json!(ip));
    }
    if is_service {
        let ip = object.pointer("/spec/clusterIP").cloned().unwrap_or_default();
        set(object, "/spec", "clusterIPs", json!([ip]));
    }
}

/// The fields that a patch owns, in the notation of `managedFields`.
fn fields_of(patch: &Value) -> Value {
    match patch {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (format!("f:{key}"), fields_of(value)))
            .collect(),
        Value::Array(items) => items
            .iter()
            .map(|item| {
                let name = item.get("name").cloned().unwrap_or_default();
                let rest = item
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(key, _)| key.as_str() != "name");
                let fields: serde_json::Map<String, Value> = rest
                    .map(|(key, value)| (format!("f:{key}"), fields_of(value)))
                    .collect();
                (format!("k:{{\"name\":{name}}}"), Value::Object(fields))
            })
            .collect(),
        _ => json!({}),
    }
}
