//! The starts of a schedule in the zone that it is in, as far as that is known.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::schedule::Schedule;

/// Starts are counted so far; the controller itself gives up at 100.
pub(super) const MOST: usize = 101;
/// No zone is further from UTC.
const FARTHEST_ZONE: SignedDuration = SignedDuration::from_hours(14);

/// The starts of a schedule.
pub(super) struct Starts {
    schedule: Schedule,
    zone: TimeZone,
    /// How far they may be off, as the zone is not known for sure.
    slack: SignedDuration,
}

impl Starts {
    pub fn new(schedule: Schedule, zone: TimeZone) -> Self {
        Self {
            schedule,
            zone,
            slack: SignedDuration::ZERO,
        }
    }

    /// Without a zone the controller's own counts, nearly always UTC: the last start says whether it is.
    pub fn of_controller(schedule: Schedule, last: Option<Timestamp>) -> Option<Self> {
        let mut starts = Self::new(schedule, TimeZone::UTC);
        if starts.schedule.depends_on_zone() {
            match last {
                Some(last) if starts.schedule.contains(last, &starts.zone) => {}
                Some(_) => return None,
                None => starts.slack = FARTHEST_ZONE,
            }
        }
        Some(starts)
    }

    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let next = self.schedule.next(after, &self.zone)?;
        next.checked_add(self.slack).ok()
    }

    /// The starts between two moments, as far as they are counted.
    pub fn between(&self, after: Timestamp, until: Timestamp) -> usize {
        let mut at = after;
        let mut count = 0;
        while let Some(next) = self.schedule.next(at, &self.zone) {
            let late = next.checked_add(self.slack).is_ok_and(|next| next > until);
            if late || count >= MOST {
                break;
            }
            count += 1;
            at = next;
        }
        count
    }
}
