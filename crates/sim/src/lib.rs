//! A simulated network, for tests: hosts with the part of TCP that matters here, NATs of every
//! kind, delay, loss and jitter, in virtual time and from one seed.
//!
//! It knows addresses and packets. What runs on it are its users' engines: those of `punch` through
//! a [`Puncher`], which is to a [`Network`] what the socket half of that crate is to the system.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod nat;
mod network;
mod puncher;
mod tcp;

pub use nat::{
    ADF, ADM, APDF, APDF_MOVED, Answer, FULL_CONE, Filter, Map, RANDOM, SEQUENTIAL, Spec,
};
pub use network::{Host, Network};
pub use puncher::Puncher;
pub use tcp::{BUFFER, ListenerId, SocketId, Told};
