//! The embedded cluster answers as a Kubernetes API server does.

mod api;
mod client;
mod faults;
mod watcher;
