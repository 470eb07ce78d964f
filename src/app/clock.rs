//! Time on the screen: ages, and when the next of them changes.

use std::cell::Cell;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::engine::age::Age;

/// The clock of one frame. Views write every time through it, so that it knows when the first visible text goes
/// out of date: that, and no tick, is when the next frame is due.
#[derive(Debug)]
pub struct Clock {
    now: Timestamp,
    facts: Timestamp,
    absolute: bool,
    zone: TimeZone,
    next: Cell<Option<Timestamp>>,
}

impl Clock {
    /// A clock that shows `now`. Ages of facts stand still at `stale_since` where the connection is lost, or where
    /// files show that moment.
    pub const fn new(now: Timestamp, stale_since: Option<Timestamp>, absolute: bool, zone: TimeZone) -> Self {
        let facts = match stale_since {
            Some(since) => since,
            None => now,
        };
        Self {
            now,
            facts,
            absolute,
            zone,
            next: Cell::new(None),
        }
    }

    /// The moment that the frame shows.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether facts are no longer heard of: their ages stand still.
    pub fn is_stale(&self) -> bool {
        self.facts != self.now
    }

    /// How long ago a fact was, short: `12s`, `4m`, `7h`, `3d`; its time of day where absolute times were asked for.
    pub fn age(&self, since: Timestamp) -> String {
        if self.absolute {
            return self.time(since);
        }
        let age = Age::of(self.facts, since);
        if !self.is_stale() {
            self.note(age.until_it_changes);
        }
        age.text()
    }

    /// How long ago something was that goes on while the connection is lost: `14 s`.
    pub fn seconds_since(&self, since: Timestamp) -> String {
        let age = Age::of(self.now, since);
        self.note(age.until_it_changes);
        age.spaced()
    }

    /// How long until then: `3 s`; empty once it has passed.
    pub fn seconds_until(&self, then: Timestamp) -> Option<String> {
        let left = then.duration_since(self.now);
        if !left.is_positive() {
            return None;
        }
        // Rounded up, so that it ends with `1 s`.
        let seconds = (left.as_millis() + 999) / 1000;
        self.note(SignedDuration::from_millis(
            i64::try_from(left.as_millis() - (seconds - 1) * 1000)
                .unwrap_or(1000)
                .max(1),
        ));
        Some(format!("{seconds} s"))
    }

    /// Whole seconds since then, and which picture of a spinner that turns eight times a second stands there now.
    pub fn spin(&self, since: Timestamp) -> (u64, usize) {
        const TURN: i128 = 125;
        let millis = self.now.duration_since(since).as_millis().max(0);
        self.note(SignedDuration::from_millis(
            i64::try_from(TURN - millis % TURN).unwrap_or(1),
        ));
        (
            u64::try_from(millis / 1000).unwrap_or_default(),
            usize::try_from(millis / TURN).unwrap_or_default(),
        )
    }

    /// The time of day, with the day where it is not today's.
    pub fn time(&self, at: Timestamp) -> String {
        let (at, now) = (
            at.to_zoned(self.zone.clone()),
            self.now.to_zoned(self.zone.clone()),
        );
        let form = if at.date() == now.date() {
            "%H:%M"
        } else {
            "%b %-d"
        };
        at.strftime(form).to_string()
    }

    /// Day and time, to the second.
    pub fn moment(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string()
    }

    /// The time of day to the second.
    pub fn time_to_the_second(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }

    /// What stands there goes away at that time.
    pub fn ends_at(&self, at: Timestamp) {
        self.note(at.duration_since(self.now).max(SignedDuration::from_millis(1)));
    }

    /// When the first text that was written through this clock changes.
    pub const fn next_change(&self) -> Option<Timestamp> {
        self.next.get()
    }

    fn note(&self, after: SignedDuration) {
        let at = self.now.saturating_add(after).unwrap_or(Timestamp::MAX);
        if self.next.get().is_none_or(|next| at < next) {
            self.next.set(Some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(now: &str) -> Clock {
        Clock::new(now.parse().unwrap(), None, false, TimeZone::UTC)
    }

    #[test]
    fn ages_are_short_and_say_when_they_change() {
        for (since, text, changes_in) in [
            ("2026-11-21T10:24:59.600Z", "0s", 600),
            ("2026-11-21T10:24:30Z", "30s", 1_000),
            ("2026-11-21T10:24:00Z", "1m", 60_000),
            ("2026-11-21T10:20:45Z", "4m", 45_000),
            ("2026-11-21T08:00:00Z", "2h", 35 * 60_000),
            ("2026-11-20T08:00:00Z", "26h", 35 * 60_000),
            ("2026-11-18T10:25:00Z", "3d", 86_400_000),
            ("2026-11-21T11:00:00Z", "0s", 1_000),
        ] {
            let clock = clock("2026-11-21T10:25:00Z");
            assert_eq!(clock.age(since.parse().unwrap()), text, "{since}");
            let next = clock.next_change().unwrap().duration_since(clock.now());
            assert_eq!(next.as_millis(), changes_in, "{since}");
        }
    }

    #[test]
    fn the_first_change_of_all_is_the_next_frame() {
        let clock = clock("2026-11-21T10:25:00Z");
        assert_eq!(clock.next_change(), None);
        clock.age("2026-11-21T08:00:00Z".parse().unwrap());
        clock.age("2026-11-21T10:20:45Z".parse().unwrap());
        clock.age("2026-11-20T08:00:00Z".parse().unwrap());
        let next = clock.next_change().unwrap();
        assert_eq!(next, "2026-11-21T10:25:45Z".parse().unwrap());
    }

    #[test]
    fn ages_of_facts_stand_still_while_the_connection_is_lost() {
        let now = "2026-11-21T10:25:00Z".parse().unwrap();
        let lost = "2026-11-21T10:24:46Z".parse().unwrap();
        let clock = Clock::new(now, Some(lost), false, TimeZone::UTC);
        assert_eq!(clock.age("2026-11-21T10:24:26Z".parse().unwrap()), "20s");
        assert_eq!(clock.next_change(), None);
        assert_eq!(clock.seconds_since(lost), "14 s");
        assert!(clock.next_change().is_some());
    }

    #[test]
    fn a_countdown_ends_with_one_second() {
        let clock = clock("2026-11-21T10:25:00Z");
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(
            clock.seconds_until(at("2026-11-21T10:25:02.400Z")).unwrap(),
            "3 s"
        );
        assert_eq!(clock.next_change().unwrap(), at("2026-11-21T10:25:00.400Z"));
        assert_eq!(
            clock.seconds_until(at("2026-11-21T10:25:00.100Z")).unwrap(),
            "1 s"
        );
        assert_eq!(clock.seconds_until(at("2026-11-21T10:25:00Z")), None);
    }

    #[test]
    fn absolute_times_never_change() {
        let now = "2026-11-21T10:25:00Z".parse().unwrap();
        let clock = Clock::new(now, None, true, TimeZone::UTC);
        assert_eq!(clock.age("2026-11-21T08:07:00Z".parse().unwrap()), "08:07");
        assert_eq!(clock.age("2026-11-19T08:07:00Z".parse().unwrap()), "Nov 19");
        assert_eq!(clock.next_change(), None);
    }
}
