//! Clients that do whatever they like, and a server that is killed now and then.
#![no_main]

#[path = "../checks/lobby.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
