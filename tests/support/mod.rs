//! What tests share.

pub mod console;
pub mod fixtures;
pub mod screen;
