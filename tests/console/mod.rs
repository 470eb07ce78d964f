//! The console: keys in, screen out.

mod screens;
