//! The line that says what went wrong is found in every recorded log.

use regex::Regex;

use k8stui::engine::analyzers::logs;

use super::recorded::fixtures;
use super::worlds::line;

/// Scenario, container, what its truth says of the log.
const TRUTH: &[(&str, &str, &str)] = &[
    (
        "bind-privileged-port",
        "nginx",
        r"bind\(\) to 0.0.0.0:80 failed \(13: Permission denied\)",
    ),
    (
        "crashloop-bad-json-config",
        "inventory",
        r"cannot parse configuration /etc/inventory/config.json: invalid character '}'",
    ),
    (
        "crashloop-db-selector-typo",
        "api",
        r#"psycopg2.OperationalError: connection to server at "orders-db".*Connection refused"#,
    ),
    (
        "crashloop-db-wrong-password",
        "api",
        r#"password authentication failed for user "orders""#,
    ),
    (
        "crashloop-db-wrong-password",
        "postgres",
        "FATAL:  password authentication failed",
    ),
    (
        "crashloop-dependency-scaled-to-zero",
        "checkout",
        "Caused by: java.net.ConnectException: Connection refused",
    ),
    (
        "crashloop-dns-name-typo",
        "web",
        "getaddrinfo ENOTFOUND sesion-store",
    ),
    ("crashloop-env-missing", "api", "KeyError: 'DB_HOST'"),
    (
        "crashloop-go-panic",
        "inventory",
        "panic: runtime error: invalid memory address or nil pointer dereference",
    ),
    ("crashloop-redis-noauth", "web", "NOAUTH Authentication required"),
    (
        "crashloop-service-wrong-port",
        "web",
        "ETIMEDOUT|ECONNREFUSED|connect timeout|ENETUNREACH|EHOSTUNREACH",
    ),
    ("cronjob-jobs-fail", "check", "CHECK_HOST is empty"),
    (
        "daemonset-one-crashes",
        "agent",
        "can't open '/host/proc/loadavg'",
    ),
    ("exec-format-error", "exporter", "exec format error"),
    (
        "externalname-dangling",
        "sync",
        r#"could not translate host name "legacy-db" to address"#,
    ),
    (
        "init-migration-fails",
        "migrate",
        "can't open '/migrations/0042_add_index.sql'",
    ),
    (
        "init-waits-for-service",
        "wait-for-rabbitmq",
        "waiting for rabbitmq",
    ),
    ("job-backoff-limit", "migrate", "DATABASE_URL is not set"),
    ("job-pod-failure-policy", "ingest", "bad header"),
    (
        "liveness-wrong-path",
        "nginx",
        r#"open\(\) "/usr/share/nginx/html/health" failed"#,
    ),
    ("nginx-bad-config", "nginx", r#"unknown directive "proxy_pas""#),
    (
        "nginx-upstream-not-found",
        "nginx",
        r#"host not found in upstream "api-backend""#,
    ),
    (
        "port-conflict-in-pod",
        "sidecar",
        r"bind\(\) to 0.0.0.0:80 failed \(98: (Address already in use|Unknown error)\)",
    ),
    (
        "postgres-password-missing",
        "postgres",
        "superuser password is not specified",
    ),
    (
        "rbac-forbidden",
        "operator",
        r#"pods is forbidden: User "system:serviceaccount:rbac-forbidden:operator" cannot list resource "pods""#,
    ),
    (
        "read-only-root-filesystem",
        "nginx",
        r#"mkdir\(\) "/var/cache/nginx/client_temp" failed \(30: Read-only file system\)"#,
    ),
    (
        "service-targetport-wrong-number",
        "client",
        r"can't connect to remote host \(.*\): Connection refused",
    ),
    (
        "shell-command-not-found",
        "worker",
        "docker-entrypoint: not found",
    ),
    ("sidecar-crash", "log-shipper", "ENDPOINT"),
    (
        "statefulset-headless-service-missing",
        "member",
        "cannot resolve seed",
    ),
    (
        "wrong-working-directory",
        "ui",
        "can't open file '/srv/app/server.py'",
    ),
];

/// Logs of containers that do their work: nothing in them is an error.
const QUIET: &[(&str, &str)] = &[
    ("completed-too-early", "cleanup"),
    ("oom-loop", "worker"),
    ("oom-slow-leak", "cache"),
    ("liveness-wrong-port", "web"),
    ("pod-terminating-long-grace", "exporter"),
    ("readiness-gate-unset", "nginx"),
];

fn logs_of(scenario: &str, container: &str) -> Vec<logs::LogDigest> {
    let mut digests = Vec::new();
    for pod in std::fs::read_dir(fixtures().join("logs").join(scenario)).unwrap() {
        let path = pod.unwrap().path().join(format!("{container}.log"));
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let lines: Vec<logs::LogLine> = text.lines().map(line).collect();
        digests.push(logs::digest("", &lines, false));
    }
    assert!(!digests.is_empty(), "no log of {scenario}/{container}");
    digests
}

#[test]
fn the_first_pattern_is_the_truth_of_the_scenario() {
    let mut wrong = Vec::new();
    for (scenario, container, truth) in TRUTH {
        let truth = Regex::new(truth).unwrap();
        for digest in logs_of(scenario, container) {
            let error = digest.error().map(|pattern| &*pattern.line.text);
            if !error.is_some_and(|error| truth.is_match(error)) {
                wrong.push(format!("{scenario}/{container}: {error:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_go_panic_carries_its_frames() {
    for digest in logs_of("crashloop-go-panic", "inventory") {
        let follow = &digest.error().unwrap().follow;
        assert!(
            follow.iter().any(|line| line.contains("main.(*Config).index")),
            "{follow:?}"
        );
    }
}

/// A trace among ordinary lines, its root line, and a line that belongs to it.
const TRACES: &[(&str, &str, &str)] = &[
    (
        "INFO starting\nTraceback (most recent call last):\n  File \"/app/main.py\", line 7, in <module>\n    \
         connect()\nConnectionError: db:5432 refused\nINFO bye",
        "ConnectionError: db:5432 refused",
        "connect()",
    ),
    (
        "2026-01-01 INFO Boot\nException in thread \"main\" java.lang.IllegalStateException: no context\n\tat \
         shop.Main.main(Main.java:3)\nCaused by: java.sql.SQLException: password rejected\n\tat \
         shop.Db.open(Db.java:9)\n\t... 3 more\n2026-01-01 INFO bye",
        "Caused by: java.sql.SQLException: password rejected",
        "shop.Db.open",
    ),
    (
        "starting\npanic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:9 \
         +0x1d\n\ngoroutine 18 [select]:\nmain.worker(0xc000012345)\n\t/app/worker.go:20 +0x2b\ncreated by main.main \
         in goroutine 1\n\t/app/main.go:5 +0x3c\nexit status 2",
        "panic: assignment to entry in nil map",
        "created by main.main",
    ),
    (
        "{\"level\":\"info\",\"msg\":\"up\"}\n/app/server.js:19\n    throw new Error('no config');\n    \
         ^\n\nError: no config\n    at Object.<anonymous> (/app/server.js:19:9)\n    at Module._compile \
         (node:internal/modules/cjs/loader:1376:14)\n\nNode.js v20.20.2",
        "Error: no config",
        "Module._compile",
    ),
    (
        "INFO up\nthread 'main' panicked at src/main.rs:4:5:\ncalled `Option::unwrap()` on a `None` value\nstack \
         backtrace:\n   0: rust_begin_unwind\n   1: shop::main\n             at ./src/main.rs:4:5\nnote: Some details \
         are omitted",
        "called `Option::unwrap()` on a `None` value",
        "shop::main",
    ),
    (
        "info: up\nUnhandled exception. System.InvalidOperationException: cannot start\n ---> System.IO.IOException: disk \
         full\n   at Shop.Store.Open()\n   --- End of inner exception stack trace ---\n   at Shop.Program.Main()",
        "---> System.IO.IOException: disk full",
        "Shop.Program.Main",
    ),
];

#[test]
fn a_trace_is_one_item_whatever_the_language() {
    for (text, root, member) in TRACES {
        let lines: Vec<logs::LogLine> = text.lines().map(line).collect();
        let digest = logs::digest("", &lines, false);
        let error = digest.error().unwrap();
        assert_eq!(error.line.text.trim(), *root);
        assert!(
            error.follow.iter().any(|line| line.contains(member)),
            "{root}: {:?}",
            error.follow
        );
        // None of its lines is an item of its own.
        let own: Vec<&str> = digest
            .patterns
            .iter()
            .map(|pattern| &*pattern.line.text)
            .filter(|text| *text != &*error.line.text && !text.to_lowercase().contains("info"))
            .filter(|text| !matches!(*text, "starting"))
            .collect();
        assert!(own.is_empty(), "{root}: {own:?}");
    }
}

#[test]
fn logs_without_an_error_claim_none() {
    for (scenario, container) in QUIET {
        for digest in logs_of(scenario, container) {
            assert_eq!(digest.error(), None, "{scenario}");
        }
    }
}
