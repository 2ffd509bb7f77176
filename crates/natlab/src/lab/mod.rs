//! What `natlab` does.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a lab tells what it finds"
)]

mod cell;
mod daemon;
mod internet;
mod meeting;
mod nat;
mod run;
mod side;
mod site;
mod space;
mod tally;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, mpsc};

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use cell::{Cell, chosen};
use side::Ended;
use site::Site;
use space::Space;
use tally::{Outcome, Run, Tally, table};

/// Two sides and a server in network namespaces, through real NATs.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask natlab")]
struct Options {
    /// Runs of each cell.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Goes on where an earlier call was ended.
    #[arg(long)]
    resume: bool,
    /// `matrix`, `axes`, `all`, `few`, or the names of cells.
    #[arg(long, value_delimiter = ',', default_value = "all")]
    cells: Vec<String>,
    /// Cells at the same time.
    #[arg(long, default_value_t = 4)]
    abreast: usize,
    /// Where each run is kept.
    #[arg(long, default_value = "target/natlab.jsonl")]
    file: PathBuf,
}

pub(crate) fn main() -> Result<()> {
    let options = Options::parse();
    let cells = chosen(&options.cells).map_err(|it| anyhow!(it))?;
    if let Err(error) = able() {
        let message =
            format!("the NAT lab needs the rights of root, iproute2 and nftables: {error:#}");
        if std::env::var_os("NATLAB").is_some_and(|it| it == "require") {
            bail!(message);
        }
        eprintln!("SKIPPED: {message}");
        return Ok(());
    }
    let mut tally = Tally::open(&options.file, options.resume)?;
    perform(&cells, &options, &mut tally)?;
    println!("\n{}", table(&tally, &cells));
    let held = |it: &&Cell| tally.sum(it).holds(it.expected);
    let passed = cells.iter().filter(held).count();
    let failed = cells.len() - passed;
    println!(
        "Summary {} cells: {passed} passed, {failed} failed",
        cells.len()
    );
    if failed > 0 {
        bail!("not every cell came out as it must");
    }
    Ok(())
}

/// Whether namespaces, NATs and TUN devices can be had.
fn able() -> Result<()> {
    let space = Space::new().context("a network namespace")?;
    space.nft("table ip probe {\nchain it { type nat hook postrouting priority 100; }\n}\n")?;
    internet::Line::new(&space, &[], internet::Weather::default())?;
    // A birthday takes more than a thousand sockets.
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, most).context("the number of files")
}

/// Some cells at the same time, each with its runs one after the other.
fn perform(cells: &[Cell], options: &Options, tally: &mut Tally) -> Result<()> {
    let missing = |cell: &Cell| options.runs.saturating_sub(tally.count(cell));
    let waiting: VecDeque<(Cell, usize)> =
        cells.iter().map(|it| (it.clone(), missing(it))).collect();
    let waiting = Mutex::new(waiting);
    let (tell, told) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..options.abreast.max(1) {
            let tell = tell.clone();
            scope.spawn(|| {
                let tell = tell;
                let next = || {
                    waiting
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .pop_front()
                };
                while let Some((cell, runs)) = next() {
                    if rehearse(&cell, runs, &tell).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell);
        for run in told {
            let run: Run = run;
            println!("{:<28} {}", run.cell, shown(&run.outcome));
            tally.add(run)?;
        }
        Ok(())
    })
}

fn rehearse(cell: &Cell, runs: usize, tell: &mpsc::Sender<Run>) -> Result<()> {
    if runs == 0 {
        return Ok(());
    }
    let site = Site::new(cell, 1);
    for _ in 0..runs {
        let ended = match &site {
            Ok(site) => run::run(cell, site),
            Err(error) => Err(anyhow!("cannot be built: {error:#}")),
        };
        let outcome = match ended {
            Ok(Ended::Direct(kind, after)) => Outcome::Direct {
                ms: after.as_secs_f64() * 1_000.0,
                by: format!("{kind:?}").to_lowercase(),
            },
            Ok(Ended::Relay) => Outcome::Relay,
            Err(error) => Outcome::Broken(format!("{error:#}")),
        };
        let cell = cell.name.clone();
        tell.send(Run { cell, outcome })?;
    }
    Ok(())
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Direct { ms, by } => format!("direct {ms:.0} ms, {by}"),
        Outcome::Relay => "relay".into(),
        Outcome::Broken(why) => format!("BROKEN: {why}"),
    }
}
