//! What Kubernetes' components say in prose, read into types. Pure functions over recorded messages: wherever a
//! message has changed between releases, all its forms are known here and nowhere else.

pub mod admission;
pub mod image;
pub mod mount;
pub mod probe;
pub mod reference;
pub mod scheduler;
pub mod start;

/// The text between two marks, the first such.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    let (inner, _) = rest.split_once(after)?;
    Some(inner)
}

/// The last clause of a chain of wrapped errors (`a: b: c: unknown` gives `c`), which is the one that says why.
pub fn last_clause(message: &str) -> &str {
    let message = message.trim().trim_end_matches(": unknown");
    message.rsplit(": ").next().unwrap_or(message).trim()
}

/// At most `limit` characters of the first line of a text, cut between words where there is room.
pub fn brief(text: &str, limit: usize) -> String {
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("")
        .trim();
    if line.chars().count() <= limit {
        return line.to_owned();
    }
    let cut: String = line.chars().take(limit.saturating_sub(1)).collect();
    let end = cut
        .rfind(' ')
        .filter(|end| *end * 2 > cut.len())
        .unwrap_or(cut.len());
    format!(
        "{}…",
        cut.get(..end).unwrap_or(&cut).trim_end_matches([',', ':', ' '])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_clause_says_why() {
        for (message, want) in [
            ("a: b: permission denied: unknown", "permission denied"),
            ("alone", "alone"),
            ("", ""),
        ] {
            assert_eq!(last_clause(message), want);
        }
    }

    #[test]
    fn brief_cuts_between_words() {
        assert_eq!(brief("one two three", 9), "one two…");
        assert_eq!(brief("\n short \n next", 20), "short");
        assert_eq!(brief("unbreakableword", 6), "unbre…");
    }
}
