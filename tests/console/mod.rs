//! The console: keys in, screen out.

mod behaviour;
mod running;
mod screens;
