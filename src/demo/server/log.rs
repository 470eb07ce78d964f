//! Container logs, as the kubelet gives them through the API server.

use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Context;
use super::body::{self, Answer};
use super::request::Call;
use super::status::Failure;
use crate::demo::resource::Resource;
use crate::demo::store::{LogBuffer, LogEntry, LogKey};

pub(super) fn answer(
    context: &Arc<Context>,
    call: &Call,
    namespace: &str,
    name: &str,
) -> Result<Answer, Failure> {
    let pods = Resource::named("pods").ok_or_else(Failure::no_such_path)?;
    let pod = context
        .store
        .get(pods, namespace, name)
        .ok_or_else(|| Failure::not_found(pods, name))?;
    let container = container(call, &pod, name)?;
    if pod.pointer("/spec/nodeName").is_none() {
        return Err(Failure::bad_request(format!(
            "pod {name} does not have a host assigned"
        )));
    }
    let previous = call.query.flag("previous");
    available(&pod, &container, name, previous)?;

    let now = context.store.clock().now();
    let since = match (call.query.number("sinceSeconds")?, call.query.get("sinceTime")) {
        (Some(seconds), _) => {
            let ago = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
            Some(now.saturating_sub(ago).unwrap_or(Timestamp::MIN))
        }
        (None, Some(time)) => {
            let time = time
                .parse()
                .map_err(|_| Failure::bad_request(format!("sinceTime is no time: {time:?}")))?;
            Some(time)
        }
        (None, None) => None,
    };
    let format = Format {
        timestamps: call.query.flag("timestamps"),
        since,
    };
    let tail = call
        .query
        .number("tailLines")?
        .map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let limit = call
        .query
        .number("limitBytes")?
        .map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let key = LogKey::new(namespace, name, &container);
    let buffer = context.store.log(&key, previous).unwrap_or_default();

    let (entries, seen, ended) = buffer.after(0);
    let entries: Vec<&LogEntry> = entries.iter().filter(|entry| format.includes(entry)).collect();
    let skipped = entries.len().saturating_sub(tail.unwrap_or(usize::MAX));
    let mut text = BytesMut::new();
    for entry in entries.into_iter().skip(skipped) {
        format.write(entry, &mut text);
    }
    if let Some(limit) = limit {
        text.truncate(limit);
    }
    let text = text.freeze();
    if !call.query.flag("follow") || previous || ended {
        return Ok(body::bytes(http::StatusCode::OK, "text/plain", text));
    }
    let follow = Follow {
        context: Arc::clone(context),
        written: buffer.subscribe(),
        buffer,
        seen,
        format,
        left: limit.map(|limit| limit.saturating_sub(text.len())),
        first: Some(text),
    };
    let chunks = stream::unfold(follow, |mut follow| async move {
        let chunk = follow.next().await?;
        Some((Ok::<_, io::Error>(chunk), follow))
    });
    Ok(body::stream("text/plain", chunks))
}

/// Which container is meant.
fn container(call: &Call, pod: &Value, name: &str) -> Result<String, Failure> {
    let names = |field: &str| -> Vec<&str> {
        let list = pod.pointer(&format!("/spec/{field}")).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|c| c.get("name").and_then(Value::as_str))
            .collect()
    };
    let (containers, inits, ephemeral) = (
        names("containers"),
        names("initContainers"),
        names("ephemeralContainers"),
    );
    match (call.query.get("container"), containers.as_slice()) {
        (Some(asked), _)
            if containers.contains(&asked) || inits.contains(&asked) || ephemeral.contains(&asked) =>
        {
            Ok(asked.to_owned())
        }
        (Some(asked), _) => Err(Failure::bad_request(format!(
            "container {asked} is not valid for pod {name}"
        ))),
        (None, [only]) if inits.is_empty() => Ok((*only).to_owned()),
        (None, all) => {
            let mut message = format!(
                "a container name must be specified for pod {name}, choose one of: [{}]",
                all.join(" ")
            );
            if !inits.is_empty() {
                message = format!("{message} or one of the init containers: [{}]", inits.join(" "));
            }
            Err(Failure::bad_request(message))
        }
    }
}

/// Whether there is such an instance, in the kubelet's words if not.
fn available(pod: &Value, container: &str, name: &str, previous: bool) -> Result<(), Failure> {
    let status = [
        "containerStatuses",
        "initContainerStatuses",
        "ephemeralContainerStatuses",
    ]
    .iter()
    .filter_map(|field| pod.pointer(&format!("/status/{field}")).and_then(Value::as_array))
    .flatten()
    .find(|status| status.get("name").and_then(Value::as_str) == Some(container));
    let at = |pointer: &str| status.and_then(|status| status.pointer(pointer));
    let ended_before = at("/lastState/terminated").is_some_and(|t| !t.is_null());
    if previous {
        return if ended_before {
            Ok(())
        } else {
            let message =
                format!("previous terminated container \"{container}\" in pod \"{name}\" not found");
            Err(Failure::bad_request(message))
        };
    }
    if ended_before || at("/state/running").is_some() || at("/state/terminated").is_some() {
        return Ok(());
    }
    let why = match at("/state/waiting/reason").and_then(Value::as_str) {
        Some("ErrImagePull") => "image can't be pulled",
        Some("ImagePullBackOff") => "trying and failing to pull image",
        Some(reason) => reason,
        None => "no logs yet",
    };
    Err(Failure::bad_request(format!(
        "container \"{container}\" in pod \"{name}\" is waiting to start: {why}"
    )))
}

#[derive(Clone, Copy)]
struct Format {
    timestamps: bool,
    since: Option<Timestamp>,
}

impl Format {
    fn includes(&self, entry: &LogEntry) -> bool {
        self.since.is_none_or(|since| entry.at >= since)
    }

    fn write(&self, entry: &LogEntry, out: &mut BytesMut) {
        if self.timestamps {
            out.extend_from_slice(format!("{:.9} ", entry.at).as_bytes());
        }
        out.extend_from_slice(entry.text.as_bytes());
        out.extend_from_slice(b"\n");
    }
}

struct Follow {
    context: Arc<Context>,
    written: tokio::sync::watch::Receiver<usize>,
    buffer: Arc<LogBuffer>,
    seen: usize,
    format: Format,
    /// Bytes that may still be sent.
    left: Option<usize>,
    first: Option<Bytes>,
}

impl Follow {
    async fn next(&mut self) -> Option<Bytes> {
        self.context.faults.until_answering().await;
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            return Some(first);
        }
        loop {
            if self.left == Some(0) {
                return None;
            }
            self.written.mark_unchanged();
            let (entries, seen, ended) = self.buffer.after(self.seen);
            self.seen = seen;
            let mut text = BytesMut::new();
            for entry in &entries {
                self.format.write(entry, &mut text);
            }
            if !text.is_empty() {
                if let Some(left) = &mut self.left {
                    text.truncate(*left);
                    *left -= text.len();
                }
                return Some(text.freeze());
            }
            if ended || self.written.changed().await.is_err() {
                return None;
            }
        }
    }
}
