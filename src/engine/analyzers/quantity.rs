//! Quantities of the API: `64Mi`, `250m`, `2`.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// An amount of bytes in a unit so small that its number has five digits or more.
#[expect(
    clippy::unwrap_used,
    reason = "constant pattern, compiled by the tests of this module"
)]
static LARGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?P<digits>\d{5,})(?P<unit>[KMG]i)\b").unwrap());

/// The number that a quantity stands for, in its base unit (bytes, cores, pieces); `None` if it is none.
pub fn value(quantity: &str) -> Option<f64> {
    let quantity = quantity.trim();
    let end = quantity
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-')))
        .unwrap_or(quantity.len());
    let (digits, suffix) = quantity.split_at(end);
    let number: f64 = digits.parse().ok()?;
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0 * 1024.0,
        "Gi" => 1024.0 * 1024.0 * 1024.0,
        "Ti" => 1024.0_f64.powi(4),
        "Pi" => 1024.0_f64.powi(5),
        "Ei" => 1024.0_f64.powi(6),
        exponent => return format!("{digits}{exponent}").parse().ok(),
    };
    Some(number * factor)
}

/// Twice a whole quantity in the same unit: `64Mi` becomes `128Mi`.
pub fn doubled(quantity: &str) -> Option<String> {
    let end = quantity
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(quantity.len());
    let (digits, suffix) = quantity.split_at(end);
    value(quantity).filter(|_| !suffix.starts_with('.'))?;
    let number: u64 = digits.parse().ok()?;
    Some(format!("{}{suffix}", number.checked_mul(2)?))
}

/// A text for people: the amounts in it that nobody can read at a glance are brought into a larger unit, `24580016Ki`
/// becomes `23.4 GiB`. What a person wrote (`64Mi`, `1024Mi`) stays as it is: it is searched for.
pub fn readable(text: &str) -> Cow<'_, str> {
    LARGE.replace_all(text, |found: &Captures| {
        let whole = found.get(0).map_or("", |whole| whole.as_str());
        let Some(mut bytes) = value(whole) else {
            return whole.to_owned();
        };
        bytes /= 1024.0;
        let mut unit = "KiB";
        for larger in ["MiB", "GiB", "TiB", "PiB", "EiB"] {
            // Rounded to one decimal it would read 1024.0.
            if bytes < 1023.95 {
                break;
            }
            bytes /= 1024.0;
            unit = larger;
        }
        let number = format!("{bytes:.1}");
        format!("{} {unit}", number.strip_suffix(".0").unwrap_or(&number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_values() {
        for (text, want) in [
            ("64", Some(64.0)),
            ("250m", Some(0.25)),
            ("64Mi", Some(67_108_864.0)),
            ("1e3", Some(1000.0)),
            ("2G", Some(2e9)),
            ("", None),
            ("many", None),
            ("5Zi", None),
        ] {
            assert_eq!(value(text), want, "{text}");
        }
    }

    #[test]
    fn whole_quantities_double() {
        for (text, want) in [
            ("64Mi", Some("128Mi")),
            ("1Gi", Some("2Gi")),
            ("500m", Some("1000m")),
            ("1.5Gi", None),
            ("x", None),
        ] {
            assert_eq!(doubled(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn amounts_are_brought_into_a_unit_that_can_be_read() {
        for (text, want) in [
            ("has 24580016Ki.", "has 23.4 GiB."),
            ("98304Mi of memory", "96 GiB of memory"),
            ("1048575Ki", "1 GiB"),
            (
                "was using 1024300Ki, request is 0",
                "was using 1000.3 MiB, request is 0",
            ),
            ("64Mi 1024Mi 512Gi 3920m", "64Mi 1024Mi 512Gi 3920m"),
            ("a12345Kib 12345", "a12345Kib 12345"),
        ] {
            assert_eq!(readable(text), want, "{text}");
        }
    }
}
