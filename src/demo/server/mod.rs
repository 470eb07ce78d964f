//! The embedded Kubernetes API: HTTP/1.1 on loopback over a [`Store`].

mod body;
mod discovery;
mod fields;
mod list;
mod log;
mod openapi;
mod patch;
mod request;
mod review;
mod route;
mod status;
pub(super) mod strategic;
mod table;
mod watch;
mod write;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use super::faults::Faults;
use super::store::Store;

/// A running server. Dropping it closes the port and every connection.
pub struct Server {
    address: SocketAddr,
    store: Store,
    faults: Faults,
    accepting: JoinHandle<()>,
}

/// What every request sees.
pub(super) struct Context {
    store: Store,
    faults: Faults,
    /// Whether a kubelet finishes the deletion of pods; else they go at once.
    graceful: bool,
}

impl Server {
    /// Serves `store` on a free port of loopback.
    pub async fn start(store: Store) -> io::Result<Self> {
        Self::start_on(store, 0, false).await
    }

    /// Serves `store` on a port (0: a free one). `graceful`: something outside finishes the deletion of pods.
    pub async fn start_on(store: Store, port: u16, graceful: bool) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let faults = Faults::default();
        let context = Arc::new(Context {
            store: store.clone(),
            faults: faults.clone(),
            graceful,
        });
        let accepting = tokio::spawn(accept(listener, context));
        Ok(Self {
            address,
            store,
            faults,
            accepting,
        })
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A kubeconfig whose one context, `demo`, is this server.
    pub fn kubeconfig(&self) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: demo\n\
             clusters:\n- name: demo\n  cluster:\n    server: {}\n\
             contexts:\n- name: demo\n  context:\n    cluster: demo\n    user: demo\n\
             users:\n- name: demo\n  user: {{}}\n",
            self.url()
        )
    }

    /// What it serves.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What can be made to go wrong.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Closes the port and every connection, and waits until that is done.
    pub async fn shutdown(mut self) {
        self.accepting.abort();
        // Aborted: the error that it was is no news.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, context: Arc<Context>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Small watch events must not wait for the ones after them.
                    let _ = stream.set_nodelay(true);
                    let context = Arc::clone(&context);
                    connections.spawn(async move {
                        let service = service_fn(move |request: Request<Incoming>| {
                            route::handle(Arc::clone(&context), request)
                        });
                        let served = hyper::server::conn::http1::Builder::new()
                            .timer(TokioTimer::new())
                            .serve_connection(TokioIo::new(stream), service)
                            .await;
                        if let Err(error) = served {
                            tracing::debug!(%error, "a connection to the demo ended");
                        }
                    });
                }
                Err(error) => tracing::debug!(%error, "the demo could not take a connection"),
            },
            Some(_) = connections.join_next() => {}
        }
    }
}
