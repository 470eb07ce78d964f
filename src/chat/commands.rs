//! `kubectl …` commands in the Markdown of an answer.

use crate::chat::session::CommandFlags;
use crate::engine::object::Text;

/// A command as it stands in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The whole line.
    pub command: Text,
    /// Whether it changes the cluster, or may.
    pub mutates: bool,
    /// What is unusual about it.
    pub flags: CommandFlags,
}

/// The commands of an answer, in order, each once.
pub fn find(_markdown: &str) -> Vec<Found> {
    Vec::new()
}
