//! Sockets for the engine, on tokio.

mod bind;
mod driver;
mod filtering;
#[cfg(feature = "portmap")]
mod portmap;

pub use driver::Driver;
pub use filtering::{Untested, test_filtering};
