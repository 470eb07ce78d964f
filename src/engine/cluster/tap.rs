//! A tap on a live API: whoever records a cluster sees every object as it comes, whole, before it becomes slim.

use std::collections::VecDeque;

use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::mpsc;

use super::{Failure, LogRequest};
use crate::engine::analyzers::logs::LogLine;
use crate::engine::object::{Kind, Text};

/// Of a log so many of the last lines are kept …
const LINES: usize = 500;
/// … or so many bytes of them.
const BYTES: usize = 256 * 1024;

/// What passes.
#[derive(Debug)]
pub enum Seen {
    /// A kind is being listed.
    Listing(Kind, Option<Text>),
    /// All of it has been.
    Listed(Kind, Option<Text>),
    /// It cannot be read.
    Unreadable(Kind, Option<Text>, Text),
    /// An object as the API sent it.
    Object(Kind, Box<[u8]>),
    /// The last form of an object that has gone.
    Gone(Kind, Box<[u8]>),
    /// The end of a log, and whether there was more before it.
    Log(LogRequest, Vec<LogLine>, bool),
}

/// Where it goes: bounded, so that a slow disk slows the watches, not the memory.
pub type Tap = mpsc::Sender<Seen>;

/// Tells the tap, where there is one. Nobody at its end means that nothing is recorded any more.
pub async fn tell(tap: Option<&Tap>, seen: impl FnOnce() -> Seen) {
    if let Some(tap) = tap {
        let _ = tap.send(seen()).await;
    }
}

/// The lines of a log as they come; its end goes to the tap once it has been read through.
pub fn log(
    tap: Tap,
    request: LogRequest,
    lines: BoxStream<'static, Result<LogLine, Failure>>,
) -> BoxStream<'static, Result<LogLine, Failure>> {
    let state = (lines, VecDeque::new(), 0, false);
    futures::stream::unfold(state, move |(mut lines, mut held, mut bytes, mut cut)| {
        let (tap, request) = (tap.clone(), request.clone());
        async move {
            let next = lines.next().await;
            match &next {
                Some(Ok(line)) => {
                    bytes += line.text.len();
                    held.push_back(line.clone());
                    while held.len() > LINES || bytes > BYTES {
                        bytes -= held.pop_front().map_or(bytes, |line: LogLine| line.text.len());
                        cut = true;
                    }
                }
                None if !held.is_empty() => {
                    let end = std::mem::take(&mut held).into();
                    let _ = tap.send(Seen::Log(request, end, cut)).await;
                }
                Some(Err(_)) | None => {}
            }
            next.map(|next| (next, (lines, held, bytes, cut)))
        }
    })
    .boxed()
}
