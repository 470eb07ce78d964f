//! What remote analyzers say, as findings about objects of the world.

mod about;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use self::about::{About, parent, upwards};
use crate::engine::coverage::{Entry, Status};
use crate::engine::evidence::{Evidence, Source};
use crate::engine::finding::{Finding, Severity};
use crate::engine::object::{Key, Kind, ObjectRef, Text};
use crate::engine::remote::{CallError, Said};
use crate::engine::world::World;

/// So many results of one analyzer are taken in: nobody reads more, and it is another program's mistake.
const MOST_RESULTS: usize = 1000;
/// So many lines of one result are evidence.
const MOST_LINES: usize = 20;
/// A title is one line.
const TITLE_CHARS: usize = 160;
/// Any other text.
const TEXT_CHARS: usize = 2000;

/// The remote analyzers and what they last said.
#[derive(Debug, Default)]
pub struct Remotes {
    analyzers: BTreeMap<Text, Remote>,
    /// Analyzers whose findings must be made anew.
    stale: BTreeSet<Text>,
    /// The objects that results are about and their owners, there or not: when one of these changes, findings do.
    touched_by: HashSet<Key>,
    /// Objects that were named without their namespace.
    named: HashSet<(Kind, Text)>,
}

#[derive(Debug, Default)]
struct Remote {
    /// Whether it has answered, or failed to, at least once.
    tried: bool,
    /// What it said last, kept while it does not answer.
    results: Vec<Result>,
    /// What it said beyond what is taken in.
    cut: usize,
    error: Option<CallError>,
}

#[derive(Debug)]
struct Result {
    said: Said,
    /// Whether its object was there since it was said. One that goes then takes its finding with it; one that never
    /// was there may be missing, which is what is said of it.
    seen: bool,
}

impl Remotes {
    /// These will answer.
    pub fn expect(&mut self, analyzers: impl IntoIterator<Item = Text>) {
        let expected = analyzers.into_iter().map(|name| (name, Remote::default()));
        self.analyzers.extend(expected);
    }

    /// Whether each has answered, or failed to, at least once.
    pub fn is_complete(&self) -> bool {
        self.analyzers.values().all(|remote| remote.tried)
    }

    /// One has answered, or failed to.
    pub fn answered(&mut self, analyzer: Text, answer: std::result::Result<Vec<Said>, CallError>) {
        let remote = self.analyzers.entry(analyzer.clone()).or_default();
        remote.tried = true;
        match answer {
            Ok(mut said) => {
                said.retain(|one| one.errors.iter().any(|error| !error.trim().is_empty()));
                remote.cut = said.len().saturating_sub(MOST_RESULTS);
                said.truncate(MOST_RESULTS);
                remote.error = None;
                let results = said.into_iter().map(|said| Result { said, seen: false });
                remote.results = results.collect();
                self.stale.insert(analyzer);
            }
            Err(error) => remote.error = Some(error),
        }
    }

    /// Notes that an object changed, came or went.
    pub fn touch(&mut self, key: &Key) {
        let named = || self.named.contains(&(key.kind, key.name.clone()));
        if self.touched_by.contains(key) || (!self.named.is_empty() && named()) {
            self.stale.extend(self.analyzers.keys().cloned());
        }
    }

    /// All that each analyzer finds wrong, of those for which it may have changed since this was last called.
    pub fn take_findings(&mut self, world: &World) -> BTreeMap<Text, Vec<Finding>> {
        let stale = std::mem::take(&mut self.stale);
        let mut all = BTreeMap::new();
        for name in stale {
            let Some(remote) = self.analyzers.get_mut(&name) else {
                continue;
            };
            // By object: what is said twice of one is one finding.
            let mut findings: BTreeMap<ObjectRef, Finding> = BTreeMap::new();
            for result in &mut remote.results {
                let named = About::of(&name, &result.said);
                if let About {
                    kind: Some(kind),
                    namespace,
                    name,
                    ..
                } = &named
                    && namespace.is_empty()
                    && kind.namespaced()
                {
                    self.named.insert((*kind, name.as_str().into()));
                }
                let object = named.object(world);
                let key = object.key();
                let there = key.as_ref().is_some_and(|key| world.meta(key).is_some());
                self.touched_by
                    .extend(key.iter().flat_map(|key| upwards(world, key)));
                if result.seen && !there {
                    continue;
                }
                result.seen = there;
                let owner = match &key {
                    Some(key) if there => world.top_owner(key),
                    _ => parent(world, &object, &result.said.parent),
                };
                self.touched_by.extend(owner.key());
                let finding = findings
                    .entry(object.clone())
                    .or_insert_with(|| blank(&name, object, owner));
                add(finding, &result.said);
            }
            all.insert(name, findings.into_values().collect());
        }
        all
    }

    /// A line for each.
    pub fn coverage(&self, cluster: &Text) -> impl Iterator<Item = Entry> {
        self.analyzers.iter().map(|(name, remote)| {
            let (status, detail) = match &remote.error {
                Some(error) if remote.results.is_empty() => (error.status(), error.to_string()),
                Some(error) => (
                    error.status(),
                    format!("{error}; what it said before is still shown"),
                ),
                None if !remote.tried => (Status::Reading, String::new()),
                None if remote.cut > 0 => (
                    Status::Error,
                    format!("it said {} more, which were left out", remote.cut),
                ),
                None => (Status::Ok, String::new()),
            };
            Entry {
                cluster: cluster.clone(),
                what: "analyzer".into(),
                group: "".into(),
                kind: name.clone(),
                namespace: "".into(),
                status,
                objects: remote.results.len() as u64,
                detail: bounded(&detail, TEXT_CHARS).into(),
            }
        })
    }
}

fn blank(analyzer: &str, object: ObjectRef, owner: ObjectRef) -> Finding {
    let mut finding = Finding::new(&format!("Custom/{analyzer}"), Severity::Warning, object, "");
    finding.owner = owner;
    finding
}

fn add(finding: &mut Finding, said: &Said) {
    let errors = said.errors.iter().map(|error| error.trim());
    let errors: Vec<&str> = errors.filter(|error| !error.is_empty()).collect();
    if let Some(first) = errors.first().filter(|_| finding.title.is_empty()) {
        let line = first.lines().next().unwrap_or_default();
        finding.title = bounded(line, TITLE_CHARS).into();
    }
    let before = Some(&*finding.message).filter(|message| !message.is_empty());
    let all: Vec<&str> = before.into_iter().chain(errors.iter().copied()).collect();
    finding.message = bounded(&all.join("\n"), TEXT_CHARS).into();
    let lines = errors
        .iter()
        .flat_map(|error| error.lines())
        .chain(said.details.lines());
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        let text: Text = bounded(line, TEXT_CHARS).into();
        let known = finding.evidence.iter().any(|fact| fact.text == text);
        if known || finding.evidence.len() >= MOST_LINES {
            continue;
        }
        finding.evidence.push(Evidence {
            object: finding.object.clone(),
            source: Source::Related,
            time: None,
            text,
        });
    }
}

/// At most so many characters, and a sign that there were more.
fn bounded(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
