//! Sockets for the engine, on tokio.

mod bind;
mod driver;
#[cfg(feature = "portmap")]
mod portmap;

pub use driver::Driver;
