//! What can be made to go wrong, by tests and by those who want to see how a client bears it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// The switches of a server. Clones share them.
#[derive(Clone, Debug)]
pub struct Faults {
    state: Arc<Mutex<State>>,
    hung: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    delays: Vec<(String, Duration)>,
    forbidden: BTreeSet<String>,
    unauthorized: bool,
    failing: Option<(usize, u16)>,
    cut_after: Option<usize>,
    malformed_in_lists: BTreeSet<String>,
    malformed_in_watches: BTreeSet<String>,
    expire_watches: Option<Expiry>,
    slow_lists: Option<Duration>,
}

/// How a watch is told that its version is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The answer itself has status 410.
    Status,
    /// The answer is 200, and its first event an ERROR with a 410 `Status`.
    Event,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            state: Arc::default(),
            hung: watch::Sender::new(false),
        }
    }
}

impl Faults {
    /// Answers to paths that start with `prefix` come later by `by`. The longest prefix counts.
    pub fn delay(&self, prefix: &str, by: Duration) {
        self.lock().delays.push((prefix.to_owned(), by));
    }

    /// Nobody may read or write this kind (`pods`, `secrets`): 403.
    pub fn forbid(&self, plural: &str) {
        self.lock().forbidden.insert(plural.to_owned());
    }

    /// The kind may be read again.
    pub fn allow(&self, plural: &str) {
        self.lock().forbidden.remove(plural);
    }

    /// Nobody is known: 401 for everything.
    pub fn unauthorized(&self, on: bool) {
        self.lock().unauthorized = on;
    }

    /// The next `requests` requests get this status (500, 503, 429).
    pub fn fail_next(&self, requests: usize, status: u16) {
        self.lock().failing = Some((requests, status));
    }

    /// Every watch breaks off in the middle of a line after so many events; `None` mends it.
    pub fn cut_watches_after(&self, events: Option<usize>) {
        self.lock().cut_after = events;
    }

    /// Lists of this kind hold one object more that does not decode.
    pub fn malformed_in_lists(&self, plural: &str) {
        self.lock().malformed_in_lists.insert(plural.to_owned());
    }

    /// The next event of a watch of this kind is followed by one whose object does not decode.
    pub fn malformed_in_watches(&self, plural: &str) {
        self.lock().malformed_in_watches.insert(plural.to_owned());
    }

    /// The next watch is told that its version is too old.
    pub fn expire_next_watch(&self, how: Expiry) {
        self.lock().expire_watches = Some(how);
    }

    /// Takes connections and requests, and answers none until switched off; streams stand still.
    pub fn hang(&self, on: bool) {
        self.hung.send_replace(on);
    }

    /// A pause before each part of a list (64 KiB).
    pub fn slow_lists(&self, pause: Option<Duration>) {
        self.lock().slow_lists = pause;
    }

    /// Everything works again.
    pub fn clear(&self) {
        *self.lock() = State::default();
        self.hang(false);
    }

    pub(super) fn delay_of(&self, path: &str) -> Duration {
        let state = self.lock();
        let matching = state
            .delays
            .iter()
            .filter(|(prefix, _)| path.starts_with(prefix.as_str()));
        matching
            .max_by_key(|(prefix, _)| prefix.len())
            .map_or(Duration::ZERO, |(_, by)| *by)
    }

    pub(super) fn is_unauthorized(&self) -> bool {
        self.lock().unauthorized
    }

    pub(super) fn is_forbidden(&self, plural: &str) -> bool {
        self.lock().forbidden.contains(plural)
    }

    /// The status that this request is to fail with.
    pub(super) fn take_failure(&self) -> Option<u16> {
        let mut state = self.lock();
        let (left, status) = state.failing?;
        state.failing = (left > 1).then(|| (left - 1, status));
        (left > 0).then_some(status)
    }

    pub(super) fn cut_after(&self) -> Option<usize> {
        self.lock().cut_after
    }

    pub(super) fn has_malformed_in_lists(&self, plural: &str) -> bool {
        self.lock().malformed_in_lists.contains(plural)
    }

    pub(super) fn take_malformed_in_watches(&self, plural: &str) -> bool {
        self.lock().malformed_in_watches.remove(plural)
    }

    pub(super) fn take_expiry(&self) -> Option<Expiry> {
        self.lock().expire_watches.take()
    }

    pub(super) fn list_pause(&self) -> Option<Duration> {
        self.lock().slow_lists
    }

    /// Returns when the server is not hung.
    pub(super) async fn until_answering(&self) {
        let mut hung = self.hung.subscribe();
        // The sender lives as long as `self`, so this ends only when it is false.
        let _ = hung.wait_for(|hung| !hung).await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
