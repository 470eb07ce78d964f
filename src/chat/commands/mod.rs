//! `kubectl …` commands in the Markdown of an answer: found, and classified by what they would do. Nothing here runs
//! anything; what is not known to only read counts as changing.

mod classify;
mod find;
mod shell;

#[cfg(test)]
mod tests;

pub use classify::{Class, classify};
pub use find::find;

use crate::chat::session::CommandFlags;
use crate::engine::object::Text;

/// A command as it stands in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The whole line; lines that a backslash joins are joined, a here-document is kept as it is.
    pub command: Text,
    /// Whether it changes the cluster, or may.
    pub mutates: bool,
    /// What is unusual about it.
    pub flags: CommandFlags,
}
