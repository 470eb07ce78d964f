//! The hosts that a line of a log names, by the forms in which programs write them.

use std::fmt;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

use crate::engine::object::Text;

/// A host that is named, and the port on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// A name or an address.
    pub host: Text,
    /// The port, where one is named.
    pub port: Option<u16>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

#[expect(
    clippy::unwrap_used,
    reason = "constant patterns, compiled by every test of what logs name"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// `redis://:secret@cache:6379/0`, `jdbc:postgresql://db:5432/x`, `mongodb://a:27017,b:27017`: scheme, list of hosts.
static URL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b[a-z][a-z0-9+.-]{1,30}:(?:thin:@)?//(?:[^\s/@"'<>]*@)?(?P<list>[a-z0-9][\w.-]*(?::\d{1,5})?(?:,[a-z0-9][\w.-]*(?::\d{1,5})?)*)"#,
    )
});

/// Words before a host, which a port may follow in one of several manners. After some of them any word is a host, after
/// others (`connecting to the`) only what looks like one.
static SAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r#"(?i)(?:(?P<sure>found in upstream|bad address|resolve(?: host)?:?|\blookup|ENOTFOUND|EAI_AGAIN|"#,
        r#"UnknownHostException:|unknown host:?)|(?P<awaits>waiting (?:for|on)(?: (?:service|host|server|database))?)|"#,
        r#"server at|host(?: ?name)?|server on|remote host|"#,
        r#"connect(?:ion)? to(?: [\w-]+(?: server)? (?:at|on)| server)?|connecting to|reach)"#,
        r#" (?P<quote>\\?["'(`])?(?P<host>[a-z0-9][\w.-]*)(?::(?P<port>\d{1,5}))?"#,
        r#"(?:\\?["')`])?(?: \([\d.]+\))?(?:,? (?:on )?port (?P<after>\d{1,5}))?"#,
    ))
});

/// `orders-db:5432`, `kafka-0.kafka/10.1.2.3:9092`, `10.96.7.8:6379`.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\s(\['\x22=,@])(?P<host>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?:/\d{1,3}(?:\.\d{1,3}){3})?:(?P<port>\d{2,5})(?:$|[^\w:.]|[:.](?:\s|$))",
    )
});

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[\s(\['\x22=])(?P<host>\d{1,3}(?:\.\d{1,3}){3})(?:$|[^\w.:/-]|[.:](?:\s|$))")
});

/// Ends of names that are files, not hosts: `server.js:14`.
const FILES: &[&str] = &[
    "go",
    "js",
    "mjs",
    "cjs",
    "ts",
    "py",
    "java",
    "rb",
    "rs",
    "c",
    "cc",
    "cpp",
    "h",
    "cs",
    "kt",
    "scala",
    "php",
    "ex",
    "exs",
    "lua",
    "sh",
    "conf",
    "cfg",
    "ini",
    "yaml",
    "yml",
    "json",
    "toml",
    "xml",
    "sql",
    "html",
    "log",
    "jar",
    "so",
    "txt",
    "pl",
    "swift",
    "properties",
];

/// Words that stand where a host may stand.
const WORDS: &[&str] = &[
    "localhost",
    "the",
    "a",
    "an",
    "it",
    "be",
    "is",
    "was",
    "server",
    "host",
    "hostname",
    "database",
    "db_host",
    "at",
    "for",
    "on",
    "in",
    "to",
    "of",
    "port",
    "address",
    "remote",
    "upstream",
    "from",
    "failed",
    "timeout",
    "error",
    "connection",
    "connections",
    "all",
    "any",
    "other",
    "this",
    "that",
    "and",
    "or",
    "not",
    "node",
    "startup",
    "lock",
    "leader",
    "tcp",
    "udp",
    "http",
    "https",
    "code",
    "line",
    "more",
    "service",
    "services",
];

/// The hosts that a line names, in the order in which the forms are tried; `localhost` and its like are none.
pub(super) fn targets(line: &str) -> Vec<Target> {
    let mut found: Vec<Target> = Vec::new();
    let mut note = |host: &str, port: Option<&str>| {
        let port = port.and_then(|port| port.parse().ok());
        let Some(target) = target(host, port) else { return };
        match found.iter_mut().find(|known| known.host == target.host) {
            Some(known) => known.port = known.port.or(target.port),
            None => found.push(target),
        }
    };
    for url in URL.captures_iter(line) {
        let list = url.name("list").map_or("", |list| list.as_str());
        for one in list.split(',') {
            match one.split_once(':') {
                Some((host, port)) => note(host, Some(port)),
                None => note(one, None),
            }
        }
    }
    for said in SAID.captures_iter(line) {
        let port = said.name("port").or_else(|| said.name("after"));
        let Some(host) = said.name("host") else { continue };
        let host = host.as_str();
        let looks_like_one = said.name("quote").is_some() || port.is_some() || host.contains(['.', '-']);
        let end = said.get(0).map_or(0, |all| all.end());
        let rest = line.get(end..).unwrap_or_default();
        // `cannot resolve seed member-0.peers`: the word says what the host is for.
        let next = rest
            .strip_prefix(' ')
            .and_then(|rest| rest.split([' ', ':', ',']).next());
        if let Some(next) = next.filter(|next| !looks_like_one && next.contains('.')) {
            note(next, None);
            continue;
        }
        let is_last = rest.trim_matches(['.', ' ', '…']).is_empty();
        let awaited = said.name("awaits").is_some() && is_last;
        if said.name("sure").is_some() || awaited || looks_like_one {
            note(host, port.map(|port| port.as_str()));
        }
    }
    for form in [&PAIR, &ADDRESS] {
        for pair in form.captures_iter(line) {
            if let Some(host) = pair.name("host") {
                note(host.as_str(), pair.name("port").map(|port| port.as_str()));
            }
        }
    }
    found
}

/// A host and port, if they can be those of another pod. Port 53 is the DNS that was asked, not what was asked for.
fn target(host: &str, port: Option<u16>) -> Option<Target> {
    let host = host.trim_end_matches(['.', '-']);
    let lower = host.to_ascii_lowercase();
    let last = lower.rsplit('.').next().unwrap_or_default();
    let address = host.parse::<IpAddr>().ok();
    let is_name = || {
        host.len() <= 253
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
            && host.chars().any(|c| c.is_ascii_alphabetic())
            && !last.chars().all(|c| c.is_ascii_digit())
            && !FILES.contains(&last)
            && !WORDS.contains(&&*lower)
            && last != "localhost"
    };
    let is_other = match address {
        Some(address) => !address.is_loopback() && !address.is_unspecified(),
        None => is_name(),
    };
    (is_other && port != Some(53)).then(|| Target {
        host: lower.as_str().into(),
        port,
    })
}

/// The host that a setting of a program names, if it is one and nothing else: `redis://:secret@cache:6379/0`,
/// `orders-db:5432`, or a name alone where `is_host` says that the setting is one. Nothing of what else the setting
/// says is kept.
pub fn of_setting(value: &str, is_host: bool) -> Vec<Target> {
    let value = value.trim();
    if value.len() > 512 || value.contains(char::is_whitespace) {
        return Vec::new();
    }
    if value.contains("://") {
        return targets(value);
    }
    let parts = value.split(',').map(|one| match one.rsplit_once(':') {
        Some((host, port)) => port.parse().ok().and_then(|port| target(host, Some(port))),
        None if is_host => target(one, None),
        None => None,
    });
    parts.collect::<Option<Vec<Target>>>().unwrap_or_default()
}
