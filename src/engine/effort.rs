//! What analysis cost: for each analyzer what it looked at, what it found, how long it took.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::object::Key;

/// Reads a clock that only runs forward, from any beginning. It comes in from the edge: the engine itself has none.
pub type Stopwatch = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What one analyzer did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Its name.
    pub analyzer: &'static str,
    /// How many objects it looked at.
    pub objects: usize,
    /// How often: an object is looked at again when something changes that it depends on.
    pub looks: u64,
    /// How many findings it holds now.
    pub findings: usize,
    /// How long all its looks took.
    pub time: Duration,
}

/// Keeps the books while a stopwatch runs.
pub struct Books {
    stopwatch: Stopwatch,
    pages: Vec<Page>,
}

#[derive(Default)]
struct Page {
    objects: HashSet<Key>,
    looks: u64,
    time: Duration,
}

impl Books {
    /// Empty books for so many analyzers.
    pub fn new(stopwatch: Stopwatch, analyzers: usize) -> Self {
        let mut pages = Vec::new();
        pages.resize_with(analyzers, Page::default);
        Self { stopwatch, pages }
    }

    /// What the stopwatch shows.
    pub fn now(&self) -> Duration {
        (self.stopwatch)()
    }

    /// An analyzer (by its place) has looked at an object since `begun`.
    pub fn looked(&mut self, analyzer: usize, object: &Key, begun: Duration) {
        let now = self.now();
        if let Some(page) = self.pages.get_mut(analyzer) {
            page.looks += 1;
            page.time += now.saturating_sub(begun);
            if !page.objects.contains(object) {
                page.objects.insert(object.clone());
            }
        }
    }

    /// The effort of the analyzer in that place.
    pub fn effort(&self, place: usize, analyzer: &'static str, findings: usize) -> Option<Effort> {
        let page = self.pages.get(place)?;
        Some(Effort {
            analyzer,
            objects: page.objects.len(),
            looks: page.looks,
            findings,
            time: page.time,
        })
    }
}
