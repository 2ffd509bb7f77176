//! Sockets for the engine, on tokio.

mod bind;
mod driver;

pub use driver::Driver;
