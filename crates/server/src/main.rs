//! `floaterd`, the server of FLOATER.

fn main() {}
