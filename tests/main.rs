//! What the program does, seen from outside: one module a behaviour.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing; clippy's own allowance does not reach functions beside tests"
)]

mod demo;
