//! How much a line looks like the error.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::line::{Level, access_status, read};

/// The weight of the root line of a stack trace; only fatal levels are above it.
pub const TRACE: u32 = 85;

/// Below this a line is no answer to why a container fails: an informal line with an unlucky word, an access log.
pub const ANSWER: u32 = 10;

/// From here on a line without a level says in so many words that something went wrong, …
pub const SAID: u32 = 45;

/// … and from here on its level or a trace says it.
pub const LEVEL: u32 = 60;

/// Says in so many words that nothing went wrong: left out before those that follow are looked for.
const NOTHING: &str = r#"(?i)\b(?:no|0|zero|without(?: any)?) (?:\w+ )?(?:errors?|failures?|failed|exceptions?|crash(?:es)?|timeouts?)\b|\b(?:errors?|failures?|fail(?:ed|s)?|exceptions?|unreachable|denied|timeouts?)(?:_count|_total)?["']?\s*[:=]\s*["']?(?:0|false|none|null|nil|""|\[\]|\{\})(?:["',;\s)\]}]|$)"#;

/// Says in so many words that something went wrong.
const STRONG: &[&str] = &[
    r"(?i)\bfail(?:ed|ure|s|ing)?\b",
    r"(?i)\berrors?\b|\w(?:Error|Exception)\b",
    r"(?i)\b(?:fatal|panic(?:ked)?|aborted|crash(?:ed)?)\b",
    r"(?i)\b(?:cannot|can't|can not|could not|couldn't|unable to|won't)\b",
    r"(?i)\bnot found\b|\bno such (?:file|host|table|device)\b|\bdoes not exist\b|\bENOENT\b|\bENOTFOUND\b",
    r"(?i)\b(?:permission|access) denied\b|\bdenied\b|\bEACCES\b|\bforbidden\b|\bunauthori[sz]ed\b|\bNOAUTH\b",
    r"(?i)\brefused\b|\bunreachable\b|\bE(?:CONNREFUSED|HOSTUNREACH|TIMEDOUT|AI_AGAIN)\b|\btimed? ?out\b|\breset by peer\b",
    r"(?i)\bexec format error\b|\bsegmentation fault\b|\bout of memory\b|\boom\b|\bcore dumped\b",
    r"(?i)\bread-only file ?system\b|\bno space left\b|\balready in use\b|\baddress in use\b",
    r"(?i)\bunknown (?:directive|option|command|flag|key|field|database)\b|\bsyntax error\b|\bunexpected (?:token|end|character)\b",
    r"(?i)\b(?:is|was|are) (?:not (?:set|specified|defined|provided|configured)|required|missing|empty|invalid)\b",
];

/// Hints at it.
const WEAK: &[&str] = &[
    r"(?i)\b(?:invalid|illegal|malformed|missing|bad|wrong|corrupt(?:ed)?)\b",
    r"(?i)^usage:|\busage: ",
    r"(?i)\bkilled\b|\bterminat(?:ed|ing)\b|\bexiting\b|\bshutting down\b|\bgiving up\b",
    r"(?i)\b(?:retry|retrying|unhealthy|unavailable|rejected|mismatch|expired)\b",
];

/// What a container says while it waits for something else: the error of an init container that never ends.
const WAITING: &[&str] = &[
    r"(?i)\bwaiting (?:for|on|until)\b",
    r"(?i)\bnot (?:yet )?(?:ready|available|up|reachable)\b",
];

#[expect(
    clippy::unwrap_used,
    reason = "constant pattern, compiled by every test of this module"
)]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

// The patterns are constants, and the first test compiles them.
#[expect(
    clippy::unwrap_used,
    reason = "constant patterns, compiled by every test of this module"
)]
fn set(patterns: &[&str]) -> RegexSet {
    RegexSet::new(patterns).unwrap()
}

static NOTHING_WRONG: LazyLock<Regex> = LazyLock::new(|| regex(NOTHING));
static STRONG_SET: LazyLock<RegexSet> = LazyLock::new(|| set(STRONG));
static WEAK_SET: LazyLock<RegexSet> = LazyLock::new(|| set(WEAK));
static WAITING_SET: LazyLock<RegexSet> = LazyLock::new(|| set(WAITING));

/// How much a clean line looks like the error: 0 not at all, about 50 for one that says so in words, more for what
/// its level says.
pub fn weight(line: &str) -> u32 {
    if let Some(status) = access_status(line) {
        return match status {
            500.. => 20,
            400..500 => 8,
            _ => 0,
        };
    }
    let read = read(line);
    let message = &*NOTHING_WRONG.replace_all(&read.message, "");
    let strong = STRONG_SET.matches(message).iter().count().min(4) as u32;
    let weak = WEAK_SET.matches(message).iter().count().min(3) as u32;
    match read.level {
        Some(Level::Fatal) => 90 + strong * 3 + weak,
        Some(Level::Error) => 60 + strong * 4 + weak,
        // A warning that names no fault ("slow query") is no reason to end.
        Some(Level::Warning) if strong == 0 => weak,
        Some(Level::Warning) => 25 + strong * 3 + weak,
        Some(Level::Info) => strong + weak,
        None if strong > 0 => 45 + strong * 6 + weak,
        None if weak > 0 => 20 + weak * 3,
        None if WAITING_SET.is_match(message) => 10,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_outweighs_what_stands_around_it() {
        for (error, other) in [
            (
                "2026/11/21 01:24:17 [emerg] 1#1: bind() to 0.0.0.0:80 failed (13: Permission denied)",
                "2026/11/21 01:24:17 [warn] 1#1: the \"user\" directive makes sense only if the master process runs",
            ),
            (
                "2026/11/21 01:26:33 [emerg] 1#1: unknown directive \"proxy_pas\"",
                "10-listen.sh: info: can not modify /etc/nginx/conf.d/default.conf (read-only file system?)",
            ),
            (
                "cat: can't open '/migrations/0042_add_index.sql': No such file or directory",
                "migrate: FAILED at 0042_add_index, database left at the previous version",
            ),
            (
                "2026/11/21 01:26:38 [emerg] 1#1: bind() to 0.0.0.0:80 failed (98: Address already in use)",
                "2026/11/21 01:26:38 [emerg] 1#1: still could not bind()",
            ),
            ("ingest: /in/day.csv: bad header", "loaded 8 MiB of row data"),
            ("waiting for rabbitmq", "listening on port 80"),
            ("level=error msg=boom", "level=info msg=\"no error, not failed\""),
            (
                "connect ECONNREFUSED 10.0.0.1:80",
                "10.0.0.1 - - [x] \"GET /error/not-found HTTP/1.1\" 404 153",
            ),
        ] {
            assert!(weight(error) > weight(other), "{error} / {other}");
        }
        assert_eq!(
            weight("Starting CheckoutApplication v2.3.1 using Java 17.0.15"),
            0
        );
    }
    #[test]
    fn what_says_that_nothing_went_wrong_is_no_error() {
        for line in [
            "scan finished, errors: 0",
            "web : ok=4 changed=0 unreachable=0 failed=0",
            "0 errors, 0 failures in 12 checks",
            "done without any errors",
            "checked peers: failed=false error=null",
            "request done in 3 ms, error=\"\"",
        ] {
            assert!(weight(line) < SAID, "{line}: {}", weight(line));
        }
        for line in [
            "10 errors in 12 checks",
            "errors: 07",
            "failed: 0x80004005",
            "no route found: request failed",
        ] {
            assert!(weight(line) >= SAID, "{line}: {}", weight(line));
        }
    }
}
