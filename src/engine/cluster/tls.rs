//! What TLS said when it failed, in words that say what to do.

use std::error::Error as StdError;
use std::io;

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};

/// The TLS error in a chain of causes. An `io::Error` hides what it holds from `source`.
pub fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Error> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(tls) = cause.downcast_ref::<Error>() {
            return Some(tls);
        }
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(held) => Some(held),
            None => cause.source(),
        };
    }
    None
}

/// Whether it is the other side that does not accept our certificate, and what it called that.
pub fn refuses_us(error: &Error) -> Option<&'static str> {
    let Error::AlertReceived(alert) = error else {
        return None;
    };
    match alert {
        AlertDescription::CertificateRequired => Some("TLS: a client certificate is required"),
        AlertDescription::CertificateExpired => Some("TLS: certificate expired"),
        AlertDescription::CertificateRevoked => Some("TLS: certificate revoked"),
        AlertDescription::UnknownCA => Some("TLS: certificate of an unknown authority"),
        AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied => Some("TLS: certificate refused"),
        _ => None,
    }
}

/// What to do about it.
pub fn hint(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(invalid) => certificate(invalid),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "it does not speak TLS: does server in the kubeconfig name the right port, and https?".to_owned()
        }
        other => format!("TLS failed: {other}"),
    }
}

fn certificate(invalid: &CertificateError) -> String {
    use CertificateError as E;
    match invalid {
        E::Expired => "its certificate has expired: renew it, or check this machine's clock".to_owned(),
        E::ExpiredContext { not_after, .. } => format!(
            "its certificate has expired on {}: renew it, or check this machine's clock",
            date(*not_after)
        ),
        E::NotValidYet => "its certificate is not valid yet: check this machine's clock".to_owned(),
        E::NotValidYetContext { not_before, .. } => format!(
            "its certificate is not valid before {}: check this machine's clock",
            date(*not_before)
        ),
        E::UnknownIssuer | E::BadSignature => {
            "its certificate is not signed by the kubeconfig's certificate authority: fetch the kubeconfig again, or \
             correct certificate-authority"
                .to_owned()
        }
        E::NotValidForName => {
            "its certificate is for another name: correct server, or set tls-server-name".to_owned()
        }
        E::NotValidForNameContext { expected, presented } => format!(
            "its certificate is not for {} but for {}: correct server, or set tls-server-name",
            expected.to_str(),
            names(presented)
        ),
        other => format!("its certificate is not accepted: {other}"),
    }
}

/// `DnsName("a.b")` as it is written by people.
fn names(presented: &[String]) -> String {
    let plain: Vec<&str> = presented
        .iter()
        .map(|name| {
            let inner = name.split_once('(').map_or(name.as_str(), |(_, inner)| inner);
            inner.trim_end_matches(')').trim_matches('"')
        })
        .collect();
    if plain.is_empty() {
        "no name at all".to_owned()
    } else {
        plain.join(", ")
    }
}

fn date(time: UnixTime) -> String {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(
            || "an unknown day".to_owned(),
            |time| time.strftime("%Y-%m-%d").to_string(),
        )
}
