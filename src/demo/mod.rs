//! The embedded cluster: a real HTTP Kubernetes API on loopback, serving a small shop in which things break, heal and
//! break again. `k8stui demo` shows it, and the integration tests run against it.

pub mod clock;
pub mod faults;
pub mod resource;
pub mod server;
pub mod store;

pub use clock::Clock;
pub use faults::{Expiry, Faults};
pub use server::Server;
pub use store::Store;
