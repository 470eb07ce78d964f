//! Which lines of a log tell of an error, by how programs write it.

use std::sync::LazyLock;

use regex::Regex;

/// Levels as loggers write them, exceptions and panics as run times do, and the words of system calls that failed.
/// A count of nothing (`0 errors`, `error=null`) is no error.
static ERROR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        # level=error, "level":"fatal", severity: CRITICAL
        (?i:\b(?:level|lvl|severity|loglevel)"?\s*[=:]\s*"?(?:err|error|fatal|panic|crit|critical|emerg|alert)\b)
        # [error] <crit> ERROR: FATAL
        | (?i:[\[<](?:err|error|fatal|crit|critical|emerg|alert|severe)[\]>])
        | \b(?:ERROR|ERR|FATAL|CRITICAL|PANIC|SEVERE|EMERG)\b
        # klog: E0102 15:04:05, F0102
        | ^[EF]\d{4}\s\d\d:\d\d:\d\d
        # run times
        | \b(?i:panic:|panicked\sat|traceback\s\(most|segmentation\sfault|stack\soverflow|out\sof\smemory|core\sdumped)
        | \b[A-Za-z.]*(?:Exception|Error)\b(?:\s*:|\s+in\b|$)
        | ^(?i:(?:\S+:\s)*(?:error|fatal|failed|failure))\b\s*:?
        # system calls
        | (?i:permission\sdenied|read-only\sfile\ssystem|no\ssuch\sfile|connection\srefused|no\sspace\sleft
            |address\salready\sin\suse|no\ssuch\shost|i/o\stimeout|command\snot\sfound|exec\sformat\serror)
        "#,
    )
    .ok()
});

/// Whether a line of a log tells of an error.
pub fn looks_like_error(line: &str) -> bool {
    ERROR.as_ref().is_some_and(|error| error.is_match(line))
}

#[cfg(test)]
mod tests {
    use super::looks_like_error;

    #[test]
    fn errors_are_told_from_talk_of_errors() {
        for line in [
            r#"level=error msg="upstream connect refused""#,
            r#"{"level":"fatal","msg":"x"}"#,
            r#"2026/11/21 10:21:00 [emerg] 1#1: mkdir() "/var/cache" failed (30: Read-only file system)"#,
            "E1121 10:21:00.001 1 main.go:12] cannot sync",
            "ERROR: relation does not exist",
            "panic: runtime error: index out of range",
            "thread 'main' panicked at src/main.rs:1:1:",
            "Traceback (most recent call last):",
            "ValueError: bad",
            "java.lang.NullPointerException: x",
            "Error: cannot find module 'x'",
            "nginx: failed to start",
            "dial tcp 10.0.0.1:5432: connect: connection refused",
            "sh: foo: not found: No such file or directory",
        ] {
            assert!(looks_like_error(line), "{line}");
        }
        for line in [
            "GET /health 200 1ms",
            "0 errors, 12 warnings",
            "level=info msg=\"error rate 0\"",
            "I1121 10:21:00.001 1 main.go:12] synced",
            "loaded error handler",
            "",
        ] {
            assert!(!looks_like_error(line), "{line}");
        }
    }
}
