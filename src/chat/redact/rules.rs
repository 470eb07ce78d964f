//! The patterns. Each finds a secret in one of the groups `s1` to `s4`, and may look at it and its surroundings
//! before it is masked.

use std::sync::LazyLock;

use regex::Regex;

use super::words::{entropy, is_no_secret, is_password_name, is_reference, is_secret_name, looks_random};

/// The groups that hold a secret; `s4` is the one for values without quotes.
pub const GROUPS: [&str; 4] = ["s1", "s2", "s3", "s4"];

/// Where a value was found.
pub struct Context<'t> {
    /// The name it stands under, if it does.
    pub key: &'t str,
    /// Whether it is in quotes.
    pub quoted: bool,
    /// The text behind it.
    pub after: &'t str,
}

/// A pattern.
pub struct Rule {
    /// What it looks like.
    pub regex: Regex,
    /// What of the match is the secret.
    pub trim: fn(&str) -> &str,
    /// Whether it is one.
    pub accepts: fn(&str, &Context<'_>) -> bool,
}

/// `key`, at most in quotes that may be escaped; the value in escaped, double, single or no quotes, or in a double
/// quote that was never closed because the line was cut.
const KEY: &str = r#"(?P<k>[A-Za-z0-9_.\-]+)(?:\\*["'])?"#;
const QUOTED: &str = r#"\\+"(?P<s1>[^\n]*?)\\+"|"(?P<s2>(?:[^"\\\n]|\\.)*)(?:"|$)|'(?P<s3>[^'\n]*)(?:'|$)"#;
const BARE: &str = r#"(?P<s4>[^\s"'<>&`]+)"#;

/// Every rule, in the order in which they are applied: by name first, so that a whole value goes as one.
pub fn all() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        let mut rules = Vec::new();
        let mut add = |pattern: &str, trim: fn(&str) -> &str, accepts: fn(&str, &Context<'_>) -> bool| {
            #[expect(
                clippy::expect_used,
                reason = "constant patterns: every one is compiled by the first test"
            )]
            let regex = Regex::new(pattern).expect("compiles");
            rules.push(Rule { regex, trim, accepts });
        };
        // PEM: the body, also where the newlines are escaped or shown as ⏎, where every line has a time or a count
        // before it, and where the end is missing.
        add(
            r"-----BEGIN [A-Z0-9 ]+-----(?P<s1>[A-Za-z0-9+/=\s\\:,.⏎\-]*?)-----END",
            str::trim,
            |_, _| true,
        );
        add(
            r"-----BEGIN [A-Z0-9 ]+-----(?P<s1>(?:\s|⏎|\\[nr]|[A-Za-z0-9+/=]{16,})+)",
            str::trim,
            |_, _| true,
        );
        // A line of YAML or of `kubectl describe`: the whole value.
        add(
            &format!(r"(?m)^[ \t]*(?:- )?[\x22']?{KEY}:[ \t]+(?:{QUOTED}|(?P<s4>[^\s\x22'][^\n]*))"),
            str::trim_end,
            // One word is a value; several are a sentence, unless the name is that of a password.
            |value, context| {
                let firm = is_password_name(context.key) || !value.contains(' ');
                by_name(value, context, firm)
            },
        );
        // The value of an environment variable whose name stands before it.
        add(
            &format!(
                r"(?i)name\\*[\x22']?[:=]\s*\\*[\x22']?{KEY},?\s*\\*[\x22']?value\\*[\x22']?[:=]\s*(?:{QUOTED}|{BARE})"
            ),
            bare_value,
            |value, context| by_name(value, context, true),
        );
        // key=value, key: value, "key":"value", --key=value anywhere.
        add(
            &format!(r"{KEY}[ \t]*(?:=>?|:=)[ \t]*(?:{QUOTED}|{BARE})"),
            bare_value,
            |value, context| by_name(value, context, true),
        );
        add(
            &format!(r"{KEY}[ \t]*:[ \t]*(?:{QUOTED}|{BARE})"),
            bare_value,
            |value, context| by_name(value, context, false),
        );
        // --key value, and the same as two items of a list.
        add(
            &format!(r"(?m)--{KEY}(?:[ \t]+|\s*,\s*|\n\s*- )(?:{QUOTED}|{BARE})"),
            bare_value,
            |value, context| !value.starts_with('-') && by_name(value, context, true),
        );
        // <key>value</key>, key%3Dvalue, password 'value'.
        add(&format!(r"<{KEY}>(?P<s1>[^<>\n]+)</"), whole, |value, context| {
            by_name(value, context, true)
        });
        add(
            &format!(r"{KEY}%3[Dd](?P<s4>[^\s%&\x22']+)"),
            whole,
            |value, context| by_name(value, context, true),
        );
        add(
            r#"(?i)\b(?:password|passphrase)\s+(?:is\s+)?(?:"(?P<s1>[^"\n]+)"|'(?P<s2>[^'\n]+)')"#,
            whole,
            |value, _| !is_no_secret(value) && !is_reference(value),
        );
        // Programs that take a password in an option of one letter, or in a line of configuration.
        add(
            r"(?:\bredis-cli\b[^\n]*?\s-a\s+|\bmysql\w*\b[^\n]*?\s-p|\bsshpass\s+-p\s*|\bcurl\b[^\n]*?\s(?:-u|--user)\s*[^\s:]+:|(?m:^)\s*(?:requirepass|masterauth)\s+)(?P<s4>[^\s\x22'<>]+)",
            bare_value,
            |value, _| !value.starts_with('-') && !is_reference(value),
        );
        // The `auth` of a docker configuration: user and password in base64.
        add(
            r#"\\*["']auth\\*["']\s*:\s*\\*["'](?P<s1>[A-Za-z0-9+/=]{8,})"#,
            whole,
            |_, _| true,
        );
        // Headers. Without a scheme the word may be one of a sentence: `authorization: server message: …`.
        add(
            r#"(?i)\bauthorization\\*["']?\s*[:=]\s*\[?\\*["']?(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)\s+(?P<s4>[^\s"'<>\\\]]+)"#,
            bare_value,
            |value, _| !is_no_secret(value) && !is_reference(value),
        );
        add(
            r#"(?i)\bauthorization\\*["']?\s*[:=]\s*\[?\\*["']?(?P<s4>[^\s"'<>\\\]]{8,})"#,
            bare_value,
            |value, _| looks_random(value) && !is_reference(value),
        );
        add(
            r"(?i)\b(?:bearer|basic)\s+(?P<s1>[A-Za-z0-9._~+/\-]{8,}=*)",
            whole,
            |value, _| looks_random(value),
        );
        add(
            r"(?im)\b(?:set-)?cookie:\s+(?P<s1>[^\s=;<>]+=[^\r\n<>]+)",
            str::trim_end,
            |_, _| true,
        );
        // scheme://user:password@host; a port and a path before an @ are none.
        add(
            r#"[A-Za-z][A-Za-z0-9+.\-]*://[^\s:/@"'<>]*:(?P<s1>[^\s/"'<>]+)@"#,
            whole,
            |_, _| true,
        );
        add(
            r#"[A-Za-z][A-Za-z0-9+.\-]*://[^\s:/@"'<>]*:(?P<s1>[^\s@"'<>]+)@"#,
            whole,
            |value, _| {
                let port = value.split('/').next().unwrap_or_default();
                !port.bytes().all(|byte| byte.is_ascii_digit()) && !value.contains("://")
            },
        );
        add(
            r#"[A-Za-z][A-Za-z0-9+.\-]*://(?P<s1>[^\s:/@"'<>]{20,})@"#,
            whole,
            |value, _| looks_random(value),
        );
        add(
            r#"\b[\w.\-]+:(?P<s1>[^\s@"'<>:/]+)@(?:tcp|udp|unix)\("#,
            whole,
            |_, _| true,
        );
        // What says itself that it is a secret.
        add(&TOKENS.join("|"), whole, |_, _| true);
        add(
            r"\b(?P<s1>sk-[A-Za-z0-9_\-]{16,})",
            whole,
            // A name in Kubernetes has no capitals; a key of 32 hexadecimal digits has no dash.
            |value, _| {
                value.bytes().any(|byte| byte.is_ascii_uppercase())
                    || value.rsplit('-').next().is_some_and(|last| last.len() >= 32)
            },
        );
        // Anything under a name that is as random as a key.
        add(
            &format!(
                r"{KEY}\s*[=:]\s*(?:\\+\x22(?P<s1>[^\n]*?)\\+\x22|[\x22'](?P<s2>[^\x22'\s<>]+)[\x22']|(?P<s4>[^\s\x22'<>,;&]+))"
            ),
            whole,
            |value, context| {
                // Names of objects are made of short parts; keys are not.
                let longest = value
                    .split(|letter: char| "-/_.".contains(letter))
                    .max_by_key(|part| part.len())
                    .unwrap_or_default();
                let kinds = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit];
                let mixed = kinds.iter().all(|kind| longest.bytes().any(|byte| kind(&byte)));
                let charset = value
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte));
                let bits = entropy(value);
                let named_key = context.key.to_ascii_lowercase().ends_with("key");
                charset
                    && !value.starts_with('/')
                    && longest.len() >= 20
                    && ((mixed && value.len() >= 32 && bits >= 4.2)
                        || (named_key && value.len() >= 24 && looks_random(longest) && bits >= 3.0))
            },
        );
        rules
    });
    &RULES
}

/// Secrets that are known by how they begin.
const TOKENS: &[&str] = &[
    // JSON web tokens, service account tokens among them, and other JSON in base64 (docker configurations).
    r"\b(?P<s1>eyJ[A-Za-z0-9_\-+/=]{16,}(?:\.[A-Za-z0-9_\-]+){0,2}|ZXlK[A-Za-z0-9+/=_\-]{30,}|LS0tLS1CRUdJTi[A-Za-z0-9+/=]{16,}|(?:AKIA|ASIA)[A-Z0-9]{16}\b|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt|oas)-[A-Za-z0-9_.\-]{16,}|xox[abeoprs]-[A-Za-z0-9\-]{10,}|xapp-[A-Za-z0-9\-]{10,}|AIza[A-Za-z0-9_\-]{30,}|ya29\.[A-Za-z0-9_\-]{16,}|hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{30,}|pypi-AgE[A-Za-z0-9_\-]{20,}|dckr_pat_[A-Za-z0-9_\-]{20,}|[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,}|SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}|hv[bsr]\.[A-Za-z0-9_\-]{20,}|do[oprt]_v1_[a-f0-9]{40,}|AGE-SECRET-KEY-1[0-9A-Z]{40,})",
    r"hooks\.slack\.com/services/(?P<s2>[A-Za-z0-9/]{10,})",
    r"(?:AccountKey|SharedAccessKey|SharedSecret)=(?P<s3>[A-Za-z0-9+/=]{16,})",
    r"[?&](?:sig|X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature)=(?P<s4>[A-Za-z0-9%+/=_\-]{16,})",
];

/// What a mark looks like.
pub fn mark() -> &'static Regex {
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern")]
        Regex::new(r"<redacted \d+ bytes #[0-9a-f]{1,4}>").expect("compiles")
    });
    &MARK
}

/// Whether a value is a secret because of the name that it stands under. `firm`: the form is one of assignment; else
/// it may be a sentence, in which plain words are no secrets.
fn by_name(value: &str, context: &Context<'_>, firm: bool) -> bool {
    if !is_secret_name(context.key) || is_reference(value) || is_no_secret(first_word(value)) {
        return false;
    }
    let password = is_password_name(context.key);
    if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return password;
    }
    let state = value.len() < 24 && value.bytes().all(|byte| byte.is_ascii_alphabetic());
    if firm || context.quoted || (looks_random(value) && !state) {
        return true;
    }
    // `token: abc` at the end of what is said, but not `secret: store ns/db is not ready`.
    let sentence = context
        .after
        .strip_prefix(' ')
        .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '"'));
    password && !sentence
}

fn first_word(value: &str) -> &str {
    value.split_whitespace().next().unwrap_or_default()
}

const fn whole(value: &str) -> &str {
    value
}

/// A value without quotes ends where the next `key=` of a list begins, and without closing punctuation.
fn bare_value(value: &str) -> &str {
    static NEXT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[,;][A-Za-z_][A-Za-z0-9_.\-]*[=:]").ok());
    let end = NEXT
        .as_ref()
        .and_then(|next| next.find(value))
        .map_or(value.len(), |next| next.start());
    let value = value.get(..end).unwrap_or(value);
    value.trim_end_matches([',', ';', ')', ']', '}', '\\'])
}
