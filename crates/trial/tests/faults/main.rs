//! Faults of the world around a real server: it is killed in the midst of a call, its disk fills up,
//! its files run out, its clock jumps, everybody is dropped at once, some do not read, some race. Each
//! test bears the number of its promise; counts are small until the variables that each names ask for more.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests fail, and print figures"
)]

mod clock;
mod crash;
mod crowd;
mod disk;
mod files;
mod floods;
mod grade;
mod post;
mod races;
mod restart;
mod slow;
mod storm;

use std::io::Write;

/// A count that the environment names, or a small one.
fn count(name: &str, small: usize) -> usize {
    std::env::var(name).map_or(small, |told| told.parse().unwrap())
}

/// Without the rights of root some faults cannot be had. Where `NATLAB` is `require` that is an error.
fn cannot_be_had(what: &str, why: &str) {
    let required = std::env::var_os("NATLAB").is_some_and(|it| it == "require");
    assert!(!required, "{what} cannot be had: {why}");
    let message = format!("SKIPPED: {what} needs the rights of root: {why}\n");
    std::io::stderr().write_all(message.as_bytes()).unwrap();
}
