//! Raw clients at the doors of a running server, over real sockets.

mod raw;
mod resume;
mod story;
mod world;
mod wrong;
