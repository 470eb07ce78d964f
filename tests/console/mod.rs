//! The console: keys in, screen out.

mod conversation;
mod drawing;
mod problem;
mod running;
mod screens;
mod tree;
