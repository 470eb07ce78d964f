//! The console: the model and everything that changes it, and what it takes from the person's machine (configuration,
//! themes, keys, clipboard). Drawing is in [`crate::views`].

pub mod clipboard;
pub mod composer;
pub mod config;
pub mod keymap;
pub mod logs;
pub mod theme;
