//! Lists all of a kind, handing on what came while the rest is on its way.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;

use super::items::Splitter;
use super::object::{Undecoded, decode};
use super::{KindState, Report, Reports};
use crate::engine::cluster::tap::{self, Seen};
use crate::engine::cluster::{Chunks, Failure, FailureKind, Live};
use crate::engine::object::{Kind, Symbol, Text};
use crate::engine::world::Delta;

/// So many objects are handed on at once: large enough that the channel costs nothing, small enough that the first
/// problems of a long list show at once.
const BATCH: usize = 256;

/// Nothing came of a list for so long.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);

/// Which version to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// What the server's cache holds (`resourceVersion=0`): the cheapest for it, and at most moments old. What every
    /// informer begins with.
    Cached,
    /// The newest there is, in pages: for after a 410, when the cache may be what was too old.
    Newest,
}

/// Lists a kind. Gives the version to watch from.
///
/// # Errors
/// What the server said; what had come is in the world all the same.
pub async fn list(
    live: &Live,
    kind: Kind,
    namespace: Option<&Text>,
    freshness: Freshness,
    reports: &Reports,
) -> Result<String, Failure> {
    let path = kind.path(namespace.map(AsRef::as_ref));
    let mut keep: HashSet<(Symbol, Text)> = HashSet::new();
    let mut broken: Vec<Undecoded> = Vec::new();
    let mut token: Option<String> = None;
    let tap = live.tap();
    tap::tell(tap, || Seen::Listing(kind, namespace.cloned())).await;
    loop {
        let query = match (&token, freshness) {
            (Some(token), _) => format!("{path}?limit=500&continue={}", encoded(token)),
            (None, Freshness::Cached) => format!("{path}?resourceVersion=0"),
            (None, Freshness::Newest) => format!("{path}?limit=500"),
        };
        let mut chunks = live.chunks(&query, kind.form().list()).await?;
        let mut splitter = Splitter::default();
        let mut batch: Vec<Delta> = Vec::new();
        while let Some(chunk) = next(&mut chunks, kind).await? {
            let mut whole: Vec<Box<[u8]>> = Vec::new();
            splitter.feed(&chunk, |item| {
                if tap.is_some() {
                    whole.push(item.into());
                }
                match decode(kind, item) {
                    Ok(object) => {
                        let key = object.key();
                        keep.insert((key.namespace, key.name));
                        batch.push(Delta::Upsert(object));
                    }
                    // It is there all the same: what was known of it stays.
                    Err(undecoded) => {
                        let key = &undecoded.key;
                        keep.insert((key.namespace.clone(), key.name.clone()));
                        broken.push(undecoded);
                    }
                }
            });
            for json in whole {
                tap::tell(tap, || Seen::Object(kind, json)).await;
            }
            if batch.len() >= BATCH {
                hand_on(reports, &mut batch).await;
                let state = KindState::Reading {
                    read: keep.len() as u64,
                    expected: None,
                };
                tell(reports, kind, namespace, state).await;
            }
        }
        hand_on(reports, &mut batch).await;
        let envelope = splitter.finish().map_err(|error| {
            Failure::new(
                FailureKind::Unreachable,
                format!("the list of {} was cut short: {error}", kind.plural()),
            )
        })?;
        let metadata = envelope.metadata;
        token = metadata.continue_token.filter(|token| !token.is_empty());
        if token.is_none() {
            tap::tell(tap, || Seen::Listed(kind, namespace.cloned())).await;
            let synced = Delta::Synced {
                kind,
                namespace: namespace.cloned(),
                keep,
            };
            let _ = reports.send(Report::Deltas(vec![synced])).await;
            // After it: a list that is through says anew what was not understood.
            for Undecoded { mut key, why } in broken {
                if let Some(namespace) = namespace {
                    key.namespace = Symbol::from(&**namespace);
                }
                let _ = reports.send(Report::Broken { key, why }).await;
            }
            return Ok(metadata.resource_version);
        }
        let read = keep.len() as u64;
        let state = KindState::Reading {
            read,
            expected: metadata.remaining_item_count.map(|rest| read + rest),
        };
        tell(reports, kind, namespace, state).await;
    }
}

/// The next part of a list; a connection on which nothing comes is dead.
async fn next(chunks: &mut Chunks, kind: Kind) -> Result<Option<Bytes>, Failure> {
    let Ok(chunk) = tokio::time::timeout(SILENCE_LIMIT, chunks.next()).await else {
        let what = format!("the list of {} went silent", kind.plural());
        return Err(Failure::new(FailureKind::Unreachable, what));
    };
    chunk.transpose()
}

// A receiver that is gone means that the engine has ended; the task is about to be dropped too.
async fn hand_on(reports: &Reports, batch: &mut Vec<Delta>) {
    if !batch.is_empty() {
        let _ = reports.send(Report::Deltas(std::mem::take(batch))).await;
    }
}

async fn tell(reports: &Reports, kind: Kind, namespace: Option<&Text>, state: KindState) {
    let _ = reports
        .send(Report::Kind {
            kind,
            namespace: namespace.cloned(),
            state,
        })
        .await;
}

/// A query value: tokens are base64, whose `+`, `/` and `=` mean something else in a query.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
