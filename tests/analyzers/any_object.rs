//! No object that an API server accepts makes an analyzer panic, whatever fields it lacks.

use std::collections::BTreeSet;

use jiff::Timestamp;
use k8stui::engine::analyzers::logs;
use k8stui::engine::kinds::Pod;
use k8stui::engine::object::Kind;
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::kept::written;
use super::recorded::{NOW, recorded};
use super::worlds::{findings, object, world};

/// Objects as they were recorded, some of each kind, and those that are written of kinds that were not.
fn templates() -> Vec<Value> {
    let every = |kind| match kind {
        Kind::Pod | Kind::EndpointSlice => 6,
        Kind::ReplicaSet | Kind::Deployment | Kind::Event => 12,
        Kind::Job => 3,
        Kind::Service => 5,
        Kind::Namespace | Kind::ServiceAccount | Kind::ConfigMap => 40,
        _ => 1,
    };
    let recorded = Kind::ALL
        .iter()
        .flat_map(|kind| recorded(*kind).into_iter().step_by(every(*kind)));
    recorded.chain(written()).collect()
}

#[test]
fn every_kind_is_among_the_templates() {
    let kinds: BTreeSet<String> = templates()
        .iter()
        .filter_map(|object| Some(object["kind"].as_str()?.to_owned()))
        .collect();
    let missing: Vec<&Kind> = Kind::ALL
        .iter()
        .filter(|kind| !kinds.contains(kind.name()))
        .collect();
    assert!(missing.is_empty(), "no object of kind {missing:?}");
}

/// The value with fields dropped or made null and texts changed, as the bits of `dice` say.
pub fn worn(value: &Value, dice: &mut dyn FnMut() -> u32) -> Value {
    match value {
        Value::Object(map) => {
            let mut out = Map::new();
            for (key, inner) in map {
                let kept = matches!(key.as_str(), "kind" | "name" | "metadata");
                match (kept, dice() % 12) {
                    // Long names of kinds would be cut.
                    _ if key == "kind" => {
                        out.insert(key.clone(), inner.clone());
                    }
                    (false, 0) => {}
                    (false, 1) if !inner.is_string() => {
                        out.insert(key.clone(), Value::Null);
                    }
                    _ => {
                        out.insert(key.clone(), worn(inner, dice));
                    }
                }
            }
            Value::Object(out)
        }
        Value::Array(list) => {
            let kept: Vec<Value> = list
                .iter()
                .filter_map(|inner| match dice() % 8 {
                    0 => None,
                    _ => Some(worn(inner, dice)),
                })
                .collect();
            Value::Array(kept)
        }
        Value::Number(_) if dice().is_multiple_of(8) => Value::from(i32::MAX),
        Value::Number(_) if dice().is_multiple_of(8) => Value::from(0),
        Value::String(text) if text.len() > 30 && dice().is_multiple_of(6) => {
            let cut: String = text.chars().take((dice() % 40) as usize).collect();
            Value::from(format!("{cut}\u{1b}[31m\u{0}é"))
        }
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn worn_objects_are_analysed_without_a_panic(seed in any::<u64>(), ahead in 0_i64..200_000) {
        let mut state = seed | 1;
        let mut dice = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as u32
        };
        // What does not decode is named and skipped by the watch; here it is left out.
        let objects: Vec<Value> = templates()
            .iter()
            .map(|template| worn(template, &mut dice))
            .filter(|value| object(value.clone()).is_ok())
            .collect();
        prop_assert!(!objects.is_empty());
        let world = world(objects, &[]);
        let now: Timestamp = NOW.parse().unwrap();
        let now = now.checked_add(jiff::SignedDuration::from_secs(ahead)).unwrap();
        for finding in findings(&world, now) {
            prop_assert!(!finding.code.is_empty() && !finding.title.is_empty());
        }
        for pod in world.all::<Pod>() {
            let wanted = logs::wanted(&world, pod);
            prop_assert!(wanted.len() <= 2 * pod.statuses().count());
        }
    }

    #[test]
    fn any_text_is_digested(lines in proptest::collection::vec(".{0,120}", 0..60)) {
        let lines: Vec<logs::LogLine> = lines
            .into_iter()
            .map(|text| logs::LogLine { time: None, text: text.into() })
            .collect();
        let digest = logs::digest("", &lines, false);
        prop_assert!(digest.patterns.len() <= 60 && digest.tail.len() <= 40);
        for pattern in &digest.patterns {
            let title = logs::headline(pattern);
            prop_assert!(title.chars().count() <= 121 && !title.chars().any(|c| c.is_control() && c != '\t'));
        }
    }
}
