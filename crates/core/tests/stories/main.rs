//! Stories: people with engines against a small server, in virtual time.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod accounts;
mod cuts;
mod directly;
mod elsewhere;
mod ends;
mod meeting;
mod pictures;
mod promises;
mod reports;
mod server;
mod talking;
mod world;
