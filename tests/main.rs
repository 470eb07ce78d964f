//! What the program does, seen from outside: one module a behaviour.

mod supply;
mod support;
mod watching;
mod chat_provider;
mod support;
