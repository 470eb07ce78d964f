//! What tests share.

pub mod screen;
//! What several behaviours need to be tried against.

pub mod openai;
