//! The engine: watches a cluster, analyses what it sees and says what is wrong and why.
//!
//! Data flow one way: [`watch`] yields slim objects ([`kinds`]), [`world`] holds them, [`analyzers`] turn them into
//! findings, [`causes`] into problems, [`playbook`] explains those, and a [`snapshot::Snapshot`] is what everyone
//! else sees. I/O is in [`watch`], [`cluster`] and [`remote`] only.

pub mod age;
pub mod analyzers;
mod builtin;
pub mod causes;
pub mod changes;
pub mod cluster;
pub mod core;
pub mod coverage;
pub mod custom_kind;
pub mod effort;
pub mod evidence;
pub mod filter;
pub mod finding;
pub mod handle;
pub mod id;
pub mod kinds;
pub mod named;
pub mod object;
pub mod openapi;
pub mod placement;
pub mod playbook;
pub mod problem;
mod readers;
pub mod recording;
pub mod remote;
pub mod snapshot;
pub mod watch;
pub mod world;

pub use handle::{Engine, Now, Options};
