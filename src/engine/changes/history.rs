//! What whole objects say of their past.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Rollout, Write, author, diff, value};
use crate::engine::object::{Kind, Text};

/// An object is made and filled within this time.
const MAKING: SignedDuration = SignedDuration::from_secs(2);

/// So many keys of a ConfigMap or Secret are named.
const KEYS: usize = 4;

/// Where the Deployment controller writes the number of a revision …
const REVISION: &str = "deployment.kubernetes.io/revision";
/// … and, in a ReplicaSet that was used before, its numbers then.
const REUSED: &str = "deployment.kubernetes.io/revision-history";
/// What a person said of the change.
const CAUSE: &str = "kubernetes.io/change-cause";

/// How a ReplicaSet of a Deployment differs from the one before. `None` where they say no revision.
pub fn of_replica_sets(workload: &Value, failing: &Value, before: &Value, worked: bool) -> Option<Rollout> {
    let note = |set: &Value, name: &str| {
        let notes = set.pointer("/metadata/annotations")?;
        notes.get(name)?.as_str().map(str::to_owned)
    };
    let number = |set: &Value| note(set, REVISION)?.parse().ok();
    let template = |set: &Value| set.pointer("/spec/template").cloned().unwrap_or_default();
    let differences = diff::templates(&template(before), &template(failing));
    let entry = author::of_template(workload, &differences);
    // One that was gone back to was made long before.
    let made = created(failing).filter(|_| note(failing, REUSED).is_none());
    let mut by = author::words(entry.as_ref().map(|entry| entry.manager), workload);
    if let Some(cause) = note(failing, CAUSE) {
        by = format!(
            "{by}{}\"{}\"",
            if by.is_empty() { "" } else { ", " },
            value::cut(cause)
        );
    }
    Some(Rollout {
        name: name(failing).into(),
        number: number(failing)?,
        before: number(before)?,
        worked,
        at: made.or_else(|| entry.and_then(|entry| entry.at)),
        by: by.into(),
        differences,
    })
}

/// How a ControllerRevision of a StatefulSet or DaemonSet differs from the newest older one of which pods are ready,
/// or else from the one before. `failing` is its name; without one it is the newest. `None` where there is no older one.
pub fn of_revisions(
    workload: &Value,
    revisions: &[Value],
    failing: Option<&str>,
    ready: &[Text],
) -> Option<Rollout> {
    let number = |revision: &Value| {
        revision
            .get("revision")
            .and_then(Value::as_u64)
            .unwrap_or_default()
    };
    let failing = match failing {
        Some(failing) => revisions.iter().find(|revision| name(revision) == failing)?,
        None => revisions.iter().max_by_key(|revision| number(revision))?,
    };
    let older = || revisions.iter().filter(|one| number(one) < number(failing));
    let works = |one: &&Value| {
        hashes(one)
            .iter()
            .any(|hash| ready.iter().any(|name| **name == **hash))
    };
    let worked = older().filter(works).max_by_key(|one| number(one));
    let before = worked.or_else(|| older().max_by_key(|one| number(one)))?;
    let template = |one: &Value| one.pointer("/data/spec/template").cloned().unwrap_or_default();
    let differences = diff::templates(&template(before), &template(failing));
    let entry = author::of_template(workload, &differences);
    // One that was gone back to has a new number and its old time.
    let is_reused = older().any(|one| created(one) > created(failing));
    let made = created(failing).filter(|_| !is_reused);
    Some(Rollout {
        name: name(failing).into(),
        number: number(failing),
        before: number(before),
        worked: worked.is_some(),
        at: made.or_else(|| entry.as_ref().and_then(|entry| entry.at)),
        by: author::words(entry.as_ref().map(|entry| entry.manager), workload).into(),
        differences,
    })
}

/// Whether a ControllerRevision is one of that workload.
pub fn is_of(revision: &Value, workload: &Value) -> bool {
    let owners = revision
        .pointer("/metadata/ownerReferences")
        .and_then(Value::as_array);
    let mut owners = owners.into_iter().flatten();
    let uid = workload.pointer("/metadata/uid");
    owners.any(|owner| match (owner.get("uid"), uid) {
        (Some(owner), Some(uid)) => owner == uid,
        _ => owner.get("name").and_then(Value::as_str) == Some(name(workload)),
    })
}

/// By what pods name a revision: StatefulSets by its name, DaemonSets by its hash.
fn hashes(revision: &Value) -> Vec<String> {
    let label = revision.pointer("/metadata/labels/controller-revision-hash");
    let label = label.and_then(Value::as_str).map(str::to_owned);
    let name = Some(name(revision).to_owned()).filter(|name| !name.is_empty());
    name.into_iter().chain(label).collect()
}

/// When an object was last written, as far as that can matter to others: its data and spec, the bad conditions of a
/// node; without managedFields only when it was created.
pub fn writes(kind: Kind, object: &Value) -> Vec<Write> {
    let made = created(object);
    let mut writes: Vec<Write> = Vec::new();
    if let Some(at) = made {
        writes.push(Write {
            path: "metadata.creationTimestamp".into(),
            at,
            by: author::words(first_manager(object), object).into(),
            text: "created".into(),
            created: true,
        });
    }
    let newest = author::entries(object)
        .filter_map(|entry| Some((entry.at?, part(kind, entry.fields)?, entry.manager)))
        .filter(|(at, ..)| made.is_none_or(|made| at.duration_since(made) > MAKING))
        .max_by_key(|(at, ..)| *at);
    if let Some((at, (path, what), manager)) = newest {
        writes.push(Write {
            path: path.into(),
            at,
            by: author::words(Some(manager), object).into(),
            text: what.into(),
            created: false,
        });
    }
    if kind == Kind::Node {
        writes.extend(node(object));
    }
    writes
}

fn first_manager(object: &Value) -> Option<&str> {
    let first = author::entries(object).min_by_key(|entry| entry.at)?;
    Some(first.manager)
}

/// The field of an object that an entry is about, and what was done to it.
fn part(kind: Kind, fields: &Value) -> Option<(String, String)> {
    let fields = fields.as_object()?;
    match kind {
        Kind::ConfigMap | Kind::Secret => {
            let data = ["f:data", "f:binaryData", "f:stringData"];
            let (field, keys) = data.iter().find_map(|field| Some((field, fields.get(*field)?)))?;
            let field = field.trim_start_matches("f:");
            let keys: Vec<&str> = keys
                .as_object()
                .into_iter()
                .flat_map(|keys| keys.keys())
                .filter_map(|key| key.strip_prefix("f:"))
                .collect();
            let named = match keys.get(..KEYS) {
                Some(first) if keys.len() > KEYS => format!(" ({}, …)", first.join(", ")),
                _ if keys.is_empty() => String::new(),
                _ => format!(" ({})", keys.join(", ")),
            };
            Some((field.to_owned(), format!("{field} written{named}")))
        }
        Kind::Node => {
            let spec = fields.get("f:spec")?;
            let cordon = spec.get("f:unschedulable").map(|_| "unschedulable");
            // Who cordons writes the taint too, or has it written.
            let field = cordon.or_else(|| spec.get("f:taints").map(|_| "taints"))?;
            let text = if cordon.is_some() {
                "cordoned"
            } else {
                "taints written"
            };
            Some((format!("spec.{field}"), text.to_owned()))
        }
        _ => {
            // Everything of the object that is neither about it nor from it.
            let (field, below) = fields
                .iter()
                .find(|(name, _)| !matches!(name.as_str(), "f:metadata" | "f:status"))?;
            let field = field.strip_prefix("f:")?;
            let below: Vec<&str> = below
                .as_object()
                .into_iter()
                .flat_map(|below| below.keys())
                .filter_map(|name| name.strip_prefix("f:"))
                .filter(|name| field != "spec" || *name != "replicas")
                .collect();
            match below.as_slice() {
                [] => Some((field.to_owned(), format!("{field} written"))),
                [one] => Some((format!("{field}.{one}"), format!("{field}.{one} written"))),
                several => Some((
                    field.to_owned(),
                    format!(
                        "{field} written ({})",
                        several.get(..KEYS).unwrap_or(several).join(", ")
                    ),
                )),
            }
        }
    }
}

/// When the conditions of a node became bad, and since when it has which taint.
fn node(object: &Value) -> Vec<Write> {
    let list = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let text = |value: &Value, field: &str| {
        value
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let time = |value: &Value, field: &str| -> Option<Timestamp> { value.get(field)?.as_str()?.parse().ok() };
    let conditions = list("/status/conditions").filter_map(|condition| {
        let (kind, status) = (text(condition, "type"), text(condition, "status"));
        let is_bad = (kind == "Ready") != (status == "True");
        let said = match text(condition, "reason") {
            reason if reason.is_empty() => format!("{kind} became {status}"),
            reason => format!("{kind} became {status} ({reason})"),
        };
        is_bad.then_some(Write {
            path: format!("status.conditions[type={kind}]").into(),
            at: time(condition, "lastTransitionTime")?,
            by: "".into(),
            text: said.into(),
            created: false,
        })
    });
    let taints = list("/spec/taints").filter_map(|taint| {
        let key = text(taint, "key");
        Some(Write {
            path: "spec.taints".into(),
            at: time(taint, "timeAdded")?,
            by: "".into(),
            text: format!("taint {key}:{} added", text(taint, "effect")).into(),
            created: false,
        })
    });
    conditions.chain(taints).collect()
}

fn name(object: &Value) -> &str {
    object
        .pointer("/metadata/name")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn created(object: &Value) -> Option<Timestamp> {
    object
        .pointer("/metadata/creationTimestamp")?
        .as_str()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests;
