//! Stories of two strangers, in virtual time, one a file.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod answers;
mod between;
mod binding;
mod corpus;
mod crowded;
mod cuts;
mod gate;
mod handshake;
mod hostile;
mod links;
mod noise;
mod pair;
mod paths;
mod pictures;
mod pulls;
mod records;
mod safety;
mod stranger;
mod texts;
mod vectors;
mod ways;
