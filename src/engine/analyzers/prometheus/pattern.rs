//! The regular expressions of relabel rules: RE2, anchored at both ends.

use regex::Regex;

/// A regular expression, as far as it can be judged here.
pub enum Pattern {
    /// It matches this word and nothing else.
    Literal(String),
    /// It can be tried.
    Compiled(Regex),
    /// RE2 has a few forms that are not known here: nothing is said of them.
    Unknown,
    /// RE2 refuses it too.
    Broken(&'static str),
}

/// What is wrong in both languages; whatever else is refused here may be a form of RE2's own.
const BROKEN: &[(&str, &str)] = &[
    ("unclosed group", "a group is not closed"),
    ("unopened group", "a group is closed that was not opened"),
    (
        "repetition operator missing expression",
        "there is nothing to repeat",
    ),
];

impl Pattern {
    pub fn new(text: &str) -> Self {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_/:;,@ ".contains(letter);
        if text.chars().all(plain) {
            return Self::Literal(text.to_owned());
        }
        if text.contains(r"\Q") || text.contains(r"\C") {
            return Self::Unknown;
        }
        match Regex::new(&format!("^(?s:{text})$")) {
            Ok(regex) => Self::Compiled(regex),
            // Without the anchors, lest what is wrong is theirs.
            Err(_) => match Regex::new(text) {
                Err(regex::Error::Syntax(said)) => {
                    let known = BROKEN.iter().find(|(part, _)| said.contains(part));
                    known.map_or(Self::Unknown, |(_, what)| Self::Broken(what))
                }
                _ => Self::Unknown,
            },
        }
    }

    /// Whether it matches a text; `None` where that is not known.
    pub fn matches(&self, text: &str) -> Option<bool> {
        match self {
            Self::Literal(word) => Some(word == text),
            Self::Compiled(regex) => Some(regex.is_match(text)),
            Self::Unknown | Self::Broken(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_both_languages_refuse_is_broken() {
        for text in ["(", "a)", "*", "(a|b", "+x"] {
            assert!(matches!(Pattern::new(text), Pattern::Broken(_)), "{text}");
        }
        for text in [
            r"\Qa.b\E",
            "a{",
            "[[a]",
            "(?P<n>a)",
            "(.+)(?::\\d+);(\\d+)",
            "a|b",
            "",
        ] {
            assert!(!matches!(Pattern::new(text), Pattern::Broken(_)), "{text}");
        }
    }

    #[test]
    fn it_is_anchored() {
        assert_eq!(Pattern::new("a|b").matches("ab"), Some(false));
        assert_eq!(Pattern::new("a|b").matches("b"), Some(true));
        assert_eq!(Pattern::new("(.*)").matches(""), Some(true));
        assert_eq!(Pattern::new("true").matches(""), Some(false));
    }
}
