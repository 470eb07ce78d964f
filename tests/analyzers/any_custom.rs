//! No custom resource makes an analyzer panic, whatever fields it lacks; nor does a shipped expression, whatever it is
//! evaluated over.

use jiff::{SignedDuration, Timestamp};
use k8stui::engine::analyzers::custom::Resource;
use k8stui::engine::analyzers::declared::{Catalog, Objects};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::any_object::worn;
use super::worlds::is_watched;

/// The corpus's objects, case by case.
#[derive(Deserialize)]
struct Case {
    objects: Vec<Value>,
}

fn cases() -> Vec<Case> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/analyzers");
    ["custom-generic.yaml", "custom-declared.yaml"]
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            serde_saphyr::from_str::<Vec<Case>>(&text).unwrap()
        })
        .collect()
}

#[test]
fn worn_custom_resources_are_analysed_without_a_panic() {
    let (catalog, cases) = (Catalog::builtin(), cases());
    let config = ProptestConfig {
        cases: 48,
        ..ProptestConfig::default()
    };
    proptest!(config, |(seed in any::<u64>(), ahead in 0_i64..200_000)| {
        let mut state = seed | 1;
        let mut dice = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as u32
        };
        let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        let now = now.checked_add(SignedDuration::from_secs(ahead)).unwrap();
        for case in &cases {
            let objects: Vec<Value> = case.objects.iter().map(|object| worn(object, &mut dice)).collect();
            let near = Objects::new(&objects, &[]);
            for object in objects.iter().filter(|object| !is_watched(object)) {
                let analysis = catalog.analyze(Resource::new(object), &near, now, &mut Vec::new());
                for finding in analysis.findings {
                    prop_assert!(!finding.code.is_empty() && !finding.title.is_empty());
                }
            }
        }
    });
}
