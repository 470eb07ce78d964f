//! What the program does, seen from outside: one module a behaviour.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing; clippy's own allowance does not reach functions beside tests"
)]

mod bad_input;
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
mod demo;
mod paint_chat;
mod paint_code;
mod paint_logs;
mod paint_markdown;
mod paint_settings;
mod paint_text;
mod supply;
mod support;
mod watching;
mod analyzers;
