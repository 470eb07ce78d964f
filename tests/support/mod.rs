//! What tests share.

pub mod screen;
