//! What differs between systems.

#[cfg(unix)]
mod unix;

#[cfg(unix)]
pub(crate) use unix::{answer, call};
