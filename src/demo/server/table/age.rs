//! Ages as kubectl writes them: two units at most, the finer one only while it says something.

use jiff::Timestamp;

/// How long ago a time was, or kubectl's word for not knowing.
pub(super) fn age(since: &str, now: Timestamp) -> String {
    match since.parse::<Timestamp>() {
        Ok(since) => short(now.duration_since(since).as_secs()),
        Err(_) => "<unknown>".to_owned(),
    }
}

/// Seconds as `40s`, `5m12s`, `3h20m`, `2d4h`.
pub(super) fn short(seconds: i64) -> String {
    let two = |coarse: i64, unit: char, fine: i64, fine_unit: char| {
        if fine == 0 {
            format!("{coarse}{unit}")
        } else {
            format!("{coarse}{unit}{fine}{fine_unit}")
        }
    };
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        s if s < 0 => "0s".to_owned(),
        s if s < 120 => format!("{s}s"),
        s if s < 600 => two(minutes, 'm', s % 60, 's'),
        s if s < 3 * 3600 => format!("{minutes}m"),
        s if s < 8 * 3600 => two(hours, 'h', minutes % 60, 'm'),
        s if s < 48 * 3600 => format!("{hours}h"),
        s if s < 8 * 86_400 => two(days, 'd', hours % 24, 'h'),
        s if s < 2 * 365 * 86_400 => format!("{days}d"),
        s if s < 8 * 365 * 86_400 => two(days / 365, 'y', days % 365, 'd'),
        _ => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn ages_are_kubectls() {
        for (seconds, expected) in [
            (-5, "0s"),
            (5, "5s"),
            (119, "119s"),
            (120, "2m"),
            (312, "5m12s"),
            (600, "10m"),
            (10_799, "179m"),
            (10_800, "3h"),
            (12_000, "3h20m"),
            (90_000, "25h"),
            (187_200, "2d4h"),
            (864_000, "10d"),
        ] {
            assert_eq!(short(seconds), expected);
        }
    }
}
