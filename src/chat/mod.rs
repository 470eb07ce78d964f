//! The chat: a multi-turn conversation about one problem, with a model behind any OpenAI-compatible endpoint or with
//! the playbook where there is none.
//!
//! [`session`] is a pure state machine: events in, effects out. Everything that does I/O stands outside and feeds it:
//! [`driver`] runs effects, [`provider`] is where answers come from, [`transcript`] is what stays on disk. Nothing
//! leaves for a provider without passing [`redact`].

pub mod commands;
pub mod consent;
pub mod driver;
pub mod playbook;
pub mod provider;
pub mod redact;
#[cfg(test)]
mod sample;
pub mod seed;
pub mod session;
pub mod transcript;
