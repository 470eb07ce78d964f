//! What was told over time, replayed up to a moment: the lines of a recording, and those of a watch.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufReader};

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::gather::{From, Gather, Id, Place, watched};
use super::glance::Glance;
use super::hint::{Hint, LogOf};
use super::piece::Span;
use super::reach::Reach;
use super::tree::Tree;
use crate::engine::object::{Key, Kind, Symbol, Text};
use crate::engine::recording::{Line, Place as Where, Recorded as Origin};

/// What recordings say beyond their objects.
#[derive(Default)]
pub struct Recorded {
    /// Which cluster.
    pub cluster: Option<Origin>,
    /// When the first recording begins.
    pub begins: Option<Timestamp>,
    /// How the reading of each kind stood in the end: `None` where it was read, else why it could not be.
    pub kinds: BTreeMap<(Kind, Option<Text>), Option<Text>>,
    /// The newest tail of each log.
    pub logs: BTreeMap<LogOf, Tail>,
    /// Bytes of log that are held.
    held: usize,
    /// When each list began that has not come to its end, in the order of what was seen.
    pub begun: HashMap<(Kind, Option<Text>), u64>,
}

/// So much of the logs of recordings is held: in a compressed recording each would be a reading from its beginning on.
const HELD: usize = 32 * 1024 * 1024;

/// The recorded end of a log.
#[derive(Clone, Debug)]
pub struct Tail {
    /// The file.
    pub entry: usize,
    /// Its line.
    pub at: Span,
    /// The line itself, while there was room for it.
    pub line: Option<Bytes>,
}

impl Recorded {
    fn keep_log(&mut self, of: LogOf, line: &[u8], entry: usize, at: Span) {
        let fits = self.held + line.len() <= HELD;
        let line = fits.then(|| Bytes::copy_from_slice(line));
        let len = |line: &Option<Bytes>| line.as_ref().map_or(0, Bytes::len);
        self.held += len(&line);
        if let Some(old) = self.logs.insert(of, Tail { entry, at, line }) {
            self.held -= len(&old.line);
        }
    }

    /// Adds what was listed to how far each kind reaches; gives why the others could not be read.
    pub fn resolve(&mut self, reaches: &mut BTreeMap<Kind, Reach>) -> BTreeMap<Kind, Text> {
        let mut unreadable = BTreeMap::new();
        // A list that had not come to its end says what is there, and not what is not.
        for (kind, namespace) in std::mem::take(&mut self.begun).into_keys() {
            if !self.kinds.contains_key(&(kind, namespace)) {
                reaches.insert(kind, Reach::Torn);
            }
        }
        for ((kind, namespace), why) in std::mem::take(&mut self.kinds) {
            match (why, namespace) {
                (Some(why), _) => drop(unreadable.insert(kind, why)),
                (None, None) => drop(reaches.insert(kind, Reach::Everywhere)),
                (None, Some(namespace)) => {
                    if let Reach::In(places) =
                        reaches.entry(kind).or_insert_with(|| Reach::In(BTreeSet::new()))
                    {
                        places.insert((&*namespace).into());
                    }
                }
            }
        }
        unreadable
    }
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    object: &'a RawValue,
}

impl Gather {
    /// Takes in a line of a recording; `false` once it is of a time that is not asked for.
    pub(super) fn recorded_line(&mut self, entry: usize, file: &str, text: &[u8], at: Span) -> bool {
        let line: Line<'_> = match serde_json::from_slice(text) {
            Ok(line) => line,
            Err(error) => {
                self.broken(file, Some(at.line), &error.to_string());
                return true;
            }
        };
        if let Some(time) = line.at {
            if self.until.is_some_and(|until| time > until) {
                // The first line is heeded: it says whose recording this is, and since when.
                self.recorded.begins = self.recorded.begins.or(Some(time));
                return false;
            }
            self.newest = self.newest.max(Some(time));
            self.recorded.begins = self.recorded.begins.or(Some(time));
        }
        if let Some(cluster) = line.cluster {
            self.recorded.cluster = Some(cluster);
        }
        if let Some((kind, place)) = known(line.listing) {
            self.recorded.begun.insert((kind, place.namespace), self.seen);
        }
        if let Some((kind, place)) = known(line.listed) {
            self.listed(kind, place.namespace);
        }
        if let Some((kind, place)) = known(line.unreadable) {
            let why = place.why.unwrap_or_default();
            self.recorded.kinds.insert((kind, place.namespace), Some(why));
        }
        if let Some(object) = line.set {
            let at = within(text, object, at);
            self.told(entry, file, object, at, false);
        }
        if let Some(object) = line.gone {
            self.forget(object.group(), &object.kind, &object.namespace, &object.name);
        }
        if let Some(log) = line.log {
            let of = LogOf {
                namespace: log.namespace,
                pod: log.pod,
                container: log.container,
                previous: log.previous,
            };
            self.recorded.keep_log(of, text, entry, at);
        }
        true
    }

    /// A list has come to its end: what was not in it is gone.
    fn listed(&mut self, kind: Kind, namespace: Option<Text>) {
        let begun = self
            .recorded
            .begun
            .remove(&(kind, namespace.clone()))
            .unwrap_or(0);
        let gone: Vec<Id> = self
            .index
            .iter()
            .filter(|(id, held)| {
                held.seen <= begun
                    && watched(&id.group, &id.kind) == Some(kind)
                    && namespace.as_ref().is_none_or(|one| id.namespace == **one)
            })
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            self.forget(&id.group, &id.kind, &id.namespace, &id.name);
        }
        self.recorded.kinds.insert((kind, namespace), None);
    }

    /// An object as it was told, which replaces what was told before.
    fn told(&mut self, entry: usize, file: &str, object: &RawValue, at: Span, speaks: bool) {
        self.object(
            object.get().as_bytes(),
            &From {
                file,
                place: Place {
                    entry,
                    at,
                    yaml: false,
                    item: None,
                },
                head: None,
                hint: &Hint::default(),
                in_order: true,
                speaks,
            },
        );
    }

    fn forget(&mut self, group: &str, kind: &str, namespace: &str, name: &str) {
        self.index.remove(&Id {
            group: group.into(),
            kind: kind.into(),
            namespace: Symbol::from(namespace),
            name: name.into(),
        });
        if let Some(kind) = watched(group, kind) {
            self.slim.remove(&Key::new(kind, namespace, name));
        }
    }

    /// Replays the watch streams upon what the lists say, as far as that is asked for: without a moment to go to, the
    /// lists are what is shown; without lists, all that the streams tell.
    pub fn replay_streams(&mut self, tree: &Tree) {
        if self.until.is_none() && !self.index.is_empty() {
            return;
        }
        for entry in std::mem::take(&mut self.streams) {
            let name = tree.name(entry).to_owned();
            if let Err(error) = self.replay_stream(tree, entry, &name) {
                self.broken(&name, None, &error.to_string());
            }
        }
    }

    fn replay_stream(&mut self, tree: &Tree, entry: usize, name: &str) -> io::Result<()> {
        let mut reader = BufReader::new(tree.read_from(entry, 0)?);
        // An event does not say when it came: not before anything that its object, or one before it, says of.
        let mut time: Option<Timestamp> = None;
        let until = self.until;
        self.lines(name, &mut reader, |gather, text, at| {
            let event: Event<'_> = match serde_json::from_slice(text) {
                Ok(event) => event,
                Err(error) => {
                    gather.broken(name, Some(at.line), &error.to_string());
                    return true;
                }
            };
            let Ok(glance) = Glance::of(event.object.get().as_bytes()) else {
                return true;
            };
            time = time.max(glance.newest);
            if until.is_some_and(|until| time.is_some_and(|time| time > until)) {
                return false;
            }
            match event.kind {
                "ADDED" | "MODIFIED" => {
                    gather.told(entry, name, event.object, within(text, event.object, at), true);
                }
                "DELETED" => gather.forget(glance.group(), &glance.kind, &glance.namespace, &glance.name),
                _ => {}
            }
            true
        })
    }
}

fn known(place: Option<Where>) -> Option<(Kind, Where)> {
    let place = place?;
    Some((place.kind()?, place))
}

/// Where a part of a line is in its file.
fn within(line: &[u8], part: &RawValue, at: Span) -> Span {
    let before = (part.get().as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
    Span {
        offset: at.offset + before as u64,
        len: part.get().len() as u64,
        line: at.line,
    }
}
