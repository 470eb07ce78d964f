//! What several behaviours need to be tried against.

pub mod openai;
