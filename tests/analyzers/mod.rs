//! Analyzers: what they find, and what they leave in peace.

mod any_object;
mod corpus;
mod digests;
mod playbook;
mod recorded;
mod worlds;
