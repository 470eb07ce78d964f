//! Why an image could not be pulled.

use super::{brief, last_clause};

/// Why an image could not be pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullFailure {
    /// The registry answers that there is no such tag or digest.
    NotFound,
    /// The registry hides whether it is missing or private.
    NotFoundOrDenied,
    /// The registry refuses the credentials, or wants some.
    Unauthorized,
    /// The registry's certificate is not trusted.
    Certificate,
    /// The registry's name does not resolve.
    UnknownHost(String),
    /// The registry does not answer.
    Unreachable(String),
    /// Too many pulls.
    RateLimited,
    /// The registry speaks plain HTTP where HTTPS is asked.
    PlainHttp,
    /// There is no variant of the image for the node's platform.
    Platform,
    /// The node's disk is full.
    NoSpace,
    /// The image's signature does not pass the node's policy.
    Signature,
    /// Something else, in the runtime's words.
    Other(String),
}

/// Reads the message of `ErrImagePull`, `ImagePullBackOff` or the event `Failed`. `None` where it says only that the
/// pull is being retried.
pub fn parse(message: &str) -> Option<PullFailure> {
    let text = message.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if text.is_empty() || (text.starts_with("back-off pulling image") && !text.contains("errimagepull")) {
        return None;
    }
    Some(
        if has(&[
            "toomanyrequests",
            "too many requests",
            "rate limit",
            "status code 429",
        ]) {
            PullFailure::RateLimited
        } else if has(&["no space left on device"]) {
            PullFailure::NoSpace
        } else if has(&[
            "x509:",
            "tls: failed to verify certificate",
            "certificate signed by unknown authority",
        ]) {
            PullFailure::Certificate
        } else if has(&["server gave http response to https client"]) {
            PullFailure::PlainHttp
        } else if has(&["no match for platform", "no matching manifest for"]) {
            PullFailure::Platform
        } else if has(&[
            "signaturevalidationfailed",
            "signature validation failed",
            "a signature was required",
        ]) {
            PullFailure::Signature
        } else if has(&[
            "repository does not exist or may require",
            "insufficient_scope",
            "access to the resource is denied",
        ]) {
            PullFailure::NotFoundOrDenied
        } else if has(&[
            "unauthorized",
            "authentication required",
            "no basic auth credentials",
            "401 ",
            "403 forbidden",
            "denied: ",
            "access denied",
        ]) {
            PullFailure::Unauthorized
        } else if has(&[
            "no such host",
            "server misbehaving",
            "temporary failure in name resolution",
        ]) {
            PullFailure::UnknownHost(host(message))
        } else if has(&[
            "dial tcp",
            "i/o timeout",
            "connection refused",
            "context deadline exceeded",
            "client.timeout exceeded",
            "tls handshake timeout",
            "network is unreachable",
            "no route to host",
            "connection reset",
            "unexpected status from head request",
            "503 service unavailable",
        ]) {
            PullFailure::Unreachable(host(message))
        } else if has(&["not found", "manifest unknown", "name unknown", "does not exist"]) {
            PullFailure::NotFound
        } else {
            PullFailure::Other(brief(last_clause(message), 80))
        },
    )
}

/// The registry's host: of the URL that was asked, or of the image's full reference.
fn host(message: &str) -> String {
    let url = ["https://", "http://"]
        .iter()
        .find_map(|scheme| message.split_once(scheme))
        .and_then(|(_, rest)| rest.split(['/', '"', '?', ' ']).next());
    let looked_up = message
        .split_once("lookup ")
        .and_then(|(_, rest)| rest.split([' ', ':']).next());
    let of_reference = message
        .split_once("reference \"")
        .and_then(|(_, rest)| rest.split('/').next());
    url.or(looked_up)
        .or(of_reference)
        .unwrap_or("its registry")
        .to_owned()
}

impl PullFailure {
    /// The title of a row about that image.
    pub fn title(&self, image: &str) -> String {
        let image = if image.is_empty() {
            "of the container"
        } else {
            image
        };
        match self {
            Self::NotFound => format!("image {image} not found"),
            Self::NotFoundOrDenied => format!("image {image} not found or access denied"),
            Self::Unauthorized => format!("image {image}: the registry refuses the credentials"),
            Self::Certificate => format!("image {image}: the registry's certificate is not trusted"),
            Self::UnknownHost(host) => format!("image {image}: registry host {host} does not resolve"),
            Self::Unreachable(host) => format!("image {image}: registry {host} does not answer"),
            Self::RateLimited => format!("image {image}: the registry limits the rate of pulls"),
            Self::PlainHttp => format!("image {image}: the registry speaks HTTP, the node wants HTTPS"),
            Self::Platform => format!("image {image} has no variant for the node's platform"),
            Self::NoSpace => format!("image {image}: no space left on the node's disk"),
            Self::Signature => format!("image {image}: its signature is not accepted"),
            Self::Other(why) => format!("image {image} cannot be pulled: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pull_failures_are_told_apart() {
        let table: &[(&str, Option<PullFailure>)] = &[
            (
                "failed to pull and unpack image \"docker.io/library/httddd:latest\": failed to resolve reference \
                 \"docker.io/library/httddd:latest\": pull access denied, repository does not exist or may require \
                 authorization: server message: insufficient_scope: authorization failed",
                Some(PullFailure::NotFoundOrDenied),
            ),
            (
                "Back-off pulling image \"nginx:1.99.99\": ErrImagePull: rpc error: code = NotFound desc = failed to \
                 pull and unpack image \"docker.io/library/nginx:1.99.99\": failed to resolve reference \
                 \"docker.io/library/nginx:1.99.99\": docker.io/library/nginx:1.99.99: not found",
                Some(PullFailure::NotFound),
            ),
            ("Back-off pulling image \"nginx:1.99.99\"", None),
            ("", None),
            (
                "failed to do request: Head \"https://registry.example.com/v2/a/manifests/1\": dial tcp: lookup \
                 registry.example.com on 10.96.0.10:53: no such host",
                Some(PullFailure::UnknownHost("registry.example.com".to_owned())),
            ),
            (
                "failed to do request: Head \"https://10.0.0.5:5000/v2/a/manifests/1\": dial tcp 10.0.0.5:5000: \
                 connect: connection refused",
                Some(PullFailure::Unreachable("10.0.0.5:5000".to_owned())),
            ),
            (
                "Head \"https://reg.example/v2/a\": tls: failed to verify certificate: x509: certificate signed by \
                 unknown authority",
                Some(PullFailure::Certificate),
            ),
            (
                "unexpected status code [manifests 1]: 401 Unauthorized",
                Some(PullFailure::Unauthorized),
            ),
            (
                "429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.",
                Some(PullFailure::RateLimited),
            ),
            (
                "no match for platform in manifest: not found",
                Some(PullFailure::Platform),
            ),
            (
                "write /var/lib/x: no space left on device",
                Some(PullFailure::NoSpace),
            ),
            (
                "http: server gave HTTP response to HTTPS client",
                Some(PullFailure::PlainHttp),
            ),
            (
                "layer: wrong digest",
                Some(PullFailure::Other("wrong digest".to_owned())),
            ),
        ];
        for (message, want) in table {
            assert_eq!(parse(message), *want, "{message}");
        }
    }
}
