//! Views: pure drawing. Each reads the model and writes what is visible into a buffer, at a cost of O(rows on screen).

pub mod chat;
pub mod highlight;
pub mod logs;
pub mod markdown;
pub mod text;
