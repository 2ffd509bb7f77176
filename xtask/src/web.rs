//! The page.

use anyhow::Result;

use crate::shell::{program, run};

/// Builds `web/dist`.
pub(crate) fn build() -> Result<()> {
    run(&mut program(
        "npm",
        &["--prefix", "web", "run", "--silent", "build"],
    ))
}
