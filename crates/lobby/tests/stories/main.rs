//! Stories of the lobby, in virtual time.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod blocks;
mod crowd;
mod ends;
mod hall;
mod meet;
mod paths;
mod resume;
mod tickets;
