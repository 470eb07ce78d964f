//! Whether a line of a log says that another program was not reached, and why.

use std::sync::LazyLock;

use regex::RegexSet;

/// Why another program was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Nobody answered to the question for a name: the DNS itself does not work.
    NoAnswer,
    /// There is no such name.
    Unresolved,
    /// Nobody takes connections there.
    Refused,
    /// Nothing came back, or the connection broke.
    TimedOut,
    /// It is said to be waited for.
    Awaited,
}

impl Trouble {
    /// Whether it is one of names.
    pub const fn is_of_names(self) -> bool {
        matches!(self, Self::NoAnswer | Self::Unresolved)
    }
}

/// In the order in which they are tried.
const PATTERNS: &[(Trouble, &str)] = &[
    (
        Trouble::NoAnswer,
        r"(?i)\bEAI_AGAIN\b|temporary failure (?:in name resolution|resolving)|server misbehaving|\blookup \S+(?: on \S+)?: (?:read|dial|write) (?:udp|tcp)|\blookup \S+(?: on \S+)?: i/o timeout|no (?:dns )?servers could be reached|DNS (?:request|query|lookup) timed out|try again$",
    ),
    (
        Trouble::Unresolved,
        r"(?i)no such host|\bENOTFOUND\b|name or service not known|could not translate host ?name|could(?: not|n't) resolve|can'?t resolve|cannot resolve|failed to resolve|unknown (?:mysql server )?host|UnknownHostException|bad address '|\bNXDOMAIN\b|host not found in upstream|nodename nor servname|name does not resolve|no address associated with",
    ),
    (
        Trouble::Refused,
        r"(?i)connection (?:was |is )?refused|\bECONNREFUSED\b|no route to host|\bE(?:HOST|NET)UNREACH\b|actively refused|\bto \S+:\d+ refused\b",
    ),
    (
        Trouble::TimedOut,
        r"(?i)\bi/o timeout\b|\bETIMEDOUT\b|connect(?:ion)?(?: attempt)? (?:timeout|timed[ -]?out)|timed? ?out (?:while )?(?:waiting|connecting|trying)|context deadline exceeded|connection reset|\bECONNRESET\b|\bunreachable\b|\b50[234] (?:bad gateway|service (?:temporarily )?unavailable|gateway time-?out)|upstream connect error|no live upstreams|could not be established",
    ),
    (
        Trouble::Awaited,
        r"(?i)\bwaiting (?:for|on|until)\b|\bnot (?:yet )?reachable\b|\bcannot reach\b|\bcan'?t connect\b|\bcould not connect\b|\bfailed to connect\b",
    ),
];

#[expect(
    clippy::unwrap_used,
    reason = "constant patterns, compiled by every test of what logs name"
)]
static SET: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(PATTERNS.iter().map(|(_, pattern)| pattern)).unwrap());

/// Why the line says that something was not reached, if it says so.
pub(super) fn of(line: &str) -> Option<Trouble> {
    let first = SET.matches(line).iter().next()?;
    PATTERNS.get(first).map(|(trouble, _)| *trouble)
}
