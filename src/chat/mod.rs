//! The chat: a multi-turn conversation about one problem, with a model behind any OpenAI-compatible endpoint or with
//! the playbook where there is none.
//!
//! [`session`] is a pure state machine: events in, effects out. Everything that does I/O (providers, the transcript
//! on disk, the clock) stands outside and feeds it.

pub mod session;
