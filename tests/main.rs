//! What the program does, seen from outside: one module a behaviour.

mod bad_input;
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
