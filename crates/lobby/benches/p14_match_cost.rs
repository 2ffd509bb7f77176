//! Placeholder of the harness.
fn main() {}
