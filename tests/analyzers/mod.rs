//! Analyzers: what they find, and what they leave in peace.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy knows functions marked as tests, not what only these call"
)]

mod any_custom;
mod any_object;
mod corpus;
mod digests;
mod kept;
mod page;
mod placement;
mod playbook;
mod prometheus;
mod recorded;
mod trial;
pub mod worlds;
