//! When to draw: on demand, coalesced, keys at once, everything else at most 60 times a second.

use std::time::{Duration, Instant};

/// The least time between two frames that no key asked for: 60 a second.
const GAP: Duration = Duration::from_micros(16_667);
/// The same while the terminal is not in front: 10 a second.
const GAP_IN_BACKGROUND: Duration = Duration::from_millis(100);

/// Decides when the next frame is drawn. Pure: every time is passed in.
///
/// Many requests become one frame at the earliest time any of them allows. A request for later never delays one for
/// sooner.
#[derive(Debug)]
pub struct Limiter {
    gap: Duration,
    last: Option<Instant>,
    wanted: Option<Instant>,
}

impl Default for Limiter {
    fn default() -> Self {
        Self {
            gap: GAP,
            last: None,
            wanted: None,
        }
    }
}

impl Limiter {
    /// Sets the pace: fewer frames while the terminal is not in front.
    pub const fn set_focused(&mut self, focused: bool) {
        self.gap = if focused { GAP } else { GAP_IN_BACKGROUND };
    }

    /// Something the screen shows has changed: draw as soon as the pace allows.
    pub fn request(&mut self, now: Instant) {
        self.request_at(now);
    }

    /// Something the screen shows will have changed at that time.
    pub fn request_at(&mut self, at: Instant) {
        let earliest = self.last.map_or(at, |last| at.max(last + self.gap));
        self.wanted = Some(self.wanted.map_or(earliest, |wanted| wanted.min(earliest)));
    }

    /// A key was pressed: its frame does not wait for the pace.
    pub fn request_now(&mut self, now: Instant) {
        self.wanted = Some(now);
    }

    /// When the next frame is due; nothing visible changes before unless something is requested.
    pub const fn deadline(&self) -> Option<Instant> {
        self.wanted
    }

    /// Whether a frame is due.
    pub fn due(&self, now: Instant) -> bool {
        self.wanted.is_some_and(|wanted| wanted <= now)
    }

    /// A frame was drawn: what was wanted is on the screen.
    pub const fn drawn(&mut self, now: Instant) {
        self.last = Some(now);
        self.wanted = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn nothing_is_drawn_unless_asked_for() {
        let limiter = Limiter::default();
        assert_eq!(limiter.deadline(), None);
        assert!(!limiter.due(Instant::now()));
    }

    #[test]
    fn a_storm_of_requests_is_one_frame_at_most_60_times_a_second() {
        let start = Instant::now();
        let mut limiter = Limiter::default();
        let mut frames = 0;
        for ms in 0..1000 {
            let now = start + MS * ms;
            limiter.request(now);
            if limiter.due(now) {
                limiter.drawn(now);
                frames += 1;
            }
        }
        assert!((55..=60).contains(&frames), "{frames} frames in a second");
    }

    #[test]
    fn a_key_does_not_wait() {
        let start = Instant::now();
        let mut limiter = Limiter::default();
        limiter.drawn(start);
        limiter.request(start + MS);
        assert!(!limiter.due(start + MS));
        limiter.request_now(start + MS);
        assert!(limiter.due(start + MS));
    }

    #[test]
    fn a_request_for_later_does_not_delay_one_for_sooner() {
        let start = Instant::now();
        let mut limiter = Limiter::default();
        limiter.request_at(start + MS * 900);
        limiter.request_at(start + MS * 100);
        limiter.request_at(start + MS * 500);
        assert_eq!(limiter.deadline(), Some(start + MS * 100));
    }

    #[test]
    fn a_terminal_in_the_background_is_drawn_ten_times_a_second() {
        let start = Instant::now();
        let mut limiter = Limiter::default();
        limiter.set_focused(false);
        limiter.drawn(start);
        limiter.request(start + MS);
        assert_eq!(limiter.deadline(), Some(start + GAP_IN_BACKGROUND));
    }
}
