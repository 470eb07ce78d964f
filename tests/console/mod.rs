//! The console: keys in, screen out.

mod behaviour;
mod screens;
