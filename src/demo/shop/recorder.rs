//! Events as the components record them: the same one again is counted, and a component that talks too much about one
//! object is slowed down, as client-go's correlator does it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::object::{key_of, number, set, text};
use super::world::World;
use crate::demo::store::{Key, seconds};

/// Events about one object that may come at once.
const BURST: f64 = 25.0;
/// Then one in so many seconds.
const REFILL: f64 = 300.0;
/// How long the API server keeps an event.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// Who records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source<'a> {
    Kubelet { node: &'a str },
    Controller(&'static str),
    Scheduler,
}

/// What is recorded.
pub(super) struct Note<'a> {
    pub(super) warning: bool,
    pub(super) reason: &'static str,
    pub(super) message: String,
    /// The container that it is about.
    pub(super) container: Option<&'a str>,
}

/// Remembers what it recorded.
#[derive(Default)]
pub(super) struct Recorder {
    known: BTreeMap<(String, String), Key>,
    budgets: BTreeMap<(String, String), (f64, Timestamp)>,
}

impl Recorder {
    pub(super) fn record(&mut self, world: &mut World, about: &Value, source: Source<'_>, note: &Note<'_>) {
        let uid = text(about, "/metadata/uid").to_owned();
        let (component, host) = match source {
            Source::Kubelet { node } => ("kubelet", node),
            Source::Controller(name) => (name, ""),
            Source::Scheduler => ("default-scheduler", ""),
        };
        if !self.affords(world.now, component, &uid) {
            return;
        }
        let now = seconds(world.now);
        let identity = (
            uid.clone(),
            format!(
                "{} {} {}",
                note.reason,
                note.container.unwrap_or_default(),
                note.message
            ),
        );
        if let Some(key) = self.known.get(&identity)
            && world.get("events", key).is_some()
        {
            let key = key.clone();
            world.edit("events", &key, |event| {
                if source == Source::Scheduler {
                    let count = number(event, "/series/count").max(1) + 1;
                    set(
                        event,
                        "",
                        "series",
                        json!({"count": count, "lastObservedTime": micro(&now)}),
                    );
                } else {
                    let count = number(event, "/count") + 1;
                    set(event, "", "count", json!(count));
                    set(event, "", "lastTimestamp", json!(now));
                }
            });
            return;
        }
        let (namespace, name) = key_of(about);
        let home = if namespace.is_empty() {
            "default"
        } else {
            namespace.as_str()
        };
        let mut involved = json!({
            "apiVersion": text(about, "/apiVersion"), "kind": text(about, "/kind"), "name": name,
            "uid": uid, "resourceVersion": text(about, "/metadata/resourceVersion"),
        });
        if !namespace.is_empty() {
            set(&mut involved, "", "namespace", json!(namespace));
        }
        if let Some(container) = note.container {
            set(
                &mut involved,
                "",
                "fieldPath",
                json!(format!("spec.containers{{{container}}}")),
            );
        }
        let mut event = json!({
            "apiVersion": "v1", "kind": "Event",
            "metadata": {"namespace": home, "name": format!("{name}.{:016x}", world.chance.next())},
            "involvedObject": involved, "reason": note.reason, "message": note.message,
            "type": if note.warning { "Warning" } else { "Normal" }, "reportingComponent": component,
        });
        if source == Source::Scheduler {
            let action = if note.reason == "Scheduled" {
                "Binding"
            } else {
                "Scheduling"
            };
            for (field, value) in [
                ("action", json!(action)),
                ("eventTime", json!(micro(&now))),
                ("firstTimestamp", Value::Null),
                ("lastTimestamp", Value::Null),
                ("reportingInstance", json!("default-scheduler-control-1")),
                ("source", json!({})),
            ] {
                set(&mut event, "", field, value);
            }
        } else {
            let mut from = json!({"component": component});
            if !host.is_empty() {
                set(&mut from, "", "host", json!(host));
            }
            for (field, value) in [
                ("count", json!(1)),
                ("eventTime", Value::Null),
                ("firstTimestamp", json!(now)),
                ("lastTimestamp", json!(now)),
                ("reportingInstance", json!(host)),
                ("source", from),
            ] {
                set(&mut event, "", field, value);
            }
        }
        self.known.insert(identity, key_of(&event));
        world.create(event);
    }

    fn affords(&mut self, now: Timestamp, component: &str, uid: &str) -> bool {
        let budget = self
            .budgets
            .entry((component.to_owned(), uid.to_owned()))
            .or_insert((BURST, now));
        let elapsed = now.duration_since(budget.1).as_secs_f64();
        *budget = ((budget.0 + elapsed / REFILL).min(BURST), now);
        let enough = budget.0 >= 1.0;
        if enough {
            budget.0 -= 1.0;
        }
        enough
    }

    /// Drops what the API server would have dropped.
    pub(super) fn expire(&mut self, world: &mut World) {
        let Ok(oldest) = world.now.checked_sub(KEPT) else {
            return;
        };
        let old: Vec<Key> = world
            .all("events")
            .filter(|event| {
                ["/series/lastObservedTime", "/lastTimestamp", "/eventTime"]
                    .iter()
                    .find_map(|pointer| text(event, pointer).parse::<Timestamp>().ok())
                    .is_some_and(|last| last < oldest)
            })
            .map(key_of)
            .collect();
        for key in old {
            world.delete("events", &key);
            self.known.retain(|_, known| known != &key);
        }
    }
}

/// A `MicroTime`.
fn micro(time: &str) -> String {
    time.replace('Z', ".000000Z")
}
