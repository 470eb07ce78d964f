//! What the program does, seen from outside: one module a behaviour.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what cannot go on in a test, or in what tests share, fails the test"
)]

mod chat_conversation;
mod chat_provider;
mod console;
mod paint_chat;
mod paint_code;
mod paint_logs;
mod paint_markdown;
mod paint_settings;
mod paint_text;
mod support;
