//! The embedded cluster answers as a Kubernetes API server does, and the shop in it lives.

mod api;
mod client;
mod faults;
mod kubectl;
mod load;
mod shop;
mod watcher;
