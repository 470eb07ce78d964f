//! Numbers as people read them.

/// `9,714`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// The sign of a command's number: `①`; `(21)` above twenty.
pub fn circled(number: u32) -> String {
    match number {
        1..=20 => char::from_u32(0x245f + number).map(String::from).unwrap_or_default(),
        _ => format!("({number})"),
    }
}

/// `1 pod`, `3 pods`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (number, shown) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(thousands(number), shown);
        }
    }

    #[test]
    fn small_numbers_stand_in_circles() {
        assert_eq!([circled(1), circled(20), circled(21)], ["①", "⑳", "(21)"]);
    }
}
