//! Which names hold secrets, and which words are none.

/// Parts of a name that say that its value is a secret. Compared in lower case without `_`, `-` and `.`.
const SECRET_PARTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "authkey",
    "masterkey",
    "credential",
    "clientkeydata",
    "connectionstring",
    "dockerconfigjson",
];

/// Ends of a name that say that its value only points at a secret or counts something.
const HARMLESS_ENDS: &[&str] = &[
    "name",
    "names",
    "ref",
    "refs",
    "count",
    "id",
    "ids",
    "seconds",
    "path",
    "paths",
    "file",
    "files",
    "dir",
    "mount",
    "mounts",
    "version",
    "type",
    "policy",
    "length",
    "size",
    "url",
    "uri",
    "endpoint",
    "enabled",
    "required",
    "tokens",
    "pullsecret",
    "secrets",
    "credentials",
    "expiration",
    "expiry",
    "ttl",
    "namespace",
    "kind",
    "limit",
    "review",
    "reviews",
    "audience",
    "audiences",
    "issuer",
    "reason",
    "status",
    "controller",
    "provider",
    "class",
    "store",
    "env",
    "header",
    "field",
    "keyref",
];

/// Words that follow `password:` or `token:` in a sentence, a state or a schema, and are no secret.
const NOT_SECRETS: &[&str] = &[
    "a",
    "an",
    "and",
    "are",
    "authentication",
    "bad",
    "basic",
    "be",
    "bearer",
    "but",
    "can",
    "cannot",
    "could",
    "couldn't",
    "denied",
    "deny",
    "disabled",
    "does",
    "empty",
    "enabled",
    "eof",
    "error",
    "expired",
    "failed",
    "failure",
    "false",
    "flag",
    "for",
    "forbidden",
    "found",
    "from",
    "get",
    "has",
    "in",
    "incorrect",
    "invalid",
    "is",
    "it",
    "key",
    "lookup",
    "malformed",
    "mismatch",
    "missing",
    "must",
    "n/a",
    "nil",
    "no",
    "none",
    "not",
    "null",
    "of",
    "ok",
    "on",
    "optional",
    "or",
    "password",
    "present",
    "provided",
    "refused",
    "rejected",
    "required",
    "requires",
    "revoked",
    "secret",
    "secrets",
    "set",
    "should",
    "string",
    "the",
    "to",
    "token",
    "tokens",
    "true",
    "unable",
    "unauthorized",
    "undefined",
    "unexpected",
    "unknown",
    "unset",
    "unspecified",
    "use",
    "user",
    "using",
    "valid",
    "was",
    "with",
    "wrong",
    "yes",
];

/// A name in the form in which names are compared.
fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// Whether the value under that name is a secret: `DB_PASSWORD`, `clientSecret`, but not `secretName`.
pub fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let name = plain(name);
    let last = lower.rsplit(['_', '-', '.']).next().unwrap_or_default();
    if last == "pass" || last == "pw" {
        return true;
    }
    SECRET_PARTS.iter().any(|part| name.contains(part))
        && (name.ends_with("accesskeyid") || !HARMLESS_ENDS.iter().any(|end| name.ends_with(end)))
}

/// Whether the name is one under which even a plain word or a number is a secret.
pub fn is_password_name(name: &str) -> bool {
    let name = plain(name);
    ["passw", "pwd", "passphrase"]
        .iter()
        .any(|part| name.contains(part))
        || name.ends_with("pass")
        || name.ends_with("pw")
}

/// Whether it is a word of a sentence rather than a secret.
pub fn is_no_secret(value: &str) -> bool {
    let value = value.trim_matches(|letter: char| letter.is_ascii_punctuation());
    value.is_empty() || NOT_SECRETS.contains(&value.to_ascii_lowercase().as_str())
}

/// Whether it stands for a value that is elsewhere: `$(VAR)`, `${VAR}`, `{{ … }}`, `<set to the key …>`, `***`.
pub fn is_reference(value: &str) -> bool {
    let value = value.trim();
    ["$(", "${", "{{", "<", "{", "[", "$.", "|", ">", "&", "*", "xxxx"]
        .iter()
        .any(|start| value.starts_with(start))
        || (value.starts_with('$')
            && value
                .chars()
                .skip(1)
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_'))
}

/// Whether it looks made by a machine: letters and digits mixed, or cases mixed within the word.
pub fn looks_random(value: &str) -> bool {
    let digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let lower = value.bytes().any(|byte| byte.is_ascii_lowercase());
    let upper_inside = value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    (digit && value.bytes().any(|byte| byte.is_ascii_alphabetic()))
        || (lower && upper_inside && value.len() >= 16)
        || value.len() >= 40
}

/// Bits per byte of a text, by Shannon.
pub fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = value.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}
