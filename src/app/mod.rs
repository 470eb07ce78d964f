//! The console: one model, one place where it changes, one place that does I/O.
//!
//! [`message::Message`]s come in, [`update::update`] changes the [`model::Model`] and says what is to be done,
//! [`effects`] does it, [`crate::views::draw`] draws what is visible. [`run`] is the loop around them.

pub mod clock;
pub mod effects;
pub mod filter;
pub mod frame;
pub mod layout;
pub mod message;
pub mod model;
mod run;
pub mod terminal;
pub mod tree;
pub mod update;
pub mod yaml;
