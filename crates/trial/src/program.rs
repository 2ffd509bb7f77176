//! Programs of the same build.

use crate::around::Around;
use crate::trouble::{Outcome, Trouble};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// A program that the system ends together with the thread that starts it, however that ends.
pub(crate) fn program(name: &str) -> Outcome<Command> {
    let mut command = held();
    command.arg(binary(name)?);
    Ok(command)
}

/// The same, with what is around it.
pub(crate) fn program_in(around: &Around, name: &str) -> Outcome<Command> {
    let mut command = held();
    around.begin(&mut command);
    command.arg(binary(name)?);
    Ok(command)
}

/// The same, and what it dials and sends outside of connections is written down here. `strace` is
/// not its parent but its grandchild: the program is ended as any other.
pub(crate) fn traced(name: &str, trace: &Path) -> Outcome<Command> {
    let mut command = held();
    command
        .args(["strace", "-f", "-D", "-qq", "-s", "0", "-o"])
        .arg(trace)
        .args(["-e", "trace=connect,sendto,sendmsg,sendmmsg"])
        .arg(binary(name)?);
    Ok(command)
}

fn held() -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    command.kill_on_drop(true);
    command
}

/// Tests lie in `target/<profile>/deps`, programs in `target/<profile>`.
fn binary(name: &str) -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    let folders = own.ancestors().skip(1).take(2);
    let mut binaries = folders.map(|folder: &Path| folder.join(name));
    let found = binaries.find(|it| it.is_file());
    found.ok_or_else(|| Trouble::NotBuilt(name.into()))
}
