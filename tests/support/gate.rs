//! The gate of an API server: TLS, and whom it lets in. Behind it a server, or the answer to everything.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::pki::{Authority, Issued};

/// What lets one in.
#[derive(Clone, Debug, PartialEq)]
pub enum Pass {
    Anyone,
    Token(&'static str),
    Certificate(CertificateDer<'static>),
    Password(&'static str, &'static str),
}

/// Who asked for what.
#[derive(Clone, Debug)]
pub struct Seen {
    pub headers: HeaderMap,
    /// The client's certificate.
    pub certificate: Option<CertificateDer<'static>>,
    pub admitted: bool,
}

impl Seen {
    /// A header's values.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values.map(|value| value.to_str().unwrap()).collect()
    }

    fn has(&self, pass: &Pass) -> bool {
        match pass {
            Pass::Anyone => true,
            Pass::Token(token) => self.header("authorization") == [format!("Bearer {token}")],
            Pass::Certificate(certificate) => self.certificate.as_ref() == Some(certificate),
            Pass::Password(user, password) => {
                let basic = super::pki::base64(&format!("{user}:{password}"));
                self.header("authorization") == [format!("Basic {basic}")]
            }
        }
    }
}

struct Shared {
    passes: Mutex<Vec<Pass>>,
    seen: Mutex<Vec<Seen>>,
    behind: Option<SocketAddr>,
}

/// The gate. Closed when dropped.
pub struct Gate {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Gate {
    /// A gate that answers everything itself.
    pub async fn start(tls: Option<ServerConfig>, passes: &[Pass]) -> Self {
        Self::before(None, tls, passes).await
    }

    /// A gate before a server (`http://127.0.0.1:PORT`).
    pub async fn before(behind: Option<&str>, tls: Option<ServerConfig>, passes: &[Pass]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            passes: Mutex::new(passes.to_vec()),
            seen: Mutex::default(),
            behind: behind.map(|url| url.trim_start_matches("http://").parse().unwrap()),
        });
        let acceptor = tls.map(|tls| TlsAcceptor::from(Arc::new(tls)));
        let accepting = tokio::spawn(accept(listener, acceptor, shared.clone()));
        Self {
            address,
            shared,
            accepting,
        }
    }

    /// From now on these are let in, and nobody else.
    pub fn admit(&self, passes: &[Pass]) {
        *self.shared.passes.lock().unwrap() = passes.to_vec();
    }

    /// All that was asked.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// What was asked last.
    pub fn last(&self) -> Seen {
        self.seen().pop().expect("something was asked")
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// TLS with this certificate. Of clients that show one, it must be of that authority.
pub fn tls(server: &Issued, clients: Option<&Authority>) -> ServerConfig {
    let builder = ServerConfig::builder();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der()).unwrap();
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).allow_unauthenticated();
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    builder
        .with_single_cert(vec![server.der()], server.key_der())
        .unwrap()
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    // Dropped with the gate, and with them their connections.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, shared) = (acceptor.clone(), shared.clone());
        connections.spawn(async move {
            let Some(acceptor) = acceptor else {
                return serve(stream, None, shared).await;
            };
            // A handshake that fails is the client's to tell.
            if let Ok(stream) = acceptor.accept(stream).await {
                let certificates = stream.get_ref().1.peer_certificates();
                let certificate = certificates
                    .and_then(<[_]>::first)
                    .cloned()
                    .map(CertificateDer::into_owned);
                serve(stream, certificate, shared).await;
            }
        });
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    certificate: Option<CertificateDer<'static>>,
    shared: Arc<Shared>,
) {
    let service = service_fn(move |request| {
        let (shared, certificate) = (shared.clone(), certificate.clone());
        async move { Ok::<_, Infallible>(answer(request, certificate, &shared).await) }
    });
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A client that goes away is no news.
    let _ = connection.await;
}

type Body = BoxBody<Bytes, hyper::Error>;

async fn answer(
    request: Request<Incoming>,
    certificate: Option<CertificateDer<'static>>,
    shared: &Shared,
) -> Response<Body> {
    let mut seen = Seen {
        headers: request.headers().clone(),
        certificate,
        admitted: false,
    };
    seen.admitted = shared.passes.lock().unwrap().iter().any(|pass| seen.has(pass));
    let admitted = seen.admitted;
    shared.seen.lock().unwrap().push(seen);
    if !admitted {
        let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "Unauthorized", "reason": "Unauthorized", "code": 401});
        return said(StatusCode::UNAUTHORIZED, &status);
    }
    let Some(behind) = shared.behind else {
        return said(StatusCode::OK, &json!({"gitVersion": "v1.36.0"}));
    };
    let stream = TcpStream::connect(behind).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    match sender.send_request(request).await {
        Ok(response) => response.map(BodyExt::boxed),
        Err(error) => said(StatusCode::BAD_GATEWAY, &json!({"message": error.to_string()})),
    }
}

fn said(status: StatusCode, body: &serde_json::Value) -> Response<Body> {
    let body = Full::new(Bytes::from(body.to_string()));
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(body.map_err(|never| match never {}).boxed())
        .unwrap()
}
