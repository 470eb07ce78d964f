//! Any JSON as an object of any kind: decoding and analysis give an error or findings, and never a panic.
//!
//! The first byte chooses the kind, the rest is the object.
#![no_main]

use jiff::Timestamp;
use k8stui::engine::analyzers;
use k8stui::engine::object::Kind;
use k8stui::engine::world::{Delta, Object, World};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((choice, json)) = data.split_first() else {
        return;
    };
    let Some(kind) = Kind::ALL.iter().cycle().nth(usize::from(*choice)).copied() else {
        return;
    };
    let mut reader = serde_json::Deserializer::from_slice(json);
    let Ok(object) = Object::decode(kind, &mut reader) else {
        return;
    };
    let key = object.key();
    let mut world = World::default();
    world.apply(Delta::Upsert(object));
    for kind in Kind::ALL {
        world.apply(Delta::Synced {
            kind: *kind,
            namespace: None,
            keep: [(key.namespace.clone(), key.name.clone())].into(),
        });
    }
    for analyzer in analyzers::all() {
        if analyzer.kind() == kind {
            analyzer.analyze(&world, &key, Timestamp::UNIX_EPOCH);
            analyzer.analyze(&world, &key, Timestamp::MAX);
        }
    }
});
