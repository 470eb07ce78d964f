//! What one line of a log says: its level and its message, in JSON, logfmt or prose.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// How bad a line says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `debug`, `info`, `notice`.
    Info,
    /// `warn`.
    Warning,
    /// `error`, `severe`.
    Error,
    /// `fatal`, `panic`, `emerg`, `crit`.
    Fatal,
}

/// A line read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its level, where it says one.
    pub level: Option<Level>,
    /// What it says, without time, level and logger.
    pub message: Cow<'a, str>,
}

// Patterns are constants, and a test reads a line through each of them.
#[expect(
    clippy::unwrap_used,
    reason = "constant patterns, compiled by every test of this module"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?: UTC)?|\d\d:\d\d:\d\d(?:[.,]\d+)?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?:\.\d+)?|\d+:[A-Z] \d+ [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d+)[\])]?[,:]?\s*",
    )
});

const WORDS: &str = "emerg|alert|fatal|panic|critical|crit|severe|error|err|eror|warning|warn|notice|info|information|debug|trace|verbose|log|hint|detail|statement";

/// `[emerg]`, `ERROR`, `Error:`, `level=error`; within the first words of the line.
static LEVEL: LazyLock<Regex> = LazyLock::new(|| {
    let upper = WORDS.to_uppercase();
    pattern(&format!(
        r#"^(?:[^\s]{{1,40}}\s+){{0,3}}?(?:\[(?i:(?P<bracket>{WORDS}))\]|(?P<upper>{upper})\b:?|(?i:(?P<colon>{WORDS})):|(?i:level|lvl|severity)=["]?(?i:(?P<logfmt>{WORDS}))["]?)\s*"#
    ))
});

/// `E1121 01:24:17.359850       1 main.go:12] `: Kubernetes' own components.
static KLOG: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<level>[IWEF])\d{4} (?:\d\d:\d\d:\d\d\.\d+\s+\d+ )?\S+:\d+\] ?"));

/// `1#1: *7 `, `--- [com.shop.Main] : `, `[orders] `, `[179] `, `(main) `: what loggers put before a message.
static LOGGER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:\d+#\d+:\s*(?:\*\d+\s*)?|-{1,3}\s*|\[[^\]]{1,80}\]\s*:?\s*|:\s+)+"));

static LOGFMT_FIELD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"\b(?P<key>msg|message|err|error)=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>\S+))"#)
});

static ACCESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#""?(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S+(?: HTTP/[\d.]+"?)? (?P<status>[1-5]\d\d)\b"#)
});

fn level_of(word: &str) -> Option<Level> {
    Some(match word.to_ascii_lowercase().as_str() {
        "emerg" | "alert" | "fatal" | "panic" | "critical" | "crit" | "f" | "dpanic" | "emergency" => {
            Level::Fatal
        }
        "severe" | "error" | "err" | "eror" | "e" => Level::Error,
        "warning" | "warn" | "w" => Level::Warning,
        "notice" | "info" | "information" | "debug" | "trace" | "verbose" | "log" | "hint" | "detail"
        | "statement" | "i" => Level::Info,
        _ => return None,
    })
}

/// Numeric levels of bunyan and pino.
fn level_of_number(number: u64) -> Option<Level> {
    Some(match number {
        60.. => Level::Fatal,
        50..60 => Level::Error,
        40..50 => Level::Warning,
        10..40 => Level::Info,
        _ => return None,
    })
}

/// Reads a clean line.
pub fn read(line: &str) -> Line<'_> {
    if line.starts_with('{')
        && let Some(read) = read_json(line)
    {
        return read;
    }
    if let Some(found) = KLOG.captures(line) {
        let rest = found
            .get(0)
            .map_or(line, |all| line.get(all.end()..).unwrap_or(""));
        return Line {
            level: found.name("level").and_then(|level| level_of(level.as_str())),
            message: Cow::Borrowed(rest),
        };
    }
    let mut rest = line;
    // Twice, because some put their own time after that of their runtime.
    for _ in 0..2 {
        if let Some(time) = TIME.find(rest) {
            rest = rest.get(time.end()..).unwrap_or("");
        }
    }
    let Some(found) = LEVEL.captures(rest) else {
        return Line {
            level: None,
            message: Cow::Borrowed(without_logger(rest)),
        };
    };
    let word = ["bracket", "upper", "colon", "logfmt"]
        .iter()
        .find_map(|name| found.name(name));
    let level = word.and_then(|word| level_of(word.as_str()));
    if found.name("logfmt").is_some()
        && let Some(message) = logfmt_message(rest)
    {
        return Line {
            level,
            message: Cow::Owned(message),
        };
    }
    let end = found.get(0).map_or(0, |all| all.end());
    let message = without_logger(rest.get(end..).unwrap_or(""));
    // `Error:` alone on its line says more than nothing.
    let message = if message.is_empty() { rest } else { message };
    Line {
        level,
        message: Cow::Borrowed(message),
    }
}

fn without_logger(text: &str) -> &str {
    LOGGER
        .find(text)
        .and_then(|logger| text.get(logger.end()..))
        .filter(|rest| !rest.trim().is_empty())
        .unwrap_or(text)
}

fn logfmt_message(line: &str) -> Option<String> {
    let mut message = None;
    let mut error = None;
    for found in LOGFMT_FIELD.captures_iter(line) {
        let value = found.name("quoted").or_else(|| found.name("bare"))?.as_str();
        let slot = match found.name("key")?.as_str() {
            "msg" | "message" => &mut message,
            _ => &mut error,
        };
        slot.get_or_insert_with(|| value.replace("\\\"", "\""));
    }
    join(message, error)
}

fn join(message: Option<String>, error: Option<String>) -> Option<String> {
    match (message, error) {
        (Some(message), Some(error)) if !message.contains(&error) => Some(format!("{message}: {error}")),
        (Some(text), _) | (None, Some(text)) => Some(text),
        (None, None) => None,
    }
}

/// A field by its name, or by the way to it: `log.level` may be either.
fn field<'a>(
    object: &'a serde_json::Map<String, serde_json::Value>,
    name: &str,
) -> Option<&'a serde_json::Value> {
    object.get(name).or_else(|| {
        let (outer, inner) = name.split_once('.')?;
        object.get(outer)?.get(inner)
    })
}

/// Of a text of several lines, which may be a trace, the one that says best what went wrong.
fn root_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    if text.starts_with("Traceback (most recent call last)") {
        return lines.next_back().unwrap_or_default();
    }
    let cause = text
        .lines()
        .map(str::trim)
        .rfind(|line| line.starts_with("Caused by: "));
    cause.or_else(|| lines.next()).unwrap_or_default()
}

fn read_json(line: &str) -> Option<Line<'_>> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    let object = value.as_object()?;
    let level = [
        "level",
        "severity",
        "lvl",
        "levelname",
        "log.level",
        "@level",
        "Level",
        "LogLevel",
        "@l",
    ]
    .iter()
    .find_map(|key| field(object, key))
    .and_then(|level| match level {
        serde_json::Value::String(word) => level_of(word),
        serde_json::Value::Number(number) => level_of_number(number.as_u64()?),
        _ => None,
    });
    let text = |keys: &[&str]| {
        keys.iter().find_map(|key| match field(object, key)? {
            serde_json::Value::String(text) if !text.is_empty() => Some(root_line(text).to_owned()),
            serde_json::Value::Object(inner) => inner
                .get("message")
                .or_else(|| inner.get("msg"))
                .and_then(|text| text.as_str())
                .map(str::to_owned),
            _ => None,
        })
    };
    let message = text(&[
        "msg",
        "message",
        "@message",
        "event",
        "Message",
        "text",
        "short_message",
        "fields.message",
        "@m",
        "@mt",
    ]);
    let error = text(&[
        "error",
        "err",
        "exception",
        "error.message",
        "cause",
        "reason",
        "Exception",
        "fields.error",
        "@x",
        "exc_info",
        "stack_trace",
    ]);
    Some(Line {
        level,
        message: Cow::Owned(join(message, error)?),
    })
}

/// The status of an access-log line.
pub fn access_status(line: &str) -> Option<u16> {
    ACCESS.captures(line)?.name("status")?.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_messages_are_read() {
        for (line, level, message) in [
            (
                "2026/11/21 01:24:17 [emerg] 1#1: bind() to 0.0.0.0:80 failed (13: Permission denied)",
                Some(Level::Fatal),
                "bind() to 0.0.0.0:80 failed (13: Permission denied)",
            ),
            (
                "nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)",
                Some(Level::Fatal),
                "bind() to 0.0.0.0:80 failed (13: Permission denied)",
            ),
            (
                "2026-11-21 01:25:22,747 WARNING [orders] database not reachable",
                Some(Level::Warning),
                "database not reachable",
            ),
            (
                "2026-11-21 01:24:24.239 SEVERE  --- [com.shop.checkout.CheckoutApplication] : Application run failed",
                Some(Level::Error),
                "Application run failed",
            ),
            (
                "{\"time\":\"2026\",\"level\":\"error\",\"msg\":\"cannot connect\",\"error\":\"refused\"}",
                Some(Level::Error),
                "cannot connect: refused",
            ),
            ("{\"level\":50,\"msg\":\"boom\"}", Some(Level::Error), "boom"),
            (
                "time=\"2026\" level=error msg=\"upstream \\\"x\\\" gone\" err=eof",
                Some(Level::Error),
                "upstream \"x\" gone: eof",
            ),
            (
                "E1121 01:24:17.359850       1 main.go:12] pods is forbidden",
                Some(Level::Error),
                "pods is forbidden",
            ),
            (
                "fatal: DATABASE_URL is not set",
                Some(Level::Fatal),
                "DATABASE_URL is not set",
            ),
            (
                "10-listen-on-ipv6-by-default.sh: info: can not modify x (read-only file system?)",
                Some(Level::Info),
                "can not modify x (read-only file system?)",
            ),
            (
                "2026-11-21 01:20:10.272 UTC [189] LOG:  listening on Unix socket",
                Some(Level::Info),
                "listening on Unix socket",
            ),
            ("cat: can't open 'x'", None, "cat: can't open 'x'"),
            ("KeyError: 'DB_HOST'", None, "KeyError: 'DB_HOST'"),
            ("01:20:10 waiting for rabbitmq", None, "waiting for rabbitmq"),
            (
                "1:M 21 Nov 2026 01:18:27.249 * Running mode=standalone, port=6379.",
                None,
                "* Running mode=standalone, port=6379.",
            ),
            ("{not json", None, "{not json"),
        ] {
            let read = read(line);
            assert_eq!((read.level, &*read.message), (level, message), "{line}");
        }
    }

    #[test]
    fn access_lines_have_a_status() {
        assert_eq!(
            access_status("10.0.0.1 - - [x] \"GET /a HTTP/1.1\" 404 153"),
            Some(404)
        );
        assert_eq!(access_status("GET /health 200 1ms"), Some(200));
        assert_eq!(access_status("got 404 things"), None);
    }
}
