//! The console: keys in, screen out.

mod chat_screens;
mod conversation;
mod drawing;
mod goto;
mod placement;
mod problem;
mod running;
mod screens;
mod tree;
