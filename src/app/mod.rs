//! The console: one model, one place where it changes, one place that does I/O; and what it takes from the person's
//! machine (configuration, themes, keys, clipboard). Drawing is in [`crate::views`].
//!
//! [`message::Message`]s come in, [`update::update`] changes the [`model::Model`] and says what is to be done,
//! [`effects`] does it, [`crate::views::draw`] draws what is visible. [`run()`] is the loop around them.

pub mod chat;
pub mod clipboard;
pub mod clock;
pub mod composer;
pub mod config;
pub mod custom_analyzers;
pub mod detail;
pub mod effects;
pub mod file_error;
pub mod filter;
pub mod frame;
pub mod goto;
pub mod keymap;
pub mod layout;
pub mod logs;
pub mod message;
pub mod model;
mod run;
pub mod terminal;
pub mod theme;
pub mod tree;
pub mod update;
pub mod yaml;

pub use effects::Backend;
pub use run::{Ending, Now, Options, Ports, Signal, run, signals};
