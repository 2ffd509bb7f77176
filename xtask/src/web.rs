//! The page.

use std::process::Command;

use anyhow::Result;

use crate::shell::{program, run};

/// Builds `web/dist`.
pub(crate) fn build() -> Result<()> {
    run(&mut script("web", "build"))
}

/// A script of the package in a folder.
pub(crate) fn script(folder: &str, name: &str) -> Command {
    program("npm", &["--prefix", folder, "run", "--silent", name])
}
