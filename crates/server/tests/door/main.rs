//! Raw clients at the doors of a running server, over real sockets.

mod raw;
mod story;
mod world;
