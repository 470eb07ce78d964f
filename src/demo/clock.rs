//! The demo's time: it runs, or a test moves it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// Where the time of day comes from. Clones share one clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    /// `base` was the time when `since` was.
    Running {
        base: Timestamp,
        since: Instant,
    },
    Stepped(Mutex<Timestamp>),
}

impl Clock {
    /// A clock that shows `base` now and runs on from there.
    pub fn running(base: Timestamp) -> Self {
        Self(Arc::new(Source::Running {
            base,
            since: Instant::now(),
        }))
    }

    /// A clock that stands at `base` until it is moved.
    pub fn stepped(base: Timestamp) -> Self {
        Self(Arc::new(Source::Stepped(Mutex::new(base))))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Source::Running { base, since } => {
                let elapsed = SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::MAX);
                base.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
            }
            Source::Stepped(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a stepped clock; a running one has its own pace and is left alone.
    pub fn advance(&self, by: SignedDuration) {
        if let Source::Stepped(at) = &*self.0 {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            *at = at.saturating_add(by).unwrap_or(Timestamp::MAX);
        }
    }

    /// Whether it goes by itself.
    pub fn is_running(&self) -> bool {
        matches!(&*self.0, Source::Running { .. })
    }
}
