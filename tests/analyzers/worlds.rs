//! Worlds made of API objects as JSON.

use std::collections::HashSet;
use std::sync::LazyLock;

use jiff::Timestamp;
use k8stui::engine::analyzers::custom::Resource;
use k8stui::engine::analyzers::declared::{Catalog, Objects};
use k8stui::engine::analyzers::{self, Analyzer, logs};
use k8stui::engine::finding::Finding;
use k8stui::engine::object::Kind;
use k8stui::engine::world::{Delta, LogKey, Object, World};
use serde_json::Value;

/// Whether the object is of a kind that is watched as such; all else is a custom resource, or only related to one.
pub fn is_watched(value: &Value) -> bool {
    let resource = Resource::new(value);
    // Events have two forms, of which one is read as the other.
    let group = if resource.kind() == "Event" {
        ""
    } else {
        resource.group()
    };
    Kind::ALL
        .iter()
        .any(|kind| kind.name() == resource.kind() && kind.group() == group)
}

/// What the declared and the generic analyzers find in custom resources, among these objects.
///
/// # Panics
/// An expression makes no sense with an object.
pub fn custom_findings(objects: &[Value], unread: &[String], now: Timestamp) -> Vec<Finding> {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);
    let near = Objects::new(objects, unread);
    let mut findings = Vec::new();
    for value in objects.iter().filter(|value| !is_watched(value)) {
        let mut trouble = Vec::new();
        let analysis = CATALOG.analyze(Resource::new(value), &near, now, &mut trouble);
        assert!(trouble.is_empty(), "{trouble:#?}");
        findings.extend(analysis.findings);
    }
    findings
}

/// The slim form of an API object.
pub fn object(value: Value) -> Result<Object, serde_json::Error> {
    let name = value["kind"].as_str().unwrap_or_default();
    let kind = Kind::from_name(name).unwrap_or_else(|| panic!("no such kind: {name}"));
    Object::decode(kind, value)
}

/// A world in which these objects are, and of which all kinds have been read except those in `unread`.
pub fn world(objects: impl IntoIterator<Item = Value>, unread: &[&str]) -> World {
    let mut world = World::new("cluster".into());
    for value in objects {
        world.apply(Delta::Upsert(object(value).unwrap()));
    }
    for kind in Kind::ALL {
        if unread.contains(&kind.name()) {
            continue;
        }
        let keep: HashSet<_> = world
            .keys(*kind)
            .into_iter()
            .map(|key| (key.namespace, key.name))
            .collect();
        world.apply(Delta::Synced {
            kind: *kind,
            namespace: None,
            keep,
        });
    }
    world
}

/// Gives the world the digest of a log.
pub fn add_log(world: &mut World, key: LogKey, container_id: &str, text: &str) {
    let lines: Vec<logs::LogLine> = text.lines().map(line).collect();
    let digest = logs::digest(container_id, &lines, false);
    world.apply(Delta::Log(key, Box::new(digest)));
}

/// Gives the world the digest of a log of a pod that does not fail.
pub fn skim_log(world: &mut World, key: LogKey, text: &str) {
    let lines: Vec<logs::LogLine> = text.lines().map(line).collect();
    let digest = logs::LogDigest {
        skimmed: true,
        ..logs::digest("", &lines, false)
    };
    world.apply(Delta::Log(key, Box::new(digest)));
}

/// A line as the kubelet writes it, with its time if it has one.
pub fn line(text: &str) -> logs::LogLine {
    match text.split_once(' ') {
        Some((time, rest)) if time.len() > 19 && time.parse::<Timestamp>().is_ok() => logs::LogLine {
            time: time.parse().ok(),
            text: rest.into(),
        },
        _ => logs::LogLine {
            time: None,
            text: text.into(),
        },
    }
}

/// What all analyzers find, in order of object and code.
pub fn findings(world: &World, now: Timestamp) -> Vec<Finding> {
    found_by(analyzers::all(), world, now)
}

/// What these analyzers find, in order of object and code.
pub fn found_by(analyzers: Vec<Box<dyn Analyzer>>, world: &World, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    for analyzer in analyzers {
        for key in analyzer.keys(world, None) {
            findings.extend(analyzer.analyze(world, &key, now).findings);
        }
    }
    findings.sort_by(|a, b| (&a.object, &a.code, &a.subject).cmp(&(&b.object, &b.code, &b.subject)));
    findings
}
