//! The embedded cluster: a real HTTP Kubernetes API on loopback, serving a small shop in which things break, heal and
//! break again. `k8stui demo` shows it, and the integration tests run against it.

pub mod clock;
pub mod faults;
pub mod load;
pub mod resource;
pub mod server;
mod shop;
pub mod store;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::task::AbortOnDropHandle;

pub use clock::Clock;
pub use faults::{Expiry, Faults};
pub use server::Server;
pub use store::Store;

use shop::Shop;

/// Where the time of a demo with a fixed moment counts from.
const BASE: &str = "2026-01-15T10:00:00Z";

/// Whether the demo's time goes by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As the time of the world does.
    #[default]
    Running,
    /// Only by [`Demo::advance`].
    Stepped,
}

/// Which demo.
#[derive(Clone, Copy, Debug, Default)]
pub struct DemoOptions {
    /// The same seed is the same story.
    pub seed: u64,
    /// A moment of its life: then it counts from a fixed date, so that the same seed and moment give the same bytes.
    /// Without one it starts now.
    pub at: Option<SignedDuration>,
    /// The port; 0: a free one.
    pub port: u16,
    /// Whether time goes by.
    pub pace: Pace,
}

/// A running demo: the server and the shop that lives in it. Dropping it ends both.
pub struct Demo {
    server: Server,
    clock: Clock,
    shop: Arc<Mutex<Shop>>,
    _living: AbortOnDropHandle<()>,
}

impl Demo {
    /// Plays the shop's past up to its present, and serves it.
    pub async fn start(options: DemoOptions) -> io::Result<Self> {
        let (start, present) = match options.at {
            Some(at) => {
                let base: Timestamp = BASE.parse().map_err(io::Error::other)?;
                (base, base.saturating_add(at).map_err(io::Error::other)?)
            }
            None => (Timestamp::now(), Timestamp::now()),
        };
        let clock = match options.pace {
            Pace::Running => Clock::running(present),
            Pace::Stepped => Clock::stepped(present),
        };
        let store = Store::new(clock.clone());
        let mut shop = Shop::new(store.clone(), options.seed, start).map_err(io::Error::other)?;
        shop.run_until(present);
        let shop = Arc::new(Mutex::new(shop));
        let server = Server::start_on(store.clone(), options.port, true).await?;
        let living = AbortOnDropHandle::new(tokio::spawn(live(Arc::clone(&shop), store, clock.clone())));
        Ok(Self {
            server,
            clock,
            shop,
            _living: living,
        })
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// A kubeconfig whose one context, `demo`, is this cluster.
    pub fn kubeconfig(&self) -> String {
        self.server.kubeconfig()
    }

    /// Its time; the age of everything counts to here.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Lets time go by on a stepped clock. When it returns, everything until then has happened.
    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
        self.settle();
    }

    /// Waits for nothing: when it returns, the shop has answered to all that was written to it.
    pub fn settle(&self) {
        self.shop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .run_until(self.clock.now());
    }

    /// What can be made to go wrong with the server.
    pub fn faults(&self) -> &Faults {
        self.server.faults()
    }

    /// Its objects and logs.
    pub fn store(&self) -> &Store {
        self.server.store()
    }

    /// Ends it, and waits until the port is closed.
    pub async fn shutdown(self) {
        let Self { server, .. } = self;
        server.shutdown().await;
    }
}

/// The life of the shop: what is due happens, and what others write is answered.
async fn live(shop: Arc<Mutex<Shop>>, store: Store, clock: Clock) {
    let mut written = store.subscribe();
    loop {
        written.mark_unchanged();
        let next = {
            let mut shop = shop.lock().unwrap_or_else(PoisonError::into_inner);
            shop.run_until(clock.now());
            shop.next_due()
        };
        let wait = match next {
            Some(next) if clock.is_running() => {
                Duration::try_from(next.duration_since(clock.now())).unwrap_or(Duration::ZERO)
            }
            // Somebody else moves the time.
            _ => Duration::MAX,
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            changed = written.changed() => if changed.is_err() {
                return;
            },
        }
    }
}
