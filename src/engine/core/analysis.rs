//! Incremental analysis: what changed is looked at again, and so is what said that it is due.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::engine::analyzers::{self, Analyzer};
use crate::engine::causes::Findings;
use crate::engine::effort::{Books, Effort, Stopwatch};
use crate::engine::finding::Finding;
use crate::engine::object::{Key, Kind, Text};
use crate::engine::readers::Readers;
use crate::engine::world::{Part, World};

/// An analyzer, by its place in the list, and the object that it is to look at.
type Look = (usize, Key);

/// What all analyzers say of all objects.
pub struct Analyses {
    analyzers: Vec<Box<dyn Analyzer>>,
    /// Looks to be taken now.
    dirty: BTreeSet<Look>,
    /// Looks to be taken later, by when, and when for each.
    later: BTreeSet<(Timestamp, Look)>,
    due: HashMap<Look, Timestamp>,
    /// The ids of the findings that a look gave.
    given: HashMap<Look, Vec<Text>>,
    /// The ids of the findings that came otherwise than by a look: from a remote analyzer, from a configuration.
    said: HashMap<Text, Vec<Text>>,
    findings: Findings,
    /// The findings that came, went or changed since [`Analyses::take_changed`] was last called.
    changed: BTreeSet<Text>,
    /// What findings rest on besides what their analyzer is told of by [`Analyzer::affected`].
    readers: Readers<Part, Look>,
    /// Objects with findings that were looked at since [`Analyses::take_failing`] was last called.
    failing: BTreeSet<Key>,
    /// What it costs, where that is asked.
    books: Option<Books>,
}

impl Analyses {
    pub fn new(analyzers: Vec<Box<dyn Analyzer>>) -> Self {
        Self {
            analyzers,
            dirty: BTreeSet::new(),
            later: BTreeSet::new(),
            due: HashMap::new(),
            given: HashMap::new(),
            said: HashMap::new(),
            findings: Findings::new(),
            changed: BTreeSet::new(),
            readers: Readers::default(),
            failing: BTreeSet::new(),
            books: None,
        }
    }

    /// Measures every look from now on.
    pub fn measure(&mut self, stopwatch: Stopwatch) {
        self.books = Some(Books::new(stopwatch, self.analyzers.len()));
    }

    /// What each analyzer did since it was measured, in the order of the analyzers.
    pub fn efforts(&self) -> Vec<Effort> {
        let held = |place: usize| {
            let of = self.given.iter().filter(|(look, _)| look.0 == place);
            of.map(|(_, ids)| ids.len()).sum()
        };
        let analyzers = self.analyzers.iter().enumerate();
        analyzers
            .filter_map(|(place, analyzer)| {
                let books = self.books.as_ref()?;
                books.effort(place, analyzer.name(), held(place))
            })
            .collect()
    }

    /// Notes what must be looked at again because `changed` changed, came or went.
    pub fn touch(&mut self, world: &World, changed: &Key) {
        let mut keys = Vec::new();
        for (place, analyzer) in self.analyzers.iter().enumerate() {
            analyzer.affected(world, changed, &mut keys);
            self.dirty.extend(keys.drain(..).map(|key| (place, key)));
        }
        self.touch_below(world, changed);
    }

    /// Notes what must be looked at again because its findings rest on that part of the world.
    pub fn touch_part(&mut self, part: &Part) {
        self.readers.fire(part);
    }

    /// Findings name their object's top owner: those below an owner that came or went have another one now.
    fn touch_below(&mut self, world: &World, owner: &Key) {
        let mut open = vec![owner];
        // Owners form no cycle in a sound cluster; it ends in an unsound one.
        let mut seen: BTreeSet<&Key> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            for child in world.children(at).filter(|child| seen.insert(child)) {
                let looks = (0..self.analyzers.len()).map(|place| (place, child.clone()));
                self.dirty
                    .extend(looks.filter(|look| self.given.contains_key(look)));
                open.push(child);
            }
        }
    }

    /// A kind has been read in a namespace (everywhere if `None`), or turned out to be unreadable there: what is
    /// absent from it now means something else. Only objects that have a finding or could get one by an absence are
    /// looked at: all of every analyzer's kind, once a kind. What lives in a namespace asks for what is absent
    /// from its own, so it is those of that namespace where both kinds have one.
    pub fn touch_readers(&mut self, world: &World, kind: Kind, namespace: Option<&str>) {
        for (place, analyzer) in self.analyzers.iter().enumerate() {
            let keys = analyzer.readers(world, kind, namespace);
            self.dirty.extend(keys.into_iter().map(|key| (place, key)));
        }
    }

    /// Looks at what is dirty or due.
    pub fn run(&mut self, world: &World, now: Timestamp) {
        while let Some((when, _)) = self.later.first() {
            if *when > now {
                break;
            }
            if let Some((_, look)) = self.later.pop_first() {
                self.due.remove(&look);
                self.dirty.insert(look);
            }
        }
        self.dirty.append(&mut self.readers.take_stale());
        for look in std::mem::take(&mut self.dirty) {
            self.look(world, look, now);
        }
    }

    fn look(&mut self, world: &World, look: Look, now: Timestamp) {
        let Some(analyzer) = self.analyzers.get(look.0) else {
            return;
        };
        let begun = self.books.as_ref().map(Books::now);
        let analysis = analyzer.analyze(world, &look.1, now);
        if let (Some(books), Some(begun)) = (&mut self.books, begun) {
            books.looked(look.0, &look.1, begun);
        }
        if let Some(when) = self.due.remove(&look) {
            self.later.remove(&(when, look.clone()));
        }
        // What is due already would be looked at for ever.
        if let Some(when) = analysis.look_again.filter(|when| *when > now) {
            self.later.insert((when, look.clone()));
            self.due.insert(look.clone(), when);
        }
        let rests = analysis.findings.iter().flat_map(analyzers::rests_on);
        self.readers.set(&look, rests.collect());
        let before = self.given.remove(&look).unwrap_or_default();
        if before.is_empty() && analysis.findings.is_empty() {
            return;
        }
        let after = self.replace(world, &before, analysis.findings);
        if !after.is_empty() {
            self.failing.insert(look.1.clone());
            self.given.insert(look, after);
        }
    }

    /// Takes in all that a source says now.
    pub fn put(&mut self, world: &World, source: &Text, findings: Vec<Finding>) {
        let before = self.said.remove(source).unwrap_or_default();
        let after = self.replace(world, &before, findings);
        self.said.insert(source.clone(), after);
    }

    /// Puts findings in the place of those that were given before. Gives their ids.
    fn replace(&mut self, world: &World, before: &[Text], findings: Vec<Finding>) -> Vec<Text> {
        let mut after: Vec<Text> = Vec::with_capacity(findings.len());
        for finding in findings {
            let id = finding.id(&world.cluster);
            if self.findings.get(&id).is_none_or(|known| **known != finding) {
                self.findings.insert(id.clone(), Arc::new(finding));
                self.changed.insert(id.clone());
            }
            after.push(id);
        }
        for id in before.iter().filter(|id| !after.contains(id)) {
            if self.findings.remove(id).is_some() {
                self.changed.insert(id.clone());
            }
        }
        after
    }

    /// The ids of the findings that came, went or changed since this was last called.
    pub fn take_changed(&mut self) -> BTreeSet<Text> {
        std::mem::take(&mut self.changed)
    }

    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.later.first().map(|(when, _)| *when)
    }

    /// The objects of a kind that were found failing since this was last called.
    pub fn take_failing(&mut self, kind: Kind) -> Vec<Key> {
        std::mem::take(&mut self.failing)
            .into_iter()
            .filter(|key| key.kind == kind)
            .collect()
    }
}

impl super::Core {
    /// Measures what each analyzer costs from now on.
    pub fn measure(&mut self, stopwatch: Stopwatch) {
        self.analyses.measure(stopwatch);
    }

    /// What each analyzer did; nothing where it is not measured.
    pub fn efforts(&self) -> Vec<Effort> {
        self.analyses.efforts()
    }
}
