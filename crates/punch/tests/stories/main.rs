//! Stories: two engines behind NATs of every kind, in virtual time.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod connects;
mod election;
mod evil;
mod hostile;
mod pair;
mod rounds;
