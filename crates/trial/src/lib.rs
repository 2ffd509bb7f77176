//! Two engines over real sockets against a real `floaterd` that is cut and killed: for tests only.
//!
//! A [`Client`] drives one engine and does what it says, nothing else. A [`Cable`] is the network
//! between it and the server, and can be cut, swallow bytes, or stop. [`Floaterd`] is the process.

mod cable;
mod client;
mod driver;
mod floaterd;
mod link;
mod outbox;
mod search;
mod steps;
mod trouble;

pub use cable::{Cable, Harm};
pub use client::{Client, PATIENCE};
pub use floaterd::Floaterd;
pub use link::Door;
pub use search::{Found, find_in_files, find_in_memory};
pub use steps::{PASSWORD, accounts, greet, meet, say, text_arrives};
pub use trouble::{Outcome, Trouble};
