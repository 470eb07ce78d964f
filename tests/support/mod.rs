//! What several behaviours need to be tried against.

pub mod cluster;
pub mod console;
pub mod fixtures;
pub mod gate;
pub mod long_log;
pub mod openai;
pub mod pki;
pub mod proxy;
pub mod pty;
pub mod screen;

use k8stui::chat::session::{ChatCommand, CommandFlags};

/// A command of an answer.
pub fn command(n: u32, entry: usize, command: &str, mutates: bool) -> ChatCommand {
    ChatCommand {
        n,
        entry,
        command: command.into(),
        mutates,
        flags: CommandFlags::default(),
    }
}
