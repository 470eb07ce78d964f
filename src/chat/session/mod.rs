//! One conversation, as a pure state machine: [`Session::handle`] takes an [`Event`] and says what is to be done
//! ([`Effect`]); it does no I/O and reads no clock.

mod answer;
mod entry;
mod history;
mod machine;
mod protocol;
mod turn;
mod view;

#[cfg(test)]
mod tests;

pub use entry::{ChatCommand, CommandFlags, Cost, Entry, EntryState, RequestId, Role, Speaker};
pub use history::SYSTEM;
pub use machine::Session;
pub use protocol::{Effect, Event, Header, Record, SCHEMA, Waiting};
