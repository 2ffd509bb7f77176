//! Windows has no socket of a directory: a second start says that the directory is in use.

use std::io;
use std::path::Path;

/// Where nobody calls.
#[derive(Debug)]
pub(crate) struct Calls;

impl Calls {
    /// There is none.
    pub(crate) fn open(_: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Nobody calls.
    pub(crate) fn answer(self, _: impl Fn(String) + Send + 'static) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Nobody answers.
pub(crate) fn call(_: &Path, _: Option<&str>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Nobody could call.
pub(crate) const fn hush(_: &Path) {}

/// As every file.
pub(crate) const fn readable<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    builder
}
