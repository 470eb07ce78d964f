//! From the line that says what went wrong to the title of a row.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::LogPattern;
use super::line::read;
use crate::engine::analyzers::messages::brief;

/// Titles are cut here: a row of the tree is not wider.
const MAX: usize = 120;

#[expect(
    clippy::unwrap_used,
    reason = "constant patterns, compiled by every test of this module"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// `(10.109.221.143)` after a name: changes with every Service and says nothing.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r" \((?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\)| \([0-9a-f:]{3,39}\)"));

/// `psycopg2.OperationalError: `, `java.net.ConnectException: `.
static CLASS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:[\w$]+[.:/]{1,2})*(?P<class>[\w$]*(?:Error|Exception))(?:\s*\(\w+\))?: +(?P<rest>.+)$")
});

/// nginx and others in the manner of perror: `mkdir() "/x" failed (30: Read-only file system)`.
static SYSCALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"^(?P<call>[a-z_]+)\(\)(?: to)? "?(?P<what>[^" ]+)"? failed \(\d+: (?P<why>[^)]+)\)"#)
});

/// `pods is forbidden: User "system:serviceaccount:ns:operator" cannot list resource "pods" in API group "apps"`.
static FORBIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"User "(?:system:serviceaccount:[^:"]+:)?(?P<who>[^"]+)" cannot (?P<verb>\w+) resource "(?P<what>[^"]+)""#,
    )
});

/// `Exception in thread "main" `, `http: panic serving 10.1.1.7:4711: `, `| `, `1: ` (a cause in Rust): what stands before
/// what was said.
static LEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:[| ]*\| |\d{1,2}: |(?:Uncaught )?Exception in thread "[^"]*" |http: panic serving \S+: |\[cause\]: )"#,
    )
});

/// A cause in Rust, of several.
static CAUSE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\d{1,2}: \w"));

/// Node says at length that nobody awaits a promise, and at the end why it was rejected.
static REJECTED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"^\[Unhandled\w+: .*reason "(?P<reason>.+)"\.\]"#));

/// Words that say nothing of what was tried.
const BARE: &[&str] = &[
    "connection refused",
    "connection reset",
    "connect timed out",
    "connection timed out",
    "read timed out",
    "no route to host",
    "null",
    "broken pipe",
    "permission denied",
    "no such file or directory (os error 2)",
    "permission denied (os error 13)",
    "connection refused (os error 111)",
];

/// What the pattern says, as a title: no time, no level, no logger, no address that changes; at most 120 characters.
pub fn headline(pattern: &LogPattern) -> String {
    let line = read(&pattern.line.text);
    let message = unwrapped(line.message.trim());
    let words = phrase(message);
    // A bare reason needs what was tried: the cause around it.
    let bare = BARE.iter().any(|bare| words.to_ascii_lowercase().ends_with(bare)) && words.len() < 50;
    let around = bare
        .then(|| {
            pattern
                .follow
                .iter()
                .filter(|line| {
                    let line = line.trim_start();
                    line.starts_with("Caused by: ") || CLASS.is_match(line) || CAUSE.is_match(line)
                })
                .map(|line| phrase(unwrapped(line.trim())))
                .rfind(|around| *around != words)
        })
        .flatten();
    let title = match around {
        Some(around) => {
            let reason = words.rsplit(": ").next().unwrap_or(&words);
            format!("{around}: {reason}")
        }
        None => words,
    };
    brief(&title, MAX)
}

/// Without what only says that this is a cause.
fn unwrapped(message: &str) -> &str {
    if let Some(found) = REJECTED.captures(message) {
        return found.name("reason").map_or(message, |reason| reason.as_str());
    }
    let message = LEADING.find(message).map_or(message, |leading| {
        message.get(leading.end()..).unwrap_or_default()
    });
    let message = message
        .trim_start_matches("Caused by: ")
        .trim_start_matches("---> ")
        .trim_start_matches("Unhandled exception. ")
        .trim_start_matches("Uncaught ")
        .trim_start_matches("panic: ");
    message.trim()
}

fn phrase(message: &str) -> String {
    if let Some(found) = FORBIDDEN.captures(message) {
        let part = |name| found.name(name).map_or("", |part| part.as_str());
        return format!(
            "account {} may not {} {}",
            part("who"),
            part("verb"),
            part("what")
        );
    }
    let message = ADDRESS.replace_all(message, "");
    let message = match CLASS.captures(&message) {
        Some(found) => without_class(&found),
        None => message.into_owned(),
    };
    let message = match SYSCALL.captures(&message) {
        Some(found) => syscall(&found),
        None => message,
    };
    let words: Vec<&str> = message.split_whitespace().collect();
    words.join(" ").trim_end_matches(['.', ' ']).to_owned()
}

/// A long message stands for itself; a short one needs the name of its class.
fn without_class(found: &Captures) -> String {
    let rest = found.name("rest").map_or("", |rest| rest.as_str());
    let class = found.name("class").map_or("", |class| class.as_str());
    if rest.len() >= 22 || class == "Error" {
        // `ReplyError: NOAUTH …` inside an Error.
        match CLASS.captures(rest) {
            Some(inner) => without_class(&inner),
            None => rest.to_owned(),
        }
    } else {
        format!("{class}: {rest}")
    }
}

fn syscall(found: &Captures) -> String {
    let part = |name| found.name(name).map_or("", |part| part.as_str());
    let why = match part("why") {
        "Unknown error" => "address already in use".to_owned(),
        why => why.to_lowercase(),
    };
    match part("call") {
        "mkdir" | "open" | "creat" | "rename" | "unlink" | "chown" | "mknod" if why.contains("read-only") => {
            format!("cannot write {}: {why}", part("what"))
        }
        "mkdir" => format!("cannot create {}: {why}", part("what")),
        "open" | "opendir" => format!("cannot open {}: {why}", part("what")),
        "bind" => format!("cannot listen on {}: {why}", part("what")),
        "connect" => format!("cannot connect to {}: {why}", part("what")),
        call => format!("{call} {} failed: {why}", part("what")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::analyzers::logs::{LogLine, digest};

    fn of(text: &str) -> String {
        let lines: Vec<LogLine> = text
            .lines()
            .map(|text| LogLine {
                time: None,
                text: text.into(),
            })
            .collect();
        headline(digest("", &lines, false).error().unwrap())
    }

    #[test]
    fn the_error_becomes_a_title() {
        for (log, want) in [
            (
                "2026/11/21 01:26:33 [emerg] 1#1: mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file \
                 system)",
                "cannot write /var/cache/nginx/client_temp: read-only file system",
            ),
            (
                "nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)",
                "cannot listen on 0.0.0.0:80: permission denied",
            ),
            (
                "Traceback (most recent call last):\n  File \"/app/main.py\"\npsycopg2.OperationalError: connection to \
                 server at \"orders-db\" (10.109.221.143), port 5432 failed: Connection refused\n\tIs the server running?",
                "connection to server at \"orders-db\", port 5432 failed: Connection refused",
            ),
            (
                "Traceback (most recent call last):\n  File \"x\"\nKeyError: 'DB_HOST'",
                "KeyError: 'DB_HOST'",
            ),
            (
                "java.lang.IllegalStateException: bean failed\n\tat a.b(C.java:1)\nCaused by: \
                 com.shop.Client$GatewayException: payment gateway http://payments:8443 is unreachable\n\tat \
                 a.b(C.java:1)\nCaused by: java.net.ConnectException: Connection refused\n\tat x.y(Z.java:2)",
                "payment gateway http://payments:8443 is unreachable: Connection refused",
            ),
            (
                "/app/server.js:19\n  reject(x)\n  ^\n\nError: ReplyError: NOAUTH Authentication required.\n    at x",
                "NOAUTH Authentication required",
            ),
            (
                "panic: runtime error: invalid memory address or nil pointer dereference\n\ngoroutine 1 [running]:",
                "runtime error: invalid memory address or nil pointer dereference",
            ),
            (
                "{\"level\":\"error\",\"msg\":\"cannot reach queue\",\"err\":\"dial tcp: refused\"}",
                "cannot reach queue: dial tcp: refused",
            ),
            (
                "E1120 reflector.go:205] failed to list *v1.Pod: pods is forbidden: User \
                 \"system:serviceaccount:shop:operator\" cannot list resource \"pods\" in API group \"\"",
                "account operator may not list pods",
            ),
            ("fatal: DATABASE_URL is not set", "DATABASE_URL is not set"),
            (
                "cat: can't open '/host/proc/loadavg': No such file or directory",
                "cat: can't open '/host/proc/loadavg': No such file or directory",
            ),
        ] {
            assert_eq!(of(log), want);
        }
    }
}
