//! Sequences of what drivers, servers and people may do to an engine.
#![no_main]

#[path = "../checks/core.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
