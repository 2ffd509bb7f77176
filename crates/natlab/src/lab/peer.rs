//! libp2p in the same cells: DCUtR over TCP, from the package index.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::cell::Cell;
use super::site::{SERVER, Site};
use super::space::Space;
use super::tally::{Outcome, Run};

/// A workspace of its own, whose lock file names the version.
const HOME: &str = "benches/peers/dcutr";
const PROGRAM: &str = "benches/peers/dcutr/target/release/floater-peer-dcutr";
/// As tables call it.
const NAME: &str = "libp2p 0.57.1";
/// Its three tries take no longer, ten seconds each.
const PATIENCE: Duration = Duration::from_secs(60);
/// The other side knows so soon after the first.
const AFTER: Duration = Duration::from_secs(5);

/// The same cell, for its runs.
pub(super) fn beside(cell: &Cell) -> Cell {
    let name = format!("{}, {NAME}", cell.name);
    Cell {
        name,
        ..cell.clone()
    }
}

/// Compiles it, where that was not done.
pub(super) fn build() -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--locked", "--manifest-path"]);
    let built = cargo.arg(Path::new(HOME).join("Cargo.toml")).status()?;
    if !built.success() {
        bail!("{HOME} cannot be built");
    }
    Ok(())
}

/// Runs a cell so many times.
pub(super) fn rehearse(cell: &Cell, runs: usize, tell: &Sender<Run>) -> Result<()> {
    let site = Site::new(cell, 1)?;
    let relay = Program::start(&site.server, "relay")?;
    relay.says("ready", PATIENCE)?.context("no relay")?;
    for _ in 0..runs {
        let outcome = match run(&site) {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Broken(format!("{error:#}")),
        };
        let cell = cell.name.clone();
        tell.send(Run {
            cell,
            outcome,
            secured: None,
        })?;
    }
    Ok(())
}

/// The one who waits begins to punch, and measures: from the connection through the relay to the
/// direct one.
fn run(site: &Site) -> Result<Outcome> {
    let [home_a, home_b] = &site.homes;
    let waits = Program::start(home_b, "wait")?;
    waits
        .says("ready", PATIENCE)?
        .context("no place at the relay")?;
    let calls = Program::start(home_a, "call")?;
    let Some(ms) = waits.says("direct", PATIENCE)? else {
        return Ok(Outcome::Relay);
    };
    if calls.says("direct", AFTER)?.is_none() {
        return Ok(Outcome::Relay);
    }
    let by = "dcutr".to_owned();
    Ok(Outcome::Direct {
        ms: ms.trim().parse()?,
        by,
    })
}

/// One of its programs, until it is dropped.
struct Program {
    child: Child,
    lines: Receiver<String>,
}

impl Program {
    fn start(space: &Space, role: &str) -> Result<Self> {
        // The system ends it with this thread.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", PROGRAM]);
        command.arg(SERVER[0].to_string()).arg(role);
        let started = space.within(|| Ok(command.stdout(Stdio::piped()).spawn()?));
        let mut child = started.context(PROGRAM)?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, lines })
    }

    /// What follows this word; nothing where it says that it failed, or nothing in time.
    fn says(&self, word: &str, within: Duration) -> Result<Option<String>> {
        loop {
            match self.lines.recv_timeout(within) {
                Ok(line) if line.starts_with("failed") => return Ok(None),
                Ok(line) => {
                    if let Some(rest) = line.strip_prefix(word) {
                        return Ok(Some(rest.to_owned()));
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => bail!("the program ended"),
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
