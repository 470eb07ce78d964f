//! What the program does, seen from outside: one module a behaviour.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing; clippy's own allowance does not reach functions beside tests"
)]

mod analyze_filters;
mod analyze_formats;
mod analyzers;
mod bad_input;
mod changes;
mod chat_conversation;
mod chat_provider;
mod console;
mod credentials;
mod custom_kinds;
mod demo;
mod headless;
mod logs;
mod offered_key;
mod offline;
mod paint_chat;
mod paint_code;
mod paint_logs;
mod paint_markdown;
mod paint_settings;
mod paint_text;
mod panics;
mod playbook_files;
mod remote_analyzers;
mod supply;
mod support;
mod terminal;
mod tour;
mod watching;
