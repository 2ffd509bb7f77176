//! What `natlab` does.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a lab tells what it finds"
)]

mod cell;
mod conversations;
mod daemon;
mod doctor;
mod harm;
mod internet;
mod nat;
mod party;
mod peer;
mod run;
mod site;
mod space;
mod stand;
mod story;
mod tally;
mod transfer;
mod writers;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;

use cell::{Cell, Expected, chosen};
use conversations::{Plan, converse};
use party::{Party, PathLeft};
use site::Site;
use space::Space;
use stand::stand;
use story::{Length, story};
use tally::{JUDGED_FROM, Outcome, Run, Tally, tables};
use transfer::transfer;

/// The beginning of the name of its temporary folder; the process follows.
const ROOMS: &str = "natlab-";

/// Two clients and a server in network namespaces, through real NATs.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask natlab")]
struct Options {
    /// Runs of each cell; one that misses gets enough to be judged.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Goes on where an earlier call was ended.
    #[arg(long)]
    resume: bool,
    /// `matrix`, `axes`, `resets`, `doctor`, `all`, `few`, or the names of cells.
    #[arg(long, value_delimiter = ',', default_value = "all")]
    cells: Vec<String>,
    /// Cells at the same time.
    #[arg(long, default_value_t = 4)]
    abreast: usize,
    /// Where each run is kept.
    #[arg(long, default_value = "target/natlab.jsonl")]
    file: PathBuf,
    /// Each cell beside libp2p, which is compiled first.
    #[arg(long)]
    peer: bool,
    /// In place of cells: a conversation whose path dies, whose router restarts, and of whom one
    /// falls silent; the brief one leaves out the silence.
    #[arg(long)]
    story: Option<Length>,
    /// In place of cells: so many conversations, each with random harm.
    #[arg(long, value_name = "COUNT")]
    conversations: Option<u64>,
    /// In place of cells: 1 GiB over a direct path on lines of 1 Gbit/s and 20 ms, so many times, in
    /// turns with iperf3 and magic-wormhole.
    #[arg(long, value_name = "TURNS")]
    transfer: Option<usize>,
    /// In place of runs: builds the cell with a server in it, says where all is, and waits until its
    /// input ends.
    #[arg(long, conflicts_with_all = ["story", "conversations", "transfer"])]
    stand: bool,
    /// The first one's seed; each has the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What was missed while the lab stood still is done again, so many times in all at most.
const TRIES_MAX: usize = 3;

/// How runs of a cell are made.
type Rehearse = fn(&Cell, usize, &mpsc::Sender<Run>) -> Result<()>;

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
    let _rooms = rooms()?;
    if options.story.is_some() || options.conversations.is_some() {
        return talk(&options);
    }
    if let Some(turns) = options.transfer {
        let figures = runtime()?.block_on(transfer(turns))?;
        let what = format!("1 Gbit/s, 20 ms, 1 GiB, median of {turns}");
        let least = |peer: &str| peer.contains("iperf").then_some(0.9);
        for figure in figures.told(&what, None, least) {
            println!("{figure}");
        }
        return Ok(());
    }
    if options.stand {
        return stand(cells.first().context("no cell")?);
    }
    let mut tally = Tally::open(&options.file, options.resume)?;
    let mut plan: Vec<(Cell, Rehearse)> = Vec::new();
    for cell in &cells {
        // Beside another program neither tries again.
        let ours: Rehearse = match options.peer {
            true => rehearse::<1>,
            false => rehearse::<TRIES_MAX>,
        };
        plan.push((cell.clone(), ours));
        if options.peer && cell.expected != Expected::Told {
            plan.push((peer::beside(cell), peer::rehearse));
        }
    }
    if options.peer {
        peer::build()?;
    }
    perform(&plan, options.runs, options.abreast, &mut tally)?;
    let in_doubt = plan.iter().filter(|it| tally.sum(&it.0).is_in_doubt(&it.0));
    let in_doubt: Vec<_> = in_doubt.cloned().collect();
    perform(&in_doubt, JUDGED_FROM, options.abreast, &mut tally)?;
    let rows: Vec<Cell> = plan.into_iter().map(|it| it.0).collect();
    println!("\n{}", tables(&tally, &rows));
    let held = |it: &&Cell| tally.sum(it).holds(it);
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

/// Where all temporary folders are, until it is dropped. What a lab that was killed left is taken
/// away.
fn rooms() -> Result<TempDir> {
    for entry in std::fs::read_dir(std::env::temp_dir())?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let process = name.strip_prefix(ROOMS).and_then(|it| it.split_once('-'));
        let process = process.and_then(|(process, _)| process.parse::<u32>().ok());
        if process.is_some_and(|it| !Path::new(&format!("/proc/{it}")).exists()) {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    let rooms = TempDir::with_prefix(format!("{ROOMS}{}-", std::process::id()))?;
    let overridden = tempfile::env::override_temp_dir(rooms.path());
    overridden.map_err(|before| anyhow!("folders are made in {}", before.display()))?;
    Ok(rooms)
}

/// Some cells at the same time, each with its runs one after the other.
fn perform(
    plan: &[(Cell, Rehearse)],
    runs: usize,
    abreast: usize,
    tally: &mut Tally,
) -> Result<()> {
    let missing = |cell: &Cell| runs.saturating_sub(tally.count(cell));
    let waiting: VecDeque<_> = plan.iter().map(|it| (it, missing(&it.0))).collect();
    let waiting = Mutex::new(waiting);
    let (tell, told) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..abreast.max(1) {
            let tell = tell.clone();
            scope.spawn(|| {
                let tell = tell;
                let next = || {
                    waiting
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .pop_front()
                };
                while let Some(((cell, rehearse), runs)) = next() {
                    if rehearse(cell, runs, &tell).is_err() {
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

/// The story of two behind NATs like those of most homes; then what others go through.
fn talk(options: &Options) -> Result<()> {
    if let Some(length) = options.story {
        let cells = chosen(&["kept+kept".into()]).map_err(|it| anyhow!(it))?;
        let cell = cells.first().context("no cell")?;
        let mut tries = TRIES_MAX;
        while !runtime()?.block_on(story(cell, length))? {
            tries -= 1;
            if tries == 0 {
                bail!("the lab stood still each time");
            }
        }
        println!("Summary 1 story: 1 passed, 0 failed");
    }
    match options.conversations {
        Some(count) => converse(&Plan {
            count,
            seed: options.seed,
            abreast: options.abreast,
        }),
        None => Ok(()),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    Ok(runtime.enable_all().build()?)
}

/// All runs of a cell, on this thread.
fn rehearse<const TRIES: usize>(cell: &Cell, runs: usize, tell: &mpsc::Sender<Run>) -> Result<()> {
    if runs == 0 {
        return Ok(());
    }
    let runtime = runtime()?;
    let site = Site::new(cell, 1);
    let mut party = None;
    for _ in 0..runs {
        let ended = match &site {
            Ok(site) => runtime.block_on(meet_in_time::<TRIES>(cell, site, &mut party)),
            Err(error) => Err(anyhow!("cannot be built: {error:#}")),
        };
        let (outcome, secured) = match ended {
            Ok((outcome, secured)) => (outcome, secured),
            Err(error) => (Outcome::Broken(format!("{error:#}")), None),
        };
        let cell = cell.name.clone();
        tell.send(Run {
            cell,
            outcome,
            secured,
        })?;
    }
    Ok(())
}

/// A path that was not found or was left again while the lab stood still is not counted. All else is
/// that must not happen.
async fn meet_in_time<const TRIES: usize>(
    cell: &Cell,
    site: &Site,
    kept: &mut Option<Party>,
) -> Result<(Outcome, Option<u32>)> {
    for _ in 1..TRIES {
        let ended = meet(cell, site, kept).await;
        let is_missed = match &ended {
            Ok((outcome, _)) => *outcome == Outcome::Relay,
            Err(error) => error.is::<PathLeft>(),
        };
        let is_wanted = !matches!(cell.expected, Expected::Relay | Expected::Told);
        if !is_missed || !is_wanted || !site.internet.stillness.stood_still().await {
            return ended;
        }
        let what = ended.map_or_else(|error| format!("{error:#}"), |it| shown(&it.0));
        println!("{:<28} not counted, the lab stood still: {what}", cell.name);
    }
    meet(cell, site, kept).await
}

/// The same two meet again, if nothing went wrong before.
async fn meet(
    cell: &Cell,
    site: &Site,
    kept: &mut Option<Party>,
) -> Result<(Outcome, Option<u32>)> {
    if cell.expected == Expected::Told {
        let [kind, _] = cell.kinds;
        return Ok((Outcome::Told(doctor::examine(kind, site).await?), None));
    }
    let mut party = match kept.take() {
        Some(party) => party,
        None => Party::come(site).await.context("nobody came")?,
    };
    site.internet.stillness.begin();
    let (outcome, secured) = run::run(cell, &mut party).await?;
    *kept = Some(party);
    Ok((outcome, Some(u32::try_from(secured.as_millis())?)))
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Direct { ms, by } => format!("direct {ms} ms, {by}"),
        Outcome::Relay => "relay".into(),
        Outcome::Told(words) => words.clone(),
        Outcome::Broken(why) => format!("BROKEN: {why}"),
    }
}
