//! Follows a kind from a version on.

use std::time::Duration;

use futures::StreamExt;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::object::{Undecoded, decode, resource_version};
use super::{KindState, Report, Reports};
use crate::engine::cluster::lines::lines;
use crate::engine::cluster::tap::{self, Seen};
use crate::engine::cluster::{Failure, FailureKind, Live};
use crate::engine::object::{Kind, Text};
use crate::engine::world::Delta;

/// The server ends a watch after so many seconds; a new one goes on where it was.
const WATCH_SECONDS: u32 = 290;
/// Servers send a bookmark about every minute: a connection on which nothing came for so long is dead.
const SILENCE_LIMIT: Duration = Duration::from_secs(100);

/// How a watch ended.
#[derive(Debug, PartialEq)]
pub enum Ended {
    /// As it should, after its time: go on from `version`.
    Quietly,
    /// The server has forgotten the version: list again.
    Expired,
    /// It broke.
    Broken(Failure),
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    code: u16,
    message: String,
}

/// Follows a kind; `version` moves on with what is seen.
pub async fn follow(
    live: &Live,
    kind: Kind,
    namespace: Option<&Text>,
    version: &mut String,
    reports: &Reports,
) -> Ended {
    let path = format!(
        "{}?watch=true&allowWatchBookmarks=true&timeoutSeconds={WATCH_SECONDS}&resourceVersion={version}",
        kind.path(namespace.map(AsRef::as_ref))
    );
    let chunks = match live.chunks(&path, kind.form().object()).await {
        Ok(chunks) => chunks,
        Err(failure) if failure.what.starts_with("410") => return Ended::Expired,
        Err(failure) => return Ended::Broken(failure),
    };
    let state = KindState::Watching;
    let _ = reports
        .send(Report::Kind {
            kind,
            namespace: namespace.cloned(),
            state,
        })
        .await;
    // What has arrived together is handed on together.
    let mut lines = std::pin::pin!(lines(chunks).ready_chunks(256));
    loop {
        let arrived = match tokio::time::timeout(SILENCE_LIMIT, lines.next()).await {
            Ok(Some(arrived)) => arrived,
            Ok(None) => return Ended::Quietly,
            Err(_) => {
                let what = format!("the watch of {} went silent", kind.plural());
                return Ended::Broken(Failure::new(FailureKind::Unreachable, what));
            }
        };
        let mut deltas = Vec::new();
        let mut end = None;
        for line in arrived {
            let step = match line {
                Ok(line) => {
                    record(live, kind, &line).await;
                    read(kind, &line)
                }
                Err(failure) => Step::End(Ended::Broken(failure)),
            };
            match step {
                Step::Change(delta, at) => {
                    deltas.push(delta);
                    *version = at.unwrap_or_else(|| std::mem::take(version));
                }
                Step::Bookmark(at) => *version = at.unwrap_or_else(|| std::mem::take(version)),
                Step::Broken(Undecoded { key, why }, at) => {
                    let _ = reports.send(Report::Broken { key, why }).await;
                    *version = at.unwrap_or_else(|| std::mem::take(version));
                }
                Step::End(reason) => {
                    end = Some(reason);
                    break;
                }
            }
        }
        if !deltas.is_empty() {
            let _ = reports.send(Report::Deltas(deltas)).await;
        }
        if let Some(reason) = end {
            return reason;
        }
    }
}

/// Hands an event on to whoever records.
async fn record(live: &Live, kind: Kind, line: &[u8]) {
    let Some(tap) = live.tap() else { return };
    let Ok(Line { kind: change, object }) = serde_json::from_slice::<Line>(line) else {
        return;
    };
    let json = object.get().as_bytes().into();
    match change {
        "ADDED" | "MODIFIED" => tap::tell(Some(tap), || Seen::Object(kind, json)).await,
        "DELETED" => tap::tell(Some(tap), || Seen::Gone(kind, json)).await,
        _ => {}
    }
}

enum Step {
    Change(Delta, Option<String>),
    Bookmark(Option<String>),
    Broken(Undecoded, Option<String>),
    End(Ended),
}

fn read(of: Kind, line: &[u8]) -> Step {
    let Ok(Line { kind, object }) = serde_json::from_slice::<Line>(line) else {
        let what = format!("the watch of {} sent a line that is no event", of.plural());
        return Step::End(Ended::Broken(Failure::new(FailureKind::Unreachable, what)));
    };
    let json = object.get().as_bytes();
    match kind {
        "BOOKMARK" => Step::Bookmark(resource_version(json)),
        "ERROR" => {
            let status: Status = serde_json::from_slice(json).unwrap_or_default();
            Step::End(match status.code {
                410 => Ended::Expired,
                code => Ended::Broken(Failure::new(
                    FailureKind::Unreachable,
                    format!("the watch of {} ended: {code} {}", of.plural(), status.message),
                )),
            })
        }
        _ => match decode(of, json) {
            Ok(object) if kind == "DELETED" => {
                Step::Change(Delta::Remove(object.key()), resource_version(json))
            }
            Ok(object) => Step::Change(Delta::Upsert(object), resource_version(json)),
            // Gone is gone, whatever it was in the end.
            Err(Undecoded { key, .. }) if kind == "DELETED" && !key.name.is_empty() => {
                Step::Change(Delta::Remove(key), resource_version(json))
            }
            Err(undecoded) => Step::Broken(undecoded, resource_version(json)),
        },
    }
}
