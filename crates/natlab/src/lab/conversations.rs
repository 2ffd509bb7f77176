//! Conversations that nothing spares: paths that die, routers and a server that begin anew, lines
//! that lose packets or all of them. Not a line of theirs may be lost, doubled or out of its turn.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use floater_trial::Floaterd;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use tokio::time::Instant;

use super::cell::{Cell, matrix};
use super::harm::drop_direct;
use super::nat::Kind;
use super::party::Party;
use super::runtime;
use super::site::Site;
use super::writers::Writers;

/// What a conversation goes through.
const HARMS: usize = 4;
/// Each hears fewer lines before the next of them, and so many after it.
const BEFORE_MAX: u64 = 60;
const AFTER: u64 = 20;
/// Nothing passes a line for less than this.
const DARK_MAX: u64 = 4_000;

/// How many, from which seed on, and at the same time.
pub(super) struct Plan {
    pub(super) count: u64,
    pub(super) seed: u64,
    pub(super) abreast: usize,
}

/// Holds them all. An error tells how many failed.
pub(super) fn converse(plan: &Plan) -> Result<()> {
    let next = AtomicU64::new(0);
    let (tell, told) = channel();
    let (mut failed, mut lines, mut direct) = (0_u64, 0, 0_u64);
    std::thread::scope(|scope| {
        for _ in 0..plan.abreast.max(1) {
            let (tell, next) = (tell.clone(), &next);
            scope.spawn(move || take_turns(plan, next, &tell));
        }
        drop(tell);
        for (seed, ended) in told {
            match ended {
                Ok(Ended {
                    what,
                    arrived,
                    directs,
                }) => {
                    println!("{seed:>6} {what}: {arrived} lines, {directs} times direct");
                    lines += arrived;
                    direct += u64::from(directs > 0);
                }
                Err(error) => {
                    println!("{seed:>6} FAILED: {error:#}");
                    failed += 1;
                }
            }
        }
    });
    let count = plan.count;
    println!(
        "{lines} lines of {count} conversations, {direct} of them direct at times: each arrived \
         once and in its turn, but for {failed} conversations\n\
         Summary {count} conversations: {} passed, {failed} failed",
        count.saturating_sub(failed)
    );
    if failed > 0 {
        bail!("not every line arrived once and in its turn");
    }
    Ok(())
}

/// One conversation after the other, on this thread.
fn take_turns(plan: &Plan, next: &AtomicU64, tell: &Sender<(u64, Result<Ended>)>) {
    loop {
        let nth = next.fetch_add(1, Ordering::Relaxed);
        if nth >= plan.count {
            return;
        }
        let seed = plan.seed.wrapping_add(nth);
        let ended = runtime().and_then(|it| it.block_on(conversation(seed)));
        if tell.send((seed, ended)).is_err() {
            return;
        }
    }
}

/// What came of one.
struct Ended {
    what: String,
    arrived: u64,
    directs: usize,
}

async fn conversation(seed: u64) -> Result<Ended> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let cell = drawn(&mut rng);
    let site = Site::new(&cell, seed)?;
    let mut party = Party::come(&site).await?;
    party.meet(cell.alone).await?;
    let Party { server, people, .. } = &mut party;
    let mut ordeal = Ordeal {
        site: &site,
        server,
        writers: Writers::new(people),
    };
    let mut what = cell.name.clone();
    for _ in 0..HARMS {
        ordeal
            .writers
            .hear_more(rng.next_u64() % BEFORE_MAX)
            .await?;
        let harm = Harm::draw(&mut rng);
        what += &format!(" {harm:?}");
        let began = Instant::now();
        let dealt = ordeal.bear(harm).await;
        dealt.with_context(|| what.clone())?;
        what += &format!(" {} ms,", began.elapsed().as_millis());
    }
    let writers = &mut ordeal.writers;
    writers.finish().await.with_context(|| what.clone())?;
    let [ming, _] = &writers.people;
    Ok(Ended {
        arrived: writers.arrived(),
        directs: ming.directs(),
        what,
    })
}

/// Any two NATs, and any weather.
fn drawn(rng: &mut ChaCha8Rng) -> Cell {
    let behind_nats = |it: &Cell| !it.kinds.contains(&Kind::Public);
    let mut cells: Vec<Cell> = matrix().into_iter().filter(behind_nats).collect();
    let count = u64::try_from(cells.len()).unwrap_or(1).max(1);
    let at = usize::try_from(rng.next_u64() % count).unwrap_or(0);
    let mut cell = cells.swap_remove(at);
    let [home, _] = &mut cell.weather;
    home.delay = Duration::from_millis(1 + rng.next_u64() % 60);
    home.jitter = Duration::from_millis(rng.next_u64() % 10);
    home.loss = rng.next_u32() % 20;
    cell
}

/// What is done to one of the two, side 1 or 2, or to both.
#[derive(Debug, Clone, Copy)]
enum Harm {
    /// The router drops what goes through the direct connection of now.
    DirectDies(u8),
    RouterRestarts(u8),
    BothRestart,
    ServerRestarts,
    /// Again as soon as it is up.
    ServerRestartsTwice,
    /// The path dies, and the server with it.
    AllDie(u8),
    /// Nothing passes the line for so many milliseconds.
    Dark(usize, u64),
    /// A third of all packets is lost for so long.
    Storm(usize, u64),
}

impl Harm {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let side = 1 + u8::from(rng.next_u32().is_multiple_of(2));
        let line = usize::from(side) * usize::from(!rng.next_u32().is_multiple_of(4));
        let span = rng.next_u64() % DARK_MAX;
        match rng.next_u32() % 10 {
            0..=2 => Self::DirectDies(side),
            3 | 4 => Self::RouterRestarts(side),
            5 => Self::BothRestart,
            6 => Self::ServerRestarts,
            7 if span < DARK_MAX / 2 => Self::ServerRestartsTwice,
            7 => Self::AllDie(side),
            8 => Self::Dark(line, span),
            _ => Self::Storm(line, span),
        }
    }
}

struct Ordeal<'a> {
    site: &'a Site,
    server: &'a mut Floaterd,
    writers: Writers<'a>,
}

impl Ordeal<'_> {
    /// It happens, and both hear each other again.
    async fn bear(&mut self, harm: Harm) -> Result<()> {
        match harm {
            Harm::DirectDies(side) => self.direct_dies(side)?,
            Harm::RouterRestarts(side) => self.site.router(side)?.restart()?,
            Harm::BothRestart => {
                self.site.router(1)?.restart()?;
                self.site.router(2)?.restart()?;
            }
            Harm::ServerRestarts => self.server_restarts().await?,
            Harm::ServerRestartsTwice => {
                self.server_restarts().await?;
                self.server_restarts().await?;
            }
            Harm::AllDie(side) => {
                self.direct_dies(side)?;
                self.server_restarts().await?;
            }
            Harm::Dark(line, span) => self.storm(line, 1_000, span).await?,
            Harm::Storm(line, span) => self.storm(line, 333, span).await?,
        }
        self.writers.hear_more(AFTER).await
    }

    /// Where there is one: some NATs let none be.
    fn direct_dies(&self, side: u8) -> Result<()> {
        let [ming, hong] = &self.site.homes;
        let home = if side == 1 { ming } else { hong };
        drop_direct(home, self.site.router(side)?).map(|_| ())
    }

    async fn server_restarts(&mut self) -> Result<()> {
        self.server.kill().await?;
        let _within = self.site.server.enter()?;
        Ok(self.server.start_again().await?)
    }

    async fn storm(&mut self, line: usize, loss: u32, span: u64) -> Result<()> {
        self.site.internet.storm(line, loss);
        let stormed = self.writers.write_for(Duration::from_millis(span)).await;
        self.site.internet.storm(line, 0);
        stormed
    }
}
