//! What the program does, seen from outside: one module a behaviour.

mod chat_conversation;
mod chat_provider;
mod support;
