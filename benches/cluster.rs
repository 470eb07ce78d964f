//! What a cluster costs.

fn main() {}
