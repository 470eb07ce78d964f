//! Makes a line of a log safe and bounded.

use std::borrow::Cow;

/// Longer lines are cut: no person reads on, and memory stays bounded.
pub const MAX_LINE: usize = 2_000;

/// The line without escape sequences and control characters, at most [`MAX_LINE`] bytes long. Most lines are so
/// already, and cost one look at their bytes.
pub fn clean(line: &str) -> Cow<'_, str> {
    if line.len() <= MAX_LINE && is_clean(line) {
        return Cow::Borrowed(line.trim_end());
    }
    Cow::Owned(cleaned(line))
}

fn is_clean(line: &str) -> bool {
    // Without an early end, so that many bytes are compared at once.
    let plain = |byte: u8| (b' '..=b'~').contains(&byte) || byte == b'\t';
    line.bytes().fold(true, |all, byte| all & plain(byte))
        || !line.chars().any(|c| (c.is_control() && c != '\t') || misleads(c))
}

/// Marks that reorder or hide text.
const fn misleads(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn cleaned(line: &str) -> String {
    let mut out = String::with_capacity(line.len().min(MAX_LINE));
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if out.len() + c.len_utf8() > MAX_LINE {
            break;
        }
        match c {
            '\u{1b}' => match chars.next() {
                // CSI: parameters, then one final letter.
                Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                // OSC and its kin: until BEL or ST.
                Some(']' | 'P' | '_' | '^' | 'X') => {
                    while let Some(c) = chars.next() {
                        if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                            break;
                        }
                    }
                }
                _ => {}
            },
            '\t' => out.push('\t'),
            c if c.is_control() => {}
            c if misleads(c) => {}
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_controls_go() {
        for (line, want) in [
            ("\u{1b}[31mred\u{1b}[0m text", "red text"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://x\u{1b}\\link", "link"),
            ("a\u{0}b\rc\u{8}", "abc"),
            ("\tat Main.java", "\tat Main.java"),
            ("abc\u{202e}def", "abcdef"),
            ("cut off \u{1b}[", "cut off"),
            ("  kept as it is  \t", "  kept as it is"),
            ("naïve ✓ ", "naïve ✓"),
        ] {
            assert_eq!(clean(line), want);
        }
        assert_eq!(clean(&"é".repeat(5_000)).len(), MAX_LINE);
    }
}
