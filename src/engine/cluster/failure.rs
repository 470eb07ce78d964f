//! From what went wrong on the wire to one line that says what to do.

use std::error::Error;

use super::{Failure, FailureKind, tls};

impl Failure {
    /// A failure of a kind.
    pub fn new(kind: FailureKind, what: impl Into<crate::engine::object::Text>) -> Self {
        Self {
            kind,
            what: what.into(),
        }
    }

    /// An HTTP status that is neither success nor 401, and the message that came with it.
    pub fn status(what: &str, code: u16, message: &str) -> Self {
        let message = first_line(message);
        match code {
            403 => Self::new(FailureKind::Forbidden, format!("403: {what}: {message}")),
            404 => Self::new(FailureKind::NotFound, format!("404: {what}: {message}")),
            500.. => Self::new(
                FailureKind::Unreachable,
                format!("{code}: the API server failed on {what}: {message}"),
            ),
            _ => Self::new(FailureKind::Refused, format!("{code}: {what}: {message}")),
        }
    }

    /// No answer came. `proxy` is what stands between, where something does.
    pub fn transport(context: &str, proxy: Option<&str>, error: &(dyn Error + 'static)) -> Self {
        let way = proxy.map_or_else(String::new, |proxy| format!(" through the proxy {proxy}"));
        Self::new(
            FailureKind::Unreachable,
            format!(
                "cannot reach the cluster of context {context}{way}: {}",
                hint(error)
            ),
        )
    }
}

/// What is wrong, and what to do.
fn hint(error: &(dyn Error + 'static)) -> String {
    if let Some(tls) = tls::find(error) {
        return tls::hint(tls);
    }
    let mut causes = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    let all = causes.join(": ");
    let known = [
        (
            "proxy authorization required",
            "the proxy wants a name and password: write them into its URL",
        ),
        (
            "tunnel error",
            "the proxy does not let it through: ask whoever runs it, or set NO_PROXY",
        ),
        (
            "SOCKS",
            "the proxy does not let it through: ask whoever runs it, or set NO_PROXY",
        ),
        (
            "Connection refused",
            "the connection was refused: is the cluster running, and the port right?",
        ),
        (
            "dns error",
            "its name does not resolve: check server in the kubeconfig, and the VPN",
        ),
        (
            "failed to lookup",
            "its name does not resolve: check server in the kubeconfig, and the VPN",
        ),
        ("timed out", "no answer in time: check the network and the VPN"),
        ("Elapsed", "no answer in time: check the network and the VPN"),
        ("deadline", "no answer in time: check the network and the VPN"),
    ];
    let known = known
        .iter()
        .find(|(sign, _)| all.contains(sign))
        .map(|(_, hint)| *hint);
    let last = causes.last().map_or("no reason given", String::as_str);
    first_line(known.unwrap_or(last)).to_owned()
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
            (403, FailureKind::Forbidden),
            (404, FailureKind::NotFound),
            (410, FailureKind::Refused),
            (429, FailureKind::Refused),
            (503, FailureKind::Unreachable),
        ] {
            assert_eq!(Failure::status("pods", code, "no\nmore").kind, kind, "{code}");
        }
    }
}
