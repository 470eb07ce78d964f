//! From what went wrong on the wire to one line that says what to do.

use std::error::Error as _;

use super::{Failure, FailureKind};

impl Failure {
    /// A failure of a kind.
    pub fn new(kind: FailureKind, what: impl Into<crate::engine::object::Text>) -> Self {
        Self {
            kind,
            what: what.into(),
        }
    }

    /// What the API answered to a request about `what`, in the words of `context`.
    pub fn api(context: &str, what: &str, error: &kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self::status(context, what, status.code, &status.message),
            other => Self::transport(context, other),
        }
    }

    /// An HTTP status and the message that came with it.
    pub fn status(context: &str, what: &str, code: u16, message: &str) -> Self {
        let message = first_line(message);
        match code {
            401 => Self::new(
                FailureKind::Unauthorized,
                format!(
                    "401: the credential of context {context} is refused or has expired. Log in again; k8stui reconnects by itself."
                ),
            ),
            403 => Self::new(FailureKind::Forbidden, format!("403: {what}: {message}")),
            404 => Self::new(FailureKind::NotFound, format!("404: {what}: {message}")),
            500.. => Self::new(
                FailureKind::Unreachable,
                format!("{code}: the API server failed on {what}: {message}"),
            ),
            _ => Self::new(FailureKind::Refused, format!("{code}: {what}: {message}")),
        }
    }

    fn transport(context: &str, error: &kube::Error) -> Self {
        let mut causes = vec![error.to_string()];
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        let all = causes.join(": ");
        let hint = if all.contains("Expired") || all.contains("certificate has expired") {
            "its certificate has expired: renew it, or check this machine's clock"
        } else if all.contains("UnknownIssuer") || all.contains("BadSignature") {
            "its certificate is not signed by the kubeconfig's certificate authority: check certificate-authority-data"
        } else if all.contains("NotValidForName") {
            "its certificate is for another name: check server, or set tls-server-name"
        } else if all.contains("CertificateRequired") || all.contains("CertificateExpired") {
            "it refuses the client certificate: renew it"
        } else if all.contains("Connection refused") {
            "the connection was refused: is the cluster running, and the port right?"
        } else if all.contains("dns error") || all.contains("failed to lookup") {
            "its name does not resolve: check server in the kubeconfig, and the VPN"
        } else if all.contains("timed out") || all.contains("Elapsed") || all.contains("deadline") {
            "no answer in time: check the network and the VPN"
        } else {
            causes.last().map_or("no reason given", String::as_str)
        };
        Self::new(
            FailureKind::Unreachable,
            format!(
                "cannot reach the cluster of context {context}: {}",
                first_line(hint)
            ),
        )
    }
}

/// Messages of the API may have several lines; one is shown.
pub(super) fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_404_means_that_it_does_not_exist() {
        for (code, kind) in [
            (401, FailureKind::Unauthorized),
            (403, FailureKind::Forbidden),
            (404, FailureKind::NotFound),
            (410, FailureKind::Refused),
            (429, FailureKind::Refused),
            (503, FailureKind::Unreachable),
        ] {
            assert_eq!(
                Failure::status("prod", "pods", code, "no\nmore").kind,
                kind,
                "{code}"
            );
        }
    }

    #[test]
    fn an_expired_login_says_what_to_do() {
        let line = Failure::status("prod-eu", "pods", 401, "Unauthorized").to_string();
        assert!(
            line.contains("prod-eu") && line.contains("Log in again"),
            "{line}"
        );
    }
}
