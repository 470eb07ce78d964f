//! Stack traces: which lines belong to the one before, and which of them is the root line.

use std::sync::LazyLock;

use regex::Regex;

#[expect(
    clippy::unwrap_used,
    reason = "constant patterns, compiled by every test of this module"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// `java.lang.IllegalStateException: …`, `psycopg2.OperationalError: …`, `Error: …`, `System.IO.IOException`.
static EXCEPTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:Uncaught |Unhandled exception[.:] |Exception in thread "[^"]*" )?(?:[\w$]+[.:/]{1,2})*[\w$]*(?:Error|Exception|Exit|Interrupt|Throwable|Warning|Failure)\d*(?:\s*\([^)]*\))?(?:$|:)"#,
    )
});

/// `node:internal/process/promises:391`, `/app/server.js:19`: Node says where before it says what.
static NODE_PLACE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:node:[\w/]+|(?:file://)?/?[\w@./-]+\.(?:js|cjs|mjs|ts)):\d+(?::\d+)?$"));

/// `fail: Microsoft.AspNetCore.Server.Kestrel[13]`: the console logger of .NET says in the next lines what happened.
static DOTNET_LOG: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:fail|crit): [\w.`+]+\[-?\d+\]$"));

static RUST_PANIC: LazyLock<Regex> = LazyLock::new(|| pattern(r"^thread '.*'(?: \(\d+\))? panicked at "));

/// What kind of trace is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// Lines that are indented below an ordinary one; Java and .NET once a cause or a frame shows.
    Plain,
    /// After `Traceback`: until the first line that is not indented, which is the root.
    Python,
    /// A Python traceback that has its root and may be followed by another.
    PythonEnd,
    /// After `panic:` or `fatal error:`: goroutines.
    Go,
    /// After a place and before the error itself.
    NodePlace,
    /// After the error of Node.
    Node,
    /// After `panicked at`: the next line is the message.
    RustMessage,
    /// After that.
    Rust,
    /// After `Caused by:` alone on its line, as anyhow and eyre write it: a cause each, the root last.
    RustCauses,
    /// In a group of exceptions of Python, behind bars.
    PythonGroup,
    /// After the head of .NET's logger, and after the message.
    DotnetMessage,
    /// After that: perhaps an exception.
    DotnetLog,
}

/// What a line is to the item that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Belongs to it.
    Follows,
    /// Belongs to it, and says best what went wrong.
    Root,
    /// Begins the next one.
    Starts,
}

/// The trace that a line begins, and whether the line itself is already its root.
pub fn begins(line: &str) -> (Trace, bool) {
    if line.starts_with("Traceback (most recent call last)") {
        (Trace::Python, false)
    } else if line.starts_with("panic: ") || line.starts_with("fatal error: ") {
        (Trace::Go, true)
    } else if line.contains("http: panic serving ") {
        // Of one request: the server goes on.
        (Trace::Go, true)
    } else if line.trim_start().starts_with("+ Exception Group Traceback") {
        (Trace::PythonGroup, false)
    } else if DOTNET_LOG.is_match(line) {
        (Trace::DotnetMessage, false)
    } else if NODE_PLACE.is_match(line) {
        (Trace::NodePlace, false)
    } else if RUST_PANIC.is_match(line) {
        // Before Rust 1.73 the message stood in the same line.
        let same_line = line.contains("panicked at '");
        (
            if same_line {
                Trace::Rust
            } else {
                Trace::RustMessage
            },
            true,
        )
    } else {
        (Trace::Plain, EXCEPTION.is_match(line))
    }
}

/// What `line` is to an item in state `trace`, and the state after it.
pub fn continues(trace: Trace, line: &str) -> (Role, Trace) {
    let indented = line.starts_with([' ', '\t']);
    let empty = line.is_empty();
    let trimmed = line.trim_start();
    match trace {
        Trace::Python if indented || empty => (Role::Follows, Trace::Python),
        Trace::Python => (Role::Root, Trace::PythonEnd),
        Trace::PythonEnd if indented || empty => (Role::Follows, Trace::PythonEnd),
        Trace::PythonEnd
            if line.starts_with("During handling of the above")
                || line.starts_with("The above exception was") =>
        {
            (Role::Follows, Trace::PythonEnd)
        }
        Trace::PythonEnd if line.starts_with("Traceback (most recent") => (Role::Follows, Trace::Python),
        Trace::Go if go_frame(line) => (Role::Follows, Trace::Go),
        Trace::NodePlace
            if EXCEPTION.is_match(line) || line.starts_with("Error") || line.starts_with("[Unhandled") =>
        {
            (Role::Root, Trace::Node)
        }
        Trace::NodePlace if indented || empty || line.starts_with("throw ") => {
            (Role::Follows, Trace::NodePlace)
        }
        Trace::Plain | Trace::Node if trimmed.starts_with("[cause]: ") => (Role::Root, trace),
        Trace::Node if indented || empty || line == "}" || line.starts_with("Node.js v") => {
            (Role::Follows, Trace::Node)
        }
        Trace::RustMessage if !empty => (Role::Root, Trace::Rust),
        Trace::Rust
            if indented || empty || line.starts_with("note: ") || line.starts_with("stack backtrace:") =>
        {
            (Role::Follows, Trace::Rust)
        }
        Trace::PythonGroup if trimmed.starts_with(['|', '+']) => {
            let said = without_bars(line);
            let group = said.starts_with("ExceptionGroup") || said.starts_with("BaseExceptionGroup");
            let role = if EXCEPTION.is_match(said) && !group {
                Role::Root
            } else {
                Role::Follows
            };
            (role, Trace::PythonGroup)
        }
        Trace::RustCauses if line == "Location:" || line == "Stack backtrace:" => {
            (Role::Follows, Trace::Rust)
        }
        Trace::RustCauses if empty => (Role::Follows, Trace::RustCauses),
        Trace::RustCauses if indented => (Role::Root, Trace::RustCauses),
        Trace::DotnetMessage if indented => (Role::Root, Trace::DotnetLog),
        Trace::DotnetLog if indented && (EXCEPTION.is_match(trimmed) || trimmed.starts_with("---> ")) => {
            (Role::Root, Trace::DotnetLog)
        }
        Trace::DotnetLog if indented => (Role::Follows, Trace::DotnetLog),
        Trace::Plain if line == "Caused by:" => (Role::Follows, Trace::RustCauses),
        Trace::Plain if line == "}" => (Role::Follows, Trace::Plain),
        _ if trimmed.starts_with("Caused by: ") || (trimmed.starts_with("---> ") && !empty) => {
            (Role::Root, Trace::Plain)
        }
        Trace::Plain if trimmed.starts_with("+ Exception Group Traceback") => (Role::Starts, Trace::Plain),
        Trace::Plain if empty || indented => (Role::Follows, Trace::Plain),
        Trace::Plain if line.starts_with("Suppressed: ") || line.starts_with("--- End of ") => {
            (Role::Follows, Trace::Plain)
        }
        _ => (Role::Starts, Trace::Plain),
    }
}

/// What stands behind the bars of a group of exceptions.
fn without_bars(line: &str) -> &str {
    line.trim_start_matches([' ', '|'])
}

fn go_frame(line: &str) -> bool {
    line.is_empty()
        || line.starts_with(['\t', ' '])
        || line.starts_with("goroutine ")
        || line.starts_with("[signal ")
        || line.starts_with("created by ")
        || line.starts_with("runtime stack:")
        || line.starts_with("panic: ")
        || line.starts_with("exit status ")
        || line.ends_with(')')
}

/// Whether the line is a frame of a trace: an item that has one is a trace.
pub fn is_frame(line: &str) -> bool {
    let trimmed = line.trim_start();
    trimmed.starts_with("at ") || trimmed.starts_with("File \"") || trimmed.starts_with("goroutine ")
}

/// Whether a line names an exception: `java.net.ConnectException: Connection refused`.
pub fn names_exception(line: &str) -> bool {
    EXCEPTION.is_match(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a trace as the digester does and gives its root line.
    fn root(lines: &[&str]) -> String {
        let mut lines = lines.iter();
        let first = lines.next().unwrap();
        let (mut trace, _) = begins(first);
        let mut root = *first;
        for line in lines {
            let (role, next) = continues(trace, line);
            assert_ne!(role, Role::Starts, "{line}");
            if role == Role::Root {
                root = line;
            }
            trace = next;
        }
        root.trim().to_owned()
    }

    #[test]
    fn every_language_has_its_root_line() {
        for (lines, want) in [
            (
                vec![
                    "Traceback (most recent call last):",
                    "  File \"/app/main.py\", line 66, in <module>",
                    "    main()",
                    "KeyError: 'a'",
                    "",
                    "During handling of the above exception, another exception occurred:",
                    "",
                    "Traceback (most recent call last):",
                    "  File \"x\"",
                    "KeyError: 'DB_HOST'",
                ],
                "KeyError: 'DB_HOST'",
            ),
            (
                vec![
                    "java.lang.IllegalStateException: Error creating bean",
                    "\tat com.shop.Main.main(Main.java:19)",
                    "Caused by: com.shop.GatewayException: payment gateway is unreachable",
                    "\tat com.shop.Gateway.connect(Gateway.java:19)",
                    "\t... 1 more",
                    "Caused by: java.net.ConnectException: Connection refused",
                    "\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)",
                ],
                "Caused by: java.net.ConnectException: Connection refused",
            ),
            (
                vec![
                    "panic: runtime error: invalid memory address or nil pointer dereference",
                    "[signal SIGSEGV: segmentation violation code=0x1 addr=0x10 pc=0x648742]",
                    "",
                    "goroutine 1 [running]:",
                    "main.(*Config).index(...)",
                    "\tinventory/main.go:37",
                    "exit status 2",
                ],
                "panic: runtime error: invalid memory address or nil pointer dereference",
            ),
            (
                vec![
                    "node:internal/process/promises:391",
                    "    triggerUncaughtException(err, true /* fromPromise */);",
                    "    ^",
                    "",
                    "Error: getaddrinfo ENOTFOUND sesion-store",
                    "    at GetAddrInfoReqWrap.onlookupall (node:dns:122:26) {",
                    "  code: 'ENOTFOUND'",
                    "}",
                    "",
                    "Node.js v20.20.2",
                ],
                "Error: getaddrinfo ENOTFOUND sesion-store",
            ),
            (
                vec![
                    "thread 'main' panicked at src/main.rs:4:5:",
                    "called `Result::unwrap()` on an `Err` value: NotFound",
                    "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
                ],
                "called `Result::unwrap()` on an `Err` value: NotFound",
            ),
            (
                vec![
                    "Unhandled exception. System.InvalidOperationException: cannot start",
                    " ---> System.Net.Sockets.SocketException (111): Connection refused",
                    "   at System.Net.Sockets.Socket.Connect()",
                    "   --- End of inner exception stack trace ---",
                    "   at Shop.Main()",
                ],
                "---> System.Net.Sockets.SocketException (111): Connection refused",
            ),
        ] {
            assert_eq!(root(&lines), want);
        }
    }

    #[test]
    fn an_ordinary_line_begins_the_next_item() {
        for (trace, line) in [
            (Trace::Plain, "next line"),
            (Trace::PythonEnd, "2026-11-21 INFO next"),
            (Trace::Go, "2026/11/21 01:25:10 starting"),
            (Trace::Node, "{\"level\":\"info\"}"),
            (Trace::Rust, "starting again"),
        ] {
            assert_eq!(continues(trace, line).0, Role::Starts, "{line}");
        }
    }
}
