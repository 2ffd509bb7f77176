//! Programs of the same build.

use crate::trouble::{Outcome, Trouble};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// A program that the system ends together with the thread that starts it, however that ends.
pub(crate) fn program(name: &str) -> Outcome<Command> {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(binary(name)?);
    command.kill_on_drop(true);
    Ok(command)
}

/// Tests lie in `target/<profile>/deps`, programs in `target/<profile>`.
fn binary(name: &str) -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    let folders = own.ancestors().skip(1).take(2);
    let mut binaries = folders.map(|folder: &Path| folder.join(name));
    let found = binaries.find(|it| it.is_file());
    found.ok_or_else(|| Trouble::NotBuilt(name.into()))
}
