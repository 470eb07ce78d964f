//! k8stui: a terminal console that finds out why something in a Kubernetes cluster is broken, explains it and helps
//! to fix it. `ARCHITECTURE.md` is the map.

pub mod app;
pub mod chat;
pub mod cli;
pub mod demo;
pub mod engine;
pub mod views;
