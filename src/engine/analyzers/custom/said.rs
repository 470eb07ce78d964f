//! How fields of custom resources are said in words.

use serde_json::Value;

use super::condition::Condition;

/// Titles are one line; what is longer than this is cut at a word.
const TITLE: usize = 160;
/// A value that is shown as evidence.
const VALUE: usize = 400;

/// The first line of a text, and not too much of it.
pub fn shorten(text: &str) -> String {
    cut(text.trim().lines().next().unwrap_or_default().trim(), TITLE)
}

fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let head: String = text.chars().take(limit).collect();
    let at_word = head.rfind(' ').filter(|at| *at > limit / 2);
    let head = at_word.and_then(|at| head.get(..at)).unwrap_or(&head);
    format!("{}…", head.trim_end_matches([',', ';', ':', ' ', '.']))
}

/// A condition as evidence says it: `Ready=False InvalidConfig: the key is not there`.
pub fn condition_text(condition: &Condition<'_>) -> String {
    let mut text = format!("{}={}", condition.kind, condition.word);
    if !condition.reason.is_empty() {
        text.push(' ');
        text.push_str(condition.reason);
    }
    if !condition.message.is_empty() {
        text.push_str(": ");
        text.push_str(&cut(condition.message.trim(), VALUE));
    }
    text
}

/// A value as evidence says it: texts plain, conditions as such, all else as JSON.
pub fn value_text(value: &Value) -> String {
    if let Some(condition) = Condition::read(value) {
        return condition_text(&condition);
    }
    match value {
        Value::String(text) => cut(text, VALUE),
        other => cut(&other.to_string(), VALUE),
    }
}

/// The words of a name in camel case: `ResolvedRefs` is `resolved refs`. Abbreviations stay as they are.
pub fn words(name: &str) -> String {
    let name = name.rsplit(['/', '.']).next().unwrap_or(name);
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && (before.is_some_and(|before| !before.is_uppercase())
                || after.is_some_and(|after| after.is_lowercase()));
        if begins && at > 0 {
            out.push(' ');
        }
        let abbreviation = letter.is_uppercase()
            && (after.is_some_and(|after| after.is_uppercase())
                || (!begins && before.is_some_and(|before| before.is_uppercase())));
        if abbreviation {
            out.push(*letter);
        } else {
            out.extend(letter.to_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        for (name, said) in [
            ("Ready", "ready"),
            ("ResolvedRefs", "resolved refs"),
            ("ACK.ResourceSynced", "resource synced"),
            ("DNSReady", "DNS ready"),
            ("", ""),
        ] {
            assert_eq!(words(name), said);
        }
    }

    #[test]
    fn long_texts_are_cut_at_a_word() {
        let long = "word ".repeat(60);
        let short = shorten(&long);
        assert!(
            short.ends_with("word…") && short.chars().count() <= TITLE + 1,
            "{short}"
        );
        assert_eq!(shorten("one\ntwo"), "one");
        assert_eq!(shorten(&"ä".repeat(300)).chars().count(), TITLE + 1);
    }
}
