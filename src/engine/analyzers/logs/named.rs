//! What a log names: hosts that were not reached, files, an account that was refused, a user whose login failed. It is
//! taken from the patterns of a digest when they are all there, so that a line costs nothing while it is read.

use std::sync::LazyLock;

use regex::Regex;

use super::target::{Target, targets};
use super::weight;
use super::{LogPattern, trouble};
use crate::engine::object::Text;

pub use super::trouble::Trouble;

/// Targets of one list.
const TARGETS: usize = 16;
/// Files of a log.
const FILES: usize = 8;
/// Patterns beside the error that are asked for hosts.
const PATTERNS: usize = 60;

/// What a log names, bounded whatever its length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    /// Why the error is one of the network; `None`: it is another.
    pub trouble: Option<Trouble>,
    /// The hosts that the error says were not reached; where it names none, those that the log said it would connect
    /// to. Empty where the error is none of the network.
    pub unreached: Vec<Target>,
    /// Files that the error names, each by its whole path.
    pub files: Vec<File>,
    /// The account that the API refused something.
    pub refusal: Option<Refusal>,
    /// The login that failed.
    pub login: Option<Login>,
}

/// A file that an error names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its whole path.
    pub path: Text,
    /// The line in it.
    pub line: Option<u32>,
    /// Whether it is not there.
    pub missing: bool,
}

/// What the API refused, and whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The ServiceAccount's namespace.
    pub namespace: Text,
    /// The ServiceAccount.
    pub account: Text,
    /// `list`.
    pub verb: Text,
    /// `pods`.
    pub resource: Text,
}

/// A login that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Who; empty where it is not said.
    pub user: Text,
}

#[expect(
    clippy::unwrap_used,
    reason = "constant patterns, compiled by every test of this module"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// A path with at least two parts, and the line in that file: `/etc/nginx/conf.d/default.conf:4`.
static FILE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?:^|[\s'"(=\[,`:])(?P<path>/[\w.@+-]+(?:/[\w.@+-]*[\w@+-])+)(?::(?P<line>\d{1,7})\b)?"#)
});

static MISSING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)no such file|not found|does not exist|doesn't exist|\bENOENT\b|cannot find|could not find|FileNotFound",
    )
});

/// What is said of a file that is as it should be: where it lies may not be written to.
static NOT_OF_FILE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)read-only file ?system|permission denied|operation not permitted|\bE(?:ROFS|ACCES|PERM|NOSPC)\b|no space left|already in use|not executable|exec format",
    )
});

static REFUSAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"User \\?"system:serviceaccount:(?P<namespace>[a-z0-9.-]+):(?P<account>[a-z0-9.-]+)\\?" cannot (?P<verb>[\w*]+) resource \\?"(?P<resource>[^"\\]+)"#,
    )
});

/// PostgreSQL, MySQL, Redis (a wrong password, not none), MongoDB, RabbitMQ, Kafka, LDAP, SMTP.
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)password authentication failed|access denied for user|\bWRONGPASS\b|invalid (?:username-password pair|password|credentials)|\bauthentication failed\b|\bAuthenticationFailed\b|\bACCESS_REFUSED\b|login (?:was )?refused|login failed for user|SASL authentication (?:failed|error)|\bSaslAuthenticationException\b|bad (?:username or password|credentials)|(?:wrong|incorrect) (?:username or )?password",
    )
});

static USER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)\b(?:user(?:name)?|role|login)[ =:]+\\?['"](?P<user>[^'"\\@]{1,80})\\?['"@]"#)
});

/// The server writes of a login that it refuses, too: it is not the one that has the wrong password.
static OF_SERVER: LazyLock<Regex> = LazyLock::new(|| pattern(r"pg_hba\.conf|client: \d|by client"));

/// What only says that something went wrong before.
static LAST_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)giving up|exiting|shutting down|start-?up failed|failed to start|failed to initiali[sz]e|run failed|terminating|retries? (?:exceeded|exhausted)|max(?:imum)? retries|fatal error$|\bfailed$",
    )
});

/// What a program says of whom it is going to talk to.
static ADDRESSES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)connect|reach|dial|using|upstream|backend|endpoint|broker|bootstrap|database|url|GET |POST |fetch|waiting",
    )
});

/// What a program says of itself.
static SERVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\blisten|\bserving\b|\bserver (?:is )?(?:running|started)|started on|available (?:at|on)|docs?\b|documentation|see https?:",
    )
});

impl Named {
    /// What the patterns of a digest name, the most telling first.
    pub fn of<'a>(patterns: impl Iterator<Item = &'a LogPattern> + Clone) -> Self {
        let mut named = Self::default();
        let mut errors = patterns
            .clone()
            .filter(|pattern| pattern.weight >= weight::ANSWER);
        let Some(mut error) = errors.next() else {
            return named;
        };
        // `giving up` says nothing of what was given up.
        if telling(error).is_none() && LAST_WORD.is_match(&error.line.text) {
            let before = errors.find(|pattern| telling(pattern).is_some());
            error = before.unwrap_or(error);
        }
        named.trouble = telling(error);
        named.files = files(error);
        named.refusal = texts(error).find_map(refusal);
        named.login = texts(error).find_map(login);
        if named.login.is_some() && patterns.clone().any(|other| OF_SERVER.is_match(&other.line.text)) {
            named.login = None;
        }
        if named.trouble.is_some() {
            named.unreached = unreached(error);
            // `wget: can't connect to remote host (10.97.16.186)`, and in a line of its own `GET http://api/ failed`.
            if named.unreached.is_empty() {
                named.unreached = patterns
                    .take(PATTERNS)
                    .filter(|pattern| ADDRESSES.is_match(&pattern.line.text))
                    .filter(|pattern| !SERVES.is_match(&pattern.line.text))
                    .map(unreached)
                    .find(|targets| !targets.is_empty())
                    .unwrap_or_default();
            }
        }
        named
    }
}

/// The line that says what went wrong, then those that belong to it, frames of a trace left out.
fn texts(pattern: &LogPattern) -> impl Iterator<Item = &str> {
    let follow = pattern.follow.iter().map(|line| &**line);
    let said = follow.filter(|line| !super::trace::is_frame(line));
    std::iter::once(&*pattern.line.text).chain(said)
}

fn telling(pattern: &LogPattern) -> Option<Trouble> {
    texts(pattern).find_map(trouble::of)
}

fn unreached(pattern: &LogPattern) -> Vec<Target> {
    let mut all: Vec<Target> = Vec::new();
    for target in texts(pattern).flat_map(targets) {
        match all.iter_mut().find(|known| known.host == target.host) {
            Some(known) => known.port = known.port.or(target.port),
            None => all.push(target),
        }
    }
    all.truncate(TARGETS);
    all
}

fn files(pattern: &LogPattern) -> Vec<File> {
    let mut all: Vec<File> = Vec::new();
    for text in texts(pattern).filter(|text| !NOT_OF_FILE.is_match(text)) {
        for found in FILE.captures_iter(text) {
            let Some(path) = found.name("path") else { continue };
            let file = File {
                path: path.as_str().into(),
                line: found.name("line").and_then(|line| line.as_str().parse().ok()),
                missing: MISSING.is_match(text),
            };
            if all.len() < FILES && !all.iter().any(|known| known.path == file.path) {
                all.push(file);
            }
        }
    }
    all
}

fn refusal(text: &str) -> Option<Refusal> {
    let found = REFUSAL.captures(text)?;
    let part = |name| found.name(name).map_or("", |part| part.as_str()).into();
    Some(Refusal {
        namespace: part("namespace"),
        account: part("account"),
        verb: part("verb"),
        resource: part("resource"),
    })
}

fn login(text: &str) -> Option<Login> {
    LOGIN.is_match(text).then(|| Login {
        user: USER
            .captures(text)
            .and_then(|found| found.name("user"))
            .map_or("", |user| user.as_str())
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{LogLine, digest};
    use super::*;

    fn of(text: &str) -> Named {
        let lines: Vec<LogLine> = text
            .lines()
            .map(|text| LogLine {
                time: None,
                text: text.into(),
            })
            .collect();
        digest("", &lines, false).named
    }

    fn hosts(text: &str) -> Vec<String> {
        of(text).unreached.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn hosts_that_are_not_reached_are_named() {
        for (log, want) in [
            (
                "psycopg2.OperationalError: connection to server at \"orders-db\" (10.109.221.143), port 5432 failed: \
                 Connection refused",
                &["orders-db:5432", "10.109.221.143"][..],
            ),
            (
                "could not connect to server: Connection refused\n\tIs the server running on host \"db\" (10.1.2.3) \
                 and accepting\n\tTCP/IP connections on port 5432?",
                &["db", "10.1.2.3"],
            ),
            (
                "2026-11-21 01:24:24.239 SEVERE --- [com.shop.App] : Application run failed\n\
                 java.lang.IllegalStateException: Error creating bean\n\tat com.shop.Main.main(Main.java:10)\n\
                 Caused by: com.shop.GatewayException: gateway http://payments:8443 is unreachable\n\
                 \tat com.shop.Client.call(Client.java:19)\n\
                 Caused by: java.net.ConnectException: Connection refused\n\tat java.base/sun.nio.ch.Net(Native)",
                &["payments:8443"],
            ),
            ("panic: dial tcp 10.96.7.8:6379: i/o timeout", &["10.96.7.8:6379"]),
            (
                "2026/01/01 10:00:00 dial tcp: lookup orders-db.shop.svc on 10.96.0.10:53: no such host",
                &["orders-db.shop.svc"],
            ),
            ("Error: getaddrinfo ENOTFOUND sesion-store", &["sesion-store"]),
            ("Error: connect ECONNREFUSED 10.96.7.8:6379", &["10.96.7.8:6379"]),
            (
                "nginx: [emerg] host not found in upstream \"api-backend\" in /etc/nginx/conf.d/default.conf:4",
                &["api-backend"],
            ),
            (
                "org.postgresql.util.PSQLException: Connection to db.shop:5432 refused. Check that the hostname is right",
                &["db.shop:5432"],
            ),
            (
                "ERROR 2003 (HY000): Can't connect to MySQL server on 'mysql' (111 \"Connection refused\")",
                &["mysql"],
            ),
            (
                "pymongo.errors.ServerSelectionTimeoutError: mongo-0.mongo:27017: [Errno 111] Connection refused",
                &["mongo-0.mongo:27017"],
            ),
            (
                "WARN Connection to node -1 (kafka-0.kafka/10.1.2.3:9092) could not be established. Connection refused",
                &["kafka-0.kafka:9092"],
            ),
            (
                "Error: dial amqp://guest:guest@rabbitmq:5672/: connection refused",
                &["rabbitmq:5672"],
            ),
            (
                "wget: can't connect to remote host (10.97.16.186): Connection refused",
                &["10.97.16.186"],
            ),
            ("wget: bad address 'queue:5672'", &["queue:5672"]),
            ("curl: (6) Could not resolve host: search", &["search"]),
            (
                "curl: (7) Failed to connect to search port 9200 after 3 ms: Connection refused",
                &["search:9200"],
            ),
            (
                "java.net.UnknownHostException: mail: Name or service not known",
                &["mail"],
            ),
            (
                "{\"level\":\"info\",\"msg\":\"connecting to session store\",\"url\":\"redis://session-store:6379\"}\n\
                 Error: connect timeout\n    at Socket.<anonymous> (/app/server.js:14:42)",
                &["session-store:6379"],
            ),
            (
                "ERROR cannot reach cache:6379: connection refused\nFATAL giving up",
                &["cache:6379"],
            ),
            ("10:00:01 waiting for rabbitmq:5672", &["rabbitmq:5672"]),
            ("10:00:01 waiting for rabbitmq", &["rabbitmq"]),
            (
                "member: cannot resolve seed member-0.peers.shop.svc.cluster.local",
                &["member-0.peers.shop.svc.cluster.local"],
            ),
            (
                "level=error msg=\"bootstrap brokers unreachable\" err=\"dial kafka://kafka-0:9092,kafka-1:9093: connection refused\"",
                &["kafka-0:9092", "kafka-1:9093"],
            ),
        ] {
            assert_eq!(hosts(log), want, "{log}");
        }
    }

    #[test]
    fn what_is_no_trouble_of_the_network_names_no_host() {
        for log in [
            "KeyError: 'DB_HOST'",
            "connecting to redis://cache:6379\npanic: nil map",
            "WARNING cache:6379 not reachable, going on without\nFATAL config key \"region\" is missing",
            "listening on http://web:8080\nError: connect timeout",
            "Error: connect ECONNREFUSED 127.0.0.1:5432",
            "server.js:14:42 connection refused",
            "node:internal/process/promises:391\n    triggerUncaughtException(err);\nError: connect timeout",
        ] {
            assert_eq!(hosts(log), [""; 0], "{log}");
        }
    }

    #[test]
    fn the_trouble_tells_refusals_from_names() {
        for (log, want) in [
            ("Error: connect ECONNREFUSED 10.0.0.1:80", Trouble::Refused),
            ("Error: getaddrinfo ENOTFOUND web", Trouble::Unresolved),
            ("Error: getaddrinfo EAI_AGAIN web", Trouble::NoAnswer),
            (
                "dial tcp: lookup web on 10.96.0.10:53: read udp 10.1.1.1:4->10.96.0.10:53: i/o timeout",
                Trouble::NoAnswer,
            ),
            ("dial tcp 10.1.1.1:80: i/o timeout", Trouble::TimedOut),
            ("waiting for db", Trouble::Awaited),
        ] {
            assert_eq!(of(log).trouble, Some(want), "{log}");
        }
    }

    #[test]
    fn files_accounts_and_logins_are_named() {
        let file = |log: &str| {
            let named = of(log);
            let files = named.files.iter();
            files
                .map(|file| format!("{} {:?} {}", file.path, file.line, file.missing))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            file("cannot parse configuration /etc/inventory/config.json: invalid character '}'"),
            ["/etc/inventory/config.json None false"]
        );
        assert_eq!(
            file("[emerg] 1#1: unknown directive \"proxy_pas\" in /etc/nginx/conf.d/default.conf:4"),
            ["/etc/nginx/conf.d/default.conf Some(4) false"]
        );
        assert_eq!(
            file("cat: can't open '/migrations/0042_add_index.sql': No such file or directory"),
            ["/migrations/0042_add_index.sql None true"]
        );
        assert_eq!(
            file("open(\"/etc/app/x.lock\") failed (30: Read-only file system)"),
            [""; 0]
        );
        let refusal = of(
            "E1120 reflector.go:205] failed to list *v1.Pod: pods is forbidden: User \
             \"system:serviceaccount:shop:operator\" cannot list resource \"pods\" in API group \"\"",
        )
        .refusal
        .unwrap();
        assert_eq!(
            (
                &*refusal.namespace,
                &*refusal.account,
                &*refusal.verb,
                &*refusal.resource
            ),
            ("shop", "operator", "list", "pods")
        );
        for (log, user) in [
            (
                "FATAL:  password authentication failed for user \"orders\"",
                "orders",
            ),
            (
                "ERROR 1045 (28000): Access denied for user 'app'@'10.1.1.1' (using password: YES)",
                "app",
            ),
            (
                "ReplyError: WRONGPASS invalid username-password pair or user is disabled.",
                "",
            ),
            (
                "pymongo.errors.OperationFailure: Authentication failed., full error: {}",
                "",
            ),
        ] {
            assert_eq!(
                of(log).login.map(|login| login.user.to_string()),
                Some(user.to_owned()),
                "{log}"
            );
        }
        assert_eq!(of("Error: NOAUTH Authentication required.").login, None);
        assert_eq!(
            of("FATAL:  password authentication failed for user \"orders\"\nDETAIL:  matched pg_hba.conf line 95").login,
            None,
            "the server says so"
        );
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let many: Vec<String> = (0..400)
            .map(|i| format!("dial tcp h{i}.svc:80, /etc/a/f{i}"))
            .collect();
        let many = many.join(" ");
        let named = of(&format!("error: connection refused {many}"));
        assert!(named.unreached.len() <= TARGETS && named.files.len() <= FILES);
    }
}
