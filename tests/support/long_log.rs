//! Logs of 100,000 lines with one in their middle that matters.

/// Lines of each.
pub const LINES: usize = 100_000;

/// The line that must be found.
pub const NEEDLE: &str =
    "2026-01-01T12:00:00.000Z FATAL orders: cannot open ledger /var/lib/orders/ledger.db: checksum mismatch";

/// A line of a form, by its number.
type Form = fn(usize) -> String;

/// The forms that cost differently: what repeats, what never does, and what must be looked at closely.
const FORMS: &[(&str, Form)] = &[
    ("few shapes", |n| {
        format!(
            "2026-01-01T11:59:{:02}.{:03}Z INFO orders: order {n} of customer {} written in {} ms to shard {}",
            n % 60,
            n % 1_000,
            n * 7,
            n % 91,
            n % 16
        )
    }),
    ("every line a shape of its own", |n| {
        format!(
            "2026-01-01T11:59:59Z INFO catalog: article {} moved to shelf {}",
            letters(n),
            letters(n * 31)
        )
    }),
    ("JSON, every line a shape of its own", |n| {
        format!(
            "{{\"time\":\"2026-01-01T11:59:59Z\",\"level\":\"info\",\"logger\":\"catalog\",\"msg\":\"article {} moved\",\"took\":{}}}",
            letters(n),
            n % 91
        )
    }),
    ("access log", |n| {
        format!(
            "10.244.{}.{} - - [01/Jan/2026:11:59:59 +0000] \"GET /articles/{} HTTP/1.1\" 200 {} \"-\" \"curl/8.5.0\"",
            n % 4,
            n % 250,
            letters(n % 5_000),
            n % 9_000
        )
    }),
    ("every line with a colour", |n| {
        format!(
            "\u{1b}[2m11:59:59\u{1b}[0m \u{1b}[32m INFO\u{1b}[0m orders: order {n} written in {} ms",
            n % 91
        )
    }),
];

/// The forms by name, each a log with the needle in its middle.
pub fn forms() -> impl Iterator<Item = (&'static str, Vec<String>)> {
    FORMS.iter().map(|(name, line)| {
        let mut lines: Vec<String> = (0..LINES).map(line).collect();
        lines.insert(LINES / 2, NEEDLE.to_owned());
        (*name, lines)
    })
}

/// A number as a word without digits.
fn letters(n: usize) -> String {
    let mut rest = n;
    let mut word = String::new();
    loop {
        word.push(char::from(b'a' + (rest % 20) as u8));
        rest /= 20;
        if rest == 0 {
            return word;
        }
    }
}
