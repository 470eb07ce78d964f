//! How long ago something was, as it is written everywhere.

use jiff::{SignedDuration, Timestamp};

/// A time that has passed, in its largest whole unit; hours up to two days, because `26h` says more than `1d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    number: i64,
    unit: &'static str,
    /// After how long it reads otherwise.
    pub until_it_changes: SignedDuration,
}

impl Age {
    /// The time from `since` to `now`; none where that lies ahead, as the clocks of a cluster and of this machine may
    /// differ.
    pub fn of(now: Timestamp, since: Timestamp) -> Self {
        let age = now.duration_since(since).max(SignedDuration::ZERO);
        let seconds = age.as_secs();
        let (size, unit) = match seconds {
            0..60 => (1, "s"),
            60..3_600 => (60, "m"),
            3_600..172_800 => (3_600, "h"),
            _ => (86_400, "d"),
        };
        let number = seconds / size;
        Self {
            number,
            unit,
            until_it_changes: SignedDuration::from_secs((number + 1) * size) - age,
        }
    }

    /// `12s`, `4m`, `7h`, `3d`.
    pub fn text(self) -> String {
        format!("{}{}", self.number, self.unit)
    }

    /// The same for a sentence: `12 s`, `4 min`, `7 h`, `3 d`.
    pub fn spaced(self) -> String {
        let unit = match self.unit {
            "m" => "min",
            unit => unit,
        };
        format!("{} {unit}", self.number)
    }
}
