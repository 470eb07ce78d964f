//! Watches: what changes, as it changes.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use futures::stream;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use super::Context;
use super::body::{self, Answer};
use super::list::{Rows, complete, included, malformed, selector};
use super::request::{Call, Form, Objects};
use super::status::Failure;
use crate::demo::faults::Expiry;
use crate::demo::resource::Resource;
use crate::demo::store::{Expired, Selector};

/// How often a watch that asked for bookmarks gets one. A real server sends them each minute.
const BOOKMARK_EVERY: Duration = Duration::from_secs(10);

/// How long a watch lives that names no `timeoutSeconds`.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(30);

pub(super) fn answer(context: Arc<Context>, call: &Call, target: &Objects) -> Result<Answer, Failure> {
    let selector = selector(call, target)?;
    let resource = target.resource;
    let from = call.query.number("resourceVersion")?;
    let initial = call.query.flag("sendInitialEvents");
    let bookmarks = call.query.flag("allowWatchBookmarks");
    if initial && call.query.get("resourceVersionMatch") != Some("NotOlderThan") {
        return Err(Failure::bad_request(
            "sendInitialEvents needs resourceVersionMatch=NotOlderThan",
        ));
    }
    let timeout = call
        .query
        .number("timeoutSeconds")?
        .map_or(DEFAULT_TIMEOUT, Duration::from_secs);
    let mut pending = VecDeque::new();
    let mut expired = false;
    let revision = match context.faults.take_expiry() {
        Some(Expiry::Status) => {
            let oldest = context.store.revision();
            return Err(Expired {
                asked: from.unwrap_or_default(),
                oldest,
            }
            .into());
        }
        Some(Expiry::Event) => {
            expired = true;
            from.unwrap_or_default()
        }
        None => from.unwrap_or_default(),
    };
    let mut watch = Watch {
        rows: Rows {
            resource,
            now: context.store.clock().now(),
            with: included(call),
        },
        form: call.form,
        headed: false,
        changed: context.store.subscribe(),
        context,
        resource,
        namespace: target.namespace.clone(),
        selector,
        revision,
        bookmarks,
        deadline: Instant::now() + timeout,
        next_bookmark: Instant::now() + BOOKMARK_EVERY,
        sent: 0,
        pending: VecDeque::new(),
        ended: false,
    };
    if expired {
        pending.push_back(Watch::error(Expired {
            asked: revision,
            oldest: watch.context.store.revision(),
        }));
        watch.ended = true;
    } else if initial || revision == 0 {
        // A watch from nowhere begins with what there is.
        let page =
            watch
                .context
                .store
                .page(resource, watch.namespace.as_deref(), &watch.selector, None, None);
        for body in &page.items {
            let event = watch.event("ADDED", body);
            pending.push_back(event);
        }
        watch.revision = page.revision;
        if initial {
            pending.push_back(watch.bookmark(true));
        }
    } else {
        watch.context.store.remembers(resource, revision)?;
    }
    watch.pending = pending;
    Ok(body::stream(
        "application/json",
        stream::unfold(watch, |mut watch| async move {
            let chunk = watch.next().await?;
            Some((chunk, watch))
        }),
    ))
}

struct Watch {
    context: Arc<Context>,
    resource: &'static Resource,
    namespace: Option<String>,
    selector: Selector,
    form: Form,
    rows: Rows,
    /// Whether the columns of a table have been sent: only the first event has them.
    headed: bool,
    revision: u64,
    changed: Receiver<u64>,
    bookmarks: bool,
    deadline: Instant,
    next_bookmark: Instant,
    sent: usize,
    pending: VecDeque<Bytes>,
    ended: bool,
}

impl Watch {
    /// The next event, or `None` at the end of the watch.
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        loop {
            self.context.faults.until_answering().await;
            if let Some(event) = self.pending.pop_front() {
                if self
                    .context
                    .faults
                    .cut_after()
                    .is_some_and(|limit| self.sent >= limit)
                {
                    return self.cut(&event).await;
                }
                self.sent += 1;
                return Some(Ok(event));
            }
            if self.ended || Instant::now() >= self.deadline {
                return None;
            }
            self.changed.mark_unchanged();
            match self.context.store.changes(self.resource, self.revision) {
                Err(expired) => {
                    let event = Self::error(expired);
                    self.pending.push_back(event);
                    self.ended = true;
                    continue;
                }
                Ok((changes, revision)) => {
                    for change in changes {
                        let Some(kind) = change.seen_by(self.namespace.as_deref(), &self.selector) else {
                            continue;
                        };
                        let event = self.event(kind.word(), &change.body);
                        self.pending.push_back(event);
                        if self
                            .context
                            .faults
                            .take_malformed_in_watches(self.resource.plural)
                        {
                            self.pending.push_back(frame("MODIFIED", &malformed()));
                        }
                    }
                    self.revision = revision;
                    if !self.pending.is_empty() {
                        continue;
                    }
                }
            }
            self.wait().await;
        }
    }

    /// Until something changed, a bookmark is due or the watch is over.
    async fn wait(&mut self) {
        let bookmark = if self.bookmarks {
            self.next_bookmark
        } else {
            self.deadline
        };
        tokio::select! {
            changed = self.changed.changed() => if changed.is_err() {
                self.ended = true;
            },
            () = tokio::time::sleep_until(bookmark.min(self.deadline)) => {
                if self.bookmarks && Instant::now() >= self.next_bookmark {
                    self.next_bookmark = Instant::now() + BOOKMARK_EVERY;
                    let event = self.bookmark(false);
                    self.pending.push_back(event);
                }
            }
        }
    }

    fn event(&mut self, word: &str, body: &Bytes) -> Bytes {
        let object = complete(self.resource, body);
        if self.form == Form::Plain {
            return frame(word, &object);
        }
        let now = self.context.store.clock().now();
        let rows = Rows { now, ..self.rows };
        let shown = rows.form(
            self.form,
            serde_json::from_slice(&object).unwrap_or_default(),
            !self.headed,
        );
        self.headed = true;
        frame(word, shown.to_string().as_bytes())
    }

    fn bookmark(&self, initial_end: bool) -> Bytes {
        let mut metadata = json!({"resourceVersion": self.revision.to_string()});
        if let (true, Some(fields)) = (initial_end, metadata.as_object_mut()) {
            fields.insert(
                "annotations".to_owned(),
                json!({"k8s.io/initial-events-end": "true"}),
            );
        }
        let (kind, api_version) = match self.form {
            Form::Metadata => ("PartialObjectMetadata", "meta.k8s.io/v1".to_owned()),
            _ => (self.resource.kind, self.resource.api_version()),
        };
        let object = json!({"kind": kind, "apiVersion": api_version, "metadata": metadata});
        let object = match self.form {
            Form::Table => {
                let row = json!({"cells": [], "object": {"kind": "PartialObjectMetadata",
                    "apiVersion": "meta.k8s.io/v1", "metadata": object.get("metadata")}});
                json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {
                    "resourceVersion": self.revision.to_string()}, "columnDefinitions": [], "rows": [row]})
            }
            _ => object,
        };
        frame("BOOKMARK", object.to_string().as_bytes())
    }

    fn error(expired: Expired) -> Bytes {
        let failure = Failure::from(expired);
        debug_assert_eq!(failure.code, StatusCode::GONE);
        frame("ERROR", Value::to_string(&failure.status()).as_bytes())
    }

    /// Half of an event, then nothing.
    async fn cut(&mut self, event: &Bytes) -> Option<io::Result<Bytes>> {
        if self.ended {
            // Gives the connection a turn to send what it has: an error drops what is unsent.
            tokio::task::yield_now().await;
            return Some(Err(io::Error::from(io::ErrorKind::ConnectionReset)));
        }
        self.ended = true;
        self.pending.push_front(event.clone());
        Some(Ok(event.slice(..event.len() / 2)))
    }
}

fn frame(word: &str, object: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(object.len() + 40);
    out.put_slice(b"{\"type\":\"");
    out.put_slice(word.as_bytes());
    out.put_slice(b"\",\"object\":");
    out.put_slice(object);
    out.put_slice(b"}\n");
    out.freeze()
}
