//! What a failed probe says.

use super::{between, brief};

/// Which probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeKind {
    /// Decides whether traffic comes.
    Readiness,
    /// Decides whether it is killed.
    Liveness,
    /// Holds the others until the start is through.
    Startup,
}

impl ProbeKind {
    /// `readiness probe`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Readiness => "readiness probe",
            Self::Liveness => "liveness probe",
            Self::Startup => "startup probe",
        }
    }

    /// Its field in a container, `readinessProbe`.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Readiness => "readinessProbe",
            Self::Liveness => "livenessProbe",
            Self::Startup => "startupProbe",
        }
    }

    /// The first word of the kubelet's message.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Readiness => "Readiness probe",
            Self::Liveness => "Liveness probe",
            Self::Startup => "Startup probe",
        }
    }
}

/// What a failed probe says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeFailure {
    /// The server answers with that status.
    Status(String),
    /// Nothing listens there.
    Refused(String),
    /// No answer in time.
    Timeout,
    /// The command is not in the image.
    CommandNotFound(String),
    /// Something else, in its words.
    Other(String),
}

/// Which probe a message of an event `Unhealthy` is about.
pub fn kind(message: &str) -> Option<ProbeKind> {
    let message = plain(message);
    [ProbeKind::Readiness, ProbeKind::Liveness, ProbeKind::Startup]
        .into_iter()
        .find(|kind| message.starts_with(kind.prefix()))
}

/// Which probe's failure made the kubelet kill, from the message of an event `Killing`.
pub fn killed_by(message: &str) -> Option<ProbeKind> {
    if message.contains("failed liveness probe") {
        Some(ProbeKind::Liveness)
    } else if message.contains("failed startup probe") {
        Some(ProbeKind::Startup)
    } else {
        None
    }
}

/// Reads the message of an event `Unhealthy`.
pub fn parse(message: &str) -> ProbeFailure {
    let message = plain(message);
    let said = message
        .split_once("failed: ")
        .or_else(|| message.split_once("errored: "))
        .or_else(|| message.split_once("unknown state: "))
        .map_or(message, |(_, said)| said);
    if let Some((_, status)) = said.split_once("HTTP probe failed with statuscode: ") {
        ProbeFailure::Status(status.trim().to_owned())
    } else if said.contains("executable file not found")
        || said.contains("no such file or directory: unknown")
    {
        ProbeFailure::CommandNotFound(between(said, "exec: \"", "\"").unwrap_or("").to_owned())
    } else if said.contains("connection refused") {
        let address = between(said, "dial tcp ", ": ").unwrap_or("");
        ProbeFailure::Refused(address.rsplit(':').next().unwrap_or("").to_owned())
    } else if said.contains("deadline exceeded")
        || said.contains("timed out")
        || said.contains("i/o timeout")
        || said.contains("Client.Timeout")
    {
        ProbeFailure::Timeout
    } else {
        ProbeFailure::Other(brief(said, 80))
    }
}

fn plain(message: &str) -> &str {
    message
        .strip_prefix("(combined from similar events): ")
        .unwrap_or(message)
        .trim_start()
}

impl ProbeFailure {
    /// What fails, in words. `what` is what the probe asks: `GET /healthz`, `port 8080`, `cat /tmp/ok`.
    pub fn words(&self, what: &str) -> String {
        match self {
            Self::Status(status) if what.is_empty() => format!("answers {status}"),
            Self::Status(status) => format!("{what} answers {status}"),
            Self::Refused(port) if port.is_empty() => format!("{what}: nothing listens there"),
            Self::Refused(port) => format!("nothing listens on port {port}"),
            Self::Timeout if what.is_empty() => "no answer in time".to_owned(),
            Self::Timeout => format!("{what}: no answer in time"),
            Self::CommandNotFound(command) => format!("its command \"{command}\" is not in the image"),
            Self::Other(said) => said.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_probes_are_read() {
        for (message, kind_want, want) in [
            (
                "Readiness probe failed: HTTP probe failed with statuscode: 503",
                ProbeKind::Readiness,
                "GET /healthz answers 503",
            ),
            (
                "Liveness probe failed: Get \"http://10.244.0.64:80/health\": dial tcp 10.244.0.64:80: connect: \
                 connection refused",
                ProbeKind::Liveness,
                "nothing listens on port 80",
            ),
            (
                "(combined from similar events): Readiness probe errored and resulted in unknown state: rpc error: code \
                 = Unknown desc = failed to exec in container: failed to start exec \"26\": OCI runtime exec failed: \
                 exec failed: unable to start container process: exec: \"curl\": executable file not found in $PATH: \
                 unknown",
                ProbeKind::Readiness,
                "its command \"curl\" is not in the image",
            ),
            (
                "Startup probe failed: dial tcp 10.244.0.111:9200: connect: connection refused",
                ProbeKind::Startup,
                "nothing listens on port 9200",
            ),
            (
                "Liveness probe failed: Get \"http://10.244.0.34:3000/healthz\": context deadline exceeded \
                 (Client.Timeout exceeded while awaiting headers)",
                ProbeKind::Liveness,
                "GET /healthz: no answer in time",
            ),
            (
                "Readiness probe failed: cat: can't open '/tmp/ok': No such file or directory\n",
                ProbeKind::Readiness,
                "cat: can't open '/tmp/ok': No such file or directory",
            ),
            (
                "Readiness probe failed: command timed out: \"cat /tmp/ok\" timed out after 1s",
                ProbeKind::Readiness,
                "GET /healthz: no answer in time",
            ),
        ] {
            assert_eq!(kind(message), Some(kind_want), "{message}");
            assert_eq!(parse(message).words("GET /healthz"), want, "{message}");
        }
        assert_eq!(kind("Something else"), None);
        assert_eq!(
            killed_by("Container web failed liveness probe, will be restarted"),
            Some(ProbeKind::Liveness)
        );
        assert_eq!(
            killed_by("Container web failed startup probe, will be restarted"),
            Some(ProbeKind::Startup)
        );
        assert_eq!(killed_by("Stopping container web"), None);
    }
}
