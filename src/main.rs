//! The `k8stui` program.

fn main() {}
