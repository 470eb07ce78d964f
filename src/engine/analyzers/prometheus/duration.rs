//! Durations as Prometheus writes them: `1h30m`, `15s`, `0`.

/// The units, in the order in which they must come, and their milliseconds.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 24 * 3_600_000),
    ("w", 7 * 24 * 3_600_000),
    ("d", 24 * 3_600_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Its milliseconds; `None` where Prometheus would refuse it.
pub fn milliseconds(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let (mut rest, mut total) = (text, 0_u64);
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(after.len());
        let (word, after) = after.split_at(letters);
        // What comes twice or out of order is not found any more.
        let (_, scale) = units.find(|(unit, _)| *unit == word)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*scale)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_prometheus_reads_them() {
        for (text, expected) in [
            ("15s", Some(15_000)),
            ("1h30m", Some(5_400_000)),
            ("1d", Some(86_400_000)),
            ("100ms", Some(100)),
            ("1m5ms", Some(60_005)),
            ("0", Some(0)),
            ("15", None),
            ("", None),
            ("s", None),
            ("1.5h", None),
            ("30s1m", None),
            ("1s1s", None),
            ("-5s", None),
            ("5 s", None),
            ("99999999999999y", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
