//! FLOATER in a simulated world: real engines, the real lobby, real hole punchers, and a network
//! that is anything but kind.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod model;
mod person;
mod seeds;
mod server;
mod site;
mod step;
mod world;

mod matrix;
mod promises;
mod shrinks;
