//! What the program does, seen from outside: one module a behaviour.

mod console;
mod paint_chat;
mod paint_code;
mod paint_logs;
mod paint_markdown;
mod paint_settings;
mod paint_text;
mod chat_conversation;
mod chat_provider;
mod support;
