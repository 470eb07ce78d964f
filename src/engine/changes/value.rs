//! Values as they are shown, and those that are not.

use serde_json::Value;

/// So many characters of a value are shown.
const LONGEST: usize = 120;

/// Parts of names whose values are never shown. Rather one too many: that it changed is said all the same.
const SECRET_PARTS: &[&str] = &[
    "passw",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "connectionstring",
    "dsn",
    "cookie",
    "salt",
    "auth",
];

/// A value in one line.
pub fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(shown).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    cut(text)
}

/// The beginning of what is too long for a line.
pub fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Whether the value under a name is one that nobody should read over a shoulder.
pub fn is_secret(name: &str, value: &str) -> bool {
    is_secret_name(name) || has_password(value) || value.starts_with("-----BEGIN") || is_random(value)
}

fn is_secret_name(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    plain.ends_with("key") || plain.ends_with("pass") || SECRET_PARTS.iter().any(|part| plain.contains(part))
}

/// `postgres://user:password@host/db`.
fn has_password(value: &str) -> bool {
    value.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', ' ']).next().unwrap_or_default();
        authority
            .rsplit_once('@')
            .is_some_and(|(user, _)| user.contains(':'))
    })
}

/// A long word of mixed letters and digits, as machines make them.
fn is_random(value: &str) -> bool {
    let word = value.len() >= 24
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte));
    word && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_lowercase())
        && value.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// The words of a command line, the secret ones masked: `--password=…`.
pub fn words(list: &[Value]) -> Vec<String> {
    let mut words = Vec::new();
    let mut is_next_secret = false;
    for item in list {
        let word = shown(item);
        let (name, value) = word.split_once('=').unwrap_or((&word, ""));
        let is_flag = name.starts_with('-');
        let masked = if is_next_secret && !is_flag {
            "…".to_owned()
        } else if !value.is_empty() && is_flag && is_secret(name, value) {
            format!("{name}=…")
        } else if is_secret("", &word) {
            "…".to_owned()
        } else {
            word.clone()
        };
        is_next_secret = is_flag && value.is_empty() && is_secret_name(name);
        words.push(masked);
    }
    words
}

/// Two command lines, shortened to where they differ.
pub fn around(old: &[String], new: &[String]) -> (String, String) {
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (
        old.get(same..).unwrap_or_default(),
        new.get(same..).unwrap_or_default(),
    );
    let ends = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = ends.take_while(|(a, b)| a == b).count();
    let middle = |rest: &[String]| {
        let part = rest.get(..rest.len().saturating_sub(tail)).unwrap_or_default();
        if part.is_empty() {
            "(nothing)".to_owned()
        } else {
            cut(part.join(" "))
        }
    };
    (middle(old_rest), middle(new_rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_told_by_name_or_by_look() {
        for (name, value, want) in [
            ("DB_PASSWORD", "x", true),
            ("API_KEY", "x", true),
            ("GITHUB_TOKEN", "x", true),
            ("DATABASE_URL", "postgres://app:hunter2@db/app", true),
            ("DATABASE_URL", "postgres://db:5432/app", false),
            ("LOG_LEVEL", "debug", false),
            ("CERT", "-----BEGIN CERTIFICATE-----", true),
            ("SEED", "aB3dE6gH9jK2mN5pQ8sT1vW4", true),
            ("PATH", "/usr/local/bin:/usr/bin:/bin", false),
        ] {
            assert_eq!(is_secret(name, value), want, "{name}={value}");
        }
    }

    #[test]
    fn command_lines_are_shortened_and_masked() {
        let list = json!(["--port=80", "--password=a", "--token", "b", "-v"]);
        let list = words(list.as_array().unwrap());
        assert_eq!(list, ["--port=80", "--password=…", "--token", "…", "-v"]);
        let line = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            around(&line("run --a --b"), &line("run --c --b")),
            ("--a".to_owned(), "--c".to_owned())
        );
        assert_eq!(
            around(&line("run --b"), &line("run --c --b")),
            ("(nothing)".to_owned(), "--c".to_owned())
        );
    }
}
