//! Where a remote analyzer is, and the connection to it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use http::HeaderMap;
use http::uri::{Authority, Scheme};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::CallError;

/// Both ways of a connection, plain or in TLS.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Where a remote analyzer is.
#[derive(Clone, Debug)]
pub struct Endpoint {
    authority: Authority,
    port: u16,
    tls: Option<Tls>,
    headers: HeaderMap,
}

#[derive(Clone, Debug)]
struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Endpoint {
    /// An endpoint without TLS. `host` is a name or an address, an IPv6 one in brackets.
    ///
    /// # Errors
    /// It is none of these.
    pub fn new(host: &str, port: u16) -> Result<Self, String> {
        let authority = format!("{host}:{port}")
            .parse::<Authority>()
            .ok()
            .filter(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'))
            .ok_or_else(|| format!("{host:?} is no host"))?;
        Ok(Self {
            authority,
            port,
            tls: None,
            headers: HeaderMap::new(),
        })
    }

    /// Sends these headers with every call. Their values are never shown.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        for value in self.headers.values_mut() {
            value.set_sensitive(true);
        }
        self
    }

    /// Speaks TLS: trusts the authorities of the file where one is named, else those that the system trusts.
    ///
    /// # Errors
    /// The file cannot be read or holds no certificate, or the system's trust cannot be had.
    pub fn with_tls(mut self, ca_file: Option<&Path>) -> Result<Self, String> {
        let name = ServerName::try_from(self.host().to_owned())
            .map_err(|_| format!("{:?} is no name that a certificate can have", self.host()))?;
        let provider = CryptoProvider::get_default()
            .cloned()
            .unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()));
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let mut config = match ca_file {
            Some(file) => builder.with_root_certificates(authorities(file)?),
            None => builder
                .with_platform_verifier()
                .map_err(|error| format!("the system's certificate authorities cannot be had: {error}"))?,
        }
        .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        self.tls = Some(Tls {
            config: Arc::new(config),
            name,
        });
        Ok(self)
    }

    /// Without the brackets of an IPv6 address.
    fn host(&self) -> &str {
        let host = self.authority.host();
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    pub(super) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(super) fn scheme(&self) -> Scheme {
        if self.tls.is_some() {
            Scheme::HTTPS
        } else {
            Scheme::HTTP
        }
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Connects.
    pub(super) async fn connect(&self) -> Result<Box<dyn Stream>, CallError> {
        let place = || self.authority.to_string();
        let unreachable = |error: io::Error| CallError::Connect {
            place: place(),
            cause: error.to_string(),
        };
        let stream = TcpStream::connect((self.host(), self.port))
            .await
            .map_err(unreachable)?;
        // The call is one small packet: it is not to wait for another.
        stream.set_nodelay(true).map_err(unreachable)?;
        let Some(tls) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let broken = |cause: String| CallError::Tls {
            place: place(),
            cause,
        };
        let stream = TlsConnector::from(tls.config.clone())
            .connect(tls.name.clone(), stream)
            .await
            .map_err(|error| broken(error.to_string()))?;
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            Ok(Box::new(stream))
        } else {
            Err(broken("it does not offer HTTP/2".to_owned()))
        }
    }
}

fn authorities(file: &Path) -> Result<RootCertStore, String> {
    let broken = |what: String| format!("ca_file {}: {what}", file.display());
    let pem = std::fs::read(file).map_err(|error| broken(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| broken(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| broken(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(broken("there is no certificate in it".to_owned()));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for (host, inner) in [
            ("localhost", "localhost"),
            ("10.0.0.1", "10.0.0.1"),
            ("[::1]", "::1"),
        ] {
            let endpoint = Endpoint::new(host, 8085).unwrap();
            assert_eq!(endpoint.host(), inner);
            assert_eq!(endpoint.authority().as_str(), format!("{host}:8085"));
        }
        for host in ["", "a b", "::1", "me@host", "host/path"] {
            assert!(Endpoint::new(host, 8085).is_err(), "{host}");
        }
    }

    #[test]
    fn what_headers_hold_is_not_shown() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", http::HeaderValue::from_static("Bearer s3cr3t"));
        let endpoint = Endpoint::new("localhost", 1).unwrap().with_headers(headers);
        assert!(!format!("{endpoint:?}").contains("s3cr3t"));
    }

    #[test]
    fn a_file_without_certificates_is_said() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let endpoint = Endpoint::new("localhost", 1).unwrap();
        let error = endpoint.clone().with_tls(Some(file.path())).unwrap_err();
        assert!(error.contains("no certificate"), "{error}");
        let error = endpoint.with_tls(Some(Path::new("/does/not/exist"))).unwrap_err();
        assert!(error.contains("/does/not/exist"), "{error}");
    }
}
