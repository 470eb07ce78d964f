//! When a CronJob is to start its Jobs: the five fields of cron, as Kubernetes reads them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// A schedule that never comes (30 February) is given up after so many days: a leap year is at most eight away.
const HORIZON: usize = 366 * 8 + 2;

const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// When something is to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Schedule {
    /// At these minutes of these hours of these days.
    Fields(Fields),
    /// Again and again after so long.
    Every(SignedDuration),
}

/// The fields of cron, each as the set of its values: bit n stands for n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Whether both fields of the day must hold: so it is when one of them is `*`. Else one is enough.
    both_days: bool,
}

impl Schedule {
    /// Reads a schedule, with the zone that it names itself (`CRON_TZ=Asia/Tokyo 0 3 * * *`).
    pub fn parse(text: &str) -> Result<(Self, Option<&str>), String> {
        let text = text.trim();
        let (zone, text) = match text.strip_prefix("CRON_TZ=").or(text.strip_prefix("TZ=")) {
            Some(rest) => rest
                .split_once(char::is_whitespace)
                .map(|(zone, rest)| (Some(zone), rest.trim()))
                .ok_or("it names a time zone and nothing else")?,
            None => (None, text),
        };
        if let Some(every) = text.strip_prefix("@every ") {
            return Ok((Self::Every(duration(every.trim())?), zone));
        }
        let fields = match text {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            macro_name if macro_name.starts_with('@') => return Err(format!("{macro_name} is not known")),
            fields => fields,
        };
        Ok((Self::Fields(Fields::parse(fields)?), zone))
    }

    /// The first start after a moment; `None` if there is none.
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Every(every) => after.checked_add(*every).ok(),
            Self::Fields(fields) => fields.next(after, zone),
        }
    }

    /// Whether a moment, to the minute, is one of its starts.
    pub fn contains(&self, moment: Timestamp, zone: &TimeZone) -> bool {
        match self {
            Self::Every(_) => true,
            Self::Fields(fields) => {
                let time = zone.to_datetime(moment);
                fields.on(time.date()) && has(fields.hours, time.hour()) && has(fields.minutes, time.minute())
            }
        }
    }

    /// Whether its starts depend on the time of day, and so on the zone.
    pub fn depends_on_zone(&self) -> bool {
        match self {
            Self::Every(_) => false,
            Self::Fields(fields) => fields.hours != bits(0, 23, 1) || fields.days != bits(1, 31, 1),
        }
    }
}

impl Fields {
    fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = parts.as_slice() else {
            return Err(format!("it has {} fields, not 5", parts.len()));
        };
        let open = |field: &str| field.starts_with(['*', '?']) && !field.contains('/');
        let mut weekday_bits = field(weekdays, 0, 7, DAYS, 0)?;
        // Sunday is 0 and 7.
        if has(weekday_bits, 7) {
            weekday_bits |= 1;
        }
        Ok(Self {
            minutes: field(minutes, 0, 59, &[], 0)?,
            hours: field(hours, 0, 23, &[], 0)?,
            days: field(days, 1, 31, &[], 0)?,
            months: field(months, 1, 12, MONTHS, 1)?,
            weekdays: weekday_bits,
            both_days: open(days) || open(weekdays),
        })
    }

    fn on(&self, date: Date) -> bool {
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().to_sunday_zero_offset());
        let fits = if self.both_days {
            day && weekday
        } else {
            day || weekday
        };
        fits && has(self.months, date.month())
    }

    fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let start = zone.to_datetime(after).date();
        for date in start.series(1.day()).take(HORIZON).filter(|date| self.on(*date)) {
            for hour in (0..24).filter(|hour| has(self.hours, *hour)) {
                for minute in (0..60).filter(|minute| has(self.minutes, *minute)) {
                    // An hour that a clock skips is what comes right after it.
                    let time = date.at(hour, minute, 0, 0);
                    let moment = zone.to_ambiguous_timestamp(time).compatible().ok()?;
                    if moment > after {
                        return Some(moment);
                    }
                }
            }
        }
        None
    }
}

fn has(bits: u64, value: i8) -> bool {
    u32::try_from(value).is_ok_and(|value| bits.checked_shr(value).unwrap_or(0) & 1 == 1)
}

fn bits(from: u32, to: u32, step: u32) -> u64 {
    (from..=to)
        .step_by(step.max(1) as usize)
        .fold(0, |bits, value| bits | 1_u64.checked_shl(value).unwrap_or(0))
}

/// A list of `*`, `5`, `1-5`, `*/10`, `0-30/10`, `5/15`, or names.
fn field(text: &str, least: u32, most: u32, names: &[&str], first: u32) -> Result<u64, String> {
    let value = |word: &str| -> Result<u32, String> {
        let lower = word.to_ascii_lowercase();
        let named = (first..).zip(names).find(|(_, name)| **name == lower);
        let value = match named {
            Some((value, _)) => value,
            None => word.parse().map_err(|_| format!("{word} is not a number"))?,
        };
        let fits = (least..=most).contains(&value);
        fits.then_some(value)
            .ok_or_else(|| format!("{value} is not between {least} and {most}"))
    };
    let mut all = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => {
                let step: u32 = step.parse().map_err(|_| format!("{step} is not a step"))?;
                (range, Some(step).filter(|step| *step > 0).ok_or("a step of 0")?)
            }
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => (least, most.min(if most == 7 { 6 } else { most })),
            Some((from, to)) => (value(from)?, value(to)?),
            // `5/15` goes on to the end, `5` is alone.
            None if part.contains('/') => (value(range)?, most.min(if most == 7 { 6 } else { most })),
            None => (value(range)?, value(range)?),
        };
        if from > to {
            return Err(format!("{range} runs backwards"));
        }
        all |= bits(from, to, step);
    }
    Ok(all)
}

/// A duration as Go writes it: `1h30m`, `90s`.
fn duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("{text} is not a duration");
    let mut seconds = 0_i64;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (digits, tail) = rest.split_at(end);
        let amount: i64 = digits.parse().map_err(|_| wrong())?;
        let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let unit = match unit {
            "h" => 3_600,
            "m" => 60,
            "s" => 1,
            _ => return Err(wrong()),
        };
        seconds = amount
            .checked_mul(unit)
            .and_then(|more| seconds.checked_add(more))
            .ok_or_else(wrong)?;
        rest = tail;
    }
    if seconds <= 0 {
        return Err(wrong());
    }
    Ok(SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, after: &str, zone: &TimeZone) -> Option<String> {
        let (schedule, _) = Schedule::parse(schedule).unwrap();
        let next = schedule.next(after.parse().unwrap(), zone)?;
        Some(next.to_string())
    }

    #[test]
    fn starts_follow_each_other() {
        // 1 January 2026 is a Thursday.
        for (schedule, after, want) in [
            ("* * * * *", "2026-01-01T12:00:00Z", Some("2026-01-01T12:01:00Z")),
            ("* * * * *", "2026-01-01T12:00:30Z", Some("2026-01-01T12:01:00Z")),
            (
                "*/15 * * * *",
                "2026-01-01T12:46:00Z",
                Some("2026-01-01T13:00:00Z"),
            ),
            (
                "5/20 * * * *",
                "2026-01-01T12:06:00Z",
                Some("2026-01-01T12:25:00Z"),
            ),
            ("0 3 * * *", "2026-01-01T03:00:00Z", Some("2026-01-02T03:00:00Z")),
            ("30 2 1 * *", "2026-01-01T12:00:00Z", Some("2026-02-01T02:30:00Z")),
            (
                "0 0 * * SUN",
                "2026-01-01T12:00:00Z",
                Some("2026-01-04T00:00:00Z"),
            ),
            ("0 0 * * 7", "2026-01-01T12:00:00Z", Some("2026-01-04T00:00:00Z")),
            (
                "0 0 * JUN,dec MON-FRI",
                "2026-01-01T12:00:00Z",
                Some("2026-06-01T00:00:00Z"),
            ),
            // Either day is enough where both are said, ...
            ("0 0 13 * 5", "2026-01-01T12:00:00Z", Some("2026-01-02T00:00:00Z")),
            // ... and both must hold where one is open.
            ("0 0 13 * ?", "2026-01-01T12:00:00Z", Some("2026-01-13T00:00:00Z")),
            ("0 0 29 2 *", "2026-01-01T12:00:00Z", Some("2028-02-29T00:00:00Z")),
            ("0 0 30 2 *", "2026-01-01T12:00:00Z", None),
            ("@hourly", "2026-01-01T12:00:00Z", Some("2026-01-01T13:00:00Z")),
            ("@weekly", "2026-01-01T12:00:00Z", Some("2026-01-04T00:00:00Z")),
            (
                "@every 1h30m",
                "2026-01-01T12:00:00Z",
                Some("2026-01-01T13:30:00Z"),
            ),
            (
                "TZ=Asia/Tokyo @daily",
                "2026-01-01T12:00:00Z",
                Some("2026-01-02T00:00:00Z"),
            ),
        ] {
            let seen = next(schedule, after, &TimeZone::UTC);
            assert_eq!(seen.as_deref(), want, "{schedule} after {after}");
        }
    }

    #[test]
    fn a_zone_moves_the_hours_and_an_hour_that_is_skipped_comes_right_after() {
        let fixed = TimeZone::fixed(jiff::tz::offset(9));
        assert_eq!(
            next("0 3 * * *", "2026-01-01T12:00:00Z", &fixed).as_deref(),
            Some("2026-01-01T18:00:00Z")
        );
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        // On 29 March 2026 the clock goes from 02:00 to 03:00.
        assert_eq!(
            next("30 2 * * *", "2026-03-28T12:00:00Z", &zone).as_deref(),
            Some("2026-03-29T01:30:00Z")
        );
    }

    #[test]
    fn what_is_no_schedule_says_why() {
        for (schedule, want) in [
            ("* * * *", "it has 4 fields, not 5"),
            ("60 * * * *", "60 is not between 0 and 59"),
            ("* * * * mun", "mun is not a number"),
            ("5-1 * * * *", "5-1 runs backwards"),
            ("*/0 * * * *", "a step of 0"),
            ("@sometimes", "@sometimes is not known"),
            ("@every soon", "soon is not a duration"),
            ("TZ=UTC", "it names a time zone and nothing else"),
            ("", "it has 0 fields, not 5"),
        ] {
            assert_eq!(Schedule::parse(schedule).unwrap_err(), want, "{schedule}");
        }
        let (_, zone) = Schedule::parse("CRON_TZ=Asia/Tokyo 0 3 * * *").unwrap();
        assert_eq!(zone, Some("Asia/Tokyo"));
    }

    #[test]
    fn a_start_is_known_again() {
        let at = |schedule: &str, moment: &str| {
            let (schedule, _) = Schedule::parse(schedule).unwrap();
            schedule.contains(moment.parse().unwrap(), &TimeZone::UTC)
        };
        assert!(at("0 3 * * *", "2026-01-01T03:00:00Z"));
        assert!(!at("0 3 * * *", "2026-01-01T02:00:00Z"));
        let (hourly, _) = Schedule::parse("5 * * * *").unwrap();
        assert!(!hourly.depends_on_zone());
    }
}
