//! Frames that are spoilt on the way, and frames of a stranger who seals whatever they like.
#![no_main]
#![expect(dead_code, reason = "the stories use all of the pair and the stranger")]

#[path = "../checks/frame.rs"]
mod check;
#[path = "../../crates/e2e/tests/stories/noise.rs"]
mod noise;
#[path = "../../crates/e2e/tests/stories/pair.rs"]
mod pair;
#[path = "../../crates/e2e/tests/stories/stranger.rs"]
mod stranger;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
