//! `[[custom_analyzers]]`: analyzers of other people that are asked over gRPC.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::SignedDuration;
use serde::{Deserialize, Deserializer};

use crate::engine::remote::{Endpoint, RemoteAnalyzer};

/// K8sGPT's own.
const DEFAULT_PORT: u16 = 8085;

/// One `[[custom_analyzers]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomAnalyzerConfig {
    /// Its name, in codes (`Custom/<name>`) and coverage.
    pub name: Name,
    /// Where it is: `localhost`, `10.0.0.1:8085`, `https://analyzer.example.com`.
    pub url: String,
    /// Its port, where `url` names none; 8085 if neither does.
    pub port: Option<u16>,
    /// Speak TLS; `https://` says so too.
    #[serde(default)]
    pub tls: bool,
    /// The authorities to trust, in PEM; those of the system if none is named. Relative to the configuration's folder.
    pub ca_file: Option<PathBuf>,
    /// Headers to send: the environment variable that holds each one's value. No secret stands in the configuration.
    #[serde(default)]
    pub headers_env: BTreeMap<String, String>,
    /// How long it may take, `10s`.
    #[serde(default = "Wait::timeout")]
    pub timeout: Wait,
    /// How long until it is asked again, `5m`.
    #[serde(default = "Wait::interval")]
    pub interval: Wait,
}

/// The name of a custom analyzer: lower-case letters, digits and `-`, as K8sGPT wants it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Name(String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
        let inside = !name.starts_with('-') && !name.ends_with('-') && (1..=63).contains(&name.len());
        if inside && name.bytes().all(fits) {
            Ok(Self(name))
        } else {
            Err(format!(
                "{name:?} is no name: up to 63 lower-case letters, digits and '-' between them"
            ))
        }
    }
}

/// A time to wait, from a second to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Wait(Duration);

impl Wait {
    fn timeout() -> Self {
        Self(Duration::from_secs(10))
    }

    fn interval() -> Self {
        Self(Duration::from_mins(5))
    }
}

impl TryFrom<String> for Wait {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = text.parse::<SignedDuration>().ok();
        parsed
            .and_then(|parsed| Duration::try_from(parsed).ok())
            .filter(|wait| (Duration::from_secs(1)..=Duration::from_hours(24)).contains(wait))
            .map(Self)
            .ok_or_else(|| format!("{text:?} is no time from 1s to 24h: write 10s, 5m or 1h30m"))
    }
}

/// Reads the list; a name stands for one analyzer.
///
/// # Errors
/// One is not as it should be, or two have one name.
pub fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<CustomAnalyzerConfig>, D::Error> {
    let all = Vec::<CustomAnalyzerConfig>::deserialize(from)?;
    let mut names = BTreeSet::new();
    match all.iter().find(|one| !names.insert(&one.name)) {
        Some(twice) => Err(serde::de::Error::custom(format!(
            "two custom analyzers are called {:?}",
            twice.name.0
        ))),
        None => Ok(all),
    }
}

impl CustomAnalyzerConfig {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name.0
    }

    /// The analyzer as the engine asks it. What cannot be used of its settings is said by coverage: one that is set up
    /// wrongly takes nothing from the others. `folder` is the configuration's, `variable` reads the environment.
    pub fn analyzer(&self, folder: &Path, variable: impl Fn(&str) -> Option<String>) -> RemoteAnalyzer {
        RemoteAnalyzer {
            name: self.name.0.as_str().into(),
            endpoint: self
                .endpoint(folder, variable)
                .map(Arc::new)
                .map_err(|what| format!("custom_analyzers {}: {what}", self.name.0).into()),
            timeout: self.timeout.0,
            interval: self.interval.0,
        }
    }

    fn endpoint(&self, folder: &Path, variable: impl Fn(&str) -> Option<String>) -> Result<Endpoint, String> {
        let (scheme, rest) = self.url.split_once("://").unwrap_or(("", &self.url));
        if !matches!(scheme, "" | "http" | "https" | "grpc" | "grpcs") {
            return Err(format!("{scheme}:// is not spoken: write http:// or https://"));
        }
        let (host, port) = host_and_port(rest.trim_end_matches('/'))?;
        let port = port.or(self.port).unwrap_or(DEFAULT_PORT);
        let endpoint = Endpoint::new(host, port)?.with_headers(self.headers(variable)?);
        if self.tls || matches!(scheme, "https" | "grpcs") {
            let file = self.ca_file.as_ref().map(|file| folder.join(file));
            endpoint.with_tls(file.as_deref())
        } else if self.headers_env.is_empty() && self.ca_file.is_none() {
            Ok(endpoint)
        } else if self.ca_file.is_some() {
            Err("a ca_file is of no use without TLS: set tls = true".to_owned())
        } else if is_this_machine(host) {
            Ok(endpoint)
        } else {
            Err("headers would be sent unencrypted to another machine: set tls = true".to_owned())
        }
    }

    fn headers(&self, variable: impl Fn(&str) -> Option<String>) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        for (name, from) in &self.headers_env {
            let header = HeaderName::try_from(name.as_str()).map_err(|_| format!("{name:?} is no header"))?;
            let value = variable(from)
                .filter(|value| !value.is_empty())
                .ok_or_else(|| format!("the environment variable {from} (header {name}) is not set"))?;
            let value = HeaderValue::try_from(value.trim())
                .map_err(|_| format!("what {from} holds cannot be sent as the header {name}"))?;
            headers.insert(header, value);
        }
        Ok(headers)
    }
}

/// `host`, `host:port`, `[::1]`, `[::1]:port`.
fn host_and_port(text: &str) -> Result<(&str, Option<u16>), String> {
    let after_address = text.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match text.get(after_address..).and_then(|rest| rest.rfind(':')) {
        Some(colon) => text.split_at(after_address + colon),
        None => (text, ""),
    };
    match port.strip_prefix(':') {
        None => Ok((host, None)),
        Some(digits) => match digits.parse() {
            Ok(port) => Ok((host, Some(port))),
            Err(_) => Err(format!("{digits:?} is no port")),
        },
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> CustomAnalyzerConfig {
        toml::from_str(text).unwrap()
    }

    fn analyzer(text: &str) -> RemoteAnalyzer {
        parse(text).analyzer(Path::new("/nowhere"), |name| {
            (name == "TOKEN").then(|| "Bearer s3cr3t".to_owned())
        })
    }

    #[test]
    fn a_place_may_be_written_in_many_ways() {
        for (url, rest, place) in [
            ("localhost", "port = 9000", "localhost:9000"),
            ("localhost", "", "localhost:8085"),
            ("http://localhost:1", "port = 9000", "localhost:1"),
            ("https://a.example.com/", "", "a.example.com:8085"),
            ("[::1]", "port = 9", "[::1]:9"),
            ("[::1]:7", "", "[::1]:7"),
        ] {
            let analyzer = analyzer(&format!("name = \"a\"\nurl = \"{url}\"\n{rest}"));
            let endpoint = format!("{:?}", analyzer.endpoint.unwrap());
            assert!(endpoint.contains(place), "{url}: {endpoint}");
            assert_eq!(analyzer.timeout, Duration::from_secs(10));
            assert_eq!(analyzer.interval, Duration::from_mins(5));
        }
    }

    #[test]
    fn what_cannot_be_used_is_said_with_what_to_do() {
        for (text, said) in [
            ("url = \"ftp://a\"", "ftp://"),
            ("url = \"a:b\"", "\"b\" is no port"),
            ("url = \"\"", "no host"),
            ("url = \"localhost\"\nca_file = \"ca.pem\"", "tls = true"),
            (
                "url = \"localhost\"\ntls = true\nca_file = \"ca.pem\"",
                "/nowhere/ca.pem",
            ),
            (
                "url = \"far\"\nheaders_env = { authorization = \"TOKEN\" }",
                "unencrypted",
            ),
            (
                "url = \"localhost\"\nheaders_env = { authorization = \"ABSENT\" }",
                "ABSENT",
            ),
            (
                "url = \"localhost\"\nheaders_env = { \"a b\" = \"TOKEN\" }",
                "no header",
            ),
        ] {
            let why = analyzer(&format!("name = \"a\"\n{text}")).endpoint.unwrap_err();
            assert!(why.contains(said) && !why.contains("s3cr3t"), "{text}: {why}");
        }
        let kept = analyzer("name = \"a\"\nurl = \"localhost\"\nheaders_env = { authorization = \"TOKEN\" }");
        assert!(kept.endpoint.is_ok());
    }

    #[test]
    fn names_and_times_are_checked_when_the_file_is_read() {
        for text in [
            "name = \"Big\"\nurl = \"a\"",
            "name = \"a\"\nurl = \"a\"\ntimeout = \"0s\"",
            "name = \"a\"\nurl = \"a\"\ninterval = \"often\"",
            "name = \"a\"\nurl = \"a\"\ntoken = \"s3cr3t\"",
            "name = \"a\"",
        ] {
            assert!(toml::from_str::<CustomAnalyzerConfig>(text).is_err(), "{text}");
        }
        let file = "[[custom_analyzers]]\nname = \"a\"\nurl = \"a\"\n[[custom_analyzers]]\nname = \"a\"\nurl = \"b\"\n";
        let error = super::super::config::Config::parse(file, Path::new("config.toml")).unwrap_err();
        assert!(error.to_string().contains("two custom analyzers"), "{error}");
    }
}
