//! Raw clients at the doors of a running server, over real sockets.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod codes;
mod dials;
mod figures;
mod floods;
mod forty;
mod p23;
mod paths;
mod proxy;
mod raw;
mod resume;
mod signs;
mod story;
mod world;
mod wrong;
