//! Files told in the words of the watches: everything at once, and then nothing any more.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::discover::is_built_in;
use super::{Discovered, KindState, Report, Reports, Scope, namespaces};
use crate::engine::cluster::files::{Broken, Reach};
use crate::engine::cluster::{Failure, FailureKind, Files, Source};
use crate::engine::coverage::{Entry, Status};
use crate::engine::custom_kind::CustomKind;
use crate::engine::object::{Key, Kind, Symbol, Text};
use crate::engine::world::{Delta, Object};

/// So many objects are handed on at once.
const BATCH: usize = 256;

/// Tells what the files hold. It ends when the set is dropped, or when all has been told.
pub fn start(files: &Arc<Files>, scope: &Scope, reports: &Reports) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(tell(files.clone(), scope.clone(), reports.clone()));
    tasks
}

/// The identity comes last: nothing is said before it is known, and so nothing before everything is there.
async fn tell(files: Arc<Files>, scope: Scope, reports: Reports) {
    let mut objects: BTreeMap<Kind, Vec<(Key, Object)>> = BTreeMap::new();
    for object in files.take_objects() {
        let key = object.key();
        if asked_for(&scope, &key) {
            objects.entry(key.kind).or_default().push((key, object));
        }
    }
    for kind in Kind::ALL {
        kind_told(
            &files,
            &scope,
            &reports,
            *kind,
            objects.remove(kind).unwrap_or_default(),
        )
        .await;
    }
    for entry in notes(&files) {
        let _ = reports.send(Report::Covered(entry)).await;
    }
    let _ = reports.send(Report::Discovered(customs(&files))).await;
    let identity = Report::Identity {
        id: files.id.clone(),
        server_version: files.server_version.clone(),
    };
    let _ = reports.send(identity).await;
}

/// The kinds in the files that are not built in: their definitions need not be there too.
fn customs(files: &Files) -> Vec<Discovered> {
    let found = files.kinds().into_keys().filter_map(|(kind, group)| {
        let first = (!is_built_in(&group)).then(|| files.of_kind(&group, &kind).into_iter().next())??;
        Some(Discovered {
            version: first
                .api_version
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned(),
            plural: format!("{}s", kind.to_lowercase()),
            namespaced: !first.namespace.is_empty(),
            group: group.to_string(),
            kind: kind.to_string(),
        })
    });
    found.collect()
}

/// Tells all objects of a custom kind: they are read again, for only now is it known what of them is kept.
pub(super) async fn tell_custom(files: Arc<Files>, scope: Scope, reports: Reports, custom: CustomKind) {
    let kind = Kind::Custom(custom);
    let definition = custom.definition();
    let mut objects = Vec::new();
    for reference in files.of_kind(definition.group, definition.name) {
        // What cannot be read again was named when the files were opened.
        let Ok(json) = files.object(reference).await else {
            continue;
        };
        let Ok(object) = Object::decode(kind, json) else {
            continue;
        };
        let key = object.key();
        if asked_for(&scope, &key) {
            objects.push((key, object));
        }
    }
    let keep = objects
        .iter()
        .map(|(key, _)| (key.namespace.clone(), key.name.clone()))
        .collect();
    let mut deltas: Vec<Delta> = objects
        .into_iter()
        .map(|(_, object)| Delta::Upsert(object))
        .collect();
    deltas.push(Delta::Synced {
        kind,
        namespace: None,
        keep,
    });
    let _ = reports.send(Report::Deltas(deltas)).await;
    let _ = reports
        .send(Report::Kind {
            kind,
            namespace: None,
            state: KindState::Watching,
        })
        .await;
}

fn asked_for(scope: &Scope, key: &Key) -> bool {
    namespaces(scope, key.kind)
        .iter()
        .any(|one| one.as_ref().is_none_or(|one| key.namespace == **one))
}

async fn kind_told(files: &Files, scope: &Scope, reports: &Reports, kind: Kind, objects: Vec<(Key, Object)>) {
    let keys: Vec<Key> = objects.iter().map(|(key, _)| key.clone()).collect();
    let mut deltas = objects
        .into_iter()
        .map(|(_, object)| Delta::Upsert(object))
        .peekable();
    while deltas.peek().is_some() {
        let batch = deltas.by_ref().take(BATCH).collect();
        let _ = reports.send(Report::Deltas(batch)).await;
    }
    for namespace in namespaces(scope, kind) {
        for (place, state) in places(files, kind, namespace) {
            let says_all = state == KindState::Watching && files.reach(kind) != Some(&Reach::Some);
            let delta = if says_all {
                let inside = |key: &&Key| place.as_ref().is_none_or(|one| key.namespace == **one);
                let keep: HashSet<(Symbol, Text)> = keys
                    .iter()
                    .filter(inside)
                    .map(|key| (key.namespace.clone(), key.name.clone()))
                    .collect();
                Delta::Synced {
                    kind,
                    namespace: place.clone(),
                    keep,
                }
            } else {
                Delta::Unreadable {
                    kind,
                    namespace: place.clone(),
                }
            };
            let _ = reports.send(Report::Deltas(vec![delta])).await;
            let _ = reports
                .send(Report::Kind {
                    kind,
                    namespace: place,
                    state,
                })
                .await;
        }
    }
}

/// How a kind stands in a namespace that is asked for, or in all: perhaps only in some of them.
fn places(files: &Files, kind: Kind, asked: Option<Text>) -> Vec<(Option<Text>, KindState)> {
    let why = files.why_unreadable(kind).filter(|why| !why.is_empty());
    let absent = |place| {
        let state = why.map_or(KindState::Absent, |why| KindState::Forbidden(why.clone()));
        vec![(place, state)]
    };
    match (files.reach(kind), asked) {
        (None, asked) => absent(asked),
        (Some(Reach::Torn), asked) => {
            let what = format!(
                "not all {} are in {}: a list is broken",
                kind.plural(),
                files.name
            );
            let failure = Failure::new(FailureKind::Refused, what);
            vec![(asked, KindState::Failing(failure, files.at))]
        }
        (Some(Reach::Everywhere | Reach::Some), asked) => vec![(asked, KindState::Watching)],
        (Some(Reach::In(places)), None) => places
            .iter()
            .map(|place| (Some(Text::from(&**place)), KindState::Watching))
            .chain(why.map(|why| (None, KindState::Forbidden(why.clone()))))
            .collect(),
        (Some(Reach::In(places)), Some(one)) => {
            if places.iter().any(|place| *place == *one) {
                vec![(Some(one), KindState::Watching)]
            } else {
                absent(Some(one))
            }
        }
    }
}

/// What else is to be said of the files: what is broken in them, and whether there are logs.
fn notes(files: &Files) -> Vec<Entry> {
    let entry = |what: &str, kind: Text, status, objects, detail: String| Entry {
        cluster: "".into(),
        what: what.into(),
        group: "".into(),
        kind,
        namespace: "".into(),
        status,
        objects,
        detail: detail.into(),
    };
    let mut notes: Vec<Entry> = files
        .broken
        .iter()
        .map(|Broken { file, line, why }| {
            let line = line.map_or(String::new(), |line| format!("line {line}: "));
            entry("input", file.clone(), Status::Error, 0, format!("{line}{why}"))
        })
        .collect();
    if files.more_broken > 0 {
        let detail = format!("{} more parts could not be read", files.more_broken);
        notes.push(entry(
            "input",
            files.name.clone(),
            Status::Error,
            files.more_broken,
            detail,
        ));
    }
    let logs = files.logs();
    let status = if logs > 0 { Status::Ok } else { Status::Absent };
    notes.push(entry("logs", "Pod".into(), status, logs as u64, String::new()));
    notes
}
