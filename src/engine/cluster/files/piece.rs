//! What a file is taken apart into, whatever its format.

use serde::Deserialize;

/// Where a piece is in its (unpacked) file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its first byte.
    pub offset: u64,
    /// How many bytes.
    pub len: u64,
    /// The line that it begins on; the first is 1.
    pub line: u64,
}

/// A part of a file.
#[derive(Debug)]
pub enum Piece<'a> {
    /// An object that stands by itself.
    Object {
        /// Its text.
        text: &'a [u8],
        /// Where it is.
        at: Span,
    },
    /// An item of a List.
    Item {
        /// Its text.
        text: &'a [u8],
        /// Where it is.
        at: Span,
        /// What the List says of its items.
        list: &'a ListHead,
    },
    /// The end of a List, whole or cut short.
    ListEnd {
        /// Whether all of it was there.
        whole: bool,
        /// What it says of its items.
        list: &'a ListHead,
    },
    /// The log of a container: namespace, pod and container.
    Log {
        /// Whose.
        of: [String; 3],
        /// Where its lines are.
        at: Span,
    },
    /// Something that cannot be read.
    Broken {
        /// Where.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// What is said of an object that is larger than any API server would take.
pub const TOO_LARGE: &str = "too large for an object";

/// What a List says of its items before they begin: lists that the API serves leave the kind out of the items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListHead {
    /// `v1`.
    pub api_version: String,
    /// The kind of its items, `Pod`; empty where it does not say.
    pub kind: String,
}

impl ListHead {
    /// The head, from the text of the List up to the `[` of its items.
    pub fn before_items(text: &[u8]) -> Self {
        let mut whole = text.to_vec();
        whole.extend_from_slice(b"]}");
        Self::of(&whole)
    }

    /// The head of a List whose items have been cut out.
    pub fn of(list: &[u8]) -> Self {
        let head: Self = serde_json::from_slice(list).unwrap_or_default();
        Self {
            kind: head.kind.strip_suffix("List").unwrap_or_default().to_owned(),
            ..head
        }
    }
}

/// How `kubectl cluster-info dump` ends a log.
pub const LOG_END: &str = "==== END logs for container ";

/// Namespace, pod and container, from how `kubectl cluster-info dump` begins a log.
pub fn log_header(line: &str) -> Option<[String; 3]> {
    let rest = line.strip_prefix("==== START logs for container ")?;
    let (container, pod) = rest.strip_suffix(" ====")?.split_once(" of pod ")?;
    let (namespace, pod) = pod.split_once('/')?;
    Some([namespace, pod, container].map(str::to_owned))
}
